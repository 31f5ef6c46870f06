"""What the project bureau recorded: the programme as its file has it, with the two permissions at the end."""

from collections.abc import Iterable
from datetime import date

from banen_cli.programme.plan import InForce, make_plan
from banen_cli.programme.step import Step
from banen_contracts.base import Precision
from banen_contracts.programme import Labels
from banen_contracts.reporting import FactTopic
from banen_local.cluster.define import programme_file
from banen_local.demo.history.book import BUREAU, Book
from banen_reporting.administration.commands import COMMANDS
from banen_reporting.administration.domain.partner import AssignPartner, DeclareSourceLive
from banen_reporting.administration.domain.programme import DefineProgramme
from banen_reporting.administration.domain.programme_fact import RecordProgrammeFact

PROGRAMME = programme_file("banenoffensief-2005-2008")
DIRECT, BY_STEPS = (route.code for route in PROGRAMME.routes)
"""Straight to paid work; by way of an internship, work experience or training."""
(OWN_FIRM,) = (kind.code for kind in PROGRAMME.kinds if not kind.employer)
LENT = {kind.code for kind in PROGRAMME.kinds if kind.hiring_employer}
"""Kinds in which the employer lends the person to another."""
BY_PATH = {operation.path: operation for operation in COMMANDS}
AT_ONCE = (DefineProgramme, AssignPartner)
"""Known on the day itself, since whatever others record of the programme needs it."""
STEPS = make_plan(PROGRAMME, InForce()).steps
PERMISSIONS = [step for step in STEPS if step.path.endswith("/grant-counting-permission")]


def route_of(kind: str) -> str:
    found = PROGRAMME.kind(kind)
    assert found, kind
    return found.route


def admitted_on(partner: str) -> date:
    (found,) = (one.on for one in PROGRAMME.partners if one.id == partner)
    return found or PROGRAMME.decided_on


def record_programme(book: Book) -> None:
    record(book, (step for step in STEPS if step not in PERMISSIONS))


STATED: tuple[tuple[FactTopic, str, str, str, int, Precision], ...] = (
    ("locations", "locations", "Locaties van UWV WERKbedrijf", "Locations of UWV WERKbedrijf", 60, Precision.EXACT),
    ("communication", "website-visitors-a-day", "Bezoekers van de website per dag", "Visitors of the website a day", 160, Precision.APPROX),
    ("people", "advisers", "Vrijwillige adviseurs van Emplooi", "Volunteer advisers of Emplooi", 140, Precision.AT_LEAST),
    ("people", "evaluation-interviews", "Gesprekken voor de evaluatie", "Interviews for the evaluation", 45, Precision.EXACT),
    ("money", "norm-euro-per-person", "Norm per werkloze", "Norm per unemployed person", 5000, Precision.APPROX),
)  # fmt: skip
"""What the report says of the whole period and no event counts. It gives no benefit with which the costs could be earned back."""


def state_facts(book: Book) -> None:
    period = PROGRAMME.definition.period
    for topic, code, nl, en, value, precision in STATED:
        fact = RecordProgrammeFact(
            occurred_on=period.last_day,
            topic=topic,
            code=code,
            label=Labels(nl=nl, en=en),
            value=value,
            precision=precision,
            period_from=period.first_day,
            period_until=period.last_day,
            document_ref="BOV/eindrapport-2009",
        )
        book.write(BUREAU, book.ref(), fact)


def grant_permissions(book: Book) -> None:
    record(book, sorted(PERMISSIONS, key=lambda step: step.body["occurredOn"]))


def record(book: Book, steps: Iterable[Step]) -> None:
    for step in steps:
        *thing, ref, verb = step.path.split("/")
        operation = BY_PATH["/".join(["/programme", *thing, "{ref}", verb])]
        given = operation.command.model_validate(step.body, by_alias=True, by_name=False)
        book.write(
            BUREAU, book.ref() if operation.ref == "uuid" else ref, given, at_once=isinstance(given, AT_ONCE)
        )


def declare_live(book: Book, today: date) -> None:
    for partner in PROGRAMME.partners:
        for service in partner.services:
            book.write(BUREAU, partner.id, DeclareSourceLive(occurred_on=today, service=service), live=True)
