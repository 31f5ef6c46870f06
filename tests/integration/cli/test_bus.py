"""`banen bus`: declares the bus, and lists what was set aside."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from nats.aio.client import Client
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner, Result

from banen_cli.fault import Fault
from banen_contracts.base import source_of
from banen_contracts.roles import Role
from banen_intake.service import SERVICE as INTAKE
from banen_kit.application.command_service import CommandService
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.faults import Faults
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.port import Append, NewEvent
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.messaging.blocked import Outbound
from banen_kit.messaging.jetstream import EVT_ALL, api, dead_letter, jetstream
from banen_kit.runtime import blocked_routes, database_clock as clock
from banen_kit.runtime.database_clock import DatabaseClock
from banen_kit.testing import FakeIssuer, health_of
from banen_kit.web.app import create_app
from banen_kit.web.server import http_server
from banen_local.cluster.nats import Nats
from banen_local.cluster.programme import PARTNERS_FILE
from support.cli import app
from support.definition import learned

runner = CliRunner()


@pytest.fixture
def url_file(nats: Nats, tmp_path: Path) -> str:
    path = tmp_path / "bus-url"
    path.write_text(nats.url)
    return str(path)


async def run(*arguments: str) -> Result:
    return await asyncio.to_thread(runner.invoke, app, ["bus", *arguments])


async def apply(url_file: str, *more: str) -> Result:
    return await run("apply", "--partners", str(PARTNERS_FILE), "--bus-url-file", url_file, *more)


async def test_declares_everything_and_a_second_time_changes_nothing(url_file: str):
    first = await apply(url_file)
    assert first.exit_code == 0
    assert {line.split(": ")[1] for line in first.output.splitlines()} == {"created"}
    second = await apply(url_file)
    assert {line.split(": ")[1] for line in second.output.splitlines()} == {"as declared"}


async def test_says_what_differs_and_leaves_it_until_told_to_change_it(url_file: str, bus: Client):
    await apply(url_file)
    config = (await api(bus, "STREAM.INFO.WMK"))["config"]
    await api(bus, "STREAM.UPDATE.WMK", {**config, "max_msgs_per_subject": 5})

    refused = await apply(url_file)
    assert "WMK: differs: max_msgs_per_subject: is 5; declared 1" in refused.output
    assert isinstance(refused.exception, Fault)
    assert (await api(bus, "STREAM.INFO.WMK"))["config"]["max_msgs_per_subject"] == 5

    assert (await apply(url_file, "--change")).exit_code == 0
    assert (await api(bus, "STREAM.INFO.WMK"))["config"]["max_msgs_per_subject"] == 1


async def test_lists_nothing_where_nothing_was_set_aside(url_file: str):
    await apply(url_file)
    listed = await run("dlq", "list", "--bus-url-file", url_file, "--json")
    assert (listed.exit_code, json.loads(listed.output)) == (0, [])


async def test_lists_what_was_set_aside_with_its_reason_and_without_its_body(url_file: str, bus: Client):
    await apply(url_file)
    await jetstream(bus).publish("evt.uaf.intake.contact-made.v1", b'{"secret": "canary"}')
    subscription = await jetstream(bus).pull_subscribe_bind("bureau-reporting", stream=EVT_ALL)
    (message,) = await subscription.fetch(1, timeout=10)
    await dead_letter(bus, "bureau-reporting", message, "envelope-invalid")

    listed = await run("dlq", "list", "--bus-url-file", url_file, "--json")

    (row,) = json.loads(listed.output)
    assert (row["where"], row["reason"]) == ("bureau-reporting", "envelope-invalid")
    assert "canary" not in listed.output


async def test_a_bus_that_was_not_declared_is_one_line_that_says_what_to_do(url_file: str):
    listed = await run("dlq", "list", "--bus-url-file", url_file)
    assert isinstance(listed.exception, Fault)
    assert "run: banen bus apply" in str(listed.exception)


@dataclass
class Site:
    """A service whose relay cannot publish what a newer version recorded."""

    url: str
    token_file: str
    store: PostgresStore
    issuer: FakeIssuer

    async def run(self, command: str, *more: str) -> Result:
        return await run(command, *more, "--url", self.url, "--token-file", self.token_file)


@pytest.fixture
async def site(store: PostgresStore, tmp_path: Path) -> AsyncIterator[Site]:
    issuer, audit = FakeIssuer(), MemoryAudit()
    repository: EventRepository[Any] = EventRepository(store, EventSerializer(INTAKE.events), MemoryKeys())
    metrics = Metrics.create(CollectorRegistry())
    command_service = CommandService(
        INTAKE, repository, "uaf", frozenset({"uaf"}), audit, metrics, lambda: datetime.now(UTC), learned()
    )
    authentication = issuer.authentication(INTAKE, "uaf", audit)
    service = create_app(command_service, authentication, health_of(command_service))
    service.include_router(
        blocked_routes.routes(
            Outbound(store, repository.serializer, command_service.publisher), authentication
        )
    )
    service.include_router(clock.routes(DatabaseClock(store.pool, Faults(metrics)), authentication))
    metadata = {"correlationId": str(UUID(int=1)), "causationId": str(UUID(int=1))}
    event = NewEvent(UUID(int=9), "of-a-newer-version", 1, "{}")
    await store.append(Append(f"contact-{UUID(int=7)}", (event,), 0, json.dumps(metadata)))
    (tmp_path / "token").write_text(
        issuer.token(Role.OPS, partner="uaf", audience=source_of("uaf", "intake"))
    )
    server = http_server(service)
    listening = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve([listening]))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    yield Site(url, str(tmp_path / "token"), store, issuer)
    server.should_exit = True
    await serving


async def test_shows_the_event_that_a_service_cannot_publish(site: Site):
    listed = await site.run("blocked", "--json")
    found = json.loads(listed.output)
    assert (found["position"], found["eventId"], found["type"]) == (1, str(UUID(int=9)), "of-a-newer-version")
    assert (found["stream"], found["waiting"]) == (f"contact-{UUID(int=7)}", 0)
    assert "reason: of-a-newer-version version 1" in (await site.run("blocked")).output


async def decisions(site: Site) -> list[tuple[Any, ...]]:
    rows = await site.store.pool.fetch("select position, type, body, reason_code from relay_decisions")
    return [tuple(row) for row in rows]


async def test_skips_it_once_a_human_says_so(site: Site):
    done = await site.run("skip", "1", "--reason", "newer-version")
    assert done.output == "Decided. The relay takes it up by itself; 0 events wait behind it.\n"
    assert await decisions(site) == [(1, None, None, "newer-version")]
    again = await site.run("skip", "1", "--reason", "newer-version")
    assert str(again.exception) == "Over die gebeurtenis is al beslist. (event-decided)"


async def test_corrects_it_as_a_human_says(site: Site, tmp_path: Path):
    data = {"contactRef": str(UUID(int=7)), "occurredOn": "2008-06-30", "channel": "other", "kind": "contact"}
    (tmp_path / "data.json").write_text(json.dumps(data))
    type_ = "nl.banenoffensief.intake.contact-made.v1"
    arguments = ("--reason", "newer-version", "--type", type_, "--data", str(tmp_path / "data.json"))
    assert (await site.run("correct", "1", *arguments)).exit_code == 0
    [(_, stored, body, _)] = await decisions(site)
    assert (stored, json.loads(body)["occurredOn"]) == (type_, "2008-06-30")


async def test_says_why_a_decision_cannot_be(site: Site, tmp_path: Path):
    other = await site.run("skip", "2", "--reason", "newer-version")
    assert str(other.exception) == "That event does not stand in the way now; see: banen bus blocked"
    (tmp_path / "data.json").write_text("{}")
    arguments = ("--reason", "x-y", "--type", "nonsense", "--data", str(tmp_path / "data.json"))
    refused = await site.run("correct", "1", *arguments)
    said = str(refused.exception)
    assert said.startswith("De invoer klopt niet; ")
    assert said.endswith(" (invalid-input) type: must be a public event of this service")
    (tmp_path / "data.json").write_text("nonsense")
    assert str((await site.run("correct", "1", *arguments)).exception).endswith("data.json: is not JSON")
    (tmp_path / "token").write_text(
        site.issuer.token(Role.MEDIATOR, partner="uaf", audience=source_of("uaf", "intake"))
    )
    assert "not-allowed" in str((await site.run("blocked")).exception)
    assert await decisions(site) == []


async def test_shows_and_confirms_what_clocks_dated_that_could_not_be_trusted(site: Site):
    await site.store.pool.execute("select note_clock_jump()")

    async def clock_(*arguments: str) -> str:
        more = ("--url", site.url, "--token-file", site.token_file)
        return (await asyncio.to_thread(runner.invoke, app, ["clock", *arguments, *more])).output

    [suspect] = json.loads(await clock_("show", "--json"))["suspects"]
    assert (suspect["position"], suspect["reason"], suspect["category"]) == (1, "jumped", "contact")
    assert "1 events cannot be dated for certain" in await clock_("show")
    assert await clock_("confirm", "--until", "1") == "1 events confirmed\n"
    assert "0 events cannot be dated for certain" in await clock_("show")
