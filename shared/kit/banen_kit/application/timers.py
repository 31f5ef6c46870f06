"""Gives the commands that are due on a date: once, in order of that date, also after downtime.

It keeps in a table on which day each timer of each stream is due, by folding the service's own events, and gives a command
only to a stream of which it folded every event.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, NoReturn, TypeAlias
from uuid import UUID, uuid5

from banen_kit.application.command_handler import VersionMismatch
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import Timer
from banen_kit.application.source_live import is_live
from banen_kit.application.timer_table import BEFORE_ALL, DueTimer, Folded, Key, TimerTable
from banen_kit.audit.log import Entry, Outcome
from banen_kit.core.clocks import day_of
from banen_kit.core.errors import StoreUnavailable
from banen_kit.core.faults import Faults, Loop
from banen_kit.eventstore.port import BATCH, StoredRecord, ref_of
from banen_kit.eventstore.repository import RecordedEvent

EVERY_SECONDS = 15.0
NAME = re.compile(r"[a-z-]{1,60}")
SUBJECT = "timers"
"""The subject of these commands in the audit log, and the name of their loop."""
COMMANDS = UUID("3c2d8a55-4d0b-5b1e-8c55-6d8a0f6f7e42")
"""Namespace of the ids of these commands."""


class CannotFold(Exception):
    """The fold of a timer failed. Nothing fires until the code is mended, since its days are unknown."""


Step: TypeAlias = tuple[Key, Timer, RecordedEvent[Any]]
"""An event that a timer folds, and the row that this changes."""


def steps_of(timers: Sequence[Timer], facts: Sequence[RecordedEvent[Any]]) -> list[Step]:
    """Returns what is to be folded, in order of the events."""
    return [
        ((timer.name, ref_of(fact.record.stream)), timer, fact)
        for fact in facts
        for timer in timers
        if timer.operation.category == category_of(fact.record)
    ]


def fold(steps: Sequence[Step], known: Mapping[Key, date]) -> Folded:
    """Folds events into the days on which timers are due. Raises `CannotFold`."""
    folded: dict[Key, tuple[date | None, int]] = {}
    for key, timer, fact in steps:
        record = fact.record
        due_on = folded[key][0] if key in folded else known.get(key)
        try:
            due_on = timer.due(due_on, fact.event, day_of(record.recorded_at))
        except Exception as error:
            reason = f"the timer {timer.name} cannot fold {record.type} at position {record.position}"
            raise CannotFold(f"{reason}: {type(error).__name__}") from error
        folded[key] = due_on, record.version
    return folded


def category_of(record: StoredRecord) -> str:
    return record.stream.split("-", 1)[0]


@dataclass(frozen=True)
class Timers:
    """The timers of one service. Several processes may run them."""

    command_service: CommandService
    table: TimerTable
    refuse_untrusted: Callable[[], Awaitable[None]]
    """Raises if a clock may be wrong."""
    faults: Faults

    def __post_init__(self) -> None:
        if len(self._by_name) != len(self._timers) or not all(map(NAME.fullmatch, self._by_name)):
            raise ValueError("each timer needs a name of its own, of lower-case letters and hyphens")

    @property
    def _timers(self) -> Sequence[Timer]:
        return self.command_service.service.timers

    @property
    def _by_name(self) -> Mapping[str, Timer]:
        return {timer.name: timer for timer in self._timers}

    async def run_forever(self) -> NoReturn:
        await Loop(SUBJECT, self.faults, still_ready=True).forever(self.apply, every=EVERY_SECONDS)

    async def apply(self) -> None:
        """Folds all that was recorded, then fires what is due, also what became due by that.

        Nothing fires before the bureau declared the source live: a historic load tells of years ago, and may go on.

        Raises `ClockUntrusted`, `CannotFold` and `StoreUnavailable`; another error of one timer, once it fired the others.
        """
        await self._follow()
        while await self._measure() and await self._is_live() and await self._fire_due():
            await self._follow()

    async def _follow(self) -> None:
        repository, names = self.command_service.repository, sorted(self._by_name)
        categories = {timer.operation.category for timer in self._timers}
        after = await self.table.position(names)
        while records := await repository.store.read_all(after, BATCH):
            facts = [repository.fact(record) for record in records if category_of(record) in categories]
            steps = steps_of(self._timers, facts)
            keys = sorted({key for key, _, _ in steps})
            is_moved = await self.table.advance(after, records[-1], keys, partial(fold, steps))
            after = records[-1].position if is_moved else await self.table.position(names)

    async def _measure(self) -> bool:
        """Sets the gauges; returns whether something is due."""
        counts, metrics = await self.table.count(self._today()), self.command_service.metrics
        for name in self._by_name:
            waiting, overdue = counts.get(name, (0, 0))
            metrics.timers_waiting.labels(name).set(waiting)
            metrics.timers_overdue.labels(name).set(overdue)
        return any(overdue for _, overdue in counts.values())

    async def _is_live(self) -> bool:
        return await is_live(self.command_service.repository.store)

    def _today(self) -> date:
        return day_of(self.command_service.clock())

    async def _fire_due(self) -> bool:
        """Tries everything that is due, in order; returns whether any of it is over now."""
        await self.refuse_untrusted()
        today, last = self._today(), BEFORE_ALL
        is_any_over, failure = False, None
        while some := await self.table.due(today, last, BATCH):
            for last in some:
                try:
                    is_any_over |= await self._fire(last)
                except StoreUnavailable:
                    raise
                except Exception as error:  # noqa: BLE001 - raised below; it stands in no other timer's way
                    failure = failure or error
        if failure is not None and not is_any_over:
            raise failure
        return is_any_over

    async def _fire(self, due: DueTimer) -> bool:
        """Returns False if something else was recorded in the stream, which must be folded first."""
        timer, command_service = self._by_name[due.name], self.command_service
        partner, service = command_service.partner, command_service.service.name
        command_id = uuid5(COMMANDS, f"{partner}/{service}/{due.name}/{due.ref}/{due.due_on}")
        operation, command = timer.operation, timer.fire(due.due_on)
        try:
            outcome = await command_service.execute_internally(
                operation, due.ref, command, command_id, due.version
            )
        except VersionMismatch:
            return False
        if outcome is Outcome.UNAVAILABLE:
            return False
        entry = Entry(SUBJECT, partner, (), operation.name, due.ref, outcome, command_id)
        await command_service.audit.record([entry])
        await self.table.note_tried(due)
        command_service.metrics.timers_fired.labels(due.name, outcome).inc()
        return True
