"""Who may do what in employers."""

from banen_contracts.roles import Role
from banen_kit.security.permissions import Permissions, own_partner

_STAFF = (Role.EMPLOYER_RELATIONS,)
_READERS = (
    *_STAFF,
    Role.ADVISER,
    Role.MEDIATOR,
    Role.PARTNER_MANAGER,
    Role.PARTNER_DATA_STEWARD,
    Role.PRIVACY_OFFICER,
)

PERMISSIONS: Permissions = {
    "register-employer": own_partner(*_STAFF),
    "sign-agreement": own_partner(*_STAFF, Role.PARTNER_MANAGER),
    "plan-group": own_partner(*_STAFF),
    "close-group": own_partner(*_STAFF),
    "bulk": own_partner(*_STAFF, Role.PARTNER_MANAGER, Role.PARTNER_DATA_STEWARD),
    "read-employer": own_partner(*_READERS),
    "read-agreement": own_partner(*_READERS),
    "read-group": own_partner(*_READERS),
}
