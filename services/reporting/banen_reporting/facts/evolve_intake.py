"""Folds what intake publishes, and what another partner answers to its offers."""

from dataclasses import replace
from datetime import date
from typing import Any

from banen_contracts import PublicEvent, intake as i, mediation as m
from banen_contracts.consent import ConsentScope
from banen_reporting.facts.evolve import CannotFold, Learned, must_be_new, must_exist, text_of
from banen_reporting.facts.model import (
    ActivityFact,
    AnswerFact,
    CandidateFact,
    ContactFact,
    HandoverFact,
    OutreachFact,
    ReachFact,
)

WITHHELD: dict[str, Any] = {
    "education_band": i.EducationBand.UNKNOWN,
    "municipality_code": None,
    "profession_group": None,
}
"""What is not kept about somebody who does not allow statistics."""


def fold_outreach(row: OutreachFact | None, event: i.OutreachHeld, _: Learned) -> OutreachFact:
    must_be_new(row)
    return OutreachFact(
        kind=event.kind,
        attendance=event.attendance,
        self_organisation_involved=event.self_organisation_involved,
        occurred_on=event.occurred_on,
        region_id=event.region_id,
        municipality_code=event.municipality_code,
    )


def fold_contact(row: ContactFact | None, event: i.ContactMade, _: Learned) -> ContactFact:
    must_be_new(row)
    return ContactFact(
        kind=event.kind,
        channel=event.channel,
        occurred_on=event.occurred_on,
        region_id=event.region_id,
        municipality_code=event.municipality_code,
        outreach_ref=text_of(event.outreach_ref),
    )


def fold_candidate(row: CandidateFact | None, event: PublicEvent, _: Learned) -> CandidateFact:
    if isinstance(event, i.CandidateRegistered):
        must_be_new(row)
        return CandidateFact(
            registered_on=event.occurred_on,
            contact_ref=text_of(event.contact_ref),
            region_id=event.region_id,
            education_band=event.education_band,
            municipality_code=event.municipality_code,
        )
    known = must_exist(row)
    match event:
        case i.DevelopmentActivityStarted() | i.DevelopmentActivityEnded():
            return replace(known, activities=_activities(known, event))
        case i.CandidateReentered():
            return replace(
                known,
                reentered_on=(*known.reentered_on, event.occurred_on),
                **dict.fromkeys(("intake_started_on", "intake_on", "ready_on", "lost_on", "closed_on")),
            )
        case _:
            return replace(known, **_changes(known, event))


def _activities(
    known: CandidateFact, event: i.DevelopmentActivityStarted | i.DevelopmentActivityEnded
) -> tuple[ActivityFact, ...]:
    ref = str(event.activity_ref)
    if isinstance(event, i.DevelopmentActivityStarted):
        return (*known.activities, ActivityFact(ref=ref, kind=event.kind, started_on=event.occurred_on))
    if all(one.ref != ref for one in known.activities):
        raise CannotFold("activity-unknown")
    return tuple(
        replace(one, ended_on=event.occurred_on, outcome=event.outcome) if one.ref == ref else one
        for one in known.activities
    )


def _changes(known: CandidateFact, event: PublicEvent) -> dict[str, Any]:
    """The fields that an event sets."""
    match event:
        case i.DistanceAssessed():
            return {"assessments": (*known.assessments, (event.occurred_on, event.distance_phase))}
        case i.RouteAssigned():
            return {"route": event.route}
        case i.CandidateReadyForMediation():
            return {"ready_on": event.occurred_on, "profession_group": event.profession_group}
        case i.ConsentWithdrawn(scope=ConsentScope.STATISTICS):
            return WITHHELD
        case i.ConsentGranted() | i.ConsentWithdrawn():
            return {}
        case _:
            return _step(event)


STEPS: dict[type[PublicEvent], str] = {
    i.IntakeStarted: "intake_started_on",
    i.IntakeCompleted: "intake_on",
    i.CandidateLost: "lost_on",
    i.CandidateClosed: "closed_on",
}
"""The field that holds the day of each step."""


def _step(event: PublicEvent) -> dict[str, date | None]:
    if isinstance(event, i.CandidateFound):
        return {"lost_on": None}
    if type(event) not in STEPS:
        raise CannotFold("type-unknown")
    return {STEPS[type(event)]: event.occurred_on}


def fold_handover(row: HandoverFact | None, event: PublicEvent, _: Learned) -> HandoverFact:
    if isinstance(event, i.HandoverOffered):
        must_be_new(row)
        return HandoverFact(
            candidate_ref=str(event.candidate_ref),
            to_partner=event.to_partner,
            offered_on=event.occurred_on,
            expires_on=event.expires_on,
        )
    known = must_exist(row)
    match event:
        case i.HandoverCompleted():
            return replace(known, completed_on=event.occurred_on)
        case i.HandoverEnded():
            return replace(known, ended_on=event.occurred_on, outcome=event.outcome)
        case _:
            raise CannotFold("type-unknown")


def fold_answer(
    row: AnswerFact | None, event: m.HandoverAccepted | m.HandoverDeclined, _: Learned
) -> AnswerFact:
    must_be_new(row)
    return AnswerFact(
        from_partner=event.from_partner,
        answered_on=event.occurred_on,
        client_ref=str(event.client_ref) if isinstance(event, m.HandoverAccepted) else None,
    )


def fold_reach(_: ReachFact | None, event: i.ReachEstimateImported, __: Learned) -> ReachFact:
    return ReachFact(
        municipality_code=event.municipality_code,
        year=event.year,
        estimate=event.estimate,
        precision=event.precision,
        source=event.source,
        method_version=event.method_version,
        imported_on=event.occurred_on,
    )
