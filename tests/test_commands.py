"""No command of any service takes a citizen service number (BSN) in a field that could hold one."""

import re
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationError

from banen_cli.installed import services
from banen_contracts.base import MunicipalityCode, PartnerId, ReasonCode
from banen_intake.domain.candidate import RegisterCandidate
from banen_kit.decider import Command
from banen_kit.problem import from_validation
from banen_kit.text import Mark, Phone, ShortText, VNumber, refuse_bsn

VALID_BSN = "111222333"  # passes the check digit, and was never issued

KNOWN_PARTNER = "must be a partner of the programme, or the command is refused"
FROM_THE_BUS = "a policy's command: the partner whom the envelope names"
PROGRAMME = "the bureau's own ids of units and partners, about no person"
HASH = "a hash, in which digits stand by chance"
NOT_SEARCHED = {
    "offer-handover.to_partner": KNOWN_PARTNER,
    "start-placement.primary_partner": KNOWN_PARTNER,
    "start-placement.assist_partners": KNOWN_PARTNER,
    "correct-placement.primary_partner": KNOWN_PARTNER,
    "correct-placement.assist_partners": KNOWN_PARTNER,
    "define-target-unit.members": KNOWN_PARTNER,
    "complete-handover.accepted_by": FROM_THE_BUS,
    "receive-handover.from_partner": FROM_THE_BUS,
    "publish-rule-set.params.except_units": PROGRAMME,
    "offer-handover.dossier_hash": HASH,
    "receive-handover.dossier_hash": HASH,
    "start-placement.evidence_hash": HASH,
    "correct-placement.evidence_hash": HASH,
    "record-contact.phone": "a telephone number may look like one by chance",
    "register-candidate.phone": "a telephone number may look like one by chance",
    "take-on-client.phone": "a telephone number may look like one by chance",
    "register-employer.contact_phone": "a telephone number may look like one by chance",
    "register-candidate.v_number": "a V-number may look like one by chance, and is kept sealed",
}
"""Every field that could hold nine digits and is not searched, with the reason."""


def test_every_field_that_could_hold_a_bsn_is_searched_or_on_the_list():
    open_fields = {
        f"{command.NAME}.{path}"
        for command in commands()
        for path, marks in strings(command)
        if not is_searched(marks) and not is_closed(marks)
    }
    assert open_fields == NOT_SEARCHED.keys()


def test_the_walk_sees_every_operation():
    offered = {operation.command for service in services().values() for operation in service.operations}
    assert offered <= commands()
    assert any(command.NAME == "complete-handover" for command in commands()), "nor those of policies"


class Nested(BaseModel):
    inside: str


class Leaking(Command, frozen=True):
    NAME = "leaking"
    bare: str
    optional: str | None = None
    bounded: Annotated[str, StringConstraints(max_length=9)]
    either: Literal["x"] | str = "x"
    many: tuple[str, ...] = ()
    mapped: dict[str, int]
    anything: Any = None
    nested: Nested
    partner: PartnerId
    counted: Annotated[str, Field(pattern=r"^[0-9]{4}[a-z]?[0-9]{4}$")]
    phone: Phone
    v_number: VNumber | None = None


class Tight(Command, frozen=True):
    NAME = "tight"
    text: ShortText
    optional: ShortText | None = None
    mark: Mark
    reason: ReasonCode
    municipality: MunicipalityCode
    counted: Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9]{4}-\d{3}$")]
    choice: Literal["a", "b"]
    number: int


def test_the_search_finds_what_is_open_and_nothing_else():
    def found(command: type[Command]) -> set[str]:
        return {path for path, marks in strings(command) if not is_searched(marks) and not is_closed(marks)}

    assert found(Leaking) == {"nested.inside" if name == "nested" else name for name in Leaking.model_fields}
    assert found(Tight) == set()


def test_a_refusal_names_the_field_and_explains_without_quoting():
    body = {"occurredOn": "2006-03-01", "educationBand": "low", "name": f"Synthetica {VALID_BSN}"}
    with pytest.raises(ValidationError) as refused:
        RegisterCandidate.model_validate(body, by_alias=True, by_name=False)
    problem = from_validation(refused.value)
    assert (problem.status, problem.code, problem.field) == (400, "invalid-input", "name")
    assert "BSN" in problem.detail
    assert VALID_BSN not in str(problem.to_json())


def commands() -> set[type[Command]]:
    """Of all services and the kit, also those that only a policy gives."""
    services()  # imports them

    def below(command: type[Command]) -> Iterator[type[Command]]:
        for one in command.__subclasses__():
            yield one
            yield from below(one)

    return {command for command in below(Command) if command.__module__.startswith("banen_")}


def strings(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Every place of a model that takes a string, with what is said about that string."""
    hints = get_type_hints(model, include_extras=True)
    for name in model.model_fields:
        yield from _strings(hints[name], f"{path}{name}", ())


def _strings(annotation: Any, path: str, marks: tuple[Any, ...]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    origin = get_origin(annotation)
    if annotation is str:
        yield path, marks
    elif annotation in (Any, object, bytes):
        yield path, ()
    elif origin is Annotated:
        inner, *more = get_args(annotation)
        yield from _strings(inner, path, (*marks, *more))
    elif origin in (Union, UnionType):
        for inner in get_args(annotation):
            # What is said about the whole need not hold for a part of it.
            yield from _strings(inner, path, ())
    elif origin is Literal:
        return
    elif origin is not None:
        for inner in get_args(annotation):
            yield from _strings(inner, path, ())
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from strings(annotation, f"{path}.")


def is_searched(marks: tuple[Any, ...]) -> bool:
    return any(isinstance(mark, AfterValidator) and mark.func is refuse_bsn for mark in marks)


def is_closed(marks: tuple[Any, ...]) -> bool:
    """Whether a pattern leaves no room for the eight digits of the shortest BSN."""
    patterns = [pattern for mark in marks if (pattern := _pattern_of(mark))]
    return any(_digits(pattern) < 8 for pattern in patterns)


def _pattern_of(mark: Any) -> str | None:
    """`Field(pattern=…)` keeps it among its own marks."""
    if hasattr(mark, "pattern"):
        return mark.pattern
    return next((one for inner in getattr(mark, "metadata", ()) if (one := _pattern_of(inner))), None)


UNIT = re.compile(r"(\[(?:\\.|[^\]])+\]|\\.|[^\[\\])(?:\{(\d+)(?:,(\d+))?\}|([*+?]))?")


def _digits(pattern: str) -> float:
    """How many digits a string of this pattern can hold at most; patterns here are a row of simple units."""
    assert pattern.startswith("^")
    assert pattern.endswith("$")
    assert ",}" not in pattern
    assert not re.search(r"(?<!\\)[(|]", re.sub(r"\[.*?\]", "", pattern))
    most = 0.0
    for unit, least, up_to, sign in UNIT.findall(pattern[1:-1]):
        if re.fullmatch(unit, "1"):
            most += float("inf") if sign in ("*", "+") else int(up_to or least or 1)
    return most
