"""Stored events of clients' files, matches, own firms and effort, each with the public one; and one that stays private."""

from datetime import date
from typing import Any
from uuid import UUID

from banen_contracts import PublicEvent, mediation
from banen_contracts.mediation import InterviewOutcome, MatchStep
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Open
from banen_mediation import events

REF, CLIENT, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
DAY = date(2006, 3, 1)
OF_CLIENT: dict[str, Any] = {"client_ref": CLIENT, "occurred_on": DAY}
OF_MATCH: dict[str, Any] = {"match_ref": REF, "occurred_on": DAY}
OF_TRACK: dict[str, Any] = {"track_ref": REF, "occurred_on": DAY}
PROPOSED: dict[str, Any] = {**OF_MATCH, "client_ref": CLIENT, "vacancy_ref": OTHER, "employer_ref": REF}
TRACK: dict[str, Any] = {**OF_TRACK, "client_ref": CLIENT, "support_source": "bank", "guided_by": "emplooi"}
UNDONE: dict[str, Any] = {
    **OF_TRACK,
    "reason_code": "typing-error",
    "started_on": DAY,
    "running_on": DAY,
    "placement_ref": OTHER,
}
HOURS: dict[str, Any] = {"occurred_on": DAY, "month": "2006-02", "role": "coach", "hours": 9, "people": 5}
MEETING: dict[str, Any] = {
    "meeting_ref": REF,
    "occurred_on": DAY,
    "kind": "training",
    "attendance": "under_10",
}
SECRET: dict[str, Any] = {"client_ref": CLIENT, "firm_name": Open("Voorbeeldkraam")}
PUBLISHED: list[tuple[DomainEvent, PublicEvent]] = [
    (
        events.ClientClosed(**OF_CLIENT, reason_code="withdrawn"),
        mediation.ClientClosed(**OF_CLIENT, reason_code="withdrawn"),
    ),
    (
        events.ClientReopened(**OF_CLIENT, reason_code="returned"),
        mediation.ClientReopened(**OF_CLIENT, reason_code="returned"),
    ),
    (
        events.MatchProposed(**PROPOSED, letter=Open("Geachte"), notes=Open("Negen uur")),
        mediation.MatchProposed(**PROPOSED),
    ),
    (
        events.EmployerInterviewHeld(
            **OF_MATCH, client_ref=CLIENT, outcome=InterviewOutcome.HIRED, feedback=Open("Goed")
        ),
        mediation.EmployerInterviewHeld(**OF_MATCH, outcome=InterviewOutcome.HIRED),
    ),
    (
        events.MatchWithdrawn(**OF_MATCH, reason_code="vacancy-filled"),
        mediation.MatchWithdrawn(**OF_MATCH, reason_code="vacancy-filled"),
    ),
    (
        events.MatchStepTakenBack(**OF_MATCH, step=MatchStep.WITHDRAWAL, reason_code="typing-error"),
        mediation.MatchStepTakenBack(**OF_MATCH, step=MatchStep.WITHDRAWAL, reason_code="typing-error"),
    ),
    (
        events.EnterpriseStepTakenBack(**UNDONE, step=events.EnterpriseStep.STOP),
        mediation.EnterpriseStepTakenBack(**UNDONE),
    ),
    (
        events.EnterpriseTrackStarted(**TRACK, plan=Open("Een kraam"), firm_name=Open("Voorbeeldkraam")),
        mediation.EnterpriseTrackStarted(**TRACK),
    ),
    (
        events.EnterpriseStarted(**OF_TRACK, **SECRET, placement_ref=OTHER),
        mediation.EnterpriseStarted(**OF_TRACK, placement_ref=OTHER),
    ),
    (events.EnterpriseStillRunning(**OF_TRACK), mediation.EnterpriseStillRunning(**OF_TRACK)),
    (
        events.EnterpriseStopped(**OF_TRACK, reason_code="too-few-orders"),
        mediation.EnterpriseStopped(**OF_TRACK, reason_code="too-few-orders"),
    ),
    (events.EffortRecorded(**HOURS), mediation.EffortRecorded(**HOURS, effort_ref="coach-2006-02")),
    (events.MeetingHeld(**MEETING), mediation.MeetingHeld(**MEETING)),
]
microcredit = events.MicrocreditDecided(**OF_TRACK, client_ref=CLIENT, granted=False)
