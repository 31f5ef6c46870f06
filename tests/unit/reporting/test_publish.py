"""What becomes public of the programme's administration, and that all of it can be stored and published."""

from datetime import date
from uuid import UUID

import pytest
from pydantic import ValidationError

from banen_contracts import PublicEvent, reporting as public
from banen_contracts.base import Precision
from banen_contracts.programme import Labels
from banen_kit.application.source_live import WentLive
from banen_kit.core.decider import DomainEvent
from banen_reporting.administration import events as private
from banen_reporting.administration.publish import to_public_event
from banen_reporting.service import SERVICE
from support.definition import DEFINITION

DAY = date(2005, 12, 1)
LATER = date(2009, 1, 15)
REF = UUID("11111111-1111-4111-8111-111111111111")
PARAMS = public.RuleSetParams(
    permissions="except", except_units=("uwv",), window_from=DAY, window_to=date(2008, 12, 31)
)

PAIRS: list[tuple[private.ProgrammeEvent, PublicEvent]] = [
    (
        private.ProgrammeDefined(programme_id="bureau", occurred_on=DAY, version=3, definition=DEFINITION),
        public.ProgrammeDefined(programme_id="bureau", occurred_on=DAY, version=3, definition=DEFINITION),
    ),
    (
        private.PartnerRenamed(partner_id="uwv", occurred_on=LATER, name="UWV WERKbedrijf"),
        public.PartnerRenamed(partner_id="uwv", occurred_on=LATER, name="UWV WERKbedrijf"),
    ),
    (
        private.PartnerAssigned(
            partner_id="uaf", occurred_on=LATER, unit_id="uaf", first_day=DAY, reason_code="recorded-wrongly"
        ),
        public.PartnerAssigned(
            partner_id="uaf", occurred_on=LATER, unit_id="uaf", first_day=DAY, reason_code="recorded-wrongly"
        ),
    ),
    (
        private.TargetUnitAmended(unit_id="uaf", occurred_on=LATER, label="UAF", reason_code="new-name"),
        public.TargetUnitAmended(unit_id="uaf", occurred_on=LATER, label="UAF", reason_code="new-name"),
    ),
    (
        private.PartnerAdmitted(
            partner_id="uaf", occurred_on=DAY, name="Stichting UAF", services=("intake", "mediation")
        ),
        public.PartnerAdmitted(
            partner_id="uaf", occurred_on=DAY, name="Stichting UAF", services=("intake", "mediation")
        ),
    ),
    (
        private.SourceDeclaredLive(partner_id="uaf", occurred_on=LATER, service="intake"),
        public.SourceDeclaredLive(partner_id="uaf", occurred_on=LATER, service="intake"),
    ),
    (
        private.SourceEnded(
            partner_id="uaf", occurred_on=LATER, service="intake", sequence=7, last_heard_on=DAY
        ),
        public.SourceEnded(
            partner_id="uaf", occurred_on=LATER, service="intake", sequence=7, last_heard_on=DAY
        ),
    ),
    (
        private.SourceResumed(
            partner_id="uaf", occurred_on=LATER, service="intake", reason_code="recorded-wrongly"
        ),
        public.SourceResumed(
            partner_id="uaf", occurred_on=LATER, service="intake", reason_code="recorded-wrongly"
        ),
    ),
    (
        private.TargetUnitDefined(unit_id="uaf", occurred_on=DAY, label="UAF", members=("uaf",)),
        public.TargetUnitDefined(unit_id="uaf", occurred_on=DAY, label="UAF", members=("uaf",)),
    ),
    (
        private.TargetSet(
            unit_id="uaf",
            occurred_on=DAY,
            route="A",
            year=2006,
            value=None,
            decided_by="steering-group",
            document_ref="SZW/1",
        ),
        public.TargetSet(
            unit_id="uaf",
            occurred_on=DAY,
            route="A",
            year=2006,
            value=None,
            decided_by="steering-group",
            document_ref="SZW/1",
        ),
    ),
    (
        private.TargetRevised(
            unit_id="uaf",
            occurred_on=LATER,
            route="B",
            value=490,
            decided_by="steering-group",
            reason_code="more-demand",
            document_ref="SZW/2",
        ),
        public.TargetRevised(
            unit_id="uaf",
            occurred_on=LATER,
            route="B",
            value=490,
            decided_by="steering-group",
            reason_code="more-demand",
            document_ref="SZW/2",
        ),
    ),
    (
        private.RegularQuotaSet(
            unit_id="uaf", occurred_on=DAY, per_year=150, precision=Precision.APPROX, document_ref="SZW/3"
        ),
        public.RegularQuotaSet(
            unit_id="uaf", occurred_on=DAY, per_year=150, precision=Precision.APPROX, document_ref="SZW/3"
        ),
    ),
    (
        private.CountingPermissionGranted(
            unit_id="uwv",
            occurred_on=LATER,
            counts_starts_from=DAY,
            grantor="ministry",
            document_ref="SZW/4",
        ),
        public.CountingPermissionGranted(
            unit_id="uwv",
            occurred_on=LATER,
            counts_starts_from=DAY,
            grantor="ministry",
            document_ref="SZW/4",
        ),
    ),
    (
        private.CountingPermissionRevoked(unit_id="uwv", occurred_on=LATER, reason_code="withdrawn"),
        public.CountingPermissionRevoked(unit_id="uwv", occurred_on=LATER, reason_code="withdrawn"),
    ),
    (
        private.RuleSetPublished(
            rule_set_id="without-uwv",
            occurred_on=LATER,
            version=2,
            params=PARAMS,
            approved_by="steering-group",
        ),
        public.CountingRuleSetPublished(
            rule_set_id="without-uwv",
            occurred_on=LATER,
            version=2,
            params=PARAMS,
            approved_by="steering-group",
        ),
    ),
    (
        private.FundingRecorded(
            funding_ref=REF,
            occurred_on=DAY,
            funder="lottery",
            status="received",
            amount_euro=100_000,
            precision=Precision.AT_LEAST,
            document_ref="NPL/1",
        ),
        public.FundingRecorded(
            funding_ref=REF,
            occurred_on=DAY,
            funder="lottery",
            status="received",
            amount_euro=100_000,
            precision=Precision.AT_LEAST,
            document_ref="NPL/1",
        ),
    ),
    (
        private.CostRecorded(
            cost_ref=REF,
            occurred_on=DAY,
            amount_euro=5_800_000,
            precision=Precision.APPROX,
            document_ref="BUR/9",
        ),
        public.CostRecorded(
            cost_ref=REF,
            occurred_on=DAY,
            amount_euro=5_800_000,
            precision=Precision.APPROX,
            document_ref="BUR/9",
        ),
    ),
    (
        private.ProgrammeFactRecorded(
            fact_ref=REF,
            occurred_on=DAY,
            topic="locations",
            code="locations",
            label=Labels(nl="Locaties"),
            value=60,
            precision=Precision.EXACT,
            period_until=DAY,
            document_ref="BUR/9",
        ),
        public.ProgrammeFactRecorded(
            fact_ref=REF,
            occurred_on=DAY,
            topic="locations",
            code="locations",
            label=Labels(nl="Locaties"),
            value=60,
            precision=Precision.EXACT,
            period_until=DAY,
            document_ref="BUR/9",
        ),
    ),
    (
        private.HistoricFigureImported(
            figure_ref=REF,
            occurred_on=LATER,
            unit_id="uaf",
            measure="regular_placements",
            year=2006,
            value=150,
            provenance=public.Provenance.ASSUMED,
            precision=Precision.APPROX,
            document_ref="report-2009",
        ),
        public.HistoricFigureImported(
            figure_ref=REF,
            occurred_on=LATER,
            unit_id="uaf",
            measure="regular_placements",
            year=2006,
            value=150,
            provenance=public.Provenance.ASSUMED,
            precision=Precision.APPROX,
            document_ref="report-2009",
        ),
    ),
    (
        private.HistoricFigureSuperseded(
            figure_ref=REF,
            occurred_on=LATER,
            unit_id="uaf",
            measure="regular_placements",
            year=2006,
            value=157,
            provenance=public.Provenance.MEASURED,
            precision=Precision.EXACT,
            document_ref="annual-report-2006",
            reason_code="annual-report",
        ),
        public.HistoricFigureSuperseded(
            figure_ref=REF,
            occurred_on=LATER,
            unit_id="uaf",
            measure="regular_placements",
            year=2006,
            value=157,
            provenance=public.Provenance.MEASURED,
            precision=Precision.EXACT,
            document_ref="annual-report-2006",
            reason_code="annual-report",
        ),
    ),
]


