"""The people of the demo: for each partner, the roles of the services it runs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from banen_contracts.roles import STAFF, Role
from banen_kit.core.language import Language
from banen_kit.messaging.topology import Partner

OF_EVERY_ORGANISATION = (Role.PARTNER_DATA_STEWARD, Role.PRIVACY_OFFICER, Role.OPS)
REPORTING = "reporting"
"""The partner that runs this is the bureau; one that runs anything else has a manager."""
OUTSIDE: Mapping[str, tuple[Role, ...]] = {
    "ministry": (Role.MINISTRY_OBSERVER,),
    "integrator": (Role.INTEGRATOR,),
}
"""People who run no service but see figures."""

LANGUAGE = Language("banen_local.issuer", "nl")
gettext, pgettext = LANGUAGE.gettext, LANGUAGE.pgettext


@dataclass(frozen=True)
class Person:
    """An invented person with one role at one partner."""

    partner: str
    role: Role

    @property
    def subject(self) -> str:
        return subject(self.partner, [self.role])

    @property
    def words(self) -> str:
        return pgettext("role", self.role)


@dataclass(frozen=True)
class Group:
    """A partner's people."""

    partner: str
    people: tuple[Person, ...]

    @property
    def words(self) -> str:
        return pgettext("partner", self.partner)


def subject(partner: str, roles: Collection[Role]) -> str:
    """A stable pseudonym."""
    return "-".join(["demo", partner, *sorted(role.replace("_", "-") for role in roles)])


def demo_people(partners: Sequence[Partner]) -> list[Group]:
    """In the order of `partners.toml`; outsiders come last."""
    roles = {partner.id: roles_of(partner.services) for partner in partners} | dict(OUTSIDE)
    return [Group(partner, tuple(Person(partner, role) for role in own)) for partner, own in roles.items()]


def roles_of(services: Collection[str]) -> tuple[Role, ...]:
    found = {*OF_EVERY_ORGANISATION, *(role for service in services for role in STAFF[service])}
    if {*services} != {REPORTING}:
        found.add(Role.PARTNER_MANAGER)
    return tuple(role for role in Role if role in found)
