"""Answers questions to the lists, and opens what their rows hold of persons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from banen_kit.application.read_model import ReadModel, Row, Tally
from banen_kit.core.decider import PersonErased
from banen_kit.core.problem import FieldError, invalid
from banen_kit.crypto.keys import Keys
from banen_kit.postgres.connection import reachable
from banen_kit.readmodel.names import plain
from banen_kit.readmodel.questions import (
    ENOUGH,
    MOST_SORTED,
    Question,
    conditions_of,
    page_of,
    searches_of,
    whole,
)
from banen_kit.readmodel.rows import from_text, opened_in, persons_in
from banen_kit.readmodel.table import ListTables, Progress


@dataclass(frozen=True)
class Opened:
    """A row of a list, with its personal values if they were opened."""

    row: Row
    personal: Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    rows: Sequence[Opened]
    next: str | None
    behind: int
    """How many events the list does not show yet."""


@dataclass(frozen=True)
class ListReader:
    """The lists of one service. All methods raise `StoreUnavailable`."""

    tables: ListTables
    keys: Keys

    async def page(self, question: Question, *, opens: bool) -> Page:
        """Answers a question. `opens`: whether the caller sees personal values. Raises `Problem` 400."""
        live = await self.tables.live()
        if question.q is not None:
            rows, after = await self._search(question, live), None
        elif question.by in question.model.personal:
            rows, after = await self._sorted(question, live)
        else:
            rows, after = await self._page(question, live)
        shown = await self.open(question.model, rows) if opens else [Opened(row, {}) for row in rows]
        return Page(shown, after, await self.tables.store.count_after(live.position))

    async def open(self, model: ReadModel, rows: Sequence[Row]) -> list[Opened]:
        """Leaves out the rows of persons who were erased meanwhile."""
        persons = set[str]().union(*(persons_in(model, row) for row in rows))
        keys = await self.keys.find_keys(persons)
        opened: list[Opened] = []
        for row in rows:
            try:
                opened.append(Opened(row, opened_in(model, row, keys)))
            except PersonErased:
                continue
        return opened

    async def tally(self, tally: Tally) -> tuple[list[dict[str, Any]], int]:
        """Returns how many rows there are of each kind, and how many events they do not show yet."""
        live, fields = await self.tables.live(), ", ".join(tally.by)
        query = (
            f"select {fields}, count(*) as count from {tally.of.table} where generation = $1"
            f" group by {fields} order by {fields}"
        )
        async with reachable():
            rows = await self.tables.pool.fetch(query, live.generation)
        return [dict(row) for row in rows], await self.tables.store.count_after(live.position)

    async def _page(self, question: Question, live: Progress) -> tuple[list[Row], str | None]:
        rows = await self._rows(question.model, *page_of(question, live.generation))
        shown = rows[: question.limit]
        if len(rows) <= question.limit:
            return shown, None
        return shown, question.next_cursor(getattr(shown[-1], question.by), shown[-1].ref)

    async def _sorted(self, question: Question, live: Progress) -> tuple[list[Row], str | None]:
        """Sorts by a personal field: opens all rows, since they are sealed."""
        model, after = question.model, question.after()
        first = after[0] if after else 0
        rows = await self._rows(model, *whole(question, live.generation))
        if len(rows) > MOST_SORTED:
            detail = f"is personal: it sorts no more than {MOST_SORTED} rows, so add a filter"
            raise invalid([FieldError("sort", detail)])
        if not isinstance(first, int):
            raise invalid([FieldError("cursor", "is not one that this service gave")])
        opened = await self.open(model, rows)
        opened.sort(key=lambda one: plain(str(one.personal.get(question.by, ""))), reverse=question.is_down)
        last = first + question.limit
        shown = [one.row for one in opened[first:last]]
        return shown, question.next_cursor(last, "") if len(opened) > last else None

    async def _search(self, question: Question, live: Progress) -> list[Row]:
        assert question.q is not None
        if question.cursor is not None:
            raise invalid([FieldError("cursor", "a search has one page, the best results first")])
        if (ref := _as_ref(question.q)) is not None:
            conditions = conditions_of(question, live.generation)
            conditions.add("r.ref = {}", ref)
            query = f"select r.ref, r.data from {question.model.table} r where {conditions.where}"
            return await self._rows(question.model, query, conditions.arguments)
        found: dict[str, Row] = {}
        for search in searches_of(question, live.generation, await self.keys.search_key()):
            if len(found) < min(ENOUGH, question.limit):
                for row in await self._rows(question.model, *search):
                    found.setdefault(row.ref, row)
        return list(found.values())[: question.limit]

    async def _rows(self, model: ReadModel, query: str, arguments: Sequence[object]) -> list[Row]:
        async with reachable():
            rows: Sequence[asyncpg.Record] = await self.tables.pool.fetch(query, *arguments)
        return [from_text(model, row["data"]) for row in rows]


def _as_ref(text: str) -> str | None:
    try:
        return str(UUID(text.strip()))
    except ValueError:
        return None
