"""What the project bureau recorded: the programme as its file has it, with the two permissions at the end."""

from collections.abc import Iterable
from datetime import date

from banen_cli.programme.plan import InForce, make_plan
from banen_cli.programme.step import Step
from banen_local.cluster.define import programme_file
from banen_local.demo.history.book import BUREAU, Book
from banen_reporting.administration.commands import COMMANDS
from banen_reporting.administration.domain.partner import AssignPartner, DeclareSourceLive
from banen_reporting.administration.domain.programme import DefineProgramme

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
