"""How many of the target group were met in each municipality, beside the estimate of how many live there. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from banen_contracts.intake import ContactKind, ReachSource
from banen_contracts.municipalities import municipalities
from banen_reporting.facts.model import CandidateFact, ContactFact, ReachFact
from banen_reporting.figures.activity import FactKey
from banen_reporting.queries import aggregate
from banen_reporting.queries.cells import NONE, percent, sum_of
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.funnel import region_of
from banen_reporting.queries.schemas_places import (
    Estimate,
    MunicipalityReach,
    ReachSum,
    ReachView,
    RegionContacts,
)

PREFERRED = tuple(ReachSource)
"""Where several partners estimated the same: what was measured before what was assumed."""


def reach_view(day: ProgrammeDay, extent: Extent) -> ReachView:
    """An estimate is of a municipality, not of the work of who imported it: every reader sees all of them."""
    met: dict[str, list[ContactFact]] = {}
    elsewhere: dict[str, list[ContactFact]] = {}
    for key, row in day.met.items():
        if extent.has_source(key[0]):
            candidate = candidate_of(day, key)
            code = row.municipality_code or (candidate and candidate.municipality_code)
            if code:
                met.setdefault(code_on(code, day.until), []).append(row)
            else:
                elsewhere.setdefault(region_of(row, candidate), []).append(row)
    estimated = estimates(day)
    found = [reach_of(code, met.get(code, []), estimated.get(code)) for code in met.keys() | estimated.keys()]
    regions = [one.id for one in day.model.definition.regions] if day.model.definition else []
    order = {name: at for at, name in enumerate([*regions, NONE])}
    return ReachView(
        **aggregate.heading(day.heading),
        municipalities=tuple(sorted(found, key=in_order)),
        without_municipality=tuple(
            RegionContacts(region=name, **numbers(elsewhere[name]))
            for name in sorted(elsewhere, key=lambda one: (order.get(one, len(regions)), one))
        ),
        sums={
            "estimated": sum_of_places([one for one in found if one.estimate]),
            "not_estimated": sum_of_places([one for one in found if not one.estimate]),
            "no_municipality": sum_of_contacts(elsewhere.values()),
            "total": sum_of_contacts([*met.values(), *elsewhere.values()]),
        },
    )


def candidate_of(day: ProgrammeDay, contact: FactKey) -> CandidateFact | None:
    registered = day.registered.get(contact)
    return day.model.candidates[registered] if registered else None


def code_on(code: str, day: date) -> str:
    """Of the municipality that it had become by a day; of one that was divided the one that the table names."""
    known = municipalities()
    while code in known and (last := known[code].last_day) and last < day and known[code].successor:
        code = known[code].successor or code
    return code


def estimates(day: ProgrammeDay) -> Mapping[str, Estimate]:
    """Of the last year until the day; municipalities that were merged since then are added up."""
    best: dict[tuple[str, int], tuple[tuple[int, int, str], ReachFact]] = {}
    for (source, _), row in day.activity.of(ReachFact).items():
        if row.imported_on <= day.until and row.year <= day.until.year:
            rank = (-PREFERRED.index(row.source), row.imported_on.toordinal(), source)
            place = (row.municipality_code, row.year)
            if place not in best or best[place][0] < rank:
                best[place] = rank, row
    by_code: dict[str, list[ReachFact]] = {}
    for _, row in best.values():
        by_code.setdefault(code_on(row.municipality_code, day.until), []).append(row)
    return {code: estimate_of(rows) for code, rows in by_code.items()}


def estimate_of(rows: Sequence[ReachFact]) -> Estimate:
    """As sure as the least sure of those that are added up."""
    year = max(row.year for row in rows)
    last = [row for row in rows if row.year == year]
    least = max(last, key=lambda row: PREFERRED.index(row.source))
    precisions = {row.precision for row in last}
    return Estimate(
        people=sum(row.estimate for row in last),
        year=year,
        precision=precisions.pop() if len(precisions) == 1 else least.precision,
        source=least.source,
    )


def reach_of(code: str, rows: Sequence[ContactFact], estimate: Estimate | None) -> MunicipalityReach:
    counted = numbers(rows)
    known = municipalities().get(code)
    return MunicipalityReach(
        code=code,
        name=known.name if known else code,
        estimate=estimate,
        **counted,
        share=percent(counted["conversations"], estimate.people) if estimate and rows else None,
    )


def in_order(one: MunicipalityReach) -> tuple[int, float, int, str]:
    if not one.contacts + one.conversations:
        return 2, 0, -(one.estimate.people if one.estimate else 0), one.name
    return int(one.share is None), one.share or 0, -one.conversations, one.name


def numbers(rows: Iterable[ContactFact]) -> dict[str, int]:
    kinds = [row.kind for row in rows]
    return {
        "contacts": kinds.count(ContactKind.CONTACT),
        "conversations": kinds.count(ContactKind.CONVERSATION),
    }


def sum_of_places(rows: Sequence[MunicipalityReach]) -> ReachSum:
    conversations = sum(one.conversations for one in rows)
    estimate = sum_of(one.estimate and one.estimate.people for one in rows)
    return ReachSum(
        municipalities=len(rows),
        estimate=estimate,
        contacts=sum(one.contacts for one in rows),
        conversations=conversations,
        share=percent(conversations, estimate),
    )


def sum_of_contacts(groups: Iterable[Sequence[ContactFact]]) -> ReachSum:
    """Of people who do not all live where there is an estimate: no share of it."""
    counted = numbers(row for rows in groups for row in rows)
    return ReachSum(municipalities=None, estimate=None, **counted, share=None)
