"""Who may do what in intake."""

from banen_contracts.roles import Role
from banen_kit.security.permissions import Permissions, own_partner

_STAFF = (Role.INTAKE_WORKER,)
_READERS = (*_STAFF, Role.PARTNER_MANAGER, Role.PARTNER_DATA_STEWARD, Role.PRIVACY_OFFICER)

PERMISSIONS: Permissions = {
    "record-contact": own_partner(*_STAFF, Role.COACH),
    "register-candidate": own_partner(*_STAFF),
    "complete-intake": own_partner(*_STAFF),
    "assess-distance": own_partner(*_STAFF),
    "assign-route": own_partner(*_STAFF),
    "close-candidate": own_partner(*_STAFF),
    "offer-handover": own_partner(*_STAFF),
    "bulk": own_partner(*_STAFF, Role.COACH, Role.PARTNER_DATA_STEWARD),
    "read-contact": own_partner(*_READERS),
    "read-candidate": own_partner(*_READERS),
    "read-handover": own_partner(*_READERS),
}
