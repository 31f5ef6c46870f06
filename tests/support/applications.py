"""The real applications of all four services, each behind its gate, with one issuer for all."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from banen_cli.installed import services
from banen_contracts.base import source_of
from banen_kit.application.command_service import CommandService
from banen_kit.application.timer_table import TimerTable
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.messaging.blocked import Outbound
from banen_kit.postgres.connection import Pool, connect
from banen_kit.privacy import subject_access
from banen_kit.privacy.due_list import MemoryDueList
from banen_kit.privacy.retention import Retention
from banen_kit.privacy.retention_routes import routes as retention_routes
from banen_kit.privacy.subject_access import SubjectAccess
from banen_kit.readmodel import due, routes as lists
from banen_kit.readmodel.doubles import finders
from banen_kit.readmodel.projector import Projector
from banen_kit.readmodel.reader import ListReader
from banen_kit.readmodel.table import ListTables
from banen_kit.runtime import blocked_routes, database_clock as clock
from banen_kit.runtime.database_clock import DatabaseClock
from banen_kit.security.sessions import Sessions
from banen_kit.testing import FakeIssuer, health_of
from banen_kit.web import backchannel
from banen_kit.web.app import create_app
from banen_kit.web.backchannel import Backchannel
from banen_kit.web.login import Logins, RelyingParty
from banen_reporting.administration.domain.partner import EndSource
from banen_reporting.queries.access import FigureAccess
from banen_reporting.queries.queries import FigureQueries
from banen_reporting.queries.released import Released
from banen_reporting.queries.state import received
from banen_reporting.web import api as reads, pages
from support.definition import learned
from support.programme import NOW, PROGRAMME
from support.servers import Database

OWNERS = {"intake": "uaf", "mediation": "uaf", "employers": "uaf", "reporting": "bureau"}
"""Whose services they are."""


@pytest.fixture
def issuer() -> FakeIssuer:
    return FakeIssuer()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(lambda: NOW)


@pytest.fixture
def keys() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def audit() -> MemoryAudit:
    return MemoryAudit(lambda: NOW)


@pytest.fixture
async def pool_of(
    database: Database, new_schema: Callable[..., Awaitable[str]]
) -> AsyncIterator[Mapping[str, Pool]]:
    """The schemas of the services that have lists."""
    found = {
        name: await connect(database.service_url, await new_schema(*service.sql))
        for name, service in services().items()
        if service.lists
    }
    yield found
    for pool in found.values():
        await pool.close()


@pytest.fixture
def app_of(
    pool: Pool,
    pool_of: Mapping[str, Pool],
    answers: FigureQueries,
    issuer: FakeIssuer,
    store: MemoryStore,
    keys: MemoryKeys,
    audit: MemoryAudit,
) -> Callable[[str], FastAPI]:
    """Makes the application of a service as it runs, with everything that it has of its own."""

    def make(name: str) -> FastAPI:
        service, owner = services()[name], OWNERS[name]
        repository: EventRepository[Any] = EventRepository(
            store, EventSerializer(service.events, service.upcasters), keys
        )
        partners = PROGRAMME.partners | {"bureau"}
        metrics = Metrics.create(CollectorRegistry())
        command_service = CommandService(
            service, repository, owner, partners, audit, metrics, lambda: NOW, learned()
        )
        authentication = issuer.authentication(service, owner, audit, Sessions(pool, lambda: NOW))
        health = health_of(command_service)
        app = create_app(
            command_service,
            authentication,
            health,
            *(
                [subject_access.routes(SubjectAccess(command_service, 0), authentication)]
                if service.kept
                else []
            ),
        )
        app.include_router(
            blocked_routes.routes(
                Outbound(PostgresStore(pool), repository.serializer, command_service.publisher),
                authentication,
            )
        )
        database_clock = DatabaseClock(pool, health.faults)
        app.include_router(clock.routes(database_clock, authentication))
        if service.kept:
            keeps = Retention(
                command_service, {}, MemoryDueList(), 14, database_clock.refuse_untrusted, health.faults
            )
            app.include_router(retention_routes(keeps, authentication))
        if service.lists:
            tables = ListTables(PostgresStore(pool_of[name]), service.lists)
            command_service.doubles.update(finders(Projector(tables, repository)))
            reader = ListReader(tables, repository.keys)
            app.include_router(lists.routes(service, reader, authentication))
        if service.timers:
            app.include_router(due.routes(command_service, TimerTable(PostgresStore(pool)), authentication))
        if name == "reporting":
            readers = FigureAccess(answers, PROGRAMME, authentication, Released(pool))
            command_service.views[EndSource.NAME] = lambda ref, command: received(
                answers.view, source_of(ref, command.service)
            )
            party = RelyingParty("bureau-reporting", "only-for-tests", "http://bureau")
            app.include_router(reads.routes(readers))
            app.include_router(pages.routes(service, readers, Logins(party, authentication)))
            told = Backchannel(party.client_id, authentication, metrics.logouts_refused)
            app.include_router(backchannel.routes(told))
        return app

    return make
