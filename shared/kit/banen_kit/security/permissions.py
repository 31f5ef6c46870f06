"""Who may do what: a service's table of its commands and views by name. What is not in the table is refused.

Each service has its table in its `permissions.py`; `docs/rights.md` shows all of them side by side.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from banen_contracts.roles import Roles
from banen_kit.core.identity import Principal
from banen_kit.core.problem import Problem


@dataclass(frozen=True)
class Permission:
    """Who is let in to one command or view."""

    roles: frozenset[str]
    partners: Literal["own", "all"] = "own"
    """Whose people: only those of the partner whose service it is, or everybody's. What an answer then shows of whom
    is for the view to decide."""
    audited: bool = True
    """Whether each use is in the audit log; only what shows figures and nobody behind them is not."""


ANYONE = Permission(frozenset())
"""Open without login: it shows nothing of anybody."""

OPERATOR = Permission(frozenset(), "all")
"""For whoever shows the static token of the service (`BANEN_METRICS_TOKEN`), whatever their role; the route asks it."""

Permissions: TypeAlias = Mapping[str, Permission]
"""By the name of the route; a command's route has the command's name."""


def own_partner(*roles: str) -> Permission:
    """People of the service's own partner in any of these roles."""
    return Permission(frozenset(roles))


def every_partner(*roles: str) -> Permission:
    """People in any of these roles, whichever partner they are of."""
    return Permission(frozenset(roles), "all")


def refuse_unless(access: Permission | None, principal: Principal, partner: str) -> None:
    """Raises `Problem`: 404 where it belongs to another partner, 403 where the role does not go so far."""
    if access is not None and access.partners == "own" and principal.partner != partner:
        raise Problem(404, "not-found", "Not Found")
    if access is None or not access.roles & principal.roles:
        raise Problem(403, "not-allowed", "Your role does not include this.")


def every_service(roles: Roles) -> Permissions:
    """Who may do what every service has."""
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
