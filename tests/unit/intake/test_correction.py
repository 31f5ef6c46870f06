"""Correcting what is known of a candidate."""

from typing import Any

import pytest

from banen_intake.domain.candidate import CorrectCandidate
from banen_intake.events import CandidateDetailsCorrected
from banen_kit.crypto.personal_fields import Open
from support.candidate import DAY, REF, candidate, closed, erased, lost, registered

WHY: dict[str, Any] = {"occurred_on": DAY, "reason_code": "typing-error"}
correct = CorrectCandidate(**WHY, name="Sanne Voorbeelt", birth_date=DAY, remove=("phone",))
corrected = CandidateDetailsCorrected(
    candidate_ref=REF,
    **WHY,
    name=Open("Sanne Voorbeelt"),
    birth_date=Open("2006-03-01"),
    removed=("phone",),
)


@pytest.mark.parametrize("past", [[], [lost], [closed]], ids=["open", "lost", "closed"])
def test_corrects_whatever_is_on_record(past: Any):
    candidate.given(registered, *past).when(correct).then(corrected)


def test_refuses_a_correction_of_somebody_who_was_not_registered():
    candidate.when(correct).then_refused("candidate-unknown")


def test_refuses_a_correction_after_an_erasure():
    candidate.given(registered, erased).when(correct).then_refused("person-erased")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"name": None, "birth_date": None, "remove": ()}, "correction-empty", None),
        ({"remove": ("birthDate",)}, "field-twice", "remove"),
    ],
)
def test_refuses_a_correction_of_nothing_and_of_one_detail_twice(
    changes: dict[str, Any], code: str, field: str | None
):
    candidate.given(registered).when(correct.model_copy(update=changes)).then_refused(code, field)
