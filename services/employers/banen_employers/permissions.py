"""Who may do what in employers."""

from banen_kit.core.identity import Role
from banen_kit.security.permissions import ANYONE, EVERY_SERVICE, Permissions, own_partner

_STAFF = (Role.EMPLOYER_RELATIONS,)
_STEWARD = (Role.PARTNER_DATA_STEWARD,)
_PRIVACY = (*_STEWARD, Role.PRIVACY_OFFICER)
_READERS = (
    *_STAFF,
    Role.ADVISER,
    Role.MEDIATOR,
    Role.PARTNER_MANAGER,
    Role.PARTNER_DATA_STEWARD,
    Role.PRIVACY_OFFICER,
)

PERMISSIONS: Permissions = {
    **EVERY_SERVICE,
    "register-employer": own_partner(*_STAFF),
    "sign-agreement": own_partner(*_STAFF, Role.PARTNER_MANAGER),
    "plan-group": own_partner(*_STAFF),
    "close-group": own_partner(*_STAFF),
    "erase-employer": own_partner(*_STEWARD),
    "record-request": own_partner(*_PRIVACY),
    "extend-request": own_partner(*_PRIVACY),
    "answer-request": own_partner(*_PRIVACY),
    "read-request": own_partner(*_PRIVACY),
    "requests": own_partner(*_PRIVACY),
    "export-person": own_partner(*_PRIVACY),
    "erasure-certificate": own_partner(*_PRIVACY),
    "signing-key": ANYONE,
    "retention": own_partner(*_PRIVACY),
    "confirm-retention-pass": own_partner(Role.PARTNER_DATA_STEWARD),
    "bulk": own_partner(*_STAFF, Role.PARTNER_MANAGER, *_STEWARD),
    "read-employer": own_partner(*_READERS),
    "read-agreement": own_partner(*_READERS),
    "read-group": own_partner(*_READERS),
}
