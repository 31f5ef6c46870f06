"""Money and figures: recorded once each, and never again under the same reference, or for the same unit and year."""

from datetime import date
from uuid import UUID

import pytest
from pydantic import ValidationError

from banen_contracts.base import Precision
from banen_contracts.programme import Labels
from banen_contracts.reporting import Provenance
from banen_kit.testing import Scenario
from banen_reporting.administration.domain.cost import COST, RecordCost
from banen_reporting.administration.domain.figure import ImportHistoricFigure, SupersedeHistoricFigure
from banen_reporting.administration.domain.funding import FUNDING, RecordFunding
from banen_reporting.administration.domain.programme_fact import PROGRAMME_FACT, RecordProgrammeFact
from banen_reporting.administration.domain.unit import UNIT
from banen_reporting.administration.events import (
    CostRecorded,
    FundingRecorded,
    HistoricFigureImported,
    HistoricFigureSuperseded,
    ProgrammeDefined,
    ProgrammeFactRecorded,
    TargetUnitDefined,
    UnitEvent,
)
from support.definition import DEFINITION

DAY = date(2008, 12, 31)
REF = UUID("11111111-1111-4111-8111-111111111111")

PROGRAMME = ProgrammeDefined(programme_id="bureau", occurred_on=DAY, version=1, definition=DEFINITION)
FUNDED: Scenario[FundingRecorded] = Scenario(FUNDING, str(REF), partner="bureau", related=(PROGRAMME,))
FUND = RecordFunding(
    occurred_on=DAY,
    funder="ministry",
    status="committed",
    amount_euro=3_000_000,
    precision=Precision.EXACT,
    document_ref="SZW/2005-1",
)
FUNDING_RECORDED = FundingRecorded(
    funding_ref=REF,
    occurred_on=DAY,
    funder="ministry",
    status="committed",
    amount_euro=3_000_000,
    precision=Precision.EXACT,
    document_ref="SZW/2005-1",
)

SPENT: Scenario[CostRecorded] = Scenario(COST, str(REF), partner="bureau")
SPEND = RecordCost(occurred_on=DAY, amount_euro=5_800_000, precision=Precision.APPROX, document_ref="BUR/9")
STATED: Scenario[ProgrammeFactRecorded] = Scenario(PROGRAMME_FACT, str(REF), partner="bureau")
STATE = RecordProgrammeFact(
    occurred_on=DAY, topic="locations", code="locations", label=Labels(nl="Locaties"), value=60,
    precision=Precision.EXACT, period_from=date(2005, 12, 1), period_until=date(2008, 12, 31), document_ref="BUR/9",
)  # fmt: skip
FACT_RECORDED = ProgrammeFactRecorded(fact_ref=REF, **dict(STATE))
COST_RECORDED = CostRecorded(
    cost_ref=REF, occurred_on=DAY, amount_euro=5_800_000, precision=Precision.APPROX, document_ref="BUR/9"
)

UNIT_DEFINED = TargetUnitDefined(unit_id="uaf", occurred_on=DAY, label="UAF")
UAF: Scenario[UnitEvent] = Scenario(UNIT, "uaf", partner="bureau")
TAKE_OVER = ImportHistoricFigure(
    occurred_on=DAY,
    measure="regular_placements",
    year=2006,
    value=150,
    provenance=Provenance.ASSUMED,
    precision=Precision.APPROX,
    document_ref="report-2009",
)
FIGURE_REF = UUID("63265b94-6376-58b8-b82c-0f5f9046187a")
FIGURE_IMPORTED = HistoricFigureImported(
    figure_ref=FIGURE_REF,
    occurred_on=DAY,
    unit_id="uaf",
    measure="regular_placements",
    year=2006,
    value=150,
    provenance=Provenance.ASSUMED,
    precision=Precision.APPROX,
    document_ref="report-2009",
)
SUPERSEDE = SupersedeHistoricFigure(
    **{**dict(TAKE_OVER), "value": 157, "document_ref": "annual-report-2006"}, reason_code="annual-report"
)
FIGURE_SUPERSEDED = HistoricFigureSuperseded(
    **{**dict(FIGURE_IMPORTED), "value": 157, "document_ref": "annual-report-2006"},
    reason_code="annual-report",
)


