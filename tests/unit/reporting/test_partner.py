"""Admitting and renaming partners, assigning them to target units, and declaring their services live."""

import asyncio
from datetime import date, timedelta

import pytest

from banen_kit.application.command_handler import VersionMismatch
from banen_kit.core.decider import Refused
from banen_kit.testing import NOW, Scenario
from banen_reporting.administration.domain.partner import (
    PARTNER,
    SILENT,
    AdmitPartner,
    AssignPartner,
    DeclareSourceLive,
    EndSource,
    Received,
    RenamePartner,
    ResumeSource,
)
from banen_reporting.administration.events import (
    PartnerAdmitted,
    PartnerAssigned,
    PartnerEvent,
    PartnerRenamed,
    SourceDeclaredLive,
    SourceEnded,
    SourceResumed,
    TargetUnitDefined,
)
from banen_reporting.service import SERVICE
from support.commands import GOOD, Office

DAY = date(2005, 12, 1)
LATER = date(2009, 2, 1)

UAF: Scenario[PartnerEvent] = Scenario(PARTNER, "uaf", partner="bureau")
ADMITTED = PartnerAdmitted(
    partner_id="uaf", occurred_on=DAY, name="Stichting UAF", services=("intake", "mediation")
)
INTAKE_LIVE = SourceDeclaredLive(partner_id="uaf", occurred_on=LATER, service="intake")


def test_admits_a_partner_with_its_services():
    command = AdmitPartner(occurred_on=DAY, name="Stichting UAF", services=("intake", "mediation"))
    UAF.when(command).then(ADMITTED)


def test_refuses_to_admit_a_partner_twice():
    command = AdmitPartner(occurred_on=LATER, name="Stichting UAF", services=("intake",))
    UAF.given(ADMITTED).when(command).then_refused("partner-exists")


def test_declares_a_service_live():
    UAF.given(ADMITTED).when(DeclareSourceLive(occurred_on=LATER, service="intake")).then(INTAKE_LIVE)


def test_declares_one_service_live_after_another():
    command = DeclareSourceLive(occurred_on=LATER, service="mediation")
    UAF.given(ADMITTED, INTAKE_LIVE).when(command).then(
        SourceDeclaredLive(partner_id="uaf", occurred_on=LATER, service="mediation")
    )


def test_refuses_to_declare_a_service_live_twice():
    command = DeclareSourceLive(occurred_on=LATER, service="intake")
    UAF.given(ADMITTED, INTAKE_LIVE).when(command).then_refused("source-live", "service")


def test_still_knows_an_earlier_service_as_live_after_another_was_declared():
    mediation_live = SourceDeclaredLive(partner_id="uaf", occurred_on=LATER, service="mediation")
    command = DeclareSourceLive(occurred_on=LATER, service="intake")
    UAF.given(ADMITTED, INTAKE_LIVE, mediation_live).when(command).then_refused("source-live", "service")


def test_refuses_a_service_that_the_partner_was_not_admitted_with():
    command = DeclareSourceLive(occurred_on=LATER, service="employers")
    UAF.given(ADMITTED).when(command).then_refused("service-unknown", "service")


def test_refuses_to_declare_a_service_of_an_unknown_partner_live():
    UAF.when(DeclareSourceLive(occurred_on=LATER, service="intake")).then_refused("partner-unknown")


LAST = NOW - SILENT
"""A source was heard until then, and not since."""
LAST_DAY = LAST.date()
END = EndSource(occurred_on=LATER, service="intake")
RESUME = ResumeSource(occurred_on=LATER, service="intake", reason_code="recorded-wrongly")


def ended(sequence: int = 7, last_heard_on: date | None = LAST_DAY) -> SourceEnded:
    return SourceEnded(
        partner_id="uaf",
        occurred_on=LATER,
        service="intake",
        sequence=sequence,
        last_heard_on=last_heard_on,
    )


RESUMED = SourceResumed(partner_id="uaf", occurred_on=LATER, service="intake", reason_code="recorded-wrongly")


def test_ends_a_source_of_which_everything_is_counted():
    everything = UAF.seeing(Received(counted=7, arrived=7, published=7, through=LAST))
    everything.given(ADMITTED, INTAKE_LIVE).when(END).then(ended())


def test_ends_a_source_that_never_said_anything():
    UAF.seeing(Received()).given(ADMITTED).when(END).then(ended(0, None))


@pytest.mark.parametrize(("arrived", "published"), [(7, 8), (9, 7)])
def test_refuses_the_end_of_a_source_while_something_that_it_published_is_missing(
    arrived: int, published: int
):
    received = Received(counted=7, arrived=arrived, published=published, through=LAST)
    UAF.seeing(received).given(ADMITTED).when(END).then_refused("source-incomplete", "service")


def test_refuses_the_end_of_a_source_that_still_runs():
    received = Received(counted=7, arrived=7, published=7, through=LAST + timedelta(microseconds=1))
    UAF.seeing(received).given(ADMITTED).when(END).then_refused("source-running", "service")


def test_refuses_to_end_a_source_twice_or_to_declare_it_live_then():
    past = UAF.seeing(Received()).given(ADMITTED, ended())
    past.when(END).then_refused("source-ended", "service")
    past.when(DeclareSourceLive(occurred_on=LATER, service="intake")).then_refused("source-ended", "service")


