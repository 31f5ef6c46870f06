"""Somebody who reads their own data reads Dutch: there are words for every event, field, code, role and view."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

import pytest

from banen_cli.person_words import ACTION, CODE, CODE_OF_FIELD, EVENT, FIELD, OUTCOME, ROLE
from banen_contracts.base import Route
from banen_employers.service import SERVICE as EMPLOYERS
from banen_intake.service import SERVICE as INTAKE
from banen_kit.application.definition import Service
from banen_kit.application.source_live import WentLive
from banen_kit.audit.log import Outcome
from banen_kit.core.decider import DomainEvent
from banen_kit.core.identity import Role
from banen_kit.security.permissions import EVERY_SERVICE
from banen_mediation.service import SERVICE as MEDIATION

SERVICES = (INTAKE, MEDIATION, EMPLOYERS)
EVENTS = sorted(
    {one for service in SERVICES for one in service.events} - {WentLive}, key=lambda one: one.TYPE
)
REFERENCES = {"converted_from"}
"""Beside those that are called so."""


def is_reference(name: str) -> bool:
    return name in REFERENCES or (name.endswith("_ref") and name != "document_ref")


def codes(annotation: Any) -> Iterable[str]:
    """Every word that a field of this type can hold out of a closed list."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        yield from (one.value for one in annotation if annotation is not Route)
    elif get_origin(annotation) is Literal:
        yield from (str(one) for one in get_args(annotation))
    else:
        for part in get_args(annotation):
            yield from codes(part)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)
def test_there_are_words_for_everything_in(event: type[DomainEvent]):
    names = [name for name in event.model_fields if not is_reference(name)]
    found = {code: name for name in names for code in codes(event.model_fields[name].annotation)}
    assert event.TYPE in EVENT
    assert [name for name in names if name not in FIELD] == []
    assert [
        code for code, name in found.items() if code not in CODE and (name, code) not in CODE_OF_FIELD
    ] == []


def test_codes_are_looked_for_in_every_field_that_has_some():
    registered = {one.TYPE: one for one in EVENTS}
    assert set(codes(registered["contact-made"].model_fields["channel"].annotation)) > {"word_of_mouth"}
    assert set(codes(registered["placement-extended"].model_fields["contract"].annotation)) == {
        "fixed",
        "open_ended",
    }
    assert set(codes(registered["request-received"].model_fields["kind"].annotation)) > {"access"}


def test_there_are_words_for_every_role_and_outcome():
    assert set(ROLE) == {role.value for role in Role}
    assert set(OUTCOME) == {outcome.value for outcome in Outcome}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_there_are_words_for_whatever_somebody_may_do_or_see_in(service: Service):
    assert service.permissions.keys() - EVERY_SERVICE.keys() - {"signing-key"} - ACTION.keys() == set()


def test_no_words_are_left_over():
    names = {name for event in EVENTS for name in event.model_fields if not is_reference(name)}
    found = {c for event in EVENTS for one in event.model_fields.values() for c in codes(one.annotation)}
    actions = {name for service in SERVICES for name in service.permissions}
    assert (set(FIELD) - names, set(CODE) - found, set(ACTION) - actions) == (set(), set(), set())
    assert set(EVENT) == {event.TYPE for event in EVENTS}