def test_records_funding():
    FUNDED.when(FUND).then(FUNDING_RECORDED)


def test_refuses_to_record_funding_twice():
    FUNDED.given(FUNDING_RECORDED).when(FUND).then_refused("funding-exists")


def test_refuses_a_funder_that_the_programme_does_not_have():
    FUNDED.when(FUND.model_copy(update={"funder": "somebody"})).then_refused("funder-unknown", "funder")


def test_records_a_fact_of_the_programme():
    STATED.when(STATE).then(FACT_RECORDED)


def test_refuses_to_record_a_fact_of_the_programme_twice():
    STATED.given(FACT_RECORDED).when(STATE).then_refused("programme-fact-exists")


def test_refuses_a_period_that_ends_before_it_begins():
    STATED.when(STATE.model_copy(update={"period_from": date(2009, 1, 1)})).then_refused(
        "period-reversed", "periodUntil"
    )


@pytest.mark.parametrize(
    ("label", "field"), [(Labels(), "label"), (Labels(nl="Nummer 111222333"), "label.nl")]
)
def test_refuses_a_label_that_says_nothing_or_too_much(label: Labels, field: str):
    STATED.when(STATE.model_copy(update={"label": label})).then_refused("label-unfit", field)


def test_records_a_cost():
    SPENT.when(SPEND).then(COST_RECORDED)


def test_refuses_to_record_a_cost_twice():
    SPENT.given(COST_RECORDED).when(SPEND).then_refused("cost-exists")


def test_imports_a_historic_figure_with_its_provenance_and_document():
    UAF.given(UNIT_DEFINED).when(TAKE_OVER).then(FIGURE_IMPORTED)


def test_refuses_a_second_figure_of_the_same_unit_and_year():
    other = TAKE_OVER.model_copy(update={"value": 157, "document_ref": "annual-report-2006"})
    UAF.given(UNIT_DEFINED, FIGURE_IMPORTED).when(other).then_refused("figure-exists", "year")


def test_takes_a_figure_of_another_year():
    other = TAKE_OVER.model_copy(update={"year": 2007})
    assert UAF.given(UNIT_DEFINED, FIGURE_IMPORTED).when(other).refused is None


def test_refuses_a_figure_of_an_unknown_unit():
    UAF.when(TAKE_OVER).then_refused("unit-unknown")


def test_supersedes_a_figure_for_a_reason():
    UAF.given(UNIT_DEFINED, FIGURE_IMPORTED).when(SUPERSEDE).then(FIGURE_SUPERSEDED)


def test_refuses_to_supersede_a_figure_that_is_not_there():
    UAF.given(UNIT_DEFINED).when(SUPERSEDE).then_refused("figure-unknown", "year")


def test_refuses_to_supersede_a_figure_by_itself():
    UAF.given(UNIT_DEFINED, FIGURE_IMPORTED, FIGURE_SUPERSEDED).when(SUPERSEDE).then_refused(
        "figure-same", "value"
    )


def test_refuses_a_historic_figure_without_a_document_at_the_border():
    body = TAKE_OVER.model_dump(mode="json", by_alias=True, exclude={"document_ref"})
    with pytest.raises(ValidationError) as error:
        ImportHistoricFigure.model_validate(body)
    assert [problem["loc"] for problem in error.value.errors()] == [("documentRef",)]


def test_refuses_an_amount_that_is_not_in_whole_euros_at_the_border():
    body = SPEND.model_dump(mode="json", by_alias=True) | {"amountEuro": 5.8}
    with pytest.raises(ValidationError) as error:
        RecordCost.model_validate(body)
    assert [problem["loc"] for problem in error.value.errors()] == [("amountEuro",)]


def test_stops_loudly_at_funding_that_was_recorded_twice():
    with pytest.raises(AssertionError, match="funding-recorded cannot follow"):
        FUNDING.replay([FUNDING_RECORDED, FUNDING_RECORDED])


def test_stops_loudly_at_a_cost_that_was_recorded_twice():
    with pytest.raises(AssertionError, match="cost-recorded cannot follow"):
        COST.replay([COST_RECORDED, COST_RECORDED])
