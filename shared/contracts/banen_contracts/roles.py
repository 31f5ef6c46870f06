"""The kinds of service, and the roles of the programme as an issuer names them in a token."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

Service = Literal["intake", "mediation", "employers", "reporting"]
SERVICES: tuple[Service, ...] = get_args(Service)
"""In the order of the programme; each has a module of this package with its public events."""


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


STAFF: Mapping[str, tuple[Role, ...]] = {
    "intake": (Role.INTAKE_WORKER, Role.COACH),
    "mediation": (Role.MEDIATOR, Role.ADVISER),
    "employers": (Role.EMPLOYER_RELATIONS,),
    "reporting": (Role.PROJECT_BUREAU, Role.STEERING_GROUP, Role.AUDITOR),
}
"""Who works with each service. The first may give all of its commands, but for those that erase somebody."""


@dataclass(frozen=True)
class Roles:
    """All roles, and which of them have the duties that every service needs."""

    known: frozenset[str]
    operators: frozenset[str]
    """Who keeps the service running."""
    erasers: frozenset[str]
    """Who erases the data of a person."""
    privacy: frozenset[str]
    """Who handles what persons ask about their data."""
    strong: frozenset[str]
    """Who must sign in strongly and recently, because they see or undo the most."""


ROLES = Roles(
    known=frozenset(Role),
    operators=frozenset({Role.OPS}),
    erasers=frozenset({Role.PARTNER_DATA_STEWARD}),
    privacy=frozenset({Role.PARTNER_DATA_STEWARD, Role.PRIVACY_OFFICER}),
    strong=frozenset({Role.PARTNER_DATA_STEWARD, Role.PROJECT_BUREAU, Role.AUDITOR}),
)
