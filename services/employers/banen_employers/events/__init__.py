"""The private events of employers, one module per concern."""

from typing import TypeAlias

from banen_employers.events.agreement import (
    AgreementAmended,
    AgreementEnded,
    AgreementExpired,
    AgreementRenewed,
    AgreementSigned,
    ReferralReceived,
)
from banen_employers.events.employer import (
    EmployerApproached,
    EmployerClosed,
    EmployerDetail,
    EmployerDetailsCorrected,
    EmployerErased,
    EmployerRegistered,
    EmployerRenamed,
    EmployerReopened,
    PlatformMembershipChanged,
)
from banen_employers.events.places import (
    GroupClosed,
    GroupPlanned,
    GroupUpdated,
    PlaceFilled,
    PlaceFreed,
    PlacementGrouped,
    UnmetDemandReported,
    VacancyClosed,
    VacancyOpened,
)

EmployerEvent: TypeAlias = (
    EmployerRegistered
    | EmployerRenamed
    | PlatformMembershipChanged
    | EmployerClosed
    | EmployerReopened
    | EmployerErased
)
AgreementEvent: TypeAlias = (
    AgreementSigned
    | AgreementAmended
    | AgreementRenewed
    | AgreementEnded
    | AgreementExpired
    | ReferralReceived
)
VacancyEvent: TypeAlias = VacancyOpened | UnmetDemandReported | VacancyClosed
GroupEvent: TypeAlias = GroupPlanned | GroupUpdated | GroupClosed
PlacesEvent: TypeAlias = PlacementGrouped | PlaceFilled | PlaceFreed
EmployersEvent: TypeAlias = (
    EmployerEvent | EmployerApproached | AgreementEvent | VacancyEvent | GroupEvent | PlacesEvent
)
Correction: TypeAlias = EmployerDetailsCorrected
"""Stored beside the others, and never published."""

__all__ = [
    "AgreementAmended",
    "AgreementEnded",
    "AgreementEvent",
    "AgreementExpired",
    "AgreementRenewed",
    "AgreementSigned",
    "Correction",
    "EmployerApproached",
    "EmployerClosed",
    "EmployerDetail",
    "EmployerDetailsCorrected",
    "EmployerErased",
    "EmployerEvent",
    "EmployerRegistered",
    "EmployerRenamed",
    "EmployerReopened",
    "EmployersEvent",
    "GroupClosed",
    "GroupEvent",
    "GroupPlanned",
    "GroupUpdated",
    "PlaceFilled",
    "PlaceFreed",
    "PlacementGrouped",
    "PlacesEvent",
    "PlatformMembershipChanged",
    "ReferralReceived",
    "UnmetDemandReported",
    "VacancyClosed",
    "VacancyEvent",
    "VacancyOpened",
]
