"""The kinds of facts."""

from banen_contracts import EVENTS
from banen_contracts.base import EventSkipped
from banen_reporting.facts.kinds import BY_EVENT


def test_every_public_event_is_folded_or_says_that_one_is_missing():
    """An event without a fold is kept, and the source is incomplete until a release folds it."""
    assert {event for event in EVENTS if event not in BY_EVENT} == {
        event for event in EVENTS if issubclass(event, EventSkipped)
    }
