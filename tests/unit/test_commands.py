"""Every field of every command of every service: no citizen service number (BSN) in one that could hold it, no text that
hides something, no day that cannot be true, no reference that could be a number of somebody.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from banen_cli.installed import services
from banen_contracts.base import MunicipalityCode, PartnerId, ReasonCode
from banen_intake.domain.candidate import RegisterCandidate
from banen_kit.application.edge import past_days, refuse_unfit
from banen_kit.application.learned import Hear
from banen_kit.application.problems import from_validation
from banen_kit.core.decider import Command
from banen_kit.core.problem import Problem
from banen_kit.core.strict_json import json_object_of
from banen_kit.core.text import Mark, Phone, ShortText, VNumber, refuse_bsn
from banen_kit.privacy.requests import AnswerRequest, ExtendRequest, RecordRequest

VALID_BSN = "111222333"  # passes the check digit, and was never issued

KNOWN_PARTNER = "must be a partner of the programme, or the command is refused"
FROM_THE_BUS = "a policy's command: the partner whom the envelope names"
PROGRAMME = "the bureau's own ids of units and partners, about no person"
CODE = "must be a code of the programme's definition, or the command is refused"
IN_DECIDE = "its decider searches the whole definition"
LABELS_AND_CODES = (
    *(
        f"{path}.{language}"
        for path in (
            "name",
            "routes.label",
            "routes.meaning",
            "kinds.label",
            "funders.label",
            "regions.label",
            "departments.label",
        )
        for language in ("nl", "en")
    ),
    *("routes.code", "kinds.code", "kinds.route", "phases.route", "funders.code", "regions.id"),
    *("departments.id", "departments.partner", "departments.regions.region"),
)
HASH = "a hash, in which digits stand by chance"
NOT_SEARCHED = {
    "offer-handover.to_partner": KNOWN_PARTNER,
    "start-enterprise-track.guided_by": KNOWN_PARTNER,
    "register-candidate.consents.to_partner": KNOWN_PARTNER,
    "grant-consent.to_partner": KNOWN_PARTNER,
    "withdraw-consent.to_partner": "must be a partner that the candidate allows, or the command is refused",
    "start-placement.primary_partner": KNOWN_PARTNER,
    "start-placement.assist_partners": KNOWN_PARTNER,
    "correct-placement.primary_partner": KNOWN_PARTNER,
    "correct-placement.assist_partners": KNOWN_PARTNER,
    "complete-handover.accepted_by": FROM_THE_BUS,
    "settle-declined.declined_by": FROM_THE_BUS,
    "note-reference.of_partner": FROM_THE_BUS,
    "receive-handover.from_partner": FROM_THE_BUS,
    "settle-handover.from_partner": FROM_THE_BUS,
    "publish-rule-set.params.except_units": PROGRAMME,
    "publish-rule-set.params.self_employment": CODE,
    "assign-partner.unit_id": PROGRAMME,
    "set-target.route": CODE,
    "revise-target.route": CODE,
    "record-funding.funder": CODE,
    **{f"define-programme.definition.{path}": IN_DECIDE for path in LABELS_AND_CODES},
    "record-programme-fact.label.nl": IN_DECIDE,
    "record-programme-fact.label.en": IN_DECIDE,
    "assign-route.route": CODE,
    "start-placement.kind": CODE,
    "start-placement.route_reported": CODE,
    "start-placement.funding_source": CODE,
    "correct-placement.funding_source": CODE,
    "correct-placement.kind": CODE,
    "correct-placement.route_reported": CODE,
    "sign-agreement.routes": CODE,
    "amend-agreement.routes": CODE,
    "open-vacancy.kind": CODE,
    "open-vacancy.route": CODE,
    "plan-group.kind": CODE,
    "offer-handover.dossier_hash": HASH,
    "receive-handover.dossier_hash": HASH,
    "start-placement.evidence_hash": HASH,
    "correct-placement.evidence_hash": HASH,
    "record-contact.phone": "a telephone number may look like one by chance",
    "correct-candidate.phone": "a telephone number may look like one by chance",
    "correct-candidate.v_number": "a V-number may look like one by chance, and is kept sealed",
    "correct-contact.phone": "a telephone number may look like one by chance",
    "register-candidate.phone": "a telephone number may look like one by chance",
    "take-on-client.phone": "a telephone number may look like one by chance",
    "correct-client.phone": "a telephone number may look like one by chance",
    "register-employer.contact_phone": "a telephone number may look like one by chance",
    "correct-employer.contact_phone": "a telephone number may look like one by chance",
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
    offered = {operation.command for service in services().values() for operation in service.commands}
    assert offered <= commands()
    assert any(command.NAME == "complete-handover" for command in commands()), "nor those of policies"


HIDDEN = [
    "a\0b",
    "a\x1b[2Jb",
    "a\x85b",
    "\u200b\u200d",
    "\u200d\u200d",
    "\u3164\u3164",
    "\u202eabc",
    "\u2066abc\u202c",
    "a\U000e0041b",
    "a\ud800b",
]


@pytest.mark.parametrize("text", HIDDEN, ids=ascii)
def test_no_text_of_a_command_hides_anything(text: str):
    taken = {
        f"{command.NAME}.{path}"
        for command in commands()
        for path, _ in strings(command)
        if is_taken(command, path, text) or is_taken(command, path, [text])
    }
    assert taken == set()


def test_the_walk_would_see_a_text_that_is_taken():
    assert {path for path, _ in strings(Leaking) if is_taken(Leaking, path, "a\0b")} >= {
        "bare",
        "nested.inside",
    }
    assert is_taken(Leaking, "many", ["a\0b"])
    assert not is_taken(Tight, "text", "a\0b")


def is_taken(command: type[Command], path: str, value: object) -> bool:
    """Whether nothing is said against this field in a body that has no other."""
    names = [to_camel(name) for name in path.split(".")]
    body: Any = value
    lists = lists_in(command, path.split("."))
    for name in reversed(names):
        body = {name: [body] if name in lists and body is not value else body}
    try:
        command.model_validate(body, by_alias=True, by_name=False)
    except ValidationError as error:
        at_fault = [
            [part for part in item["loc"] if isinstance(part, str)]
            for item in error.errors(include_input=False)
        ]
        return not any(place[: len(names)] == names for place in at_fault)
    return True


def lists_in(model: type[BaseModel], path: list[str]) -> set[str]:
    """The fields on the way that hold a list of models."""
    found: set[str] = set()
    for name in path:
        parts = [get_type_hints(model)[name]]
        while parts:
            part = parts.pop()
            if get_origin(part) is tuple:
                found.add(to_camel(name))
            if isinstance(part, type) and issubclass(part, BaseModel):
                model = part
            parts += get_args(part)
    return found


LATER = "what is agreed or expected may lie ahead"
OF_A_RULE = "the bureau's rules may hold from a day to come"
STATED = "a number may be stated of a time to come, such as a norm"
FROM_OTHERS = "a policy's command: held against today where it was given"
NOT_PAST = {
    "offer-handover.expires_on": LATER,
    "receive-handover.expires_on": LATER,
    "agree-plan.review_on": LATER,
    "start-activity.planned_end_date": LATER,
    "start-placement.start_date": LATER,
    "start-placement.planned_end_date": LATER,
    "correct-placement.start_date": LATER,
    "correct-placement.planned_end_date": LATER,
    "extend-placement.planned_end_date": LATER,
    "correct-extension.planned_end_date": LATER,
    "end-placement.end_date": LATER,
    "correct-end.end_date": LATER,
    "end-as-converted.end_date": FROM_OTHERS,
    "sign-agreement.valid_from": LATER,
    "sign-agreement.valid_to": LATER,
    "amend-agreement.valid_from": LATER,
    "amend-agreement.valid_to": LATER,
    "renew-agreement.valid_to": LATER,
    "open-vacancy.open_until": LATER,
    "assign-partner.first_day": OF_A_RULE,
    **{
        f"define-programme.definition.{path}": OF_A_RULE
        for path in (
            "period.first_day",
            "period.last_day",
            "routes.last_day",
            "kinds.last_day",
            "funders.last_day",
            "reporting_days",
            "departments.regions.first_day",
        )
    },
    "grant-counting-permission.counts_starts_from": OF_A_RULE,
    "publish-rule-set.params.window_from": OF_A_RULE,
    "publish-rule-set.params.window_to": OF_A_RULE,
    "record-programme-fact.period_from": STATED,
    "record-programme-fact.period_until": STATED,
}
"""Every day of a command that may lie in the future, with the reason; none may lie before 1900 or after 2200."""
TODAY = date(2026, 3, 1)


def test_a_day_lies_in_the_past_or_is_on_the_list():
    found = {
        f"{command.NAME}.{path}"
        for command in commands()
        for path in days(command)
        if may_lie_ahead(command, path)
    }
    assert found == NOT_PAST.keys()


def test_days_of_persons_have_bounds_of_their_own():
    def most(command: type[Command]) -> dict[str, int | None]:
        return {name: past.years for name, past in past_days(command).items()}

    assert most(RegisterCandidate)["birth_date"] == 120
    assert most(RecordRequest) == {"received_on": 10}
    assert most(ExtendRequest) == {"extended_on": 10}
    assert most(AnswerRequest) == {"answered_on": 10}


def test_every_reference_of_a_command_is_random():
    chosen = UUID("00000000-0000-0000-0000-000111222333")
    references = [(command, path) for command in commands() for path, kind in kinds(command) if kind is UUID]
    assert {(command.NAME, path) for command, path in references} >= {
        ("start-placement", "client_ref"),
        ("record-request", "person_ref"),
        ("sign-agreement", "party_ref"),
    }
    for command, path in references:
        with pytest.raises(Problem) as refused:
            refuse_unfit(with_only(command, path, chosen), TODAY)
        assert refused.value.field == ".".join(map(to_camel, path.split(".")))


def may_lie_ahead(command: type[Command], path: str) -> bool:
    try:
        refuse_unfit(with_only(command, path, TODAY + timedelta(days=1)), TODAY)
    except Problem:
        return False
    return True


def with_only(command: type[Command], path: str, value: object) -> Command:
    """A command in which one field says something."""
    name, _, inside = path.partition(".")
    if inside:
        hint = get_type_hints(command)[name]
        inner = next(one for one in (hint, *get_args(hint)) if hasattr(one, "model_construct"))
        value = inner.model_construct(**dict.fromkeys(inner.model_fields) | {inside: value})
    fields: dict[str, Any] = dict.fromkeys(command.model_fields) | {name: value}
    return command.model_construct(**fields)


def days(model: type[BaseModel]) -> Iterator[str]:
    return (path for path, kind in kinds(model) if kind in (date, datetime))


def kinds(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every type that is written anywhere in a model, with its place."""

    def inside(annotation: Any) -> Iterator[Any]:
        yield annotation
        for part in get_args(annotation):
            yield from inside(part)

    for name, hint in get_type_hints(model, include_extras=True).items():
        if name in model.model_fields:
            for kind in inside(hint):
                yield f"{path}{name}", kind
                if isinstance(kind, type) and issubclass(kind, BaseModel):
                    yield from kinds(kind, f"{path}{name}.")


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
    month: Annotated[str, Field(pattern=r"^(a|b[0-9]{4})-(c|[0-9]{4})$")]
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
    month: Annotated[str, Field(pattern=r"^(1|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])$")]
    choice: Literal["a", "b"]
    number: int


