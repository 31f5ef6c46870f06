"""What reporting knows of a placement, from what was published of it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from banen_contracts import PublicEvent, mediation as m
from banen_reporting.facts.evolve import CannotFold, Learned
from banen_reporting.facts.kinds import BY_EVENT
from banen_reporting.facts.model import Fact, PlacementFact

REF = UUID(int=1)
START, DAY, LATER = date(2006, 1, 1), date(2006, 5, 1), date(2006, 12, 31)
WHEN = Learned(datetime(2006, 1, 2, tzinfo=UTC), imported=False)
ABOUT: dict[str, Any] = {"placement_ref": REF, "occurred_on": DAY}
WRONG: dict[str, Any] = ABOUT | {"reason_code": "typing-error"}

started = m.PlacementStarted(
    placement_ref=REF,
    occurred_on=START,
    client_ref=UUID(int=2),
    kind="employment",
    contract=m.ContractTerm.FIXED,
    start_date=START,
    planned_end_date=date(2006, 6, 30),
    paid=True,
    programme_tag=m.ProgrammeTag.PROGRAMME,
    primary_partner="uaf",
)
known = PlacementFact(
    client_ref=str(UUID(int=2)),
    primary_partner="uaf",
    kind="employment",
    contract=m.ContractTerm.FIXED,
    start=START,
    planned_end=date(2006, 6, 30),
    programme_tag=m.ProgrammeTag.PROGRAMME,
    recorded_on=WHEN.day,
)
ended = m.PlacementEnded(**ABOUT, end_date=DAY, reason_code=m.EndReason.OTHER)
extended = m.PlacementExtended(**ABOUT, contract=m.ContractTerm.FIXED, planned_end_date=LATER)
paused = m.PlacementPaused(**ABOUT)
resumed = m.PlacementResumed(placement_ref=REF, occurred_on=LATER)


def folded(*events: PublicEvent) -> Fact:
    row: Fact | None = None
    for event in (started, *events):
        row = BY_EVENT[type(event)].fold(row, event, WHEN)
    assert row is not None
    return row


def test_another_end():
    corrected = m.PlacementEndCorrected(**WRONG, end_date=LATER, end_reason=m.EndReason.COMPLETED)
    assert folded(ended, corrected) == replace(known, end=LATER, end_reason=m.EndReason.COMPLETED)


def test_it_had_not_ended():
    assert folded(ended, m.PlacementEndCorrected(**WRONG)) == known


def test_another_extension():
    corrected = m.PlacementExtensionCorrected(**WRONG, contract=m.ContractTerm.OPEN_ENDED)
    assert folded(extended, corrected) == replace(known, extended_contract=m.ContractTerm.OPEN_ENDED)


def test_there_was_no_extension():
    assert folded(extended, m.PlacementExtensionCorrected(**WRONG)) == known


def test_pauses_are_kept_in_order():
    assert folded(paused) == replace(known, pauses=((DAY, None),))
    again = m.PlacementPaused(placement_ref=REF, occurred_on=LATER)
    assert folded(paused, resumed, again) == replace(known, pauses=((DAY, LATER), (LATER, None)))


@pytest.mark.parametrize("events", [(), (paused, resumed)], ids=["never paused", "resumed"])
def test_only_a_pause_is_resumed(events: tuple[PublicEvent, ...]):
    with pytest.raises(CannotFold, match="pause-unknown"):
        folded(*events, resumed)


def test_what_was_denied_is_not_confirmed():
    denied = m.RetentionNotReached(**ABOUT, months=6)
    assert folded(denied) == replace(known, denied_months=((6, DAY),))


def test_aftercare():
    contacts = (
        m.AftercareContactLogged(**ABOUT, due_month=3, done=True),
        m.AftercareContactLogged(**ABOUT, done=False),
    )
    assert folded(*contacts) == replace(known, aftercare=((DAY, 3, True), (DAY, None, False)))


def test_what_else_the_terms_say_is_no_fact():
    said = started.model_dump() | WRONG | {"level": "high", "funding_source": "ministry"}
    assert folded(m.PlacementCorrected.model_validate(said)) == known
