"""Who may do what: a permission for each command and each view. All else is refused.

A command's permission is in its service's `commands.py`, a view's in `permissions.py`; `docs/rights.md` shows all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from banen_contracts.roles import Roles
from banen_kit.core.identity import Principal
from banen_kit.core.problem import Problem


@dataclass(frozen=True)
class Permission:
    """Who may use one command or view."""

    roles: frozenset[str]
    partners: Literal["own", "all"] = "own"
    """Only people of the partner that runs the service, or of all partners. The view decides what each of them sees."""
    audited: bool = True
    """Whether each use goes into the audit log. Only views of figures and of what was learned from others, which show
    no persons, do not."""

    def lets(self, principal: Principal, owner: str) -> bool:
        """Whether it is for somebody, where a partner runs the service."""
        is_inside = self.partners == "all" or principal.partner == owner
        return is_inside and bool(self.roles & principal.roles)


ANYONE = Permission(frozenset())
"""Open without login: it shows no personal data."""

OPERATOR = Permission(frozenset(), "all")
"""For callers with the service's static token (`BANEN_METRICS_TOKEN`), whatever their role; the route checks it."""

Permissions: TypeAlias = Mapping[str, Permission]
"""By the name of the route; a command's route has the command's name."""


def own_partner(*roles: str) -> Permission:
    """People of the service's own partner in any of these roles."""
    return Permission(frozenset(roles))


def every_partner(*roles: str) -> Permission:
    """People in any of these roles, whichever partner they are of."""
    return Permission(frozenset(roles), "all")


def refuse_unless(access: Permission | None, principal: Principal, partner: str) -> None:
    """Raises `Problem`: 404 if it belongs to another partner, 403 if the role has no permission."""
    if access is not None and access.partners == "own" and principal.partner != partner:
        raise Problem(404, "not-found", "Not Found")
    if access is None or not access.roles & principal.roles:
        raise Problem(403, "not-allowed", "Your role does not include this.")


def every_service(roles: Roles) -> Permissions:
    """The permissions for what every service has."""
    operators = own_partner(*roles.operators)
    return {
        "livez": ANYONE,
        "readyz": ANYONE,
        "metrics": OPERATOR,
        "openapi": ANYONE,
        "blocked-event": operators,
        "skip-event": operators,
        "correct-event": operators,
        "clock": operators,
        "confirm-clock": operators,
    }
