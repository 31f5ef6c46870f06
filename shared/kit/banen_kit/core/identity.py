"""Who asks: a person or a machine, for which partner, in which roles."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What somebody is in the programme; a token may name several."""

    INTAKE_WORKER = "intake_worker"
    COACH = "coach"
    """A volunteer who coaches candidates."""
    ADVISER = "adviser"
    """A volunteer who mediates."""
    MEDIATOR = "mediator"
    EMPLOYER_RELATIONS = "employer_relations"
    PARTNER_DATA_STEWARD = "partner_data_steward"
    PARTNER_MANAGER = "partner_manager"
    PROJECT_BUREAU = "project_bureau"
    STEERING_GROUP = "steering_group"
    MINISTRY_OBSERVER = "ministry_observer"
    INTEGRATOR = "integrator"
    """A machine that reads the public events."""
    AUDITOR = "auditor"
    OPS = "ops"
    PRIVACY_OFFICER = "privacy_officer"
    CANDIDATE = "candidate"


@dataclass(frozen=True)
class SignIn:
    """What the issuer tells of how somebody signed in; None where it does not tell."""

    acr: str | None = None
    """How strongly, in a word of the issuer's own."""
    at: datetime | None = None
    session: str | None = None
    """The issuer's own session, which it may end."""


@dataclass(frozen=True)
class Principal:
    """Whoever a request comes from, as the issuer vouches for it."""

    subject: str
    """A pseudonym that the issuer gave: no name, no number of a person."""
    partner: str
    roles: frozenset[Role]
    sign_in: SignIn = SignIn()
