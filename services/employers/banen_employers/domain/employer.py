"""An employer: registered, renamed, on the platform or not, closed and reopened, and the persons behind it corrected and erased."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, MunicipalityCode, ReasonCode
from banen_contracts.employers import LegalKind, SectorCode, SizeBand
from banen_employers.events import (
    EmployerClosed,
    EmployerDetail,
    EmployerDetailsCorrected,
    EmployerErased,
    EmployerEvent,
    EmployerRegistered,
    EmployerRenamed,
    EmployerReopened,
    PlatformMembershipChanged,
)
from banen_kit.core.decider import Command, Decider, DecisionContext, PersonErased, Refused
from banen_kit.core.records import CorrectDetails, ErasePerson, Names, refuse_unfit_correction
from banen_kit.core.text import Phone, PublicName, ShortText
from banen_kit.crypto.personal_fields import Open, opened


class RegisterEmployer(Command, frozen=True):
    NAME: ClassVar[str] = "register-employer"
    occurred_on: Day
    legal_kind: LegalKind
    sector_code: SectorCode
    size_band: SizeBand = SizeBand.UNKNOWN
    municipality_code: MunicipalityCode | None = None
    name: PublicName = Field(repr=False)
    """Has the form of a public name, so that publishing it cannot fail."""
    publish_name: bool = False
    """Whether the employer agreed to publication. A sole trader's name is never published."""
    contact_name: ShortText | None = Field(default=None, repr=False)
    contact_phone: Phone | None = Field(default=None, repr=False)
    contact_email: ShortText | None = Field(default=None, repr=False)


class RenameEmployer(Command, frozen=True):
    """An organisation has another name, or its name is published or no longer published."""

    NAME: ClassVar[str] = "rename-employer"
    occurred_on: Day
    reason_code: ReasonCode
    name: PublicName = Field(repr=False)
    publish_name: bool = False


class CorrectEmployer(CorrectDetails, frozen=True):
    """Of the contact person, or of a sole trader's name."""

    NAME: ClassVar[str] = "correct-employer"
    name: PublicName | None = Field(default=None, repr=False)
    contact_name: ShortText | None = Field(default=None, repr=False)
    contact_phone: Phone | None = Field(default=None, repr=False)
    contact_email: ShortText | None = Field(default=None, repr=False)
    remove: Names[EmployerDetail] = ()


class CloseEmployer(Command, frozen=True):
    """The partner no longer works with this employer."""

    NAME: ClassVar[str] = "close-employer"
    occurred_on: Day
    reason_code: ReasonCode


class ReopenEmployer(Command, frozen=True):
    NAME: ClassVar[str] = "reopen-employer"
    occurred_on: Day
    reason_code: ReasonCode


class JoinPlatform(Command, frozen=True):
    NAME: ClassVar[str] = "join-platform"
    occurred_on: Day


class LeavePlatform(Command, frozen=True):
    NAME: ClassVar[str] = "leave-platform"
    occurred_on: Day


class EraseEmployer(ErasePerson, frozen=True):
    """Destroys the key of an employer's contact persons and of its name, which may be a sole trader's."""

    NAME: ClassVar[str] = "erase-employer"


EmployerCommand: TypeAlias = (
    RegisterEmployer
    | RenameEmployer
    | CorrectEmployer
    | CloseEmployer
    | ReopenEmployer
    | JoinPlatform
    | LeavePlatform
    | EraseEmployer
)


@dataclass(frozen=True)
class NotRegistered:
    pass


@dataclass(frozen=True)
class Registered:
    legal_kind: LegalKind
    closed_on: date | None = None
    on_platform_since: date | None = None


@dataclass(frozen=True)
class Erased:
    pass


Employer: TypeAlias = NotRegistered | Registered | Erased


def decide(
    command: EmployerCommand, state: Employer, context: DecisionContext
) -> Sequence[EmployerEvent | EmployerDetailsCorrected]:
    match command:
        case RegisterEmployer():
            return [register(command, state, context)]
        case RenameEmployer():
            return [rename(command, known(state), context)]
        case CorrectEmployer():
            return [correct(command, known(state), context)]
        case CloseEmployer():
            return [close(command, still_open(state), context)]
        case ReopenEmployer():
            return [reopen(command, known(state), context)]
        case JoinPlatform():
            return [join(command, still_open(state), context)]
        case LeavePlatform():
            return [leave(command, known(state), context)]
        case EraseEmployer():
            return [erase(command, known(state), context)]
        case _:
            assert_never(command)


def known(state: Employer, field: str | None = None) -> Registered:
    """Raises `PersonErased`, and `Refused` if there is no employer under this reference."""
    if isinstance(state, Erased):
        raise PersonErased
    if isinstance(state, NotRegistered):
        raise Refused("employer-unknown", "There is no such employer.", field)
    return state


def still_open(state: Employer, day: date | None = None, field: str | None = None) -> Registered:
    """As `known`; also refuses an employer that is closed, or was closed by that day."""
    employer = known(state, field)
    if employer.closed_on is not None and (day is None or day >= employer.closed_on):
        raise Refused("employer-closed", "This partner no longer works with this employer.", field)
    return employer