def test_the_search_finds_what_is_open_and_nothing_else():
    def found(command: type[Command]) -> set[str]:
        return {path for path, marks in strings(command) if not is_searched(marks) and not is_closed(marks)}

    assert found(Leaking) == {"nested.inside" if name == "nested" else name for name in Leaking.model_fields}
    assert found(Tight) == set()


def test_the_fullest_command_is_within_the_bounds_of_what_is_read():
    """Each character of its texts escaped, as some senders do, and each list as long as it may be."""
    for command in commands():
        schema = command.model_json_schema(by_alias=True)
        body = {name: fullest(node, schema) for name, node in schema["properties"].items()}
        line = {"command": command.NAME, "ref": "x" * 36, "key": "x" * 36, "knownAt": "x" * 40, "body": body}
        assert json_object_of(json.dumps(line).encode()) == line


def fullest(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    if "$ref" in node:
        return fullest(schema["$defs"][node["$ref"].rsplit("/", 1)[1]], schema)
    if "anyOf" in node:
        return max((fullest(one, schema) for one in node["anyOf"]), key=lambda one: len(json.dumps(one)))
    match node.get("type"):
        case "array":
            return [fullest(node["items"], schema)] * node["maxItems"]
        case "object":
            return {name: fullest(one, schema) for name, one in node["properties"].items()}
        case "string" if "format" in node:
            return "x" * 40
        case "string":
            pattern = node.get("pattern", "\\w")
            letter = "🙂" if "\\w" in pattern else "é" if "À" in pattern else "x"
            return letter * node.get("maxLength", 100)
        case _:
            return 10**12


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

    found = {one for one in below(Command) if one.__module__.startswith("banen_") and hasattr(one, "NAME")}
    return found - {Hear}  # it holds another service's public event as it came, and nothing of anybody


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


CHOICE = re.compile(r"(?<!\\)\(([^()]+)\)(?![{*+?])")


def _digits(pattern: str) -> float:
    """How many digits a string of this pattern can hold at most; patterns here are a row of simple units and choices."""
    assert pattern.startswith("^")
    assert pattern.endswith("$")
    assert ",}" not in pattern
    row = CHOICE.sub(lambda choice: max(choice[1].split("|"), key=_digits_in), pattern[1:-1])
    return _digits_in(row)


def _digits_in(row: str) -> float:
    assert not re.search(r"(?<!\\)[(|]", re.sub(r"\[.*?\]", "", row))
    most = 0.0
    for unit, least, up_to, sign in UNIT.findall(row):
        if re.fullmatch(unit, "1"):
            most += float("inf") if sign in ("*", "+") else int(up_to or least or 1)
    return most
