"""The audit log: who did what, and who read what. It is separate from the events, and joined to them by correlation id.

A view is shown and a command confirmed only after its entry is recorded. `banen_kit.audit.chain` makes the log
tamper-evident; `tests/integration/kit/test_audit_log.py` is the conformance suite for adapters.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias
from uuid import UUID

from banen_kit.core.identity import Principal
from banen_kit.postgres.batching import Batcher
from banen_kit.postgres.connection import Pool, reachable

Detail: TypeAlias = Mapping[str, str | int | bool | None]
COLUMNS = "number, at, subject, partner, roles, action, target, outcome, correlation_id, purpose, detail"
APPEND = "select audit_append($1, $2, $3, $4, $5, $6, $7, $8, $9)"

SUBJECT = re.compile(r"[!-~]{1,255}")
"""The subjects that OpenID Connect allows."""
WORD = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,99}")
REFERENCE = re.compile(r"[A-Za-z0-9._:/,+~-]{1,200}")
"""Without spaces, so that no sentence and no full name fits."""


class Outcome(StrEnum):
    """The result of an action."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    """A command that was allowed and had nothing to do."""
    REPEATED = "repeated"
    REFUSED = "refused"
    SHOWN = "shown"
    NOT_FOUND = "not-found"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"
    """It could not be done now, or it is unknown whether it was done."""


@dataclass(frozen=True)
class Entry:
    """Somebody did something or looked at something."""

    subject: str
    """The issuer's pseudonym."""
    partner: str
    """The partner of the subject."""
    roles: tuple[str, ...]
    """Sorted."""
    action: str
    """The name of a command or of a view."""
    target: str | None
    """The reference of what it was about; never a name."""
    outcome: Outcome
    correlation_id: UUID
    purpose: str | None = None
    """The reference of a document."""
    detail: Detail = field(default_factory=dict[str, str | int | bool | None])
    """Filters and counts; no free text."""


def entry_of(
    principal: Principal, action: str, target: str | None, outcome: Outcome, correlation_id: UUID
) -> Entry:
    """Builds an entry for what a principal did, without purpose and detail."""
    roles = tuple(sorted(principal.roles))
    return Entry(principal.subject, principal.partner, roles, action, target, outcome, correlation_id)


@dataclass(frozen=True)
class Kept:
    """An entry as the log holds it; `number` counts from 1 without a gap."""

    number: int
    at: datetime
    entry: Entry


class EntryUnfit(ValueError):
    """A field of an entry is not a word or a reference. The message names the field, never its value."""


class Audit(Protocol):
    """An append-only log of who did and who read what."""

    async def record(self, entries: Sequence[Entry]) -> None:
        """Records all of them in this order, or none. Raises `StoreUnavailable`, `EntryUnfit`."""
        ...

    async def about(self, targets: Collection[str]) -> list[Kept]:
        """Returns the entries whose target is one of these references, oldest first. Raises `StoreUnavailable`."""
        ...


class PostgresAudit:
    """The log in the service's own schema. Only one caller can append at a time, so concurrent calls share a round trip."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._callers = Batcher[tuple[Entry, ...], None](self._append, key=id, workers=1)

    async def record(self, entries: Sequence[Entry]) -> None:
        refuse_unfit(entries)
        if entries:
            await self._callers.ask(tuple(entries))

    async def about(self, targets: Collection[str]) -> list[Kept]:
        query = f"select {COLUMNS} from audit where target = any ($1) order by number"
        async with reachable():
            rows = await self._pool.fetch(query, list(targets))
        return [
            Kept(
                row["number"],
                row["at"],
                Entry(
                    row["subject"],
                    row["partner"],
                    tuple(row["roles"]),
                    row["action"],
                    row["target"],
                    Outcome(row["outcome"]),
                    row["correlation_id"],
                    row["purpose"],
                    json.loads(row["detail"]),
                ),
            )
            for row in rows
        ]

    async def _append(self, calls: Sequence[tuple[Entry, ...]]) -> Sequence[None]:
        entries = [entry for call in calls for entry in call]
        async with reachable():
            await self._pool.execute(APPEND, *arguments(entries))
        return [None] * len(calls)


def arguments(entries: Sequence[Entry]) -> tuple[list[object], ...]:
    """Returns the entries as the arrays that `audit_append` takes."""
    return (
        [entry.subject for entry in entries],
        [entry.partner for entry in entries],
        [" ".join(entry.roles) for entry in entries],
        [entry.action for entry in entries],
        [entry.target for entry in entries],
        [entry.outcome for entry in entries],
        [entry.correlation_id for entry in entries],
        [entry.purpose for entry in entries],
        [json.dumps(dict(entry.detail), sort_keys=True) for entry in entries],
    )


def refuse_unfit(entries: Iterable[Entry]) -> None:
    """Raises `EntryUnfit`."""
    for entry in entries:
        for name, pattern, value in _parts(entry):
            if value is not None and not pattern.fullmatch(value):
                raise EntryUnfit(f"{name}: neither a word nor a reference")
        if list(entry.roles) != sorted(set(entry.roles)):
            raise EntryUnfit("roles: not sorted, or one twice")


def _parts(entry: Entry) -> Iterable[tuple[str, re.Pattern[str], str | None]]:
    yield "subject", SUBJECT, entry.subject
    yield "partner", WORD, entry.partner
    yield from (("roles", WORD, role) for role in entry.roles)
    yield "action", WORD, entry.action
    yield "target", REFERENCE, entry.target
    yield "purpose", REFERENCE, entry.purpose
    for key, value in entry.detail.items():
        yield "detail", WORD, key
        yield "detail", REFERENCE, value if isinstance(value, str) else None
