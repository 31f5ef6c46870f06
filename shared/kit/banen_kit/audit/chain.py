"""Verifies an audit log: its chain of hashes, and its anchors in the other cluster."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import asyncpg

from banen_kit.postgres.connection import Pool, reachable

BATCH = 2000
MOST_FAULTS = 100
"""Checking stops after this many faults, so that the list stays readable."""
BEFORE_THE_FIRST = bytes(32)

HEAD = "select number, hash from audit order by number desc limit 1"
NEWEST_ANCHOR = "select number, hash, at from audit_anchors where service = $1 order by number desc limit 1"
ANCHORS = "select number, hash, at from audit_anchors where service = $1 and number <= $2 order by number"
# As text: Python's dates end in the year 9999, but somebody who changes a row could write a later one.
ROWS = (
    "select number, extract(epoch from at)::text as at, subject, partner, roles, action, target, outcome,"
    " correlation_id, purpose, detail, previous, hash from audit order by number"
)


class AnchorRefused(Exception):
    """The anchors do not match the log: the log was cut off or rewritten, or an older copy was restored."""


async def anchor(store: Pool, keys: Pool, service: str) -> int:
    """Records the newest row in the cluster of keys. Returns its number; 0 if the log is empty.

    Raises `AnchorRefused`, `StoreUnavailable`.
    """
    head = await head_of(store)
    if head is not None:
        await write_anchor(store, keys, service, *head)
    return head[0] if head else 0


async def head_of(store: Pool) -> tuple[int, bytes] | None:
    """Returns the number and the hash of the newest row. Raises `StoreUnavailable`."""
    async with reachable():
        row = await store.fetchrow(HEAD)
    return (row["number"], row["hash"]) if row else None


async def write_anchor(store: Pool, keys: Pool, service: str, number: int, hash_: bytes) -> None:
    """Anchors a row, unless another process has already anchored a later row of the same log.

    Raises `AnchorRefused`, `StoreUnavailable`.
    """
    try:
        async with reachable():
            await keys.execute("select anchor_audit($1, $2, $3)", service, number, hash_)
    except asyncpg.RaiseError as error:
        async with reachable():
            newest = await keys.fetchrow(NEWEST_ANCHOR, service)
            if newest is not None and newest["number"] > number:
                found = await store.fetchval("select hash from audit where number = $1", newest["number"])
                if found == newest["hash"]:
                    return
        raise AnchorRefused(f"the audit log cannot be trusted: {error}") from error


def digest(row: asyncpg.Record) -> bytes:
    """Computes, without the database, the hash that a row (as read by `ROWS`) should have."""
    parts = [
        row["number"],
        row["at"],
        row["subject"],
        row["partner"],
        row["roles"],
        row["action"],
        row["target"],
        row["outcome"],
        None if row["correlation_id"] is None else str(row["correlation_id"]),
        row["purpose"],
        row["detail"],
        None if row["previous"] is None else row["previous"].hex(),
    ]
    return sha256(json.dumps(parts, ensure_ascii=False).encode()).digest()


@dataclass(frozen=True)
class Verified:
    """The result of checking a log. If there are no faults, the rows up to `anchored` are unchanged."""

    rows: int
    anchored: int | None
    """The last row that was anchored."""
    faults: tuple[str, ...]


async def verify(store: Pool, keys: Pool, service: str) -> Verified:
    """Checks every row and every anchor, with at most a few thousand rows in memory.

    Raises `StoreUnavailable`.
    """
    async with reachable():
        # Read the anchors before the rows: every row that is anchored now must then be among the rows.
        newest = await keys.fetchrow(NEWEST_ANCHOR, service)
        anchored = newest["number"] if newest else None
        check = _Check()
        async with (
            _streamed(store, ROWS) as rows,
            _streamed(keys, ANCHORS, service, anchored or 0) as anchors,
        ):
            mark = await anext(anchors, None)
            async for row in rows:
                check.row(row)
                while mark is not None and mark["number"] <= row["number"]:
                    check.anchor(mark, row)
                    mark = await anext(anchors, None)
                if len(check.faults) >= MOST_FAULTS:
                    check.faults.append(f"and perhaps more: checking stopped at row {row['number']}")
                    return Verified(check.rows, anchored, tuple(check.faults))
        if newest and newest["number"] > check.last:
            check.faults.append(
                f"the chain ends at {check.last}, but row {newest['number']} was anchored on {_day(newest['at'])}"
            )
    return Verified(check.rows, anchored, tuple(check.faults))


@asynccontextmanager
async def _streamed(pool: Pool, query: str, *values: object) -> AsyncGenerator[AsyncIterator[asyncpg.Record]]:
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        yield aiter(connection.cursor(query, *values, prefetch=BATCH))


@dataclass
class _Check:
    """Checks the rows in order of their numbers, each with the anchor of the same number."""

    rows: int = 0
    last: int = 0
    last_hash: bytes = BEFORE_THE_FIRST
    agreed: int = 0
    """The last row that matches its anchor."""
    rewritten: bool = False
    faults: list[str] = field(default_factory=list[str])

    def row(self, row: asyncpg.Record) -> None:
        self.rows += 1
        number = row["number"]
        if number <= self.last:
            self.faults.append(f"row {number} is one too many")
            return
        if number != self.last + 1:
            self.faults.append(_missing(self.last + 1, number - 1))
        elif row["previous"] != self.last_hash:
            self.faults.append(_does_not_follow(number))
        if row["hash"] != digest(row):
            self.faults.append(f"row {number} was changed")
        self.last = number
        self.last_hash = row["hash"]

    def anchor(self, anchor: asyncpg.Record, row: asyncpg.Record) -> None:
        """Reports only the first disagreement, since every later anchor disagrees too."""
        if anchor["number"] != row["number"] or self.rewritten:
            return
        if anchor["hash"] == row["hash"]:
            self.agreed = row["number"]
            return
        self.rewritten = True
        self.faults.append(
            f"row {row['number']} is not the one that was anchored on {_day(anchor['at'])}:"
            f" the chain was rewritten from row {self.agreed + 1} or later"
        )


def _missing(first: int, last: int) -> str:
    return f"row {first} is missing" if first == last else f"rows {first} to {last} are missing"


def _does_not_follow(number: int) -> str:
    if number == 1:
        return "row 1 is not the first that was recorded"
    return f"row {number} does not follow from row {number - 1}: one of them was replaced"


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d at %H:%M:%S} UTC"
