"""Who may do what in mediation."""

from banen_contracts.roles import Role
from banen_kit.security.permissions import Permissions, own_partner

_STAFF = (Role.ADVISER, Role.MEDIATOR)
_READERS = (*_STAFF, Role.PARTNER_MANAGER, Role.PARTNER_DATA_STEWARD, Role.PRIVACY_OFFICER)

PERMISSIONS: Permissions = {
    "take-on-client": own_partner(*_STAFF),
    "accept-handover": own_partner(*_STAFF),
    "start-placement": own_partner(*_STAFF),
    "extend-placement": own_partner(*_STAFF),
    "end-placement": own_partner(*_STAFF),
    "confirm-retention": own_partner(*_STAFF),
    # They change what may already have been counted.
    "correct-placement": own_partner(Role.MEDIATOR),
    "void-placement": own_partner(Role.MEDIATOR),
    "bulk": own_partner(*_STAFF, Role.PARTNER_DATA_STEWARD),
    "read-client": own_partner(*_READERS),
    "read-handover": own_partner(*_READERS),
    "read-placement": own_partner(*_READERS),
}
