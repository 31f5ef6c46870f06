"""Who may ask for what, written out once more."""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from banen_cli.installed import services
from banen_contracts.roles import Role
from banen_kit.security.permissions import ANYONE, OPERATOR, Permission
from banen_kit.testing import FakeIssuer
from support.applications import OWNERS

PEOPLE_OF = ("uaf", "uwv", "bureau", "ministry")
"""A partner, another one, the bureau, and somebody who is no partner."""


@dataclass(frozen=True)
class Route:
    name: str
    method: str
    path: str


def routes_of(app: FastAPI) -> list[Route]:
    """Those that pass the gate, with their whole paths, also where a router within a router has them."""
    found: list[Route] = []
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            found += [Route(str(context.name), method, str(context.path)) for method in context.methods or ()]
    return found


@dataclass(frozen=True)
class Asker:
    """Somebody in one role at one partner; without a role, somebody who is not signed in."""

    role: Role | None
    partner: str

    def headers(self, issuer: FakeIssuer, name: str) -> dict[str, str]:
        if self.role is None:
            return {}
        subject = f"{self.partner}-{self.role}"
        return issuer.bearer(services()[name], OWNERS[name], self.role, partner=self.partner, subject=subject)


def askers() -> Iterator[Asker]:
    yield Asker(None, "uaf")
    for role in Role:
        for partner in PEOPLE_OF:
            yield Asker(role, partner)


def due(access: Permission, asker: Asker, owner: str) -> str:
    """What the rule is, written out once more."""
    if access is ANYONE:
        return "in"
    if asker.role is None or access is OPERATOR:
        return "not signed in"
    if access.partners == "own" and asker.partner != owner:
        return "not there"
    return "in" if asker.role in access.roles else "not allowed"
