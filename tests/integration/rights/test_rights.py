"""Every route in every role: nobody gets further than the table of rights says, and nothing is missing from it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from pkgutil import resolve_name
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import httpx2
import pytest
import rights_table
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from banen_cli.installed import services
from banen_contracts.reporting import ProgrammeDefined
from banen_contracts.roles import SERVICES, Role
from banen_kit.application.command_service import CommandService
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.messaging.blocked import Outbound
from banen_kit.postgres.connection import Pool
from banen_kit.runtime import blocked_routes, database_clock as clock
from banen_kit.runtime.composition import Foundation, ReadSide
from banen_kit.runtime.database_clock import DatabaseClock
from banen_kit.runtime.settings import Settings
from banen_kit.security.permissions import ANYONE, OPERATOR
from banen_kit.security.sessions import Sessions
from banen_kit.testing import FakeIssuer, health_of
from banen_kit.web.app import create_app
from banen_reporting.web.words import LANGUAGES
from support.applications import OWNERS
from support.rights import Asker, Route, askers, due, routes_of

ROOT = Path(__file__).parents[3]
NOW = datetime(2009, 2, 1, 12, tzinfo=UTC)
AppOf = Callable[[str], FastAPI]


def got(answer: httpx2.Response) -> str:
    """How far somebody came: past the gate, whatever was said behind it, or not."""
    if any(said.pgettext("fault", "login-expired") in answer.text for said in LANGUAGES.values()):
        return "in"  # past the gate, with the answer of an issuer that nobody asked
    if answer.status_code == 401 or answer.headers.get("Location", "").startswith("/login?"):
        return "not signed in"
    said = answer.text
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    for status, code, refused in ((403, "not-allowed", "not allowed"), (404, "not-found", "not there")):
        texts = texts_of(code) if is_page else [f'"{code}"']
        if answer.status_code == status and any(one in said for one in texts):
            return refused
    return "in"


def texts_of(code: str) -> list[str]:
    return [language.pgettext("fault", code) for language in LANGUAGES.values()]


async def ask(http: httpx2.AsyncClient, route: Route, headers: dict[str, str]) -> httpx2.Response:
    ref = "uaf" if route.path.startswith("/v1/programme/") else str(UUID(int=1, version=4))
    more = {"Idempotency-Key": str(UUID(int=2, version=4)), "Content-Type": "application/json"}
    if route.name == "bulk":
        more["Content-Type"] = "application/x-ndjson"
    body = b"{}" if route.method == "POST" else None
    path = route.path.replace("{ref}", ref).replace("{event}", ProgrammeDefined.NAME).replace("{unit}", "uaf")
    return await http.request(route.method, path, headers={**more, **headers}, content=body)


@pytest.mark.parametrize("name", SERVICES)
async def test_nobody_gets_further_than_the_table_says(app_of: AppOf, issuer: FakeIssuer, name: str):
    app, permissions = app_of(name), services()[name].permissions
    wrong: list[tuple[str, Asker, str, str]] = []
    cases = 0
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://service") as http:
        for asker in askers():
            headers = asker.headers(issuer, name)
            for route in routes_of(app):
                expected = due(permissions[route.name], asker, OWNERS[name])
                found = got(await ask(http, route, headers))
                if route.name == "page-unknown" and found == "not there":
                    found = "in"  # all that this page says
                cases += 1
                if found != expected:
                    wrong.append((route.name, asker, expected, found))
    assert wrong == []
    assert cases > 1000


@pytest.mark.parametrize("name", SERVICES)
async def test_each_use_of_a_route_is_in_the_audit_log(
    app_of: AppOf, issuer: FakeIssuer, audit: MemoryAudit, name: str
):
    """Whatever comes of it, unless the table says that it shows figures alone or is open to anyone."""
    app, permissions = app_of(name), services()[name].permissions
    wrong: list[tuple[str, list[str]]] = []
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://service") as http:
        for route in routes_of(app):
            access = permissions[route.name]
            if access in (ANYONE, OPERATOR):
                continue
            asker = Asker(Role(min(access.roles)), OWNERS[name])
            audit.kept.clear()
            await ask(http, route, asker.headers(issuer, name))
            found = [kept.entry.action for kept in audit.kept]
            if (route.name in found) != access.audited:
                wrong.append((route.name, found))
    assert wrong == []


def test_only_figures_and_the_programme_are_not_in_the_audit_log():
    every = {(name, route) for name in SERVICES for route, access in services()[name].permissions.items()
             if not access.audited}  # fmt: skip
    open_ = (
        "targets", "results", "rule-sets", "course", "comparison", "page-overview", "page-workbook", "page-report", "page-partner", "page-compare",
        "page-start", "page-unknown", "programme", "funnel", "employers", "follow-up", "supply-and-demand", "page-supply-and-demand", "effort", "page-effort", "money", "page-money", "programme-facts", "page-programme-facts", "page-funnel",
        "page-employers", "page-follow-up", "data-quality", "regions", "page-regions", "reach", "page-reach",
        "page-data-quality",
    )  # fmt: skip
    learned = {(name, "learned") for name in SERVICES if services()[name].learns}
    assert every == {("reporting", route) for route in open_} | learned


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_is_in_the_table_and_every_line_of_it_is_a_route(app_of: AppOf, name: str):
    app, permissions = app_of(name), services()[name].permissions
    names = [route.name for route in routes_of(app)]
    # A page has a route in each language.
    once = [route.name for route in routes_of(app) if not route.path.startswith("/en")]
    assert len(once) == len(set(once)), "two routes of one name"
    assert [name for name in names if name not in permissions] == []
    assert [name for name in permissions if name not in names] == []


@pytest.mark.parametrize("name", SERVICES)
def test_there_is_no_other_kind_of_route(app_of: AppOf, name: str):
    """Only routes of this kind pass the gate: a mounted application, or one of Starlette's, would not."""
    contexts = iter_route_contexts(app_of(name).routes)
    assert [str(one.name) for one in contexts if not isinstance(one.original_route, APIRoute)] == []


