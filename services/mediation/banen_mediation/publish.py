"""The public events of mediation: each private event becomes a public one, or nothing."""

from typing import assert_never

from banen_contracts import PublicEvent, mediation
from banen_mediation.events import (
    ClientErased,
    ClientTakenOn,
    HandoverAccepted,
    HandoverDeclined,
    HandoverReceived,
    HandoverSettled,
    MediationEvent,
    PlacementCorrected,
    PlacementEnded,
    PlacementEvent,
    PlacementExtended,
    PlacementStarted,
    PlacementVoided,
    RetentionConfirmed,
)


def to_public_event(event: MediationEvent) -> PublicEvent | None:
    match event:
        case ClientTakenOn():
            return mediation.ClientTakenOn(
                client_ref=event.client_ref,
                occurred_on=event.occurred_on,
                origin=event.origin,
                origin_ref=event.origin_ref,
            )
        case ClientErased():
            return mediation.ClientErased(client_ref=event.client_ref, occurred_on=event.occurred_on)
        case HandoverAccepted():
            return mediation.HandoverAccepted(
                handover_ref=event.handover_ref,
                occurred_on=event.occurred_on,
                client_ref=event.client_ref,
                from_partner=event.from_partner,
            )
        case HandoverDeclined():
            return mediation.HandoverDeclined(
                handover_ref=event.handover_ref,
                occurred_on=event.occurred_on,
                from_partner=event.from_partner,
                reason_code=event.reason_code,
            )
        case HandoverReceived() | HandoverSettled():
            return None  # repeats what another source published
        case _:
            return of_placement(event)


def of_placement(event: PlacementEvent) -> PublicEvent:
    match event:
        case PlacementStarted():
            return mediation.PlacementStarted(
                placement_ref=event.placement_ref, occurred_on=event.start_date, **event.terms()
            )
        case PlacementCorrected():
            return mediation.PlacementCorrected(
                placement_ref=event.placement_ref,
                occurred_on=event.occurred_on,
                reason_code=event.reason_code,
                **event.terms(),
            )
        case PlacementExtended():
            return mediation.PlacementExtended(
                placement_ref=event.placement_ref,
                occurred_on=event.occurred_on,
                contract=event.contract,
                planned_end_date=event.planned_end_date,
            )
        case PlacementEnded():
            return mediation.PlacementEnded(
                placement_ref=event.placement_ref,
                occurred_on=event.end_date,
                end_date=event.end_date,
                reason_code=event.reason_code,
            )
        case PlacementVoided():
            return mediation.PlacementVoided(
                placement_ref=event.placement_ref,
                occurred_on=event.occurred_on,
                reason_code=event.reason_code,
            )
        case RetentionConfirmed():
            return mediation.RetentionConfirmed(
                placement_ref=event.placement_ref,
                occurred_on=event.occurred_on,
                months=event.months,
                method=event.method,
            )
        case _:
            assert_never(event)
