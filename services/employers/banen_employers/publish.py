"""The public events of employers: each private event becomes a public one."""

from collections.abc import Mapping

from banen_contracts import PublicEvent, employers
from banen_employers import events as e
from banen_kit.core.decider import DomainEvent, public_form

SAME: Mapping[type[DomainEvent], type[PublicEvent]] = {
    e.EmployerErased: employers.EmployerErased,
    e.AgreementSigned: employers.AgreementSigned,
    e.GroupPlanned: employers.GroupPlacementPlanned,
    e.GroupClosed: employers.GroupPlacementClosed,
}
"""The public event takes from the private one the fields that it declares, and nothing else."""


def to_public_event(event: e.EmployersEvent) -> PublicEvent:
    if isinstance(event, e.EmployerRegistered):
        return employers.EmployerRegistered(
            employer_ref=event.employer_ref,
            occurred_on=event.occurred_on,
            legal_kind=event.legal_kind,
            sector_code=event.sector_code,
            size_band=event.size_band,
            municipality_code=event.municipality_code,
            name=event.public_name,
        )
    return public_form(event, SAME[type(event)])
