"""On which day a timer is due follows from the events of its stream and the days on which they were recorded."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID

import pytest

from banen_kit.application.definition import Timer
from banen_kit.application.timer_table import Folded, Key
from banen_kit.application.timers import CannotFold, Timers, fold, steps_of
from banen_kit.core.decider import DomainEvent
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.repository import RecordedEvent
from support.timed import RECALL, REMIND, Extended, Lent, Noted, Recalled, Returned, ref, service

NOON = 12, 0
ONE, TWO = ref(1), ref(2)


class Log:
    """Events as a store holds them."""

    def __init__(self) -> None:
        self.facts: list[RecordedEvent[Any]] = []

    def add(
        self,
        event: DomainEvent,
        at: datetime,
        of: str = ONE,
        *,
        category: str = "loan",
        known_at: datetime | None = None,
    ) -> "Log":
        stream, position = f"{category}-{of}", len(self.facts) + 1
        version = 1 + sum(fact.record.stream == stream for fact in self.facts)
        id_ = UUID(int=position)
        record = StoredRecord(position, stream, version, id_, event.TYPE, 1, "{}", "{}", at, known_at or at)
        self.facts.append(RecordedEvent(event, record))
        return self

    def folded(self, *timers: Timer, known: Mapping[Key, date] | None = None) -> Folded:
        return fold(steps_of(timers, self.facts), known or {})


def on(*day: int) -> datetime:
    return datetime(day[0], day[1], day[2], *NOON, tzinfo=UTC)


@pytest.mark.parametrize(
    ("recorded", "months", "due"),
    [
        (date(2026, 5, 20), 6, date(2026, 11, 20)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 7, 1), 6, date(2027, 1, 1)),
    ],
)
def test_is_due_calendar_months_after_the_day_on_which_it_was_recorded(
    recorded: date, months: int, due: date
):
    log = Log().add(Lent(months=months), on(recorded.year, recorded.month, recorded.day))
    assert log.folded(RECALL) == {("recall", ONE): (due, 1)}


@pytest.mark.parametrize(
    ("recorded", "due"),
    [
        # The clocks of the zone go forward on 29 March 2026 and back on 25 October 2026.
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 4, 28)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 4, 29)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 4, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 4, 30)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 11, 25)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 11, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 11, 26)),
    ],
)
def test_the_day_is_that_of_the_programmes_zone(recorded: datetime, due: date):
    assert Log().add(Lent(months=1), recorded).folded(RECALL)["recall", ONE] == (due, 1)


def test_what_a_historic_load_records_is_due_counted_from_the_day_of_the_load():
    log = Log().add(Lent(months=6), on(2026, 1, 31), known_at=on(2006, 5, 1))
    assert log.folded(RECALL) == {("recall", ONE): (date(2026, 7, 31), 1)}


def test_each_event_may_change_the_day_and_the_version_is_that_of_the_last():
    log = Log().add(Lent(months=6), on(2026, 1, 1)).add(Extended(months=1), on(2026, 6, 1))
    assert log.folded(RECALL) == {("recall", ONE): (date(2026, 7, 1), 2)}
    log.add(Noted(), on(2026, 6, 2))
    assert log.folded(RECALL) == {("recall", ONE): (date(2026, 7, 1), 3)}
    log.add(Returned(), on(2026, 6, 3))
    assert log.folded(RECALL) == {("recall", ONE): (None, 4)}


def test_begins_with_the_day_that_is_known():
    known = {("recall", ONE): date(2026, 7, 1)}
    assert Log().add(Noted(), on(2026, 6, 2)).folded(RECALL, known=known) == {
        ("recall", ONE): (date(2026, 7, 1), 1)
    }
    log = Log().add(Recalled(occurred_on=date(2026, 7, 1)), on(2026, 7, 1))
    assert log.folded(RECALL, known=known) == {("recall", ONE): (None, 1)}


def test_timers_and_streams_are_folded_each_for_itself():
    log = Log().add(Lent(), on(2026, 1, 1)).add(Lent(), on(2026, 2, 1), TWO).add(Returned(), on(2026, 2, 2))
    assert log.folded(REMIND, RECALL) == {
        ("remind", ONE): (None, 2),
        ("recall", ONE): (None, 2),
        ("remind", TWO): (date(2026, 2, 11), 1),
        ("recall", TWO): (date(2026, 8, 1), 1),
    }


def test_streams_of_other_categories_are_not_folded():
    assert Log().add(Lent(), on(2026, 1, 1), category="gift").folded(RECALL) == {}


def test_a_batch_is_folded_as_if_it_had_been_two():
    log = Log().add(Lent(months=6), on(2026, 1, 1)).add(Noted(), on(2026, 1, 2))
    log.add(Extended(months=2), on(2026, 2, 1))
    steps = steps_of([RECALL], log.facts)
    first = fold(steps[:2], {})
    known = {key: due_on for key, (due_on, _) in first.items() if due_on is not None}
    assert fold(steps[2:], known) == fold(steps, {})


def test_a_fold_that_fails_says_which_and_where_but_nothing_of_what_the_event_holds():
    def due(_: date | None, event: Any, __: date) -> date:
        raise ValueError(f"months={event.months}")

    with pytest.raises(CannotFold) as failed:
        Log().add(Lent(months=77), on(2026, 1, 1)).folded(replace(RECALL, due=due))
    assert str(failed.value) == "the timer recall cannot fold lent at position 1: ValueError"


@pytest.mark.parametrize("names", [["recall", "recall"], ["Recall"], ["re call"], [""], ["x" * 61]])
def test_each_timer_has_a_name_of_its_own(names: list[str]):
    command_service = cast(Any, type("Runs", (), {})())
    command_service.service = service(*(replace(RECALL, name=name) for name in names))
    with pytest.raises(ValueError, match="a name of its own"):
        Timers(command_service, cast(Any, None), cast(Any, None), cast(Any, None))
