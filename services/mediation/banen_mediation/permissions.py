"""Who may do what in mediation."""

from banen_kit.core.identity import Role
from banen_kit.security.permissions import ANYONE, EVERY_SERVICE, Permissions, own_partner

_STAFF = (Role.ADVISER, Role.MEDIATOR)
_STEWARD = (Role.PARTNER_DATA_STEWARD,)
_PRIVACY = (*_STEWARD, Role.PRIVACY_OFFICER)
_READERS = (*_STAFF, Role.PARTNER_MANAGER, Role.PARTNER_DATA_STEWARD, Role.PRIVACY_OFFICER)

PERMISSIONS: Permissions = {
    **EVERY_SERVICE,
    "take-on-client": own_partner(*_STAFF),
    "accept-handover": own_partner(*_STAFF),
    "start-placement": own_partner(*_STAFF),
    "extend-placement": own_partner(*_STAFF),
    "end-placement": own_partner(*_STAFF),
    "confirm-retention": own_partner(*_STAFF),
    # They change what others may have counted already.
    "correct-placement": own_partner(Role.MEDIATOR),
    "void-placement": own_partner(Role.MEDIATOR),
    "erase-client": own_partner(*_STEWARD),
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
    "bulk": own_partner(*_STAFF, *_STEWARD),
    "read-client": own_partner(*_READERS),
    "read-handover": own_partner(*_READERS),
    "read-placement": own_partner(*_READERS),
}
