"""Who may do what in intake."""

from banen_kit.core.identity import Role
from banen_kit.security.permissions import ANYONE, EVERY_SERVICE, Rights, own

_STAFF = (Role.INTAKE_WORKER,)
_STEWARD = (Role.PARTNER_DATA_STEWARD,)
_PRIVACY = (*_STEWARD, Role.PRIVACY_OFFICER)
_READERS = (*_STAFF, Role.PARTNER_MANAGER, Role.PARTNER_DATA_STEWARD, Role.PRIVACY_OFFICER)

RIGHTS: Rights = {
    **EVERY_SERVICE,
    "record-contact": own(*_STAFF, Role.COACH),
    "register-candidate": own(*_STAFF),
    "complete-intake": own(*_STAFF),
    "assess-distance": own(*_STAFF),
    "assign-route": own(*_STAFF),
    "close-candidate": own(*_STAFF),
    "offer-handover": own(*_STAFF),
    "erase-contact": own(*_STEWARD),
    "erase-candidate": own(*_STEWARD),
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
    "bulk": own(*_STAFF, Role.COACH, *_STEWARD),
    "read-contact": own(*_READERS),
    "read-candidate": own(*_READERS),
    "read-handover": own(*_READERS),
}
