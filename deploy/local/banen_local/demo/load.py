"""Sends a history to the services in bulk over HTTP, until every line is acknowledged and counted."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Any, Protocol

import httpx2

from banen_contracts.base import source_of
from banen_contracts.reporting import SourceDeclaredLive
from banen_kit.core.errors import StoreFull
from banen_local.cluster.define import until_heard
from banen_local.cluster.folder import LocalError
from banen_local.cluster.supervisor import together
from banen_local.demo.history import History
from banen_local.demo.history.book import BUREAU, Line, Source
from banen_local.demo.published import PUBLISHED
from banen_reporting.queries.schemas import Targets
from banen_reporting.queries.state import Position

CHUNK = 500
LINES = {"Content-Type": "application/x-ndjson"}
AT_ONCE = 2
"""Chunks in progress per service. Lines about one thing are never in two chunks."""
PATIENCE = 120.0
"""A load gives up when no service took a line for so many seconds."""
COUNTING_PATIENCE = 180.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 3.0
DONE = {("declare-source-live", "source-live")}
"""Refusals that mean that an earlier load on another day got this far."""
LIVE = SourceDeclaredLive.NAME
LAST_KNOWN_ON = max(figure.day for figure in PUBLISHED.known_on)

Address = Callable[[str, str], str]
"""The address of a partner's service."""


class Progress(Protocol):
    """Receives the progress of a load."""

    def phase(self, name: str, total: int) -> None: ...

    def advance(self, count: int) -> None: ...


class Unanswered(Exception):
    """The service is unavailable, or asks to come back later."""


