"""Registering an employer, and whether its name may be known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from banen_contracts.base import MunicipalityCode, OrganisationName
from banen_contracts.employers import LegalKind, SectorCode, SizeBand
from banen_employers.events import EmployerRegistered
from banen_kit.decider import Command, Context, Decider, Refused
from banen_kit.personal import Open
from banen_kit.text import Phone, ShortText


class RegisterEmployer(Command, frozen=True):
    NAME: ClassVar[str] = "register-employer"
    occurred_on: date
    legal_kind: LegalKind
    sector_code: SectorCode
    size_band: SizeBand = SizeBand.UNKNOWN
    municipality_code: MunicipalityCode | None = None
    name: OrganisationName = Field(repr=False)
    """Of the shape that a public name has, so that publishing it cannot fail."""
    publish_name: bool = False
    """Whether the employer agreed to that; a sole trader's name is never published."""
    contact_name: ShortText | None = Field(default=None, repr=False)
    contact_phone: Phone | None = Field(default=None, repr=False)
    contact_email: ShortText | None = Field(default=None, repr=False)


@dataclass(frozen=True)
class Employer:
    is_registered: bool = False


def decide(command: RegisterEmployer, state: Employer, context: Context) -> Sequence[EmployerRegistered]:
    if state.is_registered:
        raise Refused("employer-exists", "This employer was registered already.")
    is_public = command.publish_name and command.legal_kind is not LegalKind.SOLE_TRADER
    return [
        EmployerRegistered(
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
    ]


def evolve(state: Employer, event: EmployerRegistered) -> Employer:
    if state.is_registered:
        raise AssertionError(f"{event.TYPE} cannot follow {state}")
    return Employer(is_registered=True)


EMPLOYER: Decider[RegisterEmployer, Employer, EmployerRegistered] = Decider(Employer(), decide, evolve)
