"""What people read is in the catalogues: every text that the code asks for, in both languages, and no other."""

import ast
from collections.abc import Iterable, Mapping
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any, Literal, cast, get_args, get_origin

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from banen_cli.installed import services
from banen_contracts import BY_TYPE
from banen_contracts.base import Precision
from banen_contracts.employers import ApproachChannel, PartyKind, VacancyClosing
from banen_contracts.intake import AttendanceBand, Channel, ReachSource
from banen_contracts.mediation import (
    ContractTerm,
    EffortRole,
    EndReason,
    HoursBand,
    JobLevel,
    MeetingKind,
    ProgrammeTag,
    RetentionMethod,
    SupportSource,
)
from banen_contracts.reporting import FactTopic, Provenance, RuleSetParams
from banen_contracts.roles import ROLES, Role
from banen_kit.application.source_live import WentLive
from banen_kit.audit.log import Outcome as AuditOutcome
from banen_kit.messaging.topology import read_partners
from banen_kit.security.permissions import every_service
from banen_local.cluster.programme import PARTNERS_FILE
from banen_local.demo.history.vacancies import WHY_UNMET
from banen_local.issuer.people import demo_people
from banen_reporting.counting import Clause, Outcome
from banen_reporting.queries.funnel import STEPS
from banen_reporting.queries.quality import CHECKS
from banen_reporting.queries.rows import Order
from banen_reporting.queries.schemas_course import CauseKind
from banen_reporting.queries.schemas_money import CostPer
from banen_reporting.queries.schemas_places import ReachOf
from banen_reporting.queries.schemas_views import Severity
from banen_reporting.web.files import FORMS
from banen_reporting.web.pages import placement
from banen_reporting.web.pages.what_if import NO_CHOICE

SERVICES = tuple(one for name, one in services().items() if name != "reporting")
EVENTS = {event for service in SERVICES for event in service.events} - {WentLive}
FIELDS = [
    (name, field.annotation)
    for event in EVENTS
    for name, field in event.model_fields.items()
    if name == "document_ref" or not name.endswith(("_ref", "converted_from"))
]
LANGUAGES = ("nl", "en")
ISCO_ENDS = ((1, 3), (11, 14), (21, 26), (31, 35), (41, 44), (51, 54), (61, 63), (71, 75), (81, 83), (91, 96))
ISCO_GROUPS = [f"{group:02}" for first, last in ISCO_ENDS for group in range(first, last + 1)]
"""The sub-major groups of the International Standard Classification of Occupations (ISCO-08, ILO)."""
WARNING_CHECKS = [check.id for check in CHECKS if check.severity == "warn"]
FUNCTIONS = ("gettext", "ngettext", "pgettext")


