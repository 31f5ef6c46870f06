"""Erases persons' data after the retention period: so many months, per kind of data, after the last event about them.

Only the data under that one reference is erased, for example a contact that led to nothing. The same person's data in
another service has its own period.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NoReturn
from uuid import UUID, uuid5

from banen_contracts.base import ErasureReason
from banen_contracts.months import add_months
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import CommandRoute
from banen_kit.application.held import held_on
from banen_kit.audit.log import Entry
from banen_kit.core.clocks import day_of, start_of
from banen_kit.core.errors import SettingsInvalid
from banen_kit.core.faults import Faults, Loop
from banen_kit.eventstore.erasure import reapply_erasures
from banen_kit.eventstore.port import StoredRecord, ref_of
from banen_kit.privacy.due_list import Due, DueList, keys
from banen_kit.privacy.subject_access import requests_of

log = logging.getLogger(__name__)

EVERY_SECONDS = 6 * 3600.0
MOST_UNUSUAL, TIMES_USUAL = 20, 3
"""A pass may erase this many, or this many times the largest pass of the last 90 days, if that is more."""
BATCH = 500
AT_ONCE = 100
"""How many are erased together: removing keys from disk costs the same for many as for one."""
STOPPED = "retention-stopped"
SUBJECT = "retention"
"""The subject of these erasures in the audit log."""
ERASURES = UUID("0f6c1f1e-3f0e-5a53-9a4e-0f6f5f3c2b11")
"""Namespace of the ids of these commands."""

Months = Mapping[str, int]
"""Months to keep each kind of data (a stream category)."""


def read_months(text: str, kinds: Mapping[str, CommandRoute]) -> Months:
    """Parses `contact=12 candidate=60`; it must name exactly the kinds that the service keeps. Raises `SettingsInvalid`."""
    try:
        found = {name: int(months) for name, months in (part.split("=") for part in text.split())}
    except ValueError:
        raise SettingsInvalid("BANEN_RETENTION: write it as kind=months, such as contact=12") from None
    if found.keys() != kinds.keys():
        raise SettingsInvalid(f"BANEN_RETENTION: must name {', '.join(kinds) or 'nothing'}, each once")
    if not all(1 <= months <= 1200 for months in found.values()):
        raise SettingsInvalid("BANEN_RETENTION: months must be from 1 to 1200")
    return found


class TooMany(Exception):
    """A pass would erase far more than usual, as a wrong clock or setting would cause."""


@dataclass(frozen=True)
class Retention:
    """Applies the retention periods of one service: lists who is due, and erases them some days later."""

    command_service: CommandService
    months: Months
    listing: DueList
    wait: int
    """Erased after being due on this many days after the first."""
    refuse_untrusted: Callable[[], Awaitable[None]]
    """Raises if a clock may be wrong."""
    faults: Faults
    again: asyncio.Event = field(default_factory=asyncio.Event)
    """Set to start a pass at once."""

    async def run_forever(self) -> NoReturn:
        """Runs at once and then every six hours; also counts persons' requests that are overdue."""
        loop = Loop("retention", self.faults, still_ready=True)

        async def work() -> None:
            try:
                await self.apply()
            except TooMany as stopped:  # the next pass runs on schedule, or when asked for
                self.faults.raise_(STOPPED, str(stopped), still_ready=True)
            else:
                self.faults.clear(STOPPED)
            await self.look_at_requests()
            loop.got_through()
            self.again.clear()
            try:
                async with asyncio.timeout(EVERY_SECONDS):
                    await self.again.wait()
            except TimeoutError:
                return

        await loop.forever(work)

    async def apply(self) -> int:
        """Lists who is due and erases those who were due for long enough; returns how many were erased.

        Raises `ClockUntrusted` and `StoreUnavailable`. If too many are ready, it erases only those that a steward confirmed
        and then raises `TooMany`. A metric shows how many are overdue.
        """
        await self.refuse_untrusted()
        # An earlier run may have recorded an erasure without destroying the keys.
        repository = self.command_service.repository
        await reapply_erasures(repository.store, repository.serializer, repository.keys)
        today = self._today()
        ready = [one for one in await self.listing.see(await self.due(), today) if one.days >= self.wait]
        gauge = self.command_service.metrics.retention_overdue
        for kind in self.months:
            gauge.labels(kind).set(sum(one.kind == kind for one in ready))
        unconfirmed = [one for one in ready if not one.confirmed]
        most = max(MOST_UNUSUAL, TIMES_USUAL * await self.listing.largest_pass(today))
        stops = len(unconfirmed) > most
        self.command_service.metrics.retention_stopped.set(len(unconfirmed) if stops else 0)
        erased = await self._erase_all([one for one in ready if one.confirmed or not stops], today)
        if stops:
            raise TooMany(
                f"stopped: {len(unconfirmed)} persons are due at once, more than {most}; a steward looks at"
                " banen person retention, and confirms"
            )
        return erased

    async def _erase_all(self, due: Sequence[Due], today: date) -> int:
        done = 0
        try:
            for start in range(0, len(due), AT_ONCE):
                some = due[start : start + AT_ONCE]
                erasing = (self._erase(one.kind, one.ref, today) for one in some)
                tried = await asyncio.gather(*erasing, return_exceptions=True)
                done += sum(error is None for error in tried)
                for error in tried:
                    if error is not None:
                        raise error
        finally:
            if done:
                await self.listing.note_pass(today, done)
                log.info("retention erased %d persons' data", done)
        return done

    async def confirm(self, count: int) -> bool:
        """A steward allows all that are ready to be erased, if their number is `count`."""
        waiting = [one for one in await self.listing.listed() if one.days >= self.wait and not one.confirmed]
        if len(waiting) != count:
            return False
        await self.listing.confirm(keys(waiting))
        self.again.set()
        return True

    def _today(self) -> date:
        return day_of(self.command_service.clock())

    async def look_at_requests(self) -> None:
        """Counts persons' requests that should have been answered. Raises `StoreUnavailable`."""
        overdue = [row for row in await requests_of(self.command_service) if row["isOverdue"]]
        self.command_service.metrics.requests_overdue.set(len(overdue))

    async def due(self) -> list[tuple[str, str]]:
        """Returns kind and reference of everybody whose period is over."""
        today = self._today()
        found: list[tuple[str, str]] = []
        for kind, months in self.months.items():
            async for ref in self._quiet(kind, months, today):
                last = await self._last_fact(ref)
                if last is not None and is_due(last, months, today):
                    found.append((kind, ref))
        return found

    async def _quiet(self, kind: str, months: int, today: date) -> AsyncIterator[str]:
        """Yields persons who may be due: not erased, and their own stream was quiet for long enough."""
        # Anything recorded in the month that lies `months` back may be due; `is_due` decides by day.
        first_kept = add_months(today.replace(day=1), 1 - months)
        before = start_of(first_kept)
        repository, after = self.command_service.repository, ""
        while streams := await repository.store.quiet(
            kind, before, repository.serializer.erasing, after, BATCH
        ):
            after = streams[-1]
            for stream in streams:
                yield ref_of(stream)

    async def _last_fact(self, ref: str) -> datetime | None:
        """Returns when the last event about them was noted, in any stream; None if they were erased."""
        last: datetime | None = None
        async for facts in held_on(self.command_service.service, self.command_service.repository, {ref}):
            if any(str(fact.event.erased_person()) == ref for fact in facts):
                return None
            noted = max(noted_at(fact.record) for fact in facts)
            last = noted if last is None else max(last, noted)
        return last

    async def _erase(self, kind: str, ref: str, today: date) -> None:
        operation = self.command_service.service.kept[kind]
        fields: dict[str, Any] = {"occurred_on": today, "reason": ErasureReason.RETENTION}
        command_id = uuid5(
            ERASURES,
            f"{self.command_service.partner}/{self.command_service.service.name}/{operation.category}/{ref}",
        )
        outcome = await self.command_service.execute_internally(
            operation, ref, operation.command(**fields), command_id
        )
        entry = Entry(SUBJECT, self.command_service.partner, (), operation.name, ref, outcome, command_id)
        await self.command_service.audit.record([entry])
        self.command_service.metrics.retention_overdue.labels(kind).dec()


def noted_at(record: StoredRecord) -> datetime:
    """The later of the two clocks: both must say that the record is old."""
    edge = json.loads(record.metadata).get("edgeTime")
    return max(record.recorded_at, datetime.fromisoformat(edge)) if edge else record.recorded_at


def is_due(last: datetime, months: int, today: date) -> bool:
    """The period ends `months` later, on the same day of the month as the last event."""
    return add_months(day_of(last), months) <= today