class Patience:
    """Of the whole load, since what one service refuses may wait for what another has still to take."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()

    def renew(self) -> None:
        self._since = self._clock()

    @property
    def is_over(self) -> bool:
        return self._clock() - self._since > PATIENCE


@dataclass(frozen=True)
class Loader:
    http: httpx2.AsyncClient
    address: Address
    progress: Progress
    patience: Patience = field(default_factory=Patience)

    async def load(self, history: History) -> None:
        """Returns when every figure is final. Loading again has no effect. Raises `LocalError`."""
        self.progress.phase("load", history.number)
        await self._send(BUREAU, history.programme)
        if await self._is_live(history):
            self.progress.advance(history.number - len(history.programme))
        else:
            await self._load_partners(history)
        self.progress.phase("settle", 1)
        await self._until_counted(history, {})
        await self._until_final(LAST_KNOWN_ON)
        self.progress.advance(1)

    async def _load_partners(self, history: History) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                for source in history.partners:
                    await until_heard(self.http, self.address(*source), source[1])
        except TimeoutError:
            raise LocalError(f"Not every service hears of the programme within {PATIENCE:.0f} s.") from None
        await together(self._send_stages(source, stages) for source, stages in history.partners.items())
        await self._send(BUREAU, history.permissions)
        # Reactors give a historic fact's date to what they record, but only until the source is live.
        self.progress.phase("count", 1)
        await self._until_counted(history, {BUREAU: history.public[BUREAU] - len(history.going_live)})
        await self._until_filled(history)
        self.progress.advance(1)
        self.progress.phase("go live", len(history.going_live))
        await self._send(BUREAU, history.going_live)

    async def _is_live(self, history: History) -> bool:
        """Sources are declared live last, so a live source means that an earlier load was complete."""
        for line in history.going_live:
            record = await self._get(f"/v1/programme/partners/{line.ref}")
            live = {event["data"].get("service") for event in record["events"] if event["event"] == LIVE}
            if line.body["service"] not in live:
                return False
        return True

    async def _send_stages(self, source: Source, stages: Sequence[Sequence[Line]]) -> None:
        for stage in stages:
            await self._send(source, stage)

    async def _send(self, source: Source, lines: Sequence[Line]) -> None:
        chunks = iter(chunked(lines))

        async def take() -> None:
            for chunk in chunks:
                await self._send_chunk(source, chunk)

        await together(take() for _ in range(AT_ONCE))

    async def _send_chunk(self, source: Source, lines: Sequence[Line]) -> None:
        """Sends repeatedly, with the same keys, until every line is accepted; one line alone after an attempt in vain."""
        pause, most = FIRST_PAUSE, len(lines)
        self.patience.renew()
        while lines:
            tried, others = lines[:most], lines[most:]
            try:
                left = refused(source, tried, await self._post(source, tried))
            except Unanswered as reason:
                left, trouble = list(tried), str(reason)
            else:
                trouble = f"{left[0].command} of {left[0].ref} is still awaited" if left else ""
            if len(left) < len(tried):
                self.progress.advance(len(tried) - len(left))
                pause, most = FIRST_PAUSE, len(lines)
                self.patience.renew()
            elif self.patience.is_over:
                raise LocalError(f"{'-'.join(source)} takes no lines for {PATIENCE:.0f} s: {trouble}")
            else:
                most = 1
            lines = [*left, *others]
            if left:
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _post(self, source: Source, lines: Sequence[Line]) -> list[dict[str, Any]]:
        """The answer to each line.

        Raises `Unanswered` if the whole chunk must be sent again, `LocalError` if that would not help.
        """
        url = f"{self.address(*source)}/v1/bulk"
        try:
            answer = await self.http.post(
                url, content=b"\n".join(line.to_json() for line in lines), headers=LINES
            )
            if answer.status_code == 503:
                refuse_full(source, answer.json().get("code"))
            if answer.status_code >= 500 or answer.status_code == 429:
                raise Unanswered(f"it answers {answer.status_code}")
            if answer.status_code != 200:
                raise LocalError(
                    f"{'-'.join(source)} refuses a bulk load: {answer.status_code} {answer.text[:200]}"
                )
            results: list[dict[str, Any]] = [json.loads(line) for line in answer.text.splitlines()]
        except (httpx2.HTTPError, ValueError) as error:
            raise Unanswered(type(error).__name__) from error
        if len(results) != len(lines):
            raise Unanswered("its answer is not complete")
        away = next((result for result in results if result["status"] >= 500), None)
        if away:
            refuse_full(source, away["code"])
            raise Unanswered(f"it answers {away['code']} to some lines")
        return results

    async def _until_counted(self, history: History, but: dict[Source, int]) -> None:
        expected = {source_of(*source): count for source, count in {**history.public, **but}.items()}

        async def is_counted() -> bool:
            position = Position.model_validate(await self._get("/v1/position"))
            counted = {one.source: one.counted for one in position.sources}
            return all(counted.get(source, 0) >= count for source, count in expected.items())

        await self._until(is_counted, "reporting has not counted everything that was recorded")

    async def _until_filled(self, history: History) -> None:
        async def is_filled() -> bool:
            for (source, group), placed in history.places.items():
                record = await self._get(f"/v1/places/{group}", source)
                if record["version"] < placed:
                    return False
            return True

        await self._until(is_filled, "not every place of the groups is filled")

    async def _until_final(self, known_on: date) -> None:
        async def is_final() -> bool:
            targets = Targets.model_validate(await self._get(f"/v1/targets?knownOn={known_on}"))
            return not targets.provisional

        await self._until(is_final, f"the figures as known on {known_on} are not final")

    async def _until(self, condition: Callable[[], Awaitable[bool]], otherwise: str) -> None:
        deadline = time.monotonic() + COUNTING_PATIENCE
        while time.monotonic() < deadline:
            try:
                if await condition():
                    return
            except (httpx2.HTTPError, ValueError, Unanswered):
                pass  # temporarily unavailable
            await asyncio.sleep(0.1)
        raise LocalError(f"After {COUNTING_PATIENCE:.0f} s {otherwise}; see /v1/position of reporting.")

    async def _get(self, path: str, source: Source = BUREAU) -> dict[str, Any]:
        answer = await self.http.get(self.address(*source) + path)
        if answer.status_code != 200:
            raise Unanswered(f"it answers {answer.status_code}")
        return answer.json()


def refuse_full(source: Source, code: str | None) -> None:
    """Raises `LocalError` if a service reports that its database is full: waiting does not help."""
    if code == StoreFull.code:
        raise LocalError(
            f"The disk of the database of {'-'.join(source)} is full; free some space and start again,"
            " what was acknowledged is kept."
        )


def chunked(lines: Sequence[Line]) -> list[list[Line]]:
    """Keeps lines about one thing, and those that follow from it, together and in order, so that chunks can be sent in
    any order.

    A chunk begins with the first line of each thing, then the second lines, so that lines run together are independent.
    """
    by_stream: dict[str, list[Line]] = {}
    for line in lines:
        by_stream.setdefault(line.follows, []).append(line)
    chunks: list[list[list[Line]]] = [[]]
    for stream in by_stream.values():
        if chunks[-1] and sum(map(len, chunks[-1])) + len(stream) > CHUNK:
            chunks.append([])
        chunks[-1].append(stream)
    return [
        [line for together in zip_longest(*chunk) for line in together if line is not None]
        for chunk in chunks
    ]


def is_awaited(command: str, code: str) -> bool:
    """Whether a refusal ends by itself: the offer has not arrived over the bus yet."""
    return command in ("accept-handover", "decline-handover") and code == "handover-unknown"


def refused(source: Source, lines: Sequence[Line], results: Sequence[dict[str, Any]]) -> list[Line]:
    """The lines to send again. Raises `LocalError` at the first line that would never be accepted."""
    again: list[Line] = []
    for line, result in zip(lines, results, strict=True):
        if result["status"] < 400 or (line.command, result["code"]) in DONE:
            continue
        if not is_awaited(line.command, result["code"]):
            raise LocalError(
                f"{'-'.join(source)} refuses {line.command} of {line.ref}: {result['code']}, {result.get('detail')}"
            )
        again.append(line)
    return again
