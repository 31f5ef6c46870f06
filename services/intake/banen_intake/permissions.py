"""Who may do what in intake."""

from banen_kit.core.identity import Role
from banen_kit.security.permissions import ANYONE, EVERY_SERVICE, Permissions, own_partner

_STAFF = (Role.INTAKE_WORKER,)
_STEWARD = (Role.PARTNER_DATA_STEWARD,)
_PRIVACY = (*_STEWARD, Role.PRIVACY_OFFICER)
_READERS = (*_STAFF, Role.PARTNER_MANAGER, Role.PARTNER_DATA_STEWARD, Role.PRIVACY_OFFICER)

PERMISSIONS: Permissions = {
    **EVERY_SERVICE,
    "record-contact": own_partner(*_STAFF, Role.COACH),
    "register-candidate": own_partner(*_STAFF),
    "complete-intake": own_partner(*_STAFF),
    "assess-distance": own_partner(*_STAFF),
    "assign-route": own_partner(*_STAFF),
    "close-candidate": own_partner(*_STAFF),
    "offer-handover": own_partner(*_STAFF),
    "erase-contact": own_partner(*_STEWARD),
    "erase-candidate": own_partner(*_STEWARD),
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
    "bulk": own_partner(*_STAFF, Role.COACH, *_STEWARD),
    "read-contact": own_partner(*_READERS),
    "read-candidate": own_partner(*_READERS),
    "read-handover": own_partner(*_READERS),
}