def check_employer(day: date, context: DecisionContext, field: str = "employerRef") -> None:
    """Raises `Refused` unless the employer that the command names was registered, and not closed by that day."""
    still_open(_named(context), day, field)


def gone_on(context: DecisionContext, day: date) -> date | None:
    """The day on which the employer that the command names was closed, or this one if it was erased; None: neither."""
    employer = _named(context)
    return employer.closed_on if isinstance(employer, Registered) else day


def _named(context: DecisionContext) -> Employer:
    return EMPLOYER.replay([event for event in context.related if isinstance(event, EmployerEvent)])


def register(command: RegisterEmployer, state: Employer, context: DecisionContext) -> EmployerRegistered:
    if isinstance(state, Erased):
        raise PersonErased
    if isinstance(state, Registered):
        raise Refused("employer-exists", "This employer was registered already.")
    is_public = command.publish_name and command.legal_kind is not LegalKind.SOLE_TRADER
    return EmployerRegistered(
        employer_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        legal_kind=command.legal_kind,
        sector_code=command.sector_code,
        size_band=command.size_band,
        municipality_code=command.municipality_code,
        name=Open(command.name),
        public_name=command.name if is_public else None,
        contact_name=opened(command.contact_name),
        contact_phone=opened(command.contact_phone),
        contact_email=opened(command.contact_email),
    )


def rename(command: RenameEmployer, employer: Registered, context: DecisionContext) -> EmployerRenamed:
    if employer.legal_kind is LegalKind.SOLE_TRADER:
        raise Refused(
            "name-personal", "A sole trader's name is a person's: correct it with correct-employer.", "name"
        )
    return EmployerRenamed(
        employer_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        reason_code=command.reason_code,
        name=Open(command.name),
        public_name=command.name if command.publish_name else None,
    )


def correct(
    command: CorrectEmployer, employer: Registered, context: DecisionContext
) -> EmployerDetailsCorrected:
    refuse_unfit_correction(command)
    if command.name is not None and employer.legal_kind is not LegalKind.SOLE_TRADER:
        raise Refused("name-not-personal", "An organisation gets another name with rename-employer.", "name")
    return EmployerDetailsCorrected(
        employer_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        reason_code=command.reason_code,
        name=opened(command.name),
        contact_name=opened(command.contact_name),
        contact_phone=opened(command.contact_phone),
        contact_email=opened(command.contact_email),
        removed=command.remove,
    )


def close(command: CloseEmployer, _: Registered, context: DecisionContext) -> EmployerClosed:
    return EmployerClosed(
        employer_ref=UUID(context.ref), occurred_on=command.occurred_on, reason_code=command.reason_code
    )


def reopen(command: ReopenEmployer, employer: Registered, context: DecisionContext) -> EmployerReopened:
    if employer.closed_on is None:
        raise Refused("employer-open", "This employer is not closed.")
    if command.occurred_on < employer.closed_on:
        raise Refused("reopening-before-closing", "The employer was closed after that day.", "occurredOn")
    return EmployerReopened(
        employer_ref=UUID(context.ref), occurred_on=command.occurred_on, reason_code=command.reason_code
    )


def join(command: JoinPlatform, employer: Registered, context: DecisionContext) -> PlatformMembershipChanged:
    if employer.on_platform_since is not None:
        raise Refused("platform-joined", "This employer is on the platform already.")
    return PlatformMembershipChanged(
        employer_ref=UUID(context.ref), occurred_on=command.occurred_on, joined=True
    )


def leave(
    command: LeavePlatform, employer: Registered, context: DecisionContext
) -> PlatformMembershipChanged:
    if employer.on_platform_since is None:
        raise Refused("platform-not-joined", "This employer is not on the platform.")
    if command.occurred_on < employer.on_platform_since:
        raise Refused("leaving-before-joining", "The employer joined after that day.", "occurredOn")
    return PlatformMembershipChanged(
        employer_ref=UUID(context.ref), occurred_on=command.occurred_on, joined=False
    )


def erase(command: EraseEmployer, _: Registered, context: DecisionContext) -> EmployerErased:
    return EmployerErased(
        employer_ref=UUID(context.ref), occurred_on=command.occurred_on, reason=command.reason
    )


def evolve(state: Employer, event: EmployerEvent | EmployerDetailsCorrected) -> Employer:
    match event, state:
        case EmployerRegistered(), NotRegistered():
            return Registered(event.legal_kind)
        case EmployerRenamed() | EmployerDetailsCorrected(), Registered():
            return state
        case PlatformMembershipChanged(), Registered():
            return replace(state, on_platform_since=event.occurred_on if event.joined else None)
        case EmployerClosed(), Registered():
            return replace(state, closed_on=event.occurred_on)
        case EmployerReopened(), Registered():
            return replace(state, closed_on=None)
        case EmployerErased(), Registered():
            return Erased()
        case _:
            raise AssertionError(f"{event.TYPE} cannot follow {state}")


EMPLOYER: Decider[EmployerCommand, Employer, EmployerEvent | EmployerDetailsCorrected] = Decider(
    NotRegistered(), decide, evolve
)
