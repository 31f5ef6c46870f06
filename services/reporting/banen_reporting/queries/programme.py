"""The programme as the bureau has defined and decided it, as known now: what nobody needs to read events for."""

from collections.abc import Mapping
from datetime import date

from banen_contracts.base import Code
from banen_contracts.programme import ProgrammeDefinition
from banen_contracts.reporting import Provenance, RuleSetParams
from banen_reporting.facts.model import CostFact, FundingFact, UnitFact
from banen_reporting.queries.queries import FigureQueries
from banen_reporting.queries.schemas import Answer


class Assignment(Answer, frozen=True):
    """The unit of a partner from a first day on; no day: always, no unit: in none."""

    unit: str | None
    first_day: date | None


class DecidedPartner(Answer, frozen=True):
    id: str
    name: str
    services: tuple[str, ...]
    live: tuple[str, ...]
    """The services that record as it happens."""
    ended: tuple[str, ...]
    """The services that say nothing more."""
    units: tuple[Assignment, ...]


class DecidedUnit(Answer, frozen=True):
    id: str
    label: str
    targets: Mapping[str, int | None]
    """By route, for the whole period: what was set for that, or the sum over the years."""
    targets_of_years: Mapping[str, Mapping[str, int | None]]
    """By route and year, where they were set so."""
    regular_per_year: int | None
    permission_from: date | None


class DecidedRuleSet(Answer, frozen=True):
    id: str
    version: int
    params: RuleSetParams
    approved_by: str


class RecordedFunding(Answer, frozen=True):
    ref: str
    occurred_on: date
    funder: Code
    status: str
    amount_euro: int


class RecordedCost(Answer, frozen=True):
    ref: str
    occurred_on: date
    amount_euro: int
    precision: str


class DecidedFigure(Answer, frozen=True):
    unit: str
    measure: str
    year: int
    value: int
    provenance: Provenance
    precision: str
    document: str


class ProgrammeInForce(Answer, frozen=True):
    """Everything that the bureau has decided, as far as it is in force."""

    version: int
    """Of the definition; 0 where nothing was defined yet."""
    definition: ProgrammeDefinition | None
    partners: tuple[DecidedPartner, ...]
    units: tuple[DecidedUnit, ...]
    rule_sets: tuple[DecidedRuleSet, ...]
    funding: tuple[RecordedFunding, ...]
    costs: tuple[RecordedCost, ...]
    historic_figures: tuple[DecidedFigure, ...]
    position: int


async def programme_in_force(answers: FigureQueries) -> ProgrammeInForce:
    """Also where nothing was defined yet: an older release let the bureau decide before that."""
    model, position = await answers.figures.model(None)
    defined = next(iter(model.defined.values()), None)
    return ProgrammeInForce(
        version=defined.version if defined else 0,
        definition=defined.definition if defined else None,
        partners=tuple(
            DecidedPartner(
                id=ref,
                name=row.name,
                services=row.services,
                live=row.live,
                ended=tuple(row.ended),
                units=tuple(
                    Assignment(unit=unit, first_day=None if first == date.min else first)
                    for first, unit in row.units.items()
                ),
            )
            for ref, row in sorted(model.partners.items())
        ),
        units=tuple(_unit(ref, row) for ref, row in sorted(model.units.items())),
        rule_sets=tuple(
            DecidedRuleSet(id=ref, version=row.version, params=row.params, approved_by=row.approved_by)
            for ref, row in sorted(model.rule_sets.items())
        ),
        funding=await _funding(answers),
        costs=await _costs(answers),
        historic_figures=tuple(
            DecidedFigure(
                unit=row.unit_id,
                measure=row.measure,
                year=row.year,
                value=row.value,
                provenance=row.provenance,
                precision=row.precision,
                document=row.document_ref,
            )
            for _, row in sorted(model.figures.items())
        ),
        position=position,
    )


def _unit(ref: str, row: UnitFact) -> DecidedUnit:
    return DecidedUnit(
        id=ref,
        label=row.label,
        targets=row.targets,
        targets_of_years={
            route: {str(year): value for year, value in of_years.items()}
            for route, of_years in row.targets_of_years.items()
        },
        regular_per_year=row.regular_per_year,
        permission_from=row.permission_from,
    )


async def _funding(answers: FigureQueries) -> tuple[RecordedFunding, ...]:
    return tuple(
        RecordedFunding(
            ref=fact.ref,
            occurred_on=fact.row.occurred_on,
            funder=fact.row.funder,
            status=fact.row.status,
            amount_euro=fact.row.amount_euro,
        )
        for fact in await answers.view.current("funding")
        if isinstance(fact.row, FundingFact)
    )


async def _costs(answers: FigureQueries) -> tuple[RecordedCost, ...]:
    return tuple(
        RecordedCost(
            ref=fact.ref,
            occurred_on=fact.row.occurred_on,
            amount_euro=fact.row.amount_euro,
            precision=fact.row.precision,
        )
        for fact in await answers.view.current("cost")
        if isinstance(fact.row, CostFact)
    )
