"""The public events of intake: each private event becomes a public one, or nothing."""

from typing import assert_never

from banen_contracts import PublicEvent, intake
from banen_intake.events import (
    CandidateClosed,
    CandidateErased,
    CandidateEvent,
    CandidateRegistered,
    ContactErased,
    ContactMade,
    DistanceAssessed,
    HandoverCompleted,
    HandoverOffered,
    IntakeCompleted,
    IntakeEvent,
    ReachEstimateImported,
    RouteAssigned,
)


def to_public_event(event: IntakeEvent) -> PublicEvent | None:
    match event:
        case ContactMade():
            return intake.ContactMade(
                contact_ref=event.contact_ref,
                occurred_on=event.occurred_on,
                channel=event.channel,
                kind=event.kind,
                region_id=event.region_id,
                municipality_code=event.municipality_code,
            )
        case ContactErased():
            return intake.ContactErased(contact_ref=event.contact_ref, occurred_on=event.occurred_on)
        case HandoverOffered():
            return intake.HandoverOffered(
                handover_ref=event.handover_ref,
                occurred_on=event.occurred_on,
                candidate_ref=event.candidate_ref,
                to_partner=event.to_partner,
                expires_on=event.expires_on,
                dossier_hash=event.dossier_hash,
            )
        case HandoverCompleted():
            return intake.HandoverCompleted(
                handover_ref=event.handover_ref,
                occurred_on=event.occurred_on,
                candidate_ref=event.candidate_ref,
                to_partner=event.to_partner,
            )
        case ReachEstimateImported():
            return intake.ReachEstimateImported(
                reach_ref=intake.reach_ref_of(event.municipality_code, event.year),
                occurred_on=event.occurred_on,
                municipality_code=event.municipality_code,
                year=event.year,
                estimate=event.estimate,
                precision=event.precision,
                source=event.source,
                method_version=event.method_version,
            )
        case _:
            return of_candidate(event)


def of_candidate(event: CandidateEvent) -> PublicEvent:
    match event:
        case CandidateRegistered():
            return intake.CandidateRegistered(
                candidate_ref=event.candidate_ref,
                occurred_on=event.occurred_on,
                contact_ref=event.contact_ref,
                education_band=event.education_band,
                region_id=event.region_id,
                municipality_code=event.municipality_code,
            )
        case IntakeCompleted():
            return intake.IntakeCompleted(
                candidate_ref=event.candidate_ref,
                occurred_on=event.occurred_on,
                method_version=event.method_version,
            )
        case DistanceAssessed():
            return intake.DistanceAssessed(
                candidate_ref=event.candidate_ref,
                occurred_on=event.occurred_on,
                distance_phase=event.distance_phase,
                assessor=event.assessor,
            )
        case RouteAssigned():
            return intake.RouteAssigned(
                candidate_ref=event.candidate_ref,
                occurred_on=event.occurred_on,
                route=event.route,
                reason_code=event.reason_code,
            )
        case CandidateClosed():
            return intake.CandidateClosed(
                candidate_ref=event.candidate_ref,
                occurred_on=event.occurred_on,
                reason_code=event.reason_code,
            )
        case CandidateErased():
            return intake.CandidateErased(candidate_ref=event.candidate_ref, occurred_on=event.occurred_on)
        case _:
            assert_never(event)
