"""The public events of employers: each private event becomes a public one, or nothing."""

from collections.abc import Mapping

from banen_contracts import PublicEvent, employers
from banen_employers import events as e
from banen_kit.core.decider import DomainEvent, public_form

SAME: Mapping[type[DomainEvent], type[PublicEvent]] = {
    e.EmployerClosed: employers.EmployerClosed,
    e.EmployerReopened: employers.EmployerReopened,
    e.PlatformMembershipChanged: employers.PlatformMembershipChanged,
    e.EmployerErased: employers.EmployerErased,
    e.EmployerApproached: employers.EmployerApproached,
    e.AgreementSigned: employers.AgreementSigned,
    e.AgreementAmended: employers.AgreementAmended,
    e.AgreementRenewed: employers.AgreementRenewed,
    e.AgreementEnded: employers.AgreementEnded,
    e.AgreementExpired: employers.AgreementExpired,
    e.ReferralReceived: employers.ReferralReceived,
    e.VacancyOpened: employers.VacancyOpened,
    e.VacancyClosed: employers.VacancyClosed,
    e.UnmetDemandReported: employers.UnmetDemandReported,
    e.GroupPlanned: employers.GroupPlacementPlanned,
    e.GroupUpdated: employers.GroupPlacementUpdated,
    e.GroupClosed: employers.GroupPlacementClosed,
}
"""The public event takes from the private one the fields that it declares, and nothing else."""

PRIVATE: frozenset[type[DomainEvent]] = frozenset({e.PlacementGrouped, e.PlaceFilled, e.PlaceFreed})
"""What follows from placements, which mediation publishes."""


def to_public_event(event: e.EmployersEvent) -> PublicEvent | None:
    match event:
        case e.EmployerRegistered():
            return registered(event)
        case e.EmployerRenamed():
            return employers.EmployerRenamed(
                employer_ref=event.employer_ref,
                occurred_on=event.occurred_on,
                name=event.public_name,
                reason_code=event.reason_code,
            )
        case _:
            return None if type(event) in PRIVATE else public_form(event, SAME[type(event)])


def registered(event: e.EmployerRegistered) -> PublicEvent:
    """Has a name only if that may be published."""
    return employers.EmployerRegistered(
        employer_ref=event.employer_ref,
        occurred_on=event.occurred_on,
        legal_kind=event.legal_kind,
        sector_code=event.sector_code,
        size_band=event.size_band,
        municipality_code=event.municipality_code,
        name=event.public_name,
    )
