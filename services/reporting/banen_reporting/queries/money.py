"""What the programme costs, and who pays. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from banen_contracts.base import Precision
from banen_contracts.intake import ContactKind
from banen_reporting.counting import client_of
from banen_reporting.facts.model import CostFact, FundingFact
from banen_reporting.queries import aggregate
from banen_reporting.queries.cells import TENTH, euro_each, national_target, percent, rounded, sum_of
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.programme_facts import last_of
from banen_reporting.queries.schemas_money import CostOfYear, CostPer, FunderPart, Money, StatedNumber

NORM, BENEFIT = "norm-euro-per-person", "benefit-euro-per-year"
"""The codes under which the bureau states what a person may cost, and what one on benefit costs."""


def money(day: ProgrammeDay, _: Extent) -> Money:
    costs = [row for row in day.model.costs.values() if row.occurred_on <= day.until]
    funding = [row for row in day.activity.of(FundingFact).values() if row.occurred_on <= day.until]
    spent, planned = sum_of(row.amount_euro for row in costs), of_status(funding, "planned")
    norm, benefit, each = last_of(day, NORM), last_of(day, BENEFIT), per(day, spent, planned)
    person = next(one.euro for one in each if one.what == "person")
    return Money(
        **aggregate.heading(day.heading),
        spent=spent,
        planned=planned,
        spent_of_planned_percent=None if spent is None else percent(spent, planned),
        norm=norm,
        of_norm_percent=share_of(person, norm, 100),
        benefit=benefit,
        earned_back_months=share_of(person, benefit, 12),
        funders=tuple(funder_part(funder, funding) for funder in funders(day, funding)),
        costs=of_years(costs),
        per=each,
    )


def share_of(euro: float | None, number: StatedNumber | None, parts: int) -> float | None:
    """How much of a stated number a sum is, in so many parts of it; one decimal."""
    if euro is None or number is None or not number.value:
        return None
    return rounded(parts * Decimal(str(euro)) / number.value, TENTH)


def of_status(funding: Sequence[FundingFact], status: str) -> int | None:
    return sum_of(row.amount_euro for row in funding if row.status == status)


def funders(day: ProgrammeDay, funding: Sequence[FundingFact]) -> list[str]:
    """In the programme's order, then whoever it does not know."""
    definition = day.model.definition
    known = [one.code for one in definition.funders] if definition else []
    others = {row.funder for row in funding} - {*known}
    return [one for one in (*known, *sorted(others)) if any(row.funder == one for row in funding)]


def funder_part(funder: str, funding: Sequence[FundingFact]) -> FunderPart:
    rows = [row for row in funding if row.funder == funder]
    return FunderPart(
        funder=funder,
        planned=of_status(rows, "planned"),
        committed=of_status(rows, "committed"),
        received=of_status(rows, "received"),
        is_exact=all(row.precision == Precision.EXACT for row in rows),
    )


def of_years(costs: Sequence[CostFact]) -> tuple[CostOfYear, ...]:
    years = sorted({row.occurred_on.year for row in costs})
    return tuple(
        CostOfYear(
            year=year,
            euro=sum(row.amount_euro for row in costs if row.occurred_on.year == year),
            is_exact=all(row.precision == Precision.EXACT for row in costs if row.occurred_on.year == year),
        )
        for year in years
    )


def per(day: ProgrammeDay, spent: int | None, planned: int | None) -> tuple[CostPer, ...]:
    """A placement that counts, a person placed so, and a conversation: each has a denominator of its own."""
    counted = [key for key in day.placements if day.counts(key)]
    people = {client_of(key, day.placements[key]) for key in counted}
    conversations = sum(row.kind is ContactKind.CONVERSATION for row in day.met.values())
    plan = day.model.definition.funnel if day.model.definition else None
    target = national_target(day.model)
    return (
        CostPer(what="placement", number=len(counted), euro=euro_each(spent, len(counted)), planned_number=target, planned_euro=euro_each(planned, target)),
        CostPer(what="person", number=len(people), euro=euro_each(spent, len(people)), planned_number=None, planned_euro=None),
        CostPer(
            what="conversation", number=conversations, euro=euro_each(spent, conversations),
            planned_number=plan and plan.conversations, planned_euro=euro_each(planned, plan and plan.conversations),
        ),
    )  # fmt: skip
