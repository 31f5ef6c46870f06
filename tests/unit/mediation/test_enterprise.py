"""The way to an own firm: its steps, their order, and what stays with the partner."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.base import ErasureReason
from banen_contracts.mediation import ContractTerm, Origin, ProgrammeTag, SupportSource
from banen_kit.crypto.personal_fields import IsPerson, Open, persons_of
from banen_kit.testing import Scenario
from banen_mediation.domain.enterprise import (
    ENTERPRISE,
    ConfirmEnterprise,
    RecordMicrocredit,
    StartEnterprise,
    StartEnterpriseTrack,
    StopEnterprise,
    TakeBackEnterpriseStep,
)
from banen_mediation.events import (
    ClientClosed,
    ClientErased,
    ClientTakenOn,
    EnterpriseStarted,
    EnterpriseStep,
    EnterpriseStepTakenBack,
    EnterpriseStillRunning,
    EnterpriseStopped,
    EnterpriseTrackStarted,
    MicrocreditDecided,
    PlacementStarted,
    PlacementVoided,
)

REF, CLIENT, PLACEMENT = UUID(int=1), UUID(int=2), UUID(int=3)
BEFORE, FIRST, SECOND, THIRD = date(2006, 2, 28), date(2006, 3, 1), date(2006, 4, 1), date(2006, 10, 1)

taken_on = ClientTakenOn(
    client_ref=CLIENT, occurred_on=BEFORE, origin=Origin.WALK_IN, name=Open("Sanne Voorbeeld")
)
placement = PlacementStarted(
    placement_ref=PLACEMENT,
    client_ref=CLIENT,
    kind="self_employment",
    contract=ContractTerm.OPEN_ENDED,
    start_date=SECOND,
    paid=True,
    programme_tag=ProgrammeTag.PROGRAMME,
    primary_partner="uaf",
)
track = Scenario(ENTERPRISE, str(REF)).beside(taken_on)
start_track = StartEnterpriseTrack(
    occurred_on=FIRST,
    client_ref=CLIENT,
    support_source=SupportSource.KNOWLEDGE_TEAM,
    guided_by="emplooi",
    plan="Eerst een kraam.",
    firm_name="Voorbeeldkraam",
)
track_started = EnterpriseTrackStarted(
    track_ref=REF,
    client_ref=CLIENT,
    occurred_on=FIRST,
    support_source=SupportSource.KNOWLEDGE_TEAM,
    guided_by="emplooi",
    plan=Open("Eerst een kraam."),
    firm_name=Open("Voorbeeldkraam"),
)
start = StartEnterprise(occurred_on=SECOND, firm_name="Voorbeeldkraam")
started = EnterpriseStarted(
    track_ref=REF, client_ref=CLIENT, occurred_on=SECOND, firm_name=Open("Voorbeeldkraam")
)
grant = RecordMicrocredit(occurred_on=FIRST, granted=True, amount_euro=5000)
granted = MicrocreditDecided(
    track_ref=REF, client_ref=CLIENT, occurred_on=FIRST, granted=True, amount_euro=Open(5000)
)
confirm = ConfirmEnterprise(occurred_on=THIRD)
running = EnterpriseStillRunning(track_ref=REF, occurred_on=THIRD)
stop = StopEnterprise(occurred_on=THIRD, reason_code="too-few-orders")
stopped = EnterpriseStopped(track_ref=REF, occurred_on=THIRD, reason_code="too-few-orders")
STEPS = [grant, start, confirm, stop]


def on(command: Any, day: date) -> Any:
    return command.model_copy(update={"occurred_on": day})


def test_starts_a_track():
    track.when(start_track).then(track_started)


def test_nobody_need_guide_it():
    command = start_track.model_copy(update={"guided_by": None, "plan": None, "firm_name": None})
    track.when(command).then(
        track_started.model_copy(update={"guided_by": None, "plan": None, "firm_name": None})
    )


def test_refuses_a_track_that_was_recorded():
    track.given(track_started).when(start_track).then_refused("enterprise-exists")


def test_refuses_guidance_by_whoever_takes_no_part():
    command = start_track.model_copy(update={"guided_by": "nobody"})
    track.when(command).then_refused("partner-unknown", "guidedBy")


def test_refuses_whoever_is_no_client():
    closed = ClientClosed(client_ref=CLIENT, occurred_on=BEFORE, reason_code="withdrawn")
    erased = ClientErased(client_ref=CLIENT, occurred_on=BEFORE, reason=ErasureReason.REQUEST)
    track.beside().when(start_track).then_refused("client-unknown", "clientRef")
    track.beside(taken_on, closed).when(start_track).then_refused("client-closed")
    track.beside(taken_on, erased).when(start_track).then_refused("person-erased")


def test_a_loan_is_granted_or_not_also_after_the_start():
    track.given(track_started).when(grant).then(granted)
    track.given(track_started, started, running).when(grant).then(granted)
    refused = grant.model_copy(update={"granted": False, "amount_euro": None})
    track.given(track_started).when(refused).then(
        granted.model_copy(update={"granted": False, "amount_euro": None})
    )


def test_refuses_an_amount_that_was_not_granted():
    command = grant.model_copy(update={"granted": False})
    track.given(track_started).when(command).then_refused("amount-not-expected", "amountEuro")


def test_the_firm_begins():
    track.given(track_started, granted).when(start).then(started)


def test_the_firm_is_a_placement_of_the_same_client():
    command = start.model_copy(update={"placement_ref": PLACEMENT})
    known = track.given(track_started)
    known.beside(placement).when(command).then(started.model_copy(update={"placement_ref": PLACEMENT}))
    known.beside().when(command).then_refused("placement-unknown", "placementRef")
    gone = PlacementVoided(placement_ref=PLACEMENT, occurred_on=SECOND, reason_code="never-was")
    known.beside(placement, gone).when(command).then_refused("placement-voided", "placementRef")
    of_another = placement.model_copy(update={"client_ref": UUID(int=9)})
    known.beside(of_another).when(command).then_refused("placement-of-another-client", "placementRef")


def test_refuses_a_firm_that_began_already():
    track.given(track_started, started).when(start).then_refused("enterprise-started")


def test_confirms_that_the_firm_runs_more_than_once_and_late():
    track.given(track_started, started).when(confirm).then(running)
    earlier = running.model_copy(update={"occurred_on": SECOND})
    track.given(track_started, started, running).when(on(confirm, SECOND)).then(earlier)


def test_refuses_to_confirm_a_firm_that_has_not_begun():
    track.given(track_started).when(confirm).then_refused("enterprise-not-started")


def test_stops_the_firm_or_its_preparation():
    track.given(track_started, started, running).when(stop).then(stopped)
    track.given(track_started).when(stop).then(stopped)


@pytest.mark.parametrize("command", STEPS, ids=lambda c: c.NAME)
def test_refuses_everything_after_it_stopped(command: Any):
    track.given(track_started, started, stopped).when(command).then_refused("enterprise-stopped")


@pytest.mark.parametrize("command", STEPS, ids=lambda c: c.NAME)
def test_refuses_what_was_not_started(command: Any):
    track.when(command).then_refused("enterprise-unknown")


@pytest.mark.parametrize("command", [grant, start, stop], ids=lambda c: c.NAME)
def test_refuses_a_day_before_the_track(command: Any):
    track.given(track_started).when(on(command, BEFORE)).then_refused("track-later", "occurredOn")


def test_refuses_a_day_before_the_firm_ran():
    known = track.given(track_started, started)
    known.when(on(confirm, FIRST)).then_refused("track-later", "occurredOn")
    known.when(on(stop, FIRST)).then_refused("track-later", "occurredOn")
    earlier = running.model_copy(update={"occurred_on": SECOND})
    late = track.given(track_started, started, running, earlier)
    late.when(on(stop, SECOND)).then_refused("track-later", "occurredOn")


def test_seals_what_is_personal_under_the_key_of_the_client():
    assert persons_of(EnterpriseTrackStarted) == {"plan": "client_ref", "firm_name": "client_ref"}
    assert persons_of(MicrocreditDecided) == {"amount_euro": "client_ref"}
    assert persons_of(EnterpriseStarted) == {"firm_name": "client_ref"}
    for event in (EnterpriseTrackStarted, MicrocreditDecided, EnterpriseStarted):
        assert any(isinstance(mark, IsPerson) for mark in event.model_fields["client_ref"].metadata)


def test_the_end_does_not_need_the_client():
    """So a firm of somebody who was erased can be confirmed and can stop."""
    assert "client_ref" not in EnterpriseStillRunning.model_fields | EnterpriseStopped.model_fields


def test_a_command_never_shows_the_person_in_its_repr():
    said = "".join(map(repr, (start_track, grant, start)))
    assert not any(word in said for word in ("kraam", "5000"))


def test_stops_on_a_history_that_cannot_be():
    with pytest.raises(AssertionError, match="enterprise-still-running cannot follow"):
        ENTERPRISE.replay([track_started, running])


take_back = TakeBackEnterpriseStep(occurred_on=THIRD, reason_code="typing-error")


def taken_back(step: EnterpriseStep, **holds: Any) -> EnterpriseStepTakenBack:
    return EnterpriseStepTakenBack(
        track_ref=REF, occurred_on=THIRD, step=step, reason_code="typing-error", **holds
    )


RUNS: dict[str, Any] = {"started_on": SECOND, "running_on": SECOND}
TAKEN_BACK = [
    ([granted], taken_back(EnterpriseStep.MICROCREDIT)),
    ([started], taken_back(EnterpriseStep.START)),
    ([started, running], taken_back(EnterpriseStep.CONFIRMATION, **RUNS)),
    ([started, stopped], taken_back(EnterpriseStep.STOP, **RUNS)),
    (
        [started.model_copy(update={"placement_ref": PLACEMENT}), granted],
        taken_back(EnterpriseStep.MICROCREDIT, **RUNS, placement_ref=PLACEMENT),
    ),
]


@pytest.mark.parametrize(("steps", "undone"), TAKEN_BACK, ids=lambda one: repr(one)[:40])
def test_the_last_step_is_taken_back_and_recorded_anew(steps: list[Any], undone: EnterpriseStepTakenBack):
    known = track.given(track_started, *steps)
    known.when(take_back).then(undone)
    ENTERPRISE.replay([track_started, *steps, undone, steps[-1]])


def test_steps_are_taken_back_one_by_one_until_the_start_of_the_track():
    first, second = taken_back(EnterpriseStep.STOP, **RUNS), taken_back(EnterpriseStep.START)
    history = (track_started, started, stopped, first)
    track.given(*history).when(take_back).then(second)
    track.given(*history, second).when(take_back).then_refused("step-missing")


def test_nothing_can_be_taken_back_of_a_track_that_is_not_known():
    track.when(take_back).then_refused("enterprise-unknown")


def test_what_was_taken_back_may_answer_a_request():
    assert taken_back(EnterpriseStep.STOP).corrects()
