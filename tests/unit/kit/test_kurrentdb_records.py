"""How an event is kept in KurrentDB, and what follows from what its stream holds."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import kurrentdbclient as kurrent
import pytest

from banen_kit.core.errors import StoreUnavailable
from banen_kit.eventstore.kurrentdb_records import (
    NO_ATTEMPT,
    Attempt,
    Kept,
    judge,
    to_copied_event,
    to_kept,
    to_new_events,
)
from banen_kit.eventstore.port import Append, Appended, NewEvent, Outcome, StoredRecord

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ATTEMPT, LATER = Attempt(1, NOW), Attempt(2, NOW + SECOND)
COMMAND = Append("thing-1", (NewEvent(UUID(int=1), "thing-done", 3, '{"a": 1}'),), None, '{"why": "because"}')
OTHER = replace(COMMAND, events=(NewEvent(UUID(int=2), "thing-done", 1, "{}"),))


def stored(
    command: Append, before: list[Kept], attempt: Attempt = ATTEMPT, created: datetime = NOW
) -> list[Kept]:
    """As a server gives it back."""
    return [
        to_kept(
            kurrent.RecordedEvent(
                event.type,
                event.data,
                event.metadata,
                event.content_type,
                event.id,
                f"uaf.{command.stream}",
                number,
                1000 + number,
                1000 + number,
                created,
            ),
            "uaf.",
        )
        for number, event in enumerate(to_new_events(command, before, attempt), len(before))
    ]


@pytest.mark.parametrize(
    "metadata", ["{}", '{"why": "because"}', '{"x":1,"metadata":{"metadata":"}"}}', '{ "é" : 1 }']
)
def test_gives_back_to_the_letter_what_was_stored(metadata: str):
    command = replace(COMMAND, metadata=metadata, refs=frozenset({UUID(int=7), UUID(int=6)}))
    [kept] = stored(command, [])
    assert kept.refs == (UUID(int=6), UUID(int=7))
    assert kept.record == (1000, "thing-1", 1, UUID(int=1), "thing-done", 3, '{"a": 1}', metadata, NOW, NOW)


def test_what_is_stored_is_json_that_others_can_read():
    [event] = to_new_events(COMMAND, [], ATTEMPT)
    assert json.loads(event.data) == {"a": 1}
    assert json.loads(event.metadata)["metadata"] == {"why": "because"}
    assert event.content_type == "application/json"


@pytest.mark.parametrize("created", [NOW - SECOND, NOW, NOW + SECOND])
def test_an_event_is_recorded_at_the_later_of_the_server_s_time_and_the_beginning_of_its_append(
    created: datetime,
):
    [kept] = stored(COMMAND, [], created=created)
    assert kept.record.recorded_at == max(created, NOW) == kept.record.known_at


def test_an_event_is_not_recorded_before_the_last_one_of_its_stream():
    first = stored(COMMAND, [], created=NOW + 9 * SECOND)
    [second] = stored(OTHER, first, LATER, created=NOW)
    assert second.record.recorded_at == NOW + 9 * SECOND


def test_an_event_that_others_wrote_is_not_taken_for_ours():
    foreign = kurrent.RecordedEvent(
        "x", b"{}", b'{"by":1}', "application/json", UUID(int=1), "uaf.thing-1", 0, 5, 5, NOW
    )
    with pytest.raises(StoreUnavailable, match="was not written by this software"):
        to_kept(foreign, "uaf.")


def test_nothing_that_is_there_hinders_the_first_append():
    assert judge(COMMAND, [], ATTEMPT) is None
    assert judge(replace(COMMAND, expected=0), [], ATTEMPT) is None


def test_what_this_attempt_wrote_is_appended_and_what_another_wrote_is_a_repeat():
    stream = stored(COMMAND, [])
    assert judge(COMMAND, stream, ATTEMPT) == Appended(Outcome.APPENDED, 1, 1000)
    assert judge(COMMAND, stream, LATER) == Appended(Outcome.REPEATED)


def test_what_this_attempt_wrote_is_appended_though_somebody_appended_after_it():
    stream = stored(COMMAND, [])
    stream += stored(OTHER, stream, LATER)
    assert judge(replace(COMMAND, expected=0), stream, ATTEMPT) == Appended(Outcome.APPENDED, 1, 1000)


@pytest.mark.parametrize(
    ("expected", "known_at", "outcome"),
    [
        (None, None, None),
        (1, None, None),
        (0, None, Outcome.CONFLICT),
        (2, None, Outcome.CONFLICT),
        (1, NOW, None),
        (None, NOW - SECOND, Outcome.KNOWN_AT_REFUSED),
        (0, NOW - SECOND, Outcome.CONFLICT),
        (7, LATER.now, Outcome.KNOWN_AT_REFUSED),
    ],
)
def test_what_may_follow_an_event_that_was_known_now(
    expected: int | None, known_at: datetime | None, outcome: Outcome | None
):
    command = replace(OTHER, expected=expected, known_at=known_at)
    assert judge(command, stored(COMMAND, []), LATER) == (outcome and Appended(outcome))


@pytest.mark.parametrize("known_at", [NOW, NOW - SECOND])
def test_what_was_copied_keeps_its_moments_whatever_the_server_s_time(known_at: datetime):
    record = StoredRecord(7, "thing-1", 1, UUID(int=1), "thing-done", 3, "{}", '{"why": 1}', NOW, known_at)
    event = to_copied_event(record, [UUID(int=6)])
    for created in (NOW - SECOND, NOW + SECOND):
        copied = kurrent.RecordedEvent(
            event.type,
            event.data,
            event.metadata,
            event.content_type,
            event.id,
            "uaf.thing-1",
            0,
            7,
            7,
            created,
        )
        assert to_kept(copied, "uaf.") == Kept(record, (UUID(int=6),), NO_ATTEMPT)
