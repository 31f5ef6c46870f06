"""What a service runs, as data: parts with routes, checks and loops, built on one foundation."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from fastapi import APIRouter
from nats.aio.client import Client

from banen_kit.application.command_service import CommandService
from banen_kit.application.timer_table import TimerTable
from banen_kit.application.timers import Timers
from banen_kit.core.faults import Faults
from banen_kit.eventstore.port import ServiceStore
from banen_kit.messaging.blocked import Outbound
from banen_kit.privacy import retention_routes, subject_access
from banen_kit.privacy.due_list import PostgresDueList
from banen_kit.privacy.retention import Retention, read_months
from banen_kit.privacy.subject_access import SubjectAccess
from banen_kit.readmodel import due, routes as lists
from banen_kit.readmodel.doubles import finders
from banen_kit.readmodel.projector import Projector
from banen_kit.readmodel.reader import ListReader
from banen_kit.readmodel.table import ListTables
from banen_kit.readmodel.tidy import Tidy
from banen_kit.runtime import blocked_routes, database_clock
from banen_kit.runtime.database_clock import DatabaseClock
from banen_kit.runtime.settings import Settings
from banen_kit.web.app import Check
from banen_kit.web.authentication import Authentication

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
BusWork: TypeAlias = Callable[[Client], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Foundation:
    """What all parts of a service use, opened and checked."""

    settings: Settings
    command_service: CommandService
    authentication: Authentication
    store: ServiceStore
    clock: DatabaseClock
    faults: Faults


@dataclass(frozen=True)
class Part:
    """What one part adds to a running service."""

    routers: Sequence[APIRouter] = ()
    checks: Mapping[str, Check] = field(default_factory=dict[str, Check])
    loops: Sequence[Work] = ()
    """Run as long as the process, also without the bus. None of them ends or raises."""
    bus_loops: Sequence[BusWork] = ()
    """Run as long as a connection to the bus, which each of them gets."""


ReadSide: TypeAlias = Callable[[Foundation], Awaitable[Part]]
"""Builds what only one service has, such as views, pages and an inbox."""


def administration(foundation: Foundation) -> Part:
    """The routes for operators and privacy staff, retention, and timers. Raises `SettingsInvalid`."""
    settings, command_service = foundation.settings, foundation.command_service
    authentication, service = foundation.authentication, foundation.command_service.service
    kept = Retention(
        command_service,
        read_months(settings.retention, service.kept),
        PostgresDueList(foundation.store.pool),
        settings.retention_wait,
        foundation.clock.refuse_untrusted,
        foundation.faults,
    )
    outbound = Outbound(foundation.store, command_service.repository.serializer, command_service.publisher)
    routers = [
        blocked_routes.routes(outbound, authentication),
        database_clock.routes(foundation.clock, authentication),
    ]
    if service.kept:
        persons = SubjectAccess(command_service, settings.key_backup_days)
        routers += [
            subject_access.routes(persons, authentication),
            retention_routes.routes(kept, authentication),
        ]
    loops: list[Work] = [kept.run_forever]
    if service.timers:
        table = TimerTable(foundation.store)
        timers = Timers(command_service, table, foundation.clock.refuse_untrusted, foundation.faults)
        loops.append(timers.run_forever)
        routers.append(due.routes(command_service, table, authentication))
    if service.lists:
        tables = ListTables(foundation.store, service.lists)
        projector = Projector(tables, command_service.repository)
        command_service.doubles.update(finders(projector))
        tidy = Tidy(tables, command_service.repository.keys)
        routers.append(
            lists.routes(service, ListReader(tables, command_service.repository.keys), authentication)
        )
        loops += [
            lambda: projector.run_forever(foundation.faults),
            lambda: tidy.run_forever(foundation.faults),
        ]
    return Part(routers=routers, loops=loops)
