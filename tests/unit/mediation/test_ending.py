"""How a placement ends and how it was extended, corrected."""

from datetime import date
from typing import Any

import pytest

from banen_contracts.mediation import ContractTerm, EndReason
from banen_mediation.domain.ending import CorrectEnd, CorrectExtension, EndPlacement, ExtendPlacement
from banen_mediation.events import PlacementEndCorrected, PlacementExtended, PlacementExtensionCorrected
from support.placement import (
    DAY,
    LATER,
    PLANNED_END,
    REF,
    START,
    ended,
    extended,
    placement,
    started,
    voided,
)

EARLIER = date(2006, 5, 31)
MUCH_LATER = date(2007, 6, 30)
WHY: dict[str, Any] = {"occurred_on": DAY, "reason_code": "typing-error"}

correct_end = CorrectEnd(**WHY, end_date=EARLIER, end_reason=EndReason.EMPLOYER_ENDED)
end_corrected = PlacementEndCorrected(
    placement_ref=REF, **WHY, end_date=EARLIER, end_reason=EndReason.EMPLOYER_ENDED, start_date=START
)
runs_on = PlacementEndCorrected(placement_ref=REF, **WHY, start_date=START)
again = PlacementExtended(
    placement_ref=REF, occurred_on=DAY, contract=ContractTerm.FIXED, planned_end_date=MUCH_LATER
)
correct_extension = CorrectExtension(**WHY, contract=ContractTerm.FIXED, planned_end_date=date(2006, 9, 30))
withdraw = CorrectExtension(**WHY)
extension_corrected = PlacementExtensionCorrected(
    placement_ref=REF,
    **WHY,
    is_withdrawn=False,
    contract=ContractTerm.FIXED,
    planned_end_date=date(2006, 9, 30),
)
withdrawn = PlacementExtensionCorrected(placement_ref=REF, **WHY, is_withdrawn=True)


# the end


def test_corrects_the_last_day_and_the_reason():
    placement.given(started, ended).when(correct_end).then(end_corrected)


def test_says_that_it_corrects():
    assert end_corrected.corrects()
    assert extension_corrected.corrects()


def test_had_not_ended():
    placement.given(started, ended).when(CorrectEnd(**WHY)).then(runs_on)


def test_what_had_not_ended_is_extended_and_ends_again():
    end = EndPlacement(end_date=PLANNED_END, reason_code=EndReason.COMPLETED)
    placement.given(started, ended, runs_on).when(end).then(ended)
    extend = ExtendPlacement(occurred_on=DAY, contract=ContractTerm.FIXED, planned_end_date=LATER)
    placement.given(started, ended, runs_on).when(extend).then(extended)


def test_corrects_what_was_corrected():
    back = CorrectEnd(**WHY, end_date=PLANNED_END, end_reason=EndReason.COMPLETED)
    placement.given(started, ended, end_corrected).when(back).then(
        end_corrected.model_copy(update={"end_date": PLANNED_END, "end_reason": EndReason.COMPLETED})
    )


@pytest.mark.parametrize("events", [(started,), (started, ended, runs_on)], ids=["running", "runs on"])
def test_refuses_to_correct_an_end_that_was_not_recorded(events: tuple[Any, ...]):
    placement.given(*events).when(correct_end).then_refused("placement-not-ended")


def test_refuses_an_end_corrected_to_before_the_start():
    command = correct_end.model_copy(update={"end_date": date(2005, 12, 31)})
    placement.given(started, ended).when(command).then_refused("end-before-start", "endDate")


def test_refuses_a_corrected_end_without_its_reason():
    command = CorrectEnd(**WHY, end_date=EARLIER)
    placement.given(started, ended).when(command).then_refused("end-reason-missing", "endReason")


def test_refuses_a_reason_without_an_end():
    command = CorrectEnd(**WHY, end_reason=EndReason.OTHER)
    placement.given(started, ended).when(command).then_refused("end-reason-not-expected", "endReason")


def test_refuses_to_correct_the_end_to_what_was_recorded():
    command = CorrectEnd(**WHY, end_date=PLANNED_END, end_reason=EndReason.COMPLETED)
    placement.given(started, ended).when(command).then_refused("correction-unchanged")


# the extension


def test_corrects_the_extension():
    placement.given(started, extended).when(correct_extension).then(extension_corrected)


def test_corrects_the_extension_of_what_has_ended():
    placement.given(started, extended, ended).when(correct_extension).then(extension_corrected)


def test_corrects_the_extension_to_an_open_ended_one():
    placement.given(started, extended).when(CorrectExtension(**WHY, contract=ContractTerm.OPEN_ENDED)).then(
        extension_corrected.model_copy(update={"contract": ContractTerm.OPEN_ENDED, "planned_end_date": None})
    )


def test_withdraws_the_only_extension():
    placement.given(started, extended).when(withdraw).then(withdrawn)


def test_the_extension_before_holds_when_the_last_is_withdrawn():
    placement.given(started, extended, again).when(withdraw).then(
        withdrawn.model_copy(update={"contract": ContractTerm.FIXED, "planned_end_date": LATER})
    )


def test_all_extensions_can_be_withdrawn_one_by_one():
    last = withdrawn.model_copy(update={"contract": ContractTerm.FIXED, "planned_end_date": LATER})
    placement.given(started, extended, again, last).when(withdraw).then(withdrawn)
    placement.given(started, extended, again, last, withdrawn).when(withdraw).then_refused(
        "placement-not-extended"
    )


def test_what_was_withdrawn_is_extended_anew():
    extend = ExtendPlacement(occurred_on=DAY, contract=ContractTerm.FIXED, planned_end_date=LATER)
    placement.given(started, extended, withdrawn).when(extend).then(extended)


def test_a_later_extension_follows_the_corrected_one():
    extend = ExtendPlacement(occurred_on=DAY, contract=ContractTerm.FIXED, planned_end_date=date(2006, 9, 30))
    placement.given(started, extended, extension_corrected).when(extend).then_refused(
        "end-not-later", "plannedEndDate"
    )


def test_refuses_to_correct_what_was_not_extended():
    placement.given(started).when(correct_extension).then_refused("placement-not-extended")


def test_refuses_an_extension_corrected_to_before_what_was_agreed_without_it():
    command = correct_extension.model_copy(update={"planned_end_date": PLANNED_END})
    placement.given(started, extended).when(command).then_refused("end-not-later", "plannedEndDate")


def test_refuses_a_corrected_extension_without_its_last_day():
    command = CorrectExtension(**WHY, contract=ContractTerm.FIXED)
    placement.given(started, extended).when(command).then_refused("end-missing", "plannedEndDate")


def test_refuses_a_last_day_of_an_extension_that_never_was():
    command = CorrectExtension(**WHY, planned_end_date=LATER)
    placement.given(started, extended).when(command).then_refused("end-not-expected", "plannedEndDate")


def test_refuses_to_correct_the_extension_to_what_was_recorded():
    command = correct_extension.model_copy(update={"planned_end_date": LATER})
    placement.given(started, extended).when(command).then_refused("correction-unchanged")


@pytest.mark.parametrize("command", [correct_end, correct_extension], ids=lambda c: c.NAME)
def test_corrects_neither_what_was_voided_nor_what_never_started(command: Any):
    placement.given(started, voided).when(command).then_refused("placement-voided")
    placement.when(command).then_refused("placement-unknown")
