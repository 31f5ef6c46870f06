"""Finds who on record is likely the person whom a command records anew (docs/adr/0064)."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from banen_kit.application.command_service import FindDoubles
from banen_kit.application.read_model import Kind, ReadModel, Row
from banen_kit.core.decider import Command
from banen_kit.postgres.batching import Batcher
from banen_kit.postgres.connection import reachable
from banen_kit.readmodel.fold import CannotFold
from banen_kit.readmodel.names import are_alike, joined, kept_of, sought_word, words_of
from banen_kit.readmodel.projector import LIVE_BATCH, Projector
from banen_kit.readmodel.reader import ListReader
from banen_kit.readmodel.rows import from_text
from banen_kit.readmodel.tokens import tokens

MOST_COMPARED = 100
"""So many rows are compared: those with the most of the name."""
MOST = 20
"""So many likely doubles are told."""
Details = Mapping[str, str]
"""Personal values by field."""


def is_likely_double(kinds: Mapping[str, Kind], one: Details, other: Details) -> bool:
    """Whether the names are alike, and a telephone number, an e-mail address or the birth date is the same."""
    both = one.keys() & other.keys() & kinds.keys()
    names = {name for name in both if kinds[name] is Kind.NAME}
    return any(are_alike(one[name], other[name]) for name in names) and any(
        kept_of(kinds[name], one[name]) == kept_of(kinds[name], other[name]) for name in both - names
    )


def details_in(model: ReadModel, command: Command) -> dict[str, str]:
    values = {name: getattr(command, name) for name in model.searched}
    return {name: str(value) for name, value in values.items() if value is not None}


@dataclass
class Turns:
    """Lets no two hold the same mark at the same time."""

    _held: set[int] = field(default_factory=set[int])
    _left: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def hold(self, marks: frozenset[int]) -> AsyncGenerator[None]:
        async with self._left:
            await self._left.wait_for(lambda: not marks & self._held)
            self._held |= marks
        try:
            yield
        finally:
            self._held -= marks
            async with self._left:
                self._left.notify_all()


@dataclass
class Doubles:
    """Compares people with the rows of one list. Raises `StoreUnavailable`."""

    projector: Projector
    model: ReadModel

    def __post_init__(self) -> None:
        self._turns = Turns()
        self._refreshers = Batcher[str, None](self._refresh, key=lambda ref: ref, workers=1)

    @asynccontextmanager
    async def find(self, ref: str, command: Command) -> AsyncGenerator[tuple[UUID, ...]]:
        """See `FindDoubles`."""
        details = details_in(self.model, command)
        names = {name for name in details if self.model.searched[name] is Kind.NAME}
        others = details.keys() - names
        if not names or not others:
            yield ()
            return
        key = await self.projector.repository.keys.search_key()
        marks = tokens(
            key, (text for name in others for text in kept_of(self.model.searched[name], details[name]))
        )
        async with self._turns.hold(frozenset(marks)):
            await self._refreshers.ask(ref)
            words = [word for name in names for word in words_of(details[name])]
            alike = [tokens(key, sought_word(word).every) for word in words]
            yield await self._likely(
                ref, details, await self._rows(ref, marks, alike, tokens(key, joined(words)))
            )

    async def _likely(self, ref: str, details: Details, rows: Sequence[Row]) -> tuple[UUID, ...]:
        opened = await ListReader(self.projector.tables, self.projector.repository.keys).open(
            self.model, rows
        )
        likely = (
            UUID(one.row.ref)
            for one in opened
            if is_likely_double(self.model.searched, details, one.personal)
        )
        return tuple(islice(likely, MOST))

    async def _rows(
        self, ref: str, marks: Sequence[int], alike: Sequence[Sequence[int]], whole: Sequence[int]
    ) -> list[Row]:
        """Those with one of the marks and a part of the name, the most alike first."""
        table = self.model.table
        some = sorted({*whole, *(one for part in alike for one in part)})
        rank = " + ".join(f"(t.tokens && ${number}::bigint[])::int" for number in range(6, 6 + len(alike)))
        query = (
            f"select r.data from list_tokens t join {table} r on r.ref = t.ref and r.generation = t.generation"
            " where t.list = $1 and t.generation = (select generation from list_progress where live) and t.ref <> $2"
            " and t.tokens && $3::bigint[] and t.tokens && $4::bigint[]"
            f" order by {rank} desc, t.ref limit $5"
        )
        async with reachable():
            rows = await self.projector.tables.pool.fetch(
                query, self.model.name, ref, marks, some, MOST_COMPARED, *alike
            )
        return [from_text(self.model, row["data"]) for row in rows]

    async def _refresh(self, asked: Sequence[str]) -> Sequence[None]:
        """Folds what was recorded just before; not a whole store, such as after a restore."""
        tables = self.projector.tables
        if await tables.store.count_after((await tables.live()).position) <= LIVE_BATCH:
            with suppress(
                CannotFold
            ):  # the loop that keeps the lists tells of it; people can be recorded all the same
                await self.projector.catch_up()
        return [None] * len(asked)


def finders(projector: Projector) -> dict[str, FindDoubles]:
    """What finds doubles, by the name of the command (`CommandService.doubles`)."""
    return {
        model.recorded_by.NAME: Doubles(projector, model).find
        for model in projector.tables.models
        if model.recorded_by is not None
    }
