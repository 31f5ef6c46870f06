"""A placement that replaces another: which one it may replace, and corrected terms beside what was recorded since."""

from datetime import date
from typing import Any
from uuid import UUID

from banen_mediation.domain.placement import CorrectPlacement, StartPlacement
from banen_mediation.events import PlacementCorrected, PlacementStarted
from support.placement import DAY, LATER, OTHER, REF, START, extended, fixed, placement, taken_on, voided

OLD = UUID(int=6)
before = PlacementStarted(placement_ref=OLD, **fixed(start_date=date(2005, 9, 1)))
gone = voided.model_copy(update={"placement_ref": OLD})
replaces = fixed(converted_from=OLD)
started = PlacementStarted(placement_ref=REF, **fixed())
replacing = PlacementStarted(placement_ref=REF, **replaces)


def correct(**terms: Any) -> CorrectPlacement:
    return CorrectPlacement(occurred_on=DAY, reason_code="typing-error", **terms)


def corrected(**terms: Any) -> PlacementCorrected:
    return PlacementCorrected(placement_ref=REF, occurred_on=DAY, reason_code="typing-error", **terms)


def test_a_placement_replaces_an_earlier_one_of_the_same_client():
    placement.beside(taken_on, before).when(StartPlacement(**replaces)).then(replacing)


def test_refuses_to_replace_a_placement_of_another_client():
    others = before.model_copy(update={"client_ref": OTHER})
    placement.beside(taken_on, others).when(StartPlacement(**replaces)).then_refused(
        "placement-of-another-client", "convertedFrom"
    )


def test_refuses_to_replace_what_does_not_exist():
    placement.when(StartPlacement(**replaces)).then_refused("placement-unknown", "convertedFrom")


def test_refuses_to_replace_a_voided_placement():
    placement.beside(taken_on, before, gone).when(StartPlacement(**replaces)).then_refused(
        "placement-voided", "convertedFrom"
    )


def test_refuses_to_replace_a_placement_that_starts_on_the_same_day_or_later():
    same = before.model_copy(update={"start_date": START})
    placement.beside(taken_on, same).when(StartPlacement(**replaces)).then_refused(
        "conversion-before-start", "startDate"
    )


def test_refuses_to_correct_into_replacing_a_placement_of_another_client():
    others = before.model_copy(update={"client_ref": OTHER})
    placement.given(started).beside(others).when(correct(**replaces)).then_refused(
        "placement-of-another-client", "convertedFrom"
    )


def test_other_terms_can_be_corrected_after_the_replaced_placement_was_voided():
    right = replaces | {"level": "high"}
    result = placement.given(replacing).beside(before, gone).when(correct(**right))
    result.then(corrected(**right))


def test_refuses_terms_that_last_longer_than_the_extension_on_record():
    command = correct(**fixed(planned_end_date=LATER))
    placement.given(started, extended).when(command).then_refused("extension-contradicted", "plannedEndDate")


def test_refuses_terms_without_a_last_day_where_an_extension_is_on_record():
    command = correct(**fixed(contract="open_ended", planned_end_date=None))
    placement.given(started, extended).when(command).then_refused("extension-contradicted", "contract")


def test_refuses_a_start_after_the_last_day_of_the_extension_on_record():
    command = correct(**fixed(start_date=date(2007, 1, 1), planned_end_date=date(2007, 6, 30)))
    placement.given(started, extended).when(command).then_refused("extension-contradicted", "plannedEndDate")


def test_corrects_terms_that_the_extension_can_follow():
    right = fixed(planned_end_date=date(2006, 7, 31))
    placement.given(started, extended).when(correct(**right)).then(corrected(**right))
