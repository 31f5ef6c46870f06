"""The public events of employers: each private event becomes a public one, or nothing."""

from typing import assert_never

from banen_contracts import PublicEvent, employers
from banen_employers.events import (
    AgreementSigned,
    EmployerErased,
    EmployerRegistered,
    EmployersEvent,
    GroupClosed,
    GroupPlanned,
)


def to_public_event(event: EmployersEvent) -> PublicEvent | None:
    match event:
        case EmployerRegistered():
            return employers.EmployerRegistered(
                employer_ref=event.employer_ref,
                occurred_on=event.occurred_on,
                legal_kind=event.legal_kind,
                sector_code=event.sector_code,
                size_band=event.size_band,
                municipality_code=event.municipality_code,
                name=event.public_name,
            )
        case EmployerErased():
            return employers.EmployerErased(employer_ref=event.employer_ref, occurred_on=event.occurred_on)
        case AgreementSigned():
            return employers.AgreementSigned(
                agreement_ref=event.agreement_ref,
                occurred_on=event.occurred_on,
                party_kind=event.party_kind,
                party_ref=event.party_ref,
                places_promised=event.places_promised,
                routes=event.routes,
                valid_from=event.valid_from,
                valid_to=event.valid_to,
                document_ref=event.document_ref,
            )
        case GroupPlanned():
            return employers.GroupPlacementPlanned(
                group_ref=event.group_ref,
                occurred_on=event.occurred_on,
                employer_ref=event.employer_ref,
                kind=event.kind,
                seasonal=event.seasonal,
                in_guidance=event.in_guidance,
                places_planned=event.places_planned,
            )
        case GroupClosed():
            return employers.GroupPlacementClosed(
                group_ref=event.group_ref,
                occurred_on=event.occurred_on,
                placed=event.placed,
                precision=event.precision,
            )
        case _:
            assert_never(event)
