"""Who may do what in employers."""

from banen_kit.core.identity import Role
from banen_kit.security.permissions import ANYONE, EVERY_SERVICE, Rights, own

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

RIGHTS: Rights = {
    **EVERY_SERVICE,
    "register-employer": own(*_STAFF),
    "sign-agreement": own(*_STAFF, Role.PARTNER_MANAGER),
    "plan-group": own(*_STAFF),
    "close-group": own(*_STAFF),
    "erase-employer": own(*_STEWARD),
    "record-request": own(*_PRIVACY),
    "extend-request": own(*_PRIVACY),
    "answer-request": own(*_PRIVACY),
    "read-request": own(*_PRIVACY),
    "requests": own(*_PRIVACY),
    "export-person": own(*_PRIVACY),
    "erasure-certificate": own(*_PRIVACY),
    "signing-key": ANYONE,
    "retention": own(*_PRIVACY),
    "confirm-retention-pass": own(Role.PARTNER_DATA_STEWARD),
    "bulk": own(*_STAFF, Role.PARTNER_MANAGER, *_STEWARD),
    "read-employer": own(*_READERS),
    "read-agreement": own(*_READERS),
    "read-group": own(*_READERS),
}