def codes(annotation: Any) -> Iterable[str]:
    """Every word that a field of this type can hold out of a closed list."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        yield from (one.value for one in annotation)
    elif get_origin(annotation) is Literal:
        yield from (str(one) for one in get_args(annotation))
    else:
        for part in get_args(annotation):
            yield from codes(part)


def rule_choices() -> Mapping[str, Iterable[str]]:
    fields = RuleSetParams.model_fields
    values = {
        f"rule {name}": {*codes(field.annotation)} for name, field in fields.items() if name != NO_CHOICE
    }
    return {"rule": fields.keys() - {NO_CHOICE}, **values}


CODES: Mapping[str, Mapping[str, Iterable[str]]] = {
    "banen_kit.web.shell": {},
    "banen_reporting.web": {
        "role": Role,
        "outcome": get_args(Outcome),
        "excluded": get_args(Clause),
        "provenance": Provenance,
        "provenance meaning": Provenance,
        "precision": {*Precision} - {Precision.EXACT},
        "event": [type_.NAME for type_ in BY_TYPE.values() if type_.REF == "placement_ref"],
        "menu": services()["reporting"].menu,
        "as_file": FORMS,
        "order": get_args(Order),
        "cause": get_args(CauseKind),
        "outcome of many": get_args(Outcome),
        "field": placement.FIELDS,
        "contract": ContractTerm,
        "hoursBand": HoursBand,
        "level": JobLevel,
        "programmeTag": ProgrammeTag,
        "method": RetentionMethod,
        "reasonCode": EndReason,
        "check": WARNING_CHECKS,
        "check_tag": WARNING_CHECKS,
        "check_name": [check.id for check in CHECKS],
        "check_why": [check.id for check in CHECKS],
        "severity": get_args(Severity),
        "step": STEPS,
        "of_step": STEPS[:2],
        "before_step": STEPS[1:],
        "partyKind": PartyKind,
        "channel": Channel,
        "cost of one": get_args(CostPer.model_fields["what"].annotation),
        "approach": ApproachChannel,
        "vacancy": [*VacancyClosing, "open", "past"],
        "profession": ISCO_GROUPS,
        "unmet": WHY_UNMET,
        "effortRole": EffortRole,
        "meetingKind": MeetingKind,
        "attendance": AttendanceBand,
        "topic": get_args(FactTopic),
        "reachSource": ReachSource,
        "reach_of": {*get_args(ReachOf)} - {"total"},
        "supportSource": SupportSource,
        **rule_choices(),
    },
    "banen_cli": {
        "event": [event.TYPE for event in EVENTS],
        "field": [name for name, _ in FIELDS],
        "code": [code for _, annotation in FIELDS for code in codes(annotation)],
        "role": Role,
        "action": [
            name
            for service in SERVICES
            for name in service.permissions.keys() - every_service(ROLES).keys() - {"signing-key"}
        ],
        "outcome": {*AuditOutcome} - {AuditOutcome.ACCEPTED, AuditOutcome.SHOWN},
        "provenance": Provenance,
    },
    "banen_local.issuer": {
        "role": Role,
        "partner": [group.partner for group in demo_people(read_partners(PARTNERS_FILE))],
    },
}
"""For each package the kinds of codes that it has texts for, and all codes of that kind."""
SOME = {
    "banen_reporting.web": {"pending", "fault", "fault field"},
    "banen_kit.web.shell": {"fault", "fault title"},
}
"""Kinds of codes of which only some have a text of their own."""
Key = tuple[str | None, Any]
"""The kind of code, and the key or the two keys of singular and plural."""


def asked(package: str) -> Iterable[Key]:
    """The texts that the code and the templates of a package name; not those that hang on a code."""
    for function, words in calls(Path(str(files(package)))):
        match function, words:
            case "gettext", (str() as key,):
                yield None, key
            case "ngettext", (str() as one, str() as many, *_):
                yield None, (one, many)
            case "pgettext", (str() as kind, str() as code):
                yield kind, code
            case _:
                assert function == "pgettext", f"{function} with {words}: what it asks cannot be known"


def calls(folder: Path) -> Iterable[tuple[str, tuple[str | None, ...]]]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name | ast.Attribute)
                and name_of(node.func).endswith("gettext")
            ):
                constants = [one.value if isinstance(one, ast.Constant) else None for one in node.args]
                yield name_of(node.func), tuple(cast("list[str | None]", constants))
    for path in folder.rglob("*.html"):
        with path.open("rb") as file:
            for _, function, found, _ in babel_extract(file, FUNCTIONS, (), {}):
                yield function, found if isinstance(found, tuple) else (found,)


def name_of(called: ast.Name | ast.Attribute) -> str:
    return called.id if isinstance(called, ast.Name) else called.attr


def texts(package: str, language: str) -> Mapping[Key, Message]:
    with (files(package) / "messages" / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    return {(message.context, message.id): message for message in catalogue if message.id}


def said(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def placeholders(message: Message) -> list[set[str]]:
    return [{name for _, name, _, _ in Formatter().parse(text) if name is not None} for text in said(message)]


packages = pytest.mark.parametrize("package", CODES)
languages = pytest.mark.parametrize("language", LANGUAGES)


@packages
@languages
def test_there_is_a_text_for_all_that_is_asked_and_none_is_left_over(package: str, language: str):
    of_codes = {(kind, str(code)) for kind, codes in CODES[package].items() for code in codes}
    found = {key for key in texts(package, language) if key[0] not in SOME.get(package, ())}
    assert found == {*asked(package), *of_codes}


@packages
@languages
def test_no_text_is_empty_or_unsure(package: str, language: str):
    assert [key for key, one in texts(package, language).items() if one.fuzzy or not all(said(one))] == []


@packages
def test_languages_agree_on_texts_and_their_placeholders(package: str):
    dutch, english = (texts(package, language) for language in LANGUAGES)
    assert dutch.keys() == english.keys()
    assert [key for key in dutch if placeholders(dutch[key]) != placeholders(english[key])] == []


def test_what_only_some_codes_have_is_asked_too():
    found = [
        (package, kind, code)
        for package, kinds in SOME.items()
        for kind, code in texts(package, "nl")
        if kind in kinds
    ]
    sources = "".join(
        path.read_text()
        for package in ("banen_kit", "banen_reporting")
        for path in Path(str(files(package))).rglob("*.py")
    )
    assert [one for one in found if f'"{one[2]}"' not in sources] == []
