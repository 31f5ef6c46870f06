"""Erases what has been kept long enough: per kind of data, so many months after the last fact about somebody.

Only what is kept under that one reference goes: a contact that came to nothing, say, while the same person's file with
another service has a period of its own.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from banen_contracts.base import ErasureReason
from banen_kit.audit import Entry
from banen_kit.desk import AMSTERDAM, Desk
from banen_kit.persons import ref_of, requests_of
from banen_kit.requests import months_after
from banen_kit.service import Operation
from banen_kit.settings import SettingsInvalid
from banen_kit.store import StoreUnavailable

log = logging.getLogger(__name__)

EVERY_SECONDS = 6 * 3600.0
AGAIN_SECONDS = 60.0
"""After a run that the store or the keys cut short."""
BATCH = 500
SUBJECT = "retention"
"""Who does it, in the audit log."""
ERASURES = UUID("0f6c1f1e-3f0e-5a53-9a4e-0f6f5f3c2b11")
"""Namespace of the ids of these commands."""

Months = Mapping[str, int]
"""Per kind of data, which is the category of its streams."""


def read_months(text: str, kinds: Mapping[str, Operation]) -> Months:
    """`contact=12 candidate=60`: every kind that the service keeps, and no other. Raises `SettingsInvalid`."""
    try:
        found = {name: int(months) for name, months in (part.split("=") for part in text.split())}
    except ValueError:
        raise SettingsInvalid("BANEN_RETENTION: write it as kind=months, such as contact=12") from None
    if found.keys() != kinds.keys():
        raise SettingsInvalid(f"BANEN_RETENTION: must name {', '.join(kinds) or 'nothing'}, each once")
    if not all(1 <= months <= 1200 for months in found.values()):
        raise SettingsInvalid("BANEN_RETENTION: months must be from 1 to 1200")
    return found


@dataclass
class _Kept:
    """What one pass over a store finds: when each stream had its last fact, and whom it is about."""

    last: dict[str, datetime] = field(default_factory=dict[str, datetime])
    persons: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    mentioned: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    erased: set[str] = field(default_factory=set[str])

    def last_of_persons(self) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for stream, last in self.last.items():
            # As `Codec.about` says of a whole stream: an agreement keeps the employer whom it mentions.
            for ref in self.persons[stream] or self.mentioned[stream]:
                found[ref] = max(found.get(ref, last), last)
        return found


@dataclass(frozen=True)
class Retention:
    """Applies the periods of one service."""

    desk: Desk
    months: Months

    async def run_forever(self) -> None:
        """At once, and then a few times a day; looks also which requests of persons wait for too long."""
        while True:
            try:
                await self.apply()
                await self.look_at_requests()
                pause = EVERY_SECONDS
            except StoreUnavailable as error:
                log.warning("retention pauses: %s", type(error).__name__)
                pause = AGAIN_SECONDS
            await asyncio.sleep(pause)

    async def apply(self) -> int:
        """Erase everybody who is due; returns how many. Raises `StoreUnavailable`.

        The metric says how many are overdue until they are erased.
        """
        # An earlier run may have recorded an erasure and not have reached the keys.
        await self.desk.journal.reapply()
        due = await self.due()
        gauge = self.desk.metrics.retention_overdue
        for kind in self.months:
            gauge.labels(kind).set(sum(category == kind for category, _ in due))
        for kind, ref in due:
            await self._erase(self.desk.service.kept[kind], ref)
            gauge.labels(kind).dec()
        if due:
            log.info("retention erased %d persons' data", len(due))
        return len(due)

    async def look_at_requests(self) -> None:
        """Count the requests of persons that should have been answered. Raises `StoreUnavailable`."""
        overdue = [row for row in await requests_of(self.desk) if row["isOverdue"]]
        self.desk.metrics.requests_overdue.set(len(overdue))

    async def due(self) -> list[tuple[str, str]]:
        """Kind and reference of whoever's period is over."""
        kept = await self._read()
        today = self.desk.clock().astimezone(AMSTERDAM).date()
        last = kept.last_of_persons()
        found: list[tuple[str, str]] = []
        for stream in kept.last:
            kind, ref = stream.split("-", 1)[0], ref_of(stream)
            is_kept = kind in self.months and ref in last and ref not in kept.erased
            if is_kept and is_due(last[ref], self.months[kind], today):
                found.append((kind, ref))
        return found

    async def _read(self) -> _Kept:
        kept, position = _Kept(), 0
        journal = self.desk.journal
        while records := await journal.store.read_all(position, BATCH):
            position = records[-1].position
            for record in records:
                event = journal.fact(record).event
                kept.last[record.stream] = record.recorded_at
                kept.persons.setdefault(record.stream, set()).update(journal.codec.persons(event))
                kept.mentioned.setdefault(record.stream, set()).update(journal.codec.mentioned(event))
                if (person := event.erased_person()) is not None:
                    kept.erased.add(str(person))
        return kept

    async def _erase(self, operation: Operation, ref: str) -> None:
        today = self.desk.clock().astimezone(AMSTERDAM).date()
        fields: dict[str, Any] = {"occurred_on": today, "reason": ErasureReason.RETENTION}
        command_id = uuid5(
            ERASURES, f"{self.desk.partner}/{self.desk.service.name}/{operation.category}/{ref}"
        )
        outcome = await self.desk.by_itself(operation, ref, operation.command(**fields), command_id)
        entry = Entry(SUBJECT, self.desk.partner, (), operation.name, ref, outcome, command_id)
        await self.desk.audit.record([entry])


def is_due(last: datetime, months: int, today: date) -> bool:
    """The period runs from the day of the last fact, to the day of the same number."""
    return months_after(last.astimezone(AMSTERDAM).date(), months) <= today
