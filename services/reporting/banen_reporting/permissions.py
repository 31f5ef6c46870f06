"""Who may do what in reporting. Only the bureau changes the programme; many others may see figures.

`queries/access.py` decides what a figure or a row shows to whom.
"""

from dataclasses import replace

from banen_contracts.roles import Role
from banen_kit.security.permissions import ANYONE, Permissions, every_partner, own_partner

_OF_A_PARTNER = (
    Role.INTAKE_WORKER,
    Role.ADVISER,
    Role.MEDIATOR,
    Role.EMPLOYER_RELATIONS,
    Role.PARTNER_DATA_STEWARD,
    Role.PARTNER_MANAGER,
)
_OF_THE_PROGRAMME = (Role.PROJECT_BUREAU, Role.STEERING_GROUP, Role.AUDITOR)
_READERS = every_partner(*_OF_A_PARTNER, *_OF_THE_PROGRAMME, Role.MINISTRY_OBSERVER, Role.INTEGRATOR)
_FIGURES = replace(_READERS, audited=False)
"""Not audited: they show no persons, and stay readable while the database is read-only."""
_VIEWS = replace(every_partner(*_OF_A_PARTNER, *_OF_THE_PROGRAMME), audited=False)
"""For row readers: they count few people at a time, and name nobody."""
_NATIONAL = replace(own_partner(*_OF_THE_PROGRAMME), audited=False)
"""For the bureau's people: of the programme as a whole, of which a partner has no part of its own."""
_EVERYBODY = replace(every_partner(*Role), audited=False)
"""Not audited: they show nothing but the frame."""
BUREAU = own_partner(Role.PROJECT_BUREAU)
"""Who gives all commands."""
_OPERATION = own_partner(Role.PROJECT_BUREAU, Role.OPS)

VIEWS: Permissions = {
    "bulk": BUREAU,
    "read-programme": BUREAU,
    "read-partner": BUREAU,
    "read-unit": BUREAU,
    "read-rule-set": BUREAU,
    "read-funding": BUREAU,
    "read-cost": BUREAU,
    "read-programme-fact": BUREAU,
    "programme": _FIGURES,
    "targets": _FIGURES,
    "results": _FIGURES,
    "rule-sets": _FIGURES,
    "course": _FIGURES,
    "comparison": _FIGURES,
    "funnel": _VIEWS,
    "regions": _VIEWS,
    "reach": _VIEWS,
    "employers": _VIEWS,
    "follow-up": _VIEWS,
    "supply-and-demand": _VIEWS,
    "effort": _VIEWS,
    "money": _NATIONAL,
    "programme-facts": _VIEWS,
    "data-quality": _VIEWS,
    "placements": _READERS,
    "what-if": _READERS,
    "placement": _READERS,
    "set-aside": _OPERATION,
    "position": _OPERATION,
    "style": ANYONE,
    "home": ANYONE,
    "page-start": _EVERYBODY,
    "page-unknown": _EVERYBODY,
    "page-overview": _FIGURES,
    "page-workbook": _FIGURES,
    "page-report": _FIGURES,
    "page-partner": _FIGURES,
    "page-compare": _FIGURES,
    "page-funnel": _VIEWS,
    "page-regions": _VIEWS,
    "page-reach": _VIEWS,
    "page-employers": _VIEWS,
    "page-follow-up": _VIEWS,
    "page-supply-and-demand": _VIEWS,
    "page-effort": _VIEWS,
    "page-money": _NATIONAL,
    "page-programme-facts": _VIEWS,
    "page-data-quality": _VIEWS,
    "page-placements": _READERS,
    "page-what-if": _READERS,
    "page-placement": _READERS,
    "page-purpose": every_partner(Role.AUDITOR),
    "state-purpose": every_partner(Role.AUDITOR),
    "login": ANYONE,
    "backchannel-logout": ANYONE,
    "login-answer": ANYONE,
    "logout": every_partner(*Role),
}
