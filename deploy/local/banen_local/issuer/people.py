"""Whom one can be in the demo: for each partner the roles that go with the services it runs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from banen_kit.core.identity import Role
from banen_kit.messaging.topology import Partner

OF_SERVICE: Mapping[str, tuple[Role, ...]] = {
    "intake": (Role.INTAKE_WORKER, Role.COACH),
    "mediation": (Role.ADVISER, Role.MEDIATOR),
    "employers": (Role.EMPLOYER_RELATIONS,),
}
OF_EVERY_IMPLEMENTER = (Role.PARTNER_DATA_STEWARD, Role.PARTNER_MANAGER, Role.PRIVACY_OFFICER, Role.OPS)
OF_BUREAU = (
    Role.PROJECT_BUREAU,
    Role.STEERING_GROUP,
    Role.AUDITOR,
    Role.PRIVACY_OFFICER,
    Role.OPS,
    Role.PARTNER_DATA_STEWARD,
)
REPORTING = "reporting"
"""Who runs this is the bureau."""
OUTSIDE: Mapping[str, tuple[Role, ...]] = {
    "ministry": (Role.MINISTRY_OBSERVER,),
    "integrator": (Role.INTEGRATOR,),
}
"""Those who run no service and still look on."""

ROLE_WORDS: Mapping[Role, str] = {
    Role.INTAKE_WORKER: "Intaker",
    Role.COACH: "Coach (vrijwilliger)",
    Role.ADVISER: "Adviseur (vrijwilliger)",
    Role.MEDIATOR: "Bemiddelaar",
    Role.EMPLOYER_RELATIONS: "Werkgeverscontact",
    Role.PARTNER_DATA_STEWARD: "Gegevensbeheerder",
    Role.PARTNER_MANAGER: "Partnermanager",
    Role.PROJECT_BUREAU: "Medewerker projectbureau",
    Role.STEERING_GROUP: "Stuurgroep",
    Role.MINISTRY_OBSERVER: "Waarnemer van het ministerie",
    Role.INTEGRATOR: "Afnemer van gebeurtenissen",
    Role.AUDITOR: "Auditor",
    Role.OPS: "Beheer",
    Role.PRIVACY_OFFICER: "Functionaris gegevensbescherming",
    Role.CANDIDATE: "Kandidaat",
}
PARTNER_WORDS: Mapping[str, str] = {
    "bureau": "Projectbureau",
    "vluchtelingenwerk": "VluchtelingenWerk Nederland",
    "emplooi": "Stichting Emplooi",
    "uaf": "UAF",
    "uwv": "UWV WERKbedrijf",
    "goed-werk": "Goed-Werk",
    "ministry": "Ministerie",
    "integrator": "Aangesloten systeem",
}


@dataclass(frozen=True)
class Person:
    """A made-up somebody in one role at one partner."""

    partner: str
    role: Role

    @property
    def subject(self) -> str:
        return subject(self.partner, [self.role])

    @property
    def words(self) -> str:
        return ROLE_WORDS[self.role]


@dataclass(frozen=True)
class Group:
    """A partner's people."""

    partner: str
    people: tuple[Person, ...]

    @property
    def words(self) -> str:
        return PARTNER_WORDS.get(self.partner, self.partner)


def subject(partner: str, roles: Collection[Role]) -> str:
    """A pseudonym that stays the same."""
    return "-".join(["demo", partner, *sorted(role.replace("_", "-") for role in roles)])


def demo_people(partners: Sequence[Partner]) -> list[Group]:
    """In the order of `partners.toml`, those outside last."""
    roles = {partner.id: roles_of(partner.services) for partner in partners} | dict(OUTSIDE)
    return [Group(partner, tuple(Person(partner, role) for role in own)) for partner, own in roles.items()]


def roles_of(services: Collection[str]) -> tuple[Role, ...]:
    found = [role for service in services for role in OF_SERVICE.get(service, ())]
    if set(services) & OF_SERVICE.keys():
        found += OF_EVERY_IMPLEMENTER
    if REPORTING in services:
        found += OF_BUREAU
    return tuple(dict.fromkeys(found))
