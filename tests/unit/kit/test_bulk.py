"""A bulk load takes its turn: others are answered in between, and it keeps no more than its part of the memory."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
from prometheus_client import CollectorRegistry

from banen_contracts.roles import Role
from banen_kit.application.bulk import AT_ONCE, MOST_LOADS, MOST_LOADS_OF_ONE
from banen_kit.application.command_service import CommandService
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.testing import FakeIssuer, health_of
from banen_kit.web.app import MOST_BULK_LINES, create_app
from banen_mediation.domain.handover import ReceiveHandover
from banen_mediation.reactors import RECEIVE_HANDOVER
from banen_mediation.service import SERVICE

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ISSUER = FakeIssuer()
LINES = {"Content-Type": "application/x-ndjson"}


class CountingStore(MemoryStore):
    """Counts how many read at the same time, and can keep all of them waiting."""

    def __init__(self) -> None:
        super().__init__(lambda: NOW)
        self.reading = 0
        self.most = 0
        self.arrived: asyncio.Queue[str] = asyncio.Queue()
        self.open = asyncio.Event()
        self.open.set()

    async def read(self, stream: str) -> list[StoredRecord]:
        self.reading += 1
        self.most = max(self.most, self.reading)
        self.arrived.put_nowait(stream)
        try:
            await asyncio.sleep(0)
            await self.open.wait()
            return await super().read(stream)
        finally:
            self.reading -= 1


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


def desk_of(store: MemoryStore) -> CommandService:
    repository: EventRepository[Any] = EventRepository(
        store, EventSerializer(SERVICE.events, SERVICE.upcasters), MemoryKeys()
    )
    audit = MemoryAudit(lambda: NOW)
    metrics = Metrics.create(CollectorRegistry())
    return CommandService(SERVICE, repository, "uaf", frozenset({"uaf", "uwv"}), audit, metrics, lambda: NOW)


@pytest.fixture
async def http(store: CountingStore) -> AsyncIterator[httpx2.AsyncClient]:
    command_service = desk_of(store)
    app = create_app(
        command_service,
        ISSUER.authentication(SERVICE, "uaf", command_service.audit),
        health_of(command_service),
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://uaf") as client:
        yield client


def headers(subject: str = "somebody") -> dict[str, str]:
    return LINES | ISSUER.bearer(SERVICE, "uaf", Role.MEDIATOR, subject=subject)


def line(number: int, **more: Any) -> bytes:
    body = {"occurredOn": "2026-01-01", "origin": "walk_in", "name": "Synthetica Voorbeeld", **more}
    ref = str(UUID(int=number, version=4))
    return json.dumps({"command": "take-on-client", "ref": ref, "key": ref, "body": body}).encode() + b"\n"


@pytest.mark.parametrize("things", [1, 500], ids=["of one thing", "of many things"])
async def test_others_are_answered_between_the_lines(http: httpx2.AsyncClient, things: int):
    """Bad lines, none of which waits for anything: each lets the loop do something else, three times."""
    turns = 0
    is_done = False

    async def somebody_else() -> None:
        nonlocal turns
        while not is_done:
            await asyncio.sleep(0)
            turns += 1

    other = asyncio.create_task(somebody_else())
    wide = {f"field{number}": number for number in range(400)}
    body = b"".join(line(number % things, **wide) for number in range(500))
    answer = await http.post("/v1/bulk", content=body, headers=headers())
    is_done = True
    await other

    assert answer.status_code == 200
    assert turns >= 1500, (
        "not once while a line is read, once while it is tried and once while its answer is written"
    )


async def test_what_a_caller_sends_does_not_choose_how_much_is_answered(http: httpx2.AsyncClient):
    wide = line(1, **{f"field{number}": number for number in range(400)})
    long = b"[" + b"[]," * 100_000 + b"[]]\n"
    answer = await http.post("/v1/bulk", content=(wide + long) * 20, headers=headers())

    found = [json.loads(one) for one in answer.text.splitlines()]
    assert [one["status"] for one in found] == [400, 413] * 20
    assert all(len(one["errors"]) == 10 and one["moreErrors"] == 390 for one in found[::2])
    assert len(answer.content) < 40 * 1500
    small = await http.post("/v1/bulk", content=b"{}\n" * MOST_BULK_LINES, headers=headers())
    assert len(small.content) < MOST_BULK_LINES * 1500


async def test_no_more_than_some_lines_are_under_way_at_once(http: httpx2.AsyncClient, store: CountingStore):
    body = b"".join(line(number) for number in range(5 * AT_ONCE))
    store.open.clear()
    load = asyncio.create_task(http.post("/v1/bulk", content=body, headers=headers()))
    for _ in range(AT_ONCE):
        await store.arrived.get()
    store.open.set()

    found = [json.loads(one) for one in (await load).text.splitlines()]
    assert [(one["line"], one["status"]) for one in found] == [(n, 201) for n in range(1, 5 * AT_ONCE + 1)]
    assert store.most == AT_ONCE


async def test_no_line_goes_on_after_its_load_was_given_up(http: httpx2.AsyncClient, store: CountingStore):
    """Also while others of its part have not begun."""
    store.open.clear()
    body = b"".join(line(number) for number in range(AT_ONCE))
    load = asyncio.create_task(http.post("/v1/bulk", content=body, headers=headers()))
    await store.arrived.get()
    load.cancel()
    await asyncio.wait({load})
    assert store.reading == 0


async def test_what_could_not_be_taken_is_not_overtaken_much_later(
    http: httpx2.AsyncClient, store: CountingStore, monkeypatch: pytest.MonkeyPatch
):
    """Also where other lines lie between that are taken before."""
    read = store.read

    async def away_for_the_first(stream: str) -> list[StoredRecord]:
        if stream == f"client-{UUID(int=0, version=4)}" and not await store.read_all(0, 1):
            raise StoreUnavailable("away")
        return await read(stream)

    monkeypatch.setattr(store, "read", away_for_the_first)
    others = b"".join(line(number) for number in range(1, 2 * AT_ONCE))
    answer = await http.post("/v1/bulk", content=line(0) + others + line(0), headers=headers())

    found = [json.loads(one)["status"] for one in answer.text.splitlines()]
    assert found == [503, *[201] * (2 * AT_ONCE - 1), 503]


async def test_loads_at_the_same_time_have_an_end(http: httpx2.AsyncClient, store: CountingStore):
    store.open.clear()

    async def load(number: int, subject: str) -> httpx2.Response:
        return await http.post("/v1/bulk", content=line(number), headers=headers(subject))

    async with asyncio.timeout(30):
        subjects = [f"somebody-{number // MOST_LOADS_OF_ONE}" for number in range(MOST_LOADS)]
        waiting: list[asyncio.Task[httpx2.Response]] = []
        for number, subject in enumerate(subjects):
            waiting.append(asyncio.create_task(load(number, subject)))
            await store.arrived.get()
            if number + 1 == MOST_LOADS_OF_ONE:
                refused = await load(100, subject)
                assert (refused.status_code, refused.json()["code"]) == (429, "too-many-loads")
                assert refused.headers["Retry-After"] == "1"
        assert (await load(100, "somebody-else")).status_code == 429
        store.open.set()
        answers = await asyncio.gather(*waiting)
        assert [answer.json()["status"] for answer in answers] == [201] * MOST_LOADS
        assert (await load(100, subjects[0])).status_code == 200


async def test_a_load_that_its_sender_gave_up_is_none(http: httpx2.AsyncClient, store: CountingStore):
    store.open.clear()
    async with asyncio.timeout(30):
        for number in range(2 * MOST_LOADS):
            load = asyncio.create_task(http.post("/v1/bulk", content=line(number), headers=headers()))
            await store.arrived.get()
            load.cancel()
            await asyncio.wait([load])
        store.open.set()
        assert (await http.post("/v1/bulk", content=line(1), headers=headers())).status_code == 200


async def test_a_line_waits_for_the_thing_that_it_depends_on(http: httpx2.AsyncClient, store: CountingStore):
    """A handover is accepted by a client who is taken on in a line before it, whatever else is between."""
    command_service = desk_of(store)
    handovers = [str(UUID(int=1000 + number, version=4)) for number in range(8)]
    for ref in handovers:
        command = ReceiveHandover(
            occurred_on=date(2026, 1, 1),
            from_partner="uwv",
            candidate_ref=UUID(int=7, version=4),
            expires_on=date(2026, 2, 1),
        )
        await command_service.execute_internally(RECEIVE_HANDOVER, ref, command, UUID(ref))
    lines: list[bytes] = []
    for number, ref in enumerate(handovers, 1):
        client = str(UUID(int=number, version=4))
        accept = {
            "command": "accept-handover",
            "ref": ref,
            "key": ref,
            "body": {"occurredOn": "2026-01-02", "clientRef": client.upper()},
        }
        lines += [line(number, origin="handover", originRef=ref), json.dumps(accept).encode() + b"\n"]

    answer = await http.post("/v1/bulk", content=b"".join(lines), headers=headers())

    assert [json.loads(result)["status"] for result in answer.text.splitlines()] == [201, 200] * 8
