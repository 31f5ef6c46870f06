"""Who may do what in employers: the people that `commands.py` names, and the table of views."""

from banen_contracts.roles import Role
from banen_kit.security.permissions import Permissions, own_partner

STAFF = own_partner(Role.EMPLOYER_RELATIONS)
STAFF_AND_MANAGERS = own_partner(Role.EMPLOYER_RELATIONS, Role.PARTNER_MANAGER)
_READERS = own_partner(
    Role.EMPLOYER_RELATIONS,
    Role.ADVISER,
    Role.MEDIATOR,
    Role.PARTNER_MANAGER,
    Role.PARTNER_DATA_STEWARD,
    Role.PRIVACY_OFFICER,
)

VIEWS: Permissions = {
    "bulk": own_partner(Role.EMPLOYER_RELATIONS, Role.PARTNER_MANAGER, Role.PARTNER_DATA_STEWARD),
    "read-employer": _READERS,
    "read-approach": _READERS,
    "read-agreement": _READERS,
    "read-vacancy": _READERS,
    "read-group": _READERS,
    "read-places": _READERS,
}
