"""Admitting partners, and declaring their services live."""

from datetime import date

import pytest

from banen_kit.testing import Scenario
from banen_reporting.administration.domain.partner import PARTNER, AdmitPartner, DeclareSourceLive
from banen_reporting.administration.events import PartnerAdmitted, PartnerEvent, SourceDeclaredLive

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


def test_stops_loudly_at_a_past_that_cannot_be():
    with pytest.raises(AssertionError, match="source-declared-live cannot follow"):
        PARTNER.replay([INTAKE_LIVE])
