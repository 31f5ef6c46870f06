"""Folds what mediation publishes of matches, tracks to an own firm, effort and meetings."""

from dataclasses import replace

from banen_contracts import PublicEvent, mediation as m
from banen_reporting.facts.evolve import CannotFold, Learned, must_be_new, must_exist, text_of
from banen_reporting.facts.model_matching import EffortFact, EnterpriseFact, MatchFact, MeetingFact


def fold_match(row: MatchFact | None, event: PublicEvent, _: Learned) -> MatchFact:
    if isinstance(event, m.MatchProposed):
        must_be_new(row)
        return MatchFact(
            client_ref=str(event.client_ref),
            proposed_on=event.occurred_on,
            vacancy_ref=text_of(event.vacancy_ref),
            employer_ref=text_of(event.employer_ref),
        )
    known = must_exist(row)
    match event:
        case m.EmployerInterviewHeld():
            return replace(known, interviews=(*known.interviews, (event.occurred_on, event.outcome)))
        case m.MatchWithdrawn():
            return replace(known, withdrawn_on=event.occurred_on)
        case m.MatchStepTakenBack(step=m.MatchStep.WITHDRAWAL):
            return replace(known, withdrawn_on=None)
        case m.MatchStepTakenBack():
            return replace(known, interviews=known.interviews[:-1])
        case _:
            raise CannotFold("type-unknown")


def fold_enterprise(row: EnterpriseFact | None, event: PublicEvent, _: Learned) -> EnterpriseFact:
    if isinstance(event, m.EnterpriseTrackStarted):
        must_be_new(row)
        return EnterpriseFact(
            client_ref=str(event.client_ref),
            support_source=event.support_source,
            guided_by=event.guided_by,
            track_started_on=event.occurred_on,
        )
    known = must_exist(row)
    match event:
        case m.EnterpriseStarted():
            return replace(
                known,
                started_on=event.occurred_on,
                running_on=event.occurred_on,
                placement_ref=text_of(event.placement_ref),
            )
        case m.EnterpriseStillRunning():
            return replace(known, running_on=max(known.running_on or event.occurred_on, event.occurred_on))
        case m.EnterpriseStopped():
            return replace(known, stopped_on=event.occurred_on)
        case m.EnterpriseStepTakenBack():
            return replace(
                known,
                started_on=event.started_on,
                running_on=event.running_on,
                placement_ref=text_of(event.placement_ref),
                stopped_on=None,
            )
        case _:
            raise CannotFold("type-unknown")


def fold_effort(_: EffortFact | None, event: m.EffortRecorded, __: Learned) -> EffortFact:
    return EffortFact(month=event.month, role=event.role, hours=event.hours, people=event.people)


def fold_meeting(row: MeetingFact | None, event: m.MeetingHeld, _: Learned) -> MeetingFact:
    must_be_new(row)
    return MeetingFact(kind=event.kind, attendance=event.attendance, held_on=event.occurred_on)
