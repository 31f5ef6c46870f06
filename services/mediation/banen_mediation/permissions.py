"""Who may do what in mediation: the people that `commands.py` names, and the table of views."""

from banen_contracts.roles import Role
from banen_kit.security.permissions import Permissions, own_partner

_STAFF = (Role.ADVISER, Role.MEDIATOR)
_READERS = own_partner(*_STAFF, Role.PARTNER_MANAGER, Role.PARTNER_DATA_STEWARD, Role.PRIVACY_OFFICER)
STAFF = own_partner(*_STAFF)
MEDIATORS = own_partner(Role.MEDIATOR)
"""For what changes what others may have counted already."""
MEDIATORS_AND_MANAGERS = own_partner(Role.MEDIATOR, Role.PARTNER_MANAGER)
"""For what the partner's people did together."""

VIEWS: Permissions = {
    "bulk": own_partner(*_STAFF, Role.PARTNER_DATA_STEWARD),
    "read-client": _READERS,
    "read-handover": _READERS,
    "read-match": _READERS,
    "read-placement": _READERS,
    "read-enterprise": _READERS,
    "read-effort": _READERS,
    "read-meeting": _READERS,
    "read-reference": _READERS,
}
