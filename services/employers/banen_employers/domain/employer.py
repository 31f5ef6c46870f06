"""Registering an employer, whether its name may be published, and erasing the persons behind it."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from banen_contracts.base import Day, MunicipalityCode
from banen_contracts.employers import LegalKind, SectorCode, SizeBand
from banen_employers.events import EmployerErased, EmployerRegistered
from banen_kit.core.decider import Command, DecisionContext
from banen_kit.core.records import ErasePerson, person_recorded_once
from banen_kit.core.text import Phone, PublicName, ShortText
from banen_kit.crypto.personal_fields import Open


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
        contact_name=Open(command.contact_name) if command.contact_name else None,
        contact_phone=Open(command.contact_phone) if command.contact_phone else None,
        contact_email=Open(command.contact_email) if command.contact_email else None,
    )


def erase(command: ErasePerson, context: DecisionContext) -> EmployerErased:
    return EmployerErased(
        employer_ref=UUID(context.ref), occurred_on=command.occurred_on, reason=command.reason
    )


EMPLOYER = person_recorded_once("employer", "This employer was registered already.", register, erase)
