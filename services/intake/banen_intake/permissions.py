"""Who may do what in intake: the people that `commands.py` names, and the table of views."""

from banen_contracts.roles import Role
from banen_kit.security.permissions import Permissions, own_partner

STAFF = own_partner(Role.INTAKE_WORKER)
STAFF_AND_COACHES = own_partner(Role.INTAKE_WORKER, Role.COACH)
STAFF_AND_MANAGERS = own_partner(Role.INTAKE_WORKER, Role.PARTNER_MANAGER)
STAFF_AND_STEWARDS = own_partner(Role.INTAKE_WORKER, Role.PARTNER_DATA_STEWARD)
_READERS = own_partner(
    Role.INTAKE_WORKER, Role.PARTNER_MANAGER, Role.PARTNER_DATA_STEWARD, Role.PRIVACY_OFFICER
)

VIEWS: Permissions = {
    "bulk": own_partner(Role.INTAKE_WORKER, Role.COACH, Role.PARTNER_DATA_STEWARD),
    "read-outreach": _READERS,
    "read-contact": _READERS,
    "read-candidate": _READERS,
    "read-handover": _READERS,
    "read-reach": _READERS,
}