def name(value: object) -> str | None:
    return value.TYPE if isinstance(value, DomainEvent) else None


@pytest.mark.parametrize(("event", "contract"), PAIRS, ids=name)
def test_publishes_every_fact_of_the_programme_whole(event: private.ProgrammeEvent, contract: PublicEvent):
    published = to_public_event(event)
    assert type(published) is type(contract)
    assert published == contract


def test_keeps_its_own_note_of_going_live_to_itself():
    assert SERVICE.to_public_event(WentLive(occurred_on=DAY)) is None


def test_each_event_that_the_service_stores_has_its_example_here():
    examples = {type(event) for event, _ in PAIRS} | {WentLive}
    assert examples == set(SERVICE.events)


def test_each_contract_is_published_for_one_kind_of_event():
    contracts = [type(contract) for _, contract in PAIRS]
    assert len(contracts) == len(set(contracts))


@pytest.mark.parametrize("event", [event for event, _ in PAIRS], ids=name)
def test_reads_back_what_it_stored(event: private.ProgrammeEvent):
    assert type(event).model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize("event", [event for event, _ in PAIRS], ids=name)
def test_never_stores_a_reference_that_its_contract_could_not_carry(event: private.ProgrammeEvent):
    contract = to_public_event(event)
    assert contract is not None
    with pytest.raises(ValidationError) as error:
        type(event).model_validate(event.model_dump() | {contract.REF: "Not A Reference"})
    assert [problem["loc"] for problem in error.value.errors()] == [(contract.REF,)]


def test_gives_every_command_a_path_of_its_own():
    paths = [operation.path for operation in SERVICE.commands]
    assert len(set(paths)) == len(paths)
    assert all(path.startswith("/programme/") and "/{ref}/" in path for path in paths)
