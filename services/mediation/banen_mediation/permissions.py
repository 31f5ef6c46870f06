"""Who may do what in mediation."""

from banen_kit.core.identity import Role
from banen_kit.security.permissions import ANYONE, EVERY_SERVICE, Rights, own

_STAFF = (Role.ADVISER, Role.MEDIATOR)
_STEWARD = (Role.PARTNER_DATA_STEWARD,)
_PRIVACY = (*_STEWARD, Role.PRIVACY_OFFICER)
_READERS = (*_STAFF, Role.PARTNER_MANAGER, Role.PARTNER_DATA_STEWARD, Role.PRIVACY_OFFICER)

RIGHTS: Rights = {
    **EVERY_SERVICE,
    "take-on-client": own(*_STAFF),
    "accept-handover": own(*_STAFF),
    "start-placement": own(*_STAFF),
    "extend-placement": own(*_STAFF),
    "end-placement": own(*_STAFF),
    "confirm-retention": own(*_STAFF),
    # They change what others may have counted already.
    "correct-placement": own(Role.MEDIATOR),
    "void-placement": own(Role.MEDIATOR),
    "erase-client": own(*_STEWARD),
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
    "bulk": own(*_STAFF, *_STEWARD),
    "read-client": own(*_READERS),
    "read-handover": own(*_READERS),
    "read-placement": own(*_READERS),
}
