"""What is known of employers, group placements, agreements and vacancies, and whether a command may name them.

It follows from what services employers publish. What has not arrived yet may be named, since this service also works while
the bus is away, or where no partner runs a service employers.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, ClassVar, NoReturn, assert_never
from uuid import UUID

from pydantic import Field
from pydantic.alias_generators import to_camel

from banen_contracts.base import Day, PartnerId
from banen_kit.core.decider import Command, Decider, DecisionContext, Refused
from banen_mediation.events import ReferenceKind, ReferenceNoted, ReferenceState, Terms

EMPLOYER, GROUP = ReferenceKind.EMPLOYER, ReferenceKind.GROUP
AGREEMENT, VACANCY = ReferenceKind.AGREEMENT, ReferenceKind.VACANCY
IN_TERMS: Mapping[str, ReferenceKind] = {
    "employer_ref": EMPLOYER,
    "hiring_employer_ref": EMPLOYER,
    "group_ref": GROUP,
    "benefit_agreement_ref": AGREEMENT,
    "vacancy_ref": VACANCY,
}
"""The fields of a placement's terms that name something of employers."""
A: Mapping[ReferenceKind, str] = {
    EMPLOYER: "an employer", GROUP: "a group placement", AGREEMENT: "an agreement", VACANCY: "a vacancy",
}  # fmt: skip
IN_MATCH: Mapping[str, ReferenceKind] = {"vacancy_ref": VACANCY, "employer_ref": EMPLOYER}


class NoteReference(Command, frozen=True):
    """Given only by a reactor, after a service employers published something."""

    NAME: ClassVar[str] = "note-reference"
    occurred_on: Day
    kind: ReferenceKind
    state: ReferenceState
    of_partner: PartnerId
    sequence: Annotated[int, Field(ge=1, le=2**53)]


def note(
    command: NoteReference, known: ReferenceNoted | None, context: DecisionContext
) -> Sequence[ReferenceNoted]:
    """Ignores what was said before what is known already, and what another partner says of the same reference."""
    if known is not None:
        is_newer = command.of_partner == known.of_partner and command.sequence > known.sequence
        is_our_own = command.of_partner == context.partner != known.of_partner
        if not (is_newer or is_our_own):
            return []
    return [ReferenceNoted(reference_ref=UUID(context.ref), **dict(command))]


REFERENCE: Decider[NoteReference, ReferenceNoted | None, ReferenceNoted] = Decider(
    None, note, lambda _, event: event
)


def check_match(day: date, context: DecisionContext) -> None:
    """Raises `Refused` if what the command names was closed by that day, or erased."""
    for field, kind in IN_MATCH.items():
        check_reference(field, kind, day, context)


def check_terms_references(terms: Terms, before: Terms | None, context: DecisionContext) -> None:
    """As `check_match`, for the first day of a placement. What stays as it was `before` is not looked at again."""
    for field, kind in IN_TERMS.items():
        if before is None or getattr(terms, field) != getattr(before, field):
            # A vacancy is closed when somebody was found, who starts later.
            day = None if kind is VACANCY else terms.start_date
            check_reference(field, kind, day, context)


def check_reference(field: str, kind: ReferenceKind, day: date | None, context: DecisionContext) -> None:
    """Without a day it may be closed."""
    arrived = [one for one in context.arrived.get(field, ()) if isinstance(one, ReferenceNoted)]
    known = REFERENCE.replay(arrived)
    if known is None:
        return
    name = to_camel(field)
    if known.kind is not kind:
        raise Refused("reference-of-another-kind", f"This is the reference of {A[known.kind]}.", name)
    if known.state is ReferenceState.ERASED:
        raise Refused("employer-erased", "This employer was erased; it takes no more facts.", name)
    if known.state is ReferenceState.CLOSED and day is not None and day >= known.occurred_on:
        _refuse_closed(kind, name)


def _refuse_closed(kind: ReferenceKind, field: str) -> NoReturn:
    match kind:
        case ReferenceKind.EMPLOYER:
            raise Refused("employer-closed", "By that day nobody worked with this employer any more.", field)
        case ReferenceKind.GROUP:
            raise Refused("group-closed", "By that day this group placement was over.", field)
        case ReferenceKind.AGREEMENT:
            raise Refused("agreement-ended", "By that day this agreement had ended.", field)
        case ReferenceKind.VACANCY:
            raise Refused("vacancy-closed", "By that day this vacancy was closed.", field)
        case _:
            assert_never(kind)