def test_a_service_ends_and_the_others_of_that_partner_go_on():
    past = UAF.seeing(Received()).given(ADMITTED, ended())
    past.when(DeclareSourceLive(occurred_on=LATER, service="mediation")).then(
        SourceDeclaredLive(partner_id="uaf", occurred_on=LATER, service="mediation")
    )


def test_refuses_the_end_of_a_service_or_partner_that_was_not_admitted():
    employers = EndSource(occurred_on=LATER, service="employers")
    UAF.seeing(Received()).given(ADMITTED).when(employers).then_refused("service-unknown", "service")
    UAF.seeing(Received()).when(END).then_refused("partner-unknown")


def test_refuses_the_end_of_the_bureaus_own_decisions():
    bureau: Scenario[PartnerEvent] = Scenario(PARTNER, "bureau", partner="bureau", seen=Received())
    admitted = ADMITTED.model_copy(update={"partner_id": "bureau", "services": ("reporting",)})
    own = EndSource(occurred_on=LATER, service="reporting")
    bureau.given(admitted).when(own).then_refused("source-needed", "service")


def test_a_source_that_has_ended_may_be_taken_up_again_and_end_again():
    UAF.given(ADMITTED, ended()).when(RESUME).then(RESUMED)
    again = UAF.seeing(Received(counted=9, arrived=9, published=9, through=LAST))
    again.given(ADMITTED, ended(), RESUMED).when(END).then(ended(9))


def test_refuses_to_take_up_a_source_that_has_not_ended():
    UAF.given(ADMITTED).when(RESUME).then_refused("source-not-ended", "service")
    UAF.given(ADMITTED, ended(), RESUMED).when(RESUME).then_refused("source-not-ended", "service")
    employers = RESUME.model_copy(update={"service": "employers"})
    UAF.given(ADMITTED).when(employers).then_refused("service-unknown", "service")


RENAME = RenamePartner(occurred_on=LATER, name="UAF Steunpunt")
RENAMED = PartnerRenamed(partner_id="uaf", occurred_on=LATER, name="UAF Steunpunt")


def test_a_partner_may_be_renamed():
    UAF.given(ADMITTED).when(RENAME).then(RENAMED)


def test_the_same_name_again_changes_nothing():
    UAF.given(ADMITTED, RENAMED).when(RENAME).then_nothing()


OTHER_DAY = date(2007, 4, 1)
UNIT = TargetUnitDefined(unit_id="uaf", occurred_on=DAY, label="UAF")
ASSIGN = AssignPartner(occurred_on=DAY, unit_id="uaf")
ASSIGNED = PartnerAssigned(partner_id="uaf", occurred_on=DAY, unit_id="uaf", first_day=None)
LEAVE = AssignPartner(occurred_on=LATER, unit_id=None, first_day=OTHER_DAY)
LEFT = PartnerAssigned(partner_id="uaf", occurred_on=LATER, unit_id=None, first_day=OTHER_DAY)


def test_assigns_a_partner_to_a_unit():
    UAF.given(ADMITTED).beside(UNIT).when(ASSIGN).then(ASSIGNED)


def test_a_partner_may_leave_with_a_date():
    UAF.given(ADMITTED, ASSIGNED).when(LEAVE).then(LEFT)


def test_the_same_assignment_again_changes_nothing():
    UAF.given(ADMITTED, ASSIGNED, LEFT).beside(UNIT).when(ASSIGN).then_nothing()
    UAF.given(ADMITTED, ASSIGNED, LEFT).when(LEAVE).then_nothing()


def test_another_unit_from_the_same_first_day_needs_a_reason():
    command = LEAVE.model_copy(update={"unit_id": "uaf"})
    past = UAF.given(ADMITTED, ASSIGNED, LEFT).beside(UNIT)
    past.when(command).then_refused("assignment-exists", "firstDay")
    reason = {"unit_id": "uaf", "reason_code": "recorded-wrongly"}
    past.when(LEAVE.model_copy(update=reason)).then(LEFT.model_copy(update=reason))


def test_refuses_a_unit_that_is_not_defined():
    UAF.given(ADMITTED).when(ASSIGN).then_refused("unit-unknown", "unitId")


def test_refuses_to_assign_or_rename_a_partner_that_is_not_admitted():
    UAF.beside(UNIT).when(ASSIGN).then_refused("partner-unknown")
    UAF.when(RENAME).then_refused("partner-unknown")


def test_stops_loudly_at_a_past_that_cannot_be():
    with pytest.raises(AssertionError, match="source-declared-live cannot follow"):
        PARTNER.replay([INTAKE_LIVE])


def test_two_assignments_at_once_cannot_overlap():
    """Both are decided on the partner's own stream, so that the second sees the first."""

    async def both() -> list[object]:
        office = Office(SERVICE)
        await office.give("admit-partner", GOOD["admit-partner"], thing="emplooi")
        for unit in ("one", "two"):
            await office.give("define-target-unit", GOOD["define-target-unit"], thing=unit)
        assign = ({"occurredOn": "2006-03-01", "unitId": unit} for unit in ("one", "two"))
        return await asyncio.gather(
            *(office.give("assign-partner", body, thing="emplooi") for body in assign), return_exceptions=True
        )

    done = asyncio.run(both())
    assert [type(one) for one in done].count(type(None)) == 1
    [refused] = [one for one in done if one is not None]
    assert isinstance(refused, Refused | VersionMismatch)
