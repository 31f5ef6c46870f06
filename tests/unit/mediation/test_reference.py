"""What mediation may name of employers: what is not known yet may be named, what was closed or erased may not."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from banen_contracts.mediation import Origin
from banen_kit.crypto.personal_fields import Open
from banen_kit.testing import Scenario
from banen_mediation.commands import COMMANDS
from banen_mediation.domain.match import MATCH, ProposeMatch
from banen_mediation.domain.placement import CorrectPlacement, StartPlacement
from banen_mediation.domain.reference import REFERENCE, NoteReference
from banen_mediation.events import (
    ClientTakenOn,
    MatchProposed,
    PlacementCorrected,
    PlacementStarted,
    ReferenceKind,
    ReferenceNoted,
    ReferenceState,
)
from support.placement import CLIENT, DAY, OTHER, REF, START, fixed, placement

EMPLOYER, GROUP = ReferenceKind.EMPLOYER, ReferenceKind.GROUP
AGREEMENT, VACANCY = ReferenceKind.AGREEMENT, ReferenceKind.VACANCY
OPEN, CLOSED, ERASED = ReferenceState.OPEN, ReferenceState.CLOSED, ReferenceState.ERASED
AFTER = date(2006, 1, 2)
OF_TERMS = [
    ("employer_ref", "employerRef", EMPLOYER, "employer-closed"),
    ("hiring_employer_ref", "hiringEmployerRef", EMPLOYER, "employer-closed"),
    ("group_ref", "groupRef", GROUP, "group-closed"),
    ("benefit_agreement_ref", "benefitAgreementRef", AGREEMENT, "agreement-ended"),
]
each_term = pytest.mark.parametrize(("field", "name", "kind", "code"), OF_TERMS)
match = Scenario(MATCH, str(REF), partner="uaf").beside(
    ClientTakenOn(client_ref=CLIENT, occurred_on=START, origin=Origin.WALK_IN, name=Open("Sanne Voorbeeld"))
)
reference = Scenario(REFERENCE, str(OTHER), partner="uaf")


def noted(
    kind: ReferenceKind, state: ReferenceState, day: date = START, partner: str = "uaf", sequence: int = 7
) -> ReferenceNoted:
    return ReferenceNoted(
        reference_ref=OTHER, occurred_on=day, kind=kind, state=state, of_partner=partner, sequence=sequence
    )


def note(event: ReferenceNoted) -> NoteReference:
    return NoteReference(**event.model_dump(exclude={"reference_ref"}))


def terms(field: str) -> dict[str, Any]:
    return fixed(benefit_retained=True, **{field: OTHER})


def start(field: str) -> StartPlacement:
    return StartPlacement(**terms(field))


def started(field: str) -> PlacementStarted:
    return PlacementStarted(placement_ref=REF, **terms(field))


@each_term
def test_what_has_not_arrived_may_be_named(field: str, name: str, kind: ReferenceKind, code: str):
    placement.when(start(field)).then(started(field))


@each_term
@pytest.mark.parametrize("partner", ["uaf", "emplooi"])
def test_what_a_partner_is_open_about_may_be_named(
    field: str, name: str, kind: ReferenceKind, code: str, partner: str
):
    arrived = {field: noted(kind, OPEN, partner=partner)}
    placement.arriving(**arrived).when(start(field)).then(started(field))


@each_term
def test_what_was_closed_by_the_first_day_may_not_be_named(
    field: str, name: str, kind: ReferenceKind, code: str
):
    placement.arriving(**{field: noted(kind, CLOSED)}).when(start(field)).then_refused(code, name)


@each_term
def test_what_was_closed_later_may_be_named(field: str, name: str, kind: ReferenceKind, code: str):
    placement.arriving(**{field: noted(kind, CLOSED, AFTER)}).when(start(field)).then(started(field))


@each_term
def test_what_is_something_else_may_not_be_named(field: str, name: str, kind: ReferenceKind, code: str):
    arrived = {field: noted(VACANCY, OPEN)}
    placement.arriving(**arrived).when(start(field)).then_refused("reference-of-another-kind", name)


@pytest.mark.parametrize("field", ["employer_ref", "hiring_employer_ref"])
@pytest.mark.parametrize("day", [START, AFTER])
def test_an_employer_that_was_erased_may_not_be_named_on_any_day(field: str, day: date):
    arrived = {field: noted(EMPLOYER, ERASED, day)}
    refused = placement.arriving(**arrived).when(start(field))
    refused.then_refused("employer-erased", dict((one[0], one[1]) for one in OF_TERMS)[field])


@pytest.mark.parametrize("state", [OPEN, CLOSED])
def test_a_placement_fills_a_place_of_a_vacancy_also_after_that_was_closed(state: ReferenceState):
    arrived = {"vacancy_ref": noted(VACANCY, state)}
    placement.arriving(**arrived).when(start("vacancy_ref")).then(started("vacancy_ref"))
    wrong = {"vacancy_ref": noted(GROUP, state)}
    placement.arriving(**wrong).when(start("vacancy_ref")).then_refused(
        "reference-of-another-kind", "vacancyRef"
    )


@each_term
def test_a_correction_is_held_against_what_it_changes(field: str, name: str, kind: ReferenceKind, code: str):
    correct = CorrectPlacement(occurred_on=DAY, reason_code="typing-error", **terms(field))
    corrected = PlacementCorrected(
        placement_ref=REF, occurred_on=DAY, reason_code="typing-error", **terms(field)
    )
    closed = placement.arriving(**{field: noted(kind, CLOSED)})
    other = PlacementStarted(placement_ref=REF, **fixed())
    closed.given(other).when(correct).then_refused(code, name)
    closed.given(started(field)).when(correct).then(corrected)


def propose(field: str) -> ProposeMatch:
    return ProposeMatch.model_validate({"occurred_on": START, "client_ref": CLIENT, field: OTHER})


@pytest.mark.parametrize(
    ("field", "name", "kind", "code"),
    [
        ("vacancy_ref", "vacancyRef", VACANCY, "vacancy-closed"),
        ("employer_ref", "employerRef", EMPLOYER, "employer-closed"),
    ],
)
def test_a_match_names_what_was_open_on_that_day(field: str, name: str, kind: ReferenceKind, code: str):
    command = propose(field)
    proposed = MatchProposed.model_validate({**command.model_dump(), "match_ref": REF})
    match.when(command).then(proposed)
    for state, day in ((OPEN, START), (CLOSED, AFTER)):
        match.arriving(**{field: noted(kind, state, day)}).when(command).then(proposed)
    match.arriving(**{field: noted(kind, CLOSED)}).when(command).then_refused(code, name)
    other = {field: noted(AGREEMENT, OPEN)}
    match.arriving(**other).when(command).then_refused("reference-of-another-kind", name)


def test_a_match_does_not_name_an_employer_that_was_erased():
    arrived = {"employer_ref": noted(EMPLOYER, ERASED, AFTER)}
    match.arriving(**arrived).when(propose("employer_ref")).then_refused("employer-erased", "employerRef")


def test_every_reference_to_employers_in_a_command_is_looked_up():
    named = {
        (route.name, field)
        for route in COMMANDS
        for field in route.command.model_fields
        if field.endswith(("employer_ref", "group_ref", "agreement_ref", "vacancy_ref"))
    }
    assert named == {(route.name, field) for route in COMMANDS for field in route.refers_to}
    assert len(named) == 12


opened = noted(EMPLOYER, OPEN, sequence=5)
closed = noted(EMPLOYER, CLOSED, sequence=6)
reopened = noted(EMPLOYER, OPEN, AFTER, sequence=8)


@pytest.mark.parametrize("order", list(permutations([opened, closed, reopened])))
def test_what_a_partner_said_last_holds_in_whatever_order_it_arrives(order: tuple[ReferenceNoted, ...]):
    known: list[ReferenceNoted] = []
    for event in (*order, *order):
        known += reference.given(*known).when(note(event)).events
    assert known[-1] == reopened


def test_another_partner_does_not_speak_about_what_one_has_spoken_about():
    theirs = noted(EMPLOYER, CLOSED, partner="emplooi", sequence=9)
    reference.given(opened).when(note(theirs)).then_nothing()
    uwv = noted(EMPLOYER, OPEN, partner="uwv", sequence=10)
    reference.given(theirs).when(note(uwv)).then_nothing()


def test_our_own_word_holds_against_that_of_another_partner():
    theirs = noted(EMPLOYER, CLOSED, partner="emplooi", sequence=9)
    reference.given(theirs).when(note(opened)).then(opened)