async def test_reporting_as_it_runs_has_these_routes_and_no_others(
    app_of: AppOf, issuer: FakeIssuer, pool: Pool, tmp_path: Path
):
    """What the process adds to the application of every service, with everything else that it is given."""
    path = tmp_path / "partners.toml"
    path.write_text('[bureau]\nservices = ["reporting"]\n')
    service, sessions = services()["reporting"], Sessions(pool, lambda: NOW)
    audit = MemoryAudit(lambda: NOW)
    repository: EventRepository[Any] = EventRepository(
        MemoryStore(), EventSerializer(service.events, service.upcasters), MemoryKeys()
    )
    metrics = Metrics.create(CollectorRegistry())
    command_service = CommandService(
        service, repository, "bureau", frozenset({"bureau"}), audit, metrics, lambda: NOW
    )
    authentication = issuer.authentication(service, "bureau", audit, sessions)
    health = health_of(command_service)
    app = create_app(command_service, authentication, health)
    app.include_router(
        blocked_routes.routes(
            Outbound(PostgresStore(pool), repository.serializer, command_service.publisher), authentication
        )
    )
    database_clock = DatabaseClock(pool, health.faults)
    app.include_router(clock.routes(database_clock, authentication))
    settings = cast(
        "Settings",
        SimpleNamespace(
            partner="bureau",
            partners_file=path,
            client_id="bureau-reporting",
            client_secret=SecretStr("only-for-tests"),
            public_url="http://bureau",
        ),
    )
    read_side: ReadSide = resolve_name(services()["reporting"].read_side or "")
    part = await read_side(
        Foundation(
            settings, command_service, authentication, PostgresStore(pool), database_clock, health.faults
        )
    )
    for router in part.routers:
        app.include_router(router)

    assert set(routes_of(app)) == set(routes_of(app_of("reporting")))


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_open_to_anyone_is_on_a_short_list(name: str):
    is_open = {route for route, access in services()[name].permissions.items() if access is ANYONE}
    everywhere, of_pages = {"livez", "readyz", "openapi"}, {"style", "home", "login", "login-answer"}
    assert is_open <= everywhere | of_pages | {"signing-key", "backchannel-logout"}
    assert everywhere <= is_open


@pytest.mark.parametrize("name", SERVICES)
async def test_a_line_of_a_bulk_load_is_held_against_the_table(
    app_of: AppOf, issuer: FakeIssuer, store: MemoryStore, name: str
):
    """Whoever may load in bulk may not give the commands of others."""
    service, owner = services()[name], OWNERS[name]
    wrong: list[tuple[str, str, int]] = []
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app_of(name)), base_url="http://s") as http:
        for role in sorted(service.permissions["bulk"].roles):
            headers = issuer.bearer(service, owner, role) | {"Content-Type": "application/x-ndjson"}
            lines = [line(operation, number) for number, operation in enumerate(service.commands)]
            answer = await http.post("/v1/bulk", content="\n".join(lines), headers=headers)
            for operation, result in zip(service.commands, answer.text.splitlines(), strict=True):
                status = json.loads(result)["status"]
                if (status == 403) == (role in service.permissions[operation.name].roles):
                    wrong.append((operation.name, role, status))
    assert wrong == []
    assert await store.read_all(0, 10) == []


async def test_others_cannot_tell_what_is_on_record_from_what_is_not(app_of: AppOf, issuer: FakeIssuer):
    """Who is of another partner, or not in the role, gets the same answer about a client that is there."""
    service, there, unknown = services()["mediation"], UUID(int=1, version=4), UUID(int=2, version=4)
    walk_in = {"occurredOn": "2009-01-01", "origin": "walk_in", "name": "Synthetica Voorbeeld"}
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app_of("mediation")), base_url="http://s"
    ) as http:
        own = issuer.bearer(service, "uaf", Role.MEDIATOR) | {"Idempotency-Key": str(UUID(int=3, version=4))}
        taken_on = await http.post(f"/v1/clients/{there}/take-on", json=walk_in, headers=own)
        assert taken_on.status_code == 201
        found = [(await http.get(f"/v1/clients/{ref}", headers=own)).status_code for ref in (there, unknown)]
        assert found == [200, 404]
        for asker, status in ((Asker(Role.MEDIATOR, "uwv"), 404), (Asker(Role.INTAKE_WORKER, "uaf"), 403)):
            headers = asker.headers(issuer, "mediation")
            about = [await http.get(f"/v1/clients/{ref}", headers=headers) for ref in (there, unknown)]
            assert [answer.status_code for answer in about] == [status, status]
            assert about[0].text == about[1].text


def line(operation: Any, number: int) -> str:
    ref = "uaf" if operation.ref == "slug" else str(UUID(int=1, version=4))
    return json.dumps(
        {"command": operation.name, "ref": ref, "key": str(UUID(int=number + 1, version=4)), "body": {}}
    )


async def test_nobody_gets_to_a_route_that_nobody_was_given(app_of: AppOf, issuer: FakeIssuer):
    app = app_of("intake")

    @app.get("/v1/new", name="new-view")
    async def new_view() -> dict[str, str]:
        return {"secret": "shown"}

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://s") as http:
        for role in Role:
            headers = issuer.bearer(services()["intake"], "uaf", role)
            answer = await http.get("/v1/new", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


def test_the_document_shows_the_table():
    current = (ROOT / "docs/rights.md").read_text()
    assert current == rights_table.document(), "run: python deploy/rights_table.py"
