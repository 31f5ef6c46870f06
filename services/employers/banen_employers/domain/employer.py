"""Registering an employer, whether its name may be published, and correcting and erasing the persons behind it."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, MunicipalityCode
from banen_contracts.employers import LegalKind, SectorCode, SizeBand
from banen_employers.events import (
    EmployerDetail,
    EmployerDetailsCorrected,
    EmployerErased,
    EmployerRegistered,
)
from banen_kit.core.decider import Command, DecisionContext
from banen_kit.core.records import CorrectDetails, ErasePerson, Names, person_recorded_once
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


class CorrectEmployer(CorrectDetails, frozen=True):
    """Of the contact person."""

    NAME: ClassVar[str] = "correct-employer"
    contact_name: ShortText | None = Field(default=None, repr=False)
    contact_phone: Phone | None = Field(default=None, repr=False)
    contact_email: ShortText | None = Field(default=None, repr=False)
    remove: Names[EmployerDetail] = ()


class EraseEmployer(ErasePerson, frozen=True):
    """Destroys the key of an employer's contact persons and of its name, which may be a sole trader's."""

    NAME: ClassVar[str] = "erase-employer"


def register(command: RegisterEmployer, context: DecisionContext) -> EmployerRegistered:
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


def correct(command: CorrectEmployer, context: DecisionContext) -> EmployerDetailsCorrected:
    return EmployerDetailsCorrected(
        employer_ref=UUID(context.ref),
        occurred_on=command.occurred_on,
        reason_code=command.reason_code,
        contact_name=opened(command.contact_name),
        contact_phone=opened(command.contact_phone),
        contact_email=opened(command.contact_email),
        removed=command.remove,
    )


def erase(command: ErasePerson, context: DecisionContext) -> EmployerErased:
    return EmployerErased(
        employer_ref=UUID(context.ref), occurred_on=command.occurred_on, reason=command.reason
    )


EMPLOYER = person_recorded_once("employer", "This employer was registered already.", register, correct, erase)
