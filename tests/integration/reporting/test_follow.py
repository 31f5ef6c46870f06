"""Reading each source's watermark from a real bus, whatever others may have published there."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from nats.aio.client import Client
from prometheus_client import CollectorRegistry

from banen_contracts.base import source_of
from banen_contracts.reporting import PartnerAdmitted, PartnerRenamed, SourceEnded
from banen_kit.core.faults import Faults
from banen_kit.core.metrics import Metrics
from banen_kit.messaging.inbox import INSERT
from banen_kit.messaging.jetstream import jetstream
from banen_kit.messaging.topology import Partner, apply_stream, streams
from banen_kit.postgres.connection import connect
from banen_reporting.facts import follow
from banen_reporting.facts.follow import read_watermarks
from banen_reporting.facts.model import BUREAU
from banen_reporting.facts.projection import project
from banen_reporting.facts.store import FactStore
from support.waiting import eventually

PARTNERS = [Partner("uaf", ("intake", "mediation"))]
INTAKE, MEDIATION = source_of("uaf", "intake"), source_of("uaf", "mediation")
NOW = datetime(2006, 3, 1, tzinfo=UTC)
GOOD = b'{"through": "2006-03-01T12:00:00+00:00", "sequence": 7}'
LATER = b'{"through": "2006-03-02T12:00:00+00:00", "sequence": 9}'


@pytest.fixture
async def view(database: Any, new_schema: Callable[..., Awaitable[str]]) -> AsyncIterator[FactStore]:
    pool = await connect(database.service_url, await new_schema("banen_kit", "banen_reporting"))
    yield FactStore(pool)
    await pool.close()


@pytest.fixture
async def marks(bus: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(follow, "POLL_SECONDS", 0.02)
    for declared in streams(PARTNERS, max_bytes=2**20):
        await apply_stream(bus, declared, change=False)
    return bus


async def say(client: Client, service: str, body: bytes) -> None:
    await jetstream(client).publish(f"wmk.uaf.{service}", body)


@asynccontextmanager
async def following(client: Client, view: FactStore, faults: Faults | None = None) -> AsyncIterator[None]:
    faults = faults or Faults(Metrics.create(CollectorRegistry()))
    task = asyncio.create_task(read_watermarks(client, view, PARTNERS, faults))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled(), task.exception()


async def known(view: FactStore) -> dict[str, tuple[datetime, int]]:
    rows = await view.pool.fetch("select source, through, sequence from watermarks")
    return {row["source"]: (row["through"], row["sequence"]) for row in rows}


async def until(view: FactStore, expected: dict[str, tuple[datetime, int]]) -> None:
    async def is_known() -> bool:
        return await known(view) == expected

    await eventually(is_known)


async def test_notes_the_watermark_of_each_source(marks: Client, view: FactStore):
    await say(marks, "intake", GOOD)
    await say(marks, "mediation", LATER)
    async with following(marks, view):
        await until(
            view,
            {
                INTAKE: (datetime(2006, 3, 1, 12, tzinfo=UTC), 7),
                MEDIATION: (datetime(2006, 3, 2, 12, tzinfo=UTC), 9),
            },
        )


async def test_a_lower_watermark_opens_a_day_again(marks: Client, view: FactStore):
    """What a relay says last is what it knows: a clock may have been ahead before."""
    await say(marks, "intake", LATER)
    async with following(marks, view):
        await until(view, {INTAKE: (datetime(2006, 3, 2, 12, tzinfo=UTC), 9)})
        await say(marks, "intake", GOOD)
        await until(view, {INTAKE: (datetime(2006, 3, 1, 12, tzinfo=UTC), 7)})


async def test_a_watermark_ahead_of_our_own_clock_is_refused_and_shown_until_a_better_one_comes(
    marks: Client, view: FactStore
):
    faults = Faults(Metrics.create(CollectorRegistry()))
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await say(marks, "intake", GOOD)
    await say(marks, "mediation", json.dumps({"through": tomorrow.isoformat(), "sequence": 3}).encode())
    async with following(marks, view, faults):
        await eventually(lambda: "watermark-refused" in faults.open())
        assert MEDIATION in faults.open()["watermark-refused"].reason
        assert faults.open()["watermark-refused"].still_ready
        shown = {row["source"]: (row["through"], row["refused"]) for row in await view.sources()}
        assert shown[MEDIATION] == (None, tomorrow)
        # One that was believed before stays until then.
        await say(marks, "intake", json.dumps({"through": tomorrow.isoformat(), "sequence": 8}).encode())
        await eventually(lambda: INTAKE in faults.open()["watermark-refused"].reason)
        assert (await known(view))[INTAKE] == (datetime(2006, 3, 1, 12, tzinfo=UTC), 7)
        await say(marks, "intake", LATER)
        await say(marks, "mediation", LATER)
        await eventually(lambda: not faults.open())
        assert (await known(view))[MEDIATION] == (datetime(2006, 3, 2, 12, tzinfo=UTC), 9)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"soon",
        b"[]",
        b"{}",
        b'{"through": "soon", "sequence": 7}',
        b'{"through": "2006-03-01T12:00:00", "sequence": 7}',
        b'{"through": "9999-12-31T23:59:59Z", "sequence": 7}',
        b'{"through": "2006-03-01T12:00:00Z", "sequence": -1}',
        b'{"through": "2006-03-01T12:00:00Z", "sequence": 9223372036854775808}',
        b"\xff",
    ],
)
async def test_a_watermark_that_cannot_be_read_holds_nothing_up(marks: Client, view: FactStore, body: bytes):
    await say(marks, "intake", body)
    await say(marks, "mediation", GOOD)
    async with following(marks, view):
        await until(view, {MEDIATION: (datetime(2006, 3, 1, 12, tzinfo=UTC), 7)})
        await say(marks, "intake", LATER)
        await until(
            view,
            {
                INTAKE: (datetime(2006, 3, 2, 12, tzinfo=UTC), 9),
                MEDIATION: (datetime(2006, 3, 1, 12, tzinfo=UTC), 7),
            },
        )


async def test_waits_for_a_bus_without_watermarks(
    bus: Client, view: FactStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(follow, "POLL_SECONDS", 0.02)
    async with following(bus, view):
        for declared in streams(PARTNERS, max_bytes=2**20):
            await apply_stream(bus, declared, change=False)
        await say(bus, "intake", GOOD)
        await until(view, {INTAKE: (datetime(2006, 3, 1, 12, tzinfo=UTC), 7)})


async def test_events_that_their_own_relay_does_not_know_of_are_an_alarm(
    marks: Client, view: FactStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(follow, "FORGED_SECONDS", 0.1)
    faults = Faults(Metrics.create(CollectorRegistry()))
    event = {"contactRef": "x"}
    row = (INTAKE, 8, UUID(int=1), "t", "r", NOW, NOW, False, UUID(int=2), json.dumps(event))
    await view.pool.execute("insert into projected (source, sequence) values ($1, 0)", INTAKE)
    await view.pool.execute(INSERT, *([value] for value in row))
    await say(marks, "intake", GOOD)  # up to 7
    async with following(marks, view, faults):
        await eventually(lambda: "sequence-forged" in faults.open())
        assert INTAKE in faults.open()["sequence-forged"].reason
        await say(marks, "intake", LATER)  # up to 9
        await eventually(lambda: not faults.open())


async def test_what_an_ended_source_says_is_an_alarm(marks: Client, view: FactStore):
    faults = Faults(Metrics.create(CollectorRegistry()))
    about: dict[str, Any] = {"partner_id": "uaf", "occurred_on": NOW.date()}
    said = [
        (BUREAU, 1, PartnerAdmitted(name="UAF", services=("intake",), **about)),
        (BUREAU, 2, SourceEnded(service="intake", sequence=0, **about)),
        (INTAKE, 1, PartnerRenamed(name="Anybody", **about)),
    ]
    for source, sequence, event in said:
        await view.pool.execute(
            "insert into projected (source, sequence) values ($1, 0) on conflict do nothing", source
        )
        id_ = UUID(int=sequence + (source == INTAKE) * 100)
        type_ = f"nl.banenoffensief.{event.NAME}"
        row = (source, sequence, id_, type_, "uaf", NOW, NOW, False, UUID(int=2), event.to_json().decode())
        await view.pool.execute(INSERT, *([value] for value in row))
    await project(view)
    async with following(marks, view, faults):
        await eventually(lambda: "ended-source-speaks" in faults.open())
        assert INTAKE in faults.open()["ended-source-speaks"].reason
        assert faults.open()["ended-source-speaks"].still_ready
        assert {row["reason"] for row in await view.set_aside()} == {"source-ended"}
