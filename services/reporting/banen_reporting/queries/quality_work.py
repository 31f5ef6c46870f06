"""Checks on what partners recorded of people, placements, groups and agreements. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from banen_contracts.base import partner_of
from banen_contracts.mediation import ContractTerm
from banen_kit.core.clocks import day_of
from banen_reporting.counting import PlacementKey, client_of, known_last_day, last_day_of_minimum
from banen_reporting.facts.model import ContactFact, PlacementFact
from banen_reporting.facts.model_employers import AgreementFact, ApproachFact, GroupFact
from banen_reporting.facts.model_matching import EnterpriseFact
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.employers import holds_on
from banen_reporting.queries.follow_up import is_overdue

Found = tuple[int, int | None] | None
SILENT_AFTER = timedelta(days=90)
"""A partner of which nothing happened for longer is silent."""
BUREAU_SERVICE = "reporting"
"""Whoever runs it alone meets nobody."""
YIELD_AFTER = timedelta(days=180)
"""An agreement may take so long before something comes of it."""


def seen(day: ProgrammeDay, extent: Extent) -> Mapping[PlacementKey, PlacementFact]:
    return {key: row for key, row in day.placements.items() if extent.has_unit(day.unit_of(key))}


def months_of(day: ProgrammeDay) -> int:
    """How long a placement has to last under the rule set that was asked."""
    return day.model.rule_set(day.heading.rule_set.id).params.min_months


def milestone_not_recorded(day: ProgrammeDay, extent: Extent) -> Found:
    """Placements that should have reached the milestone, of which nobody said whether they did."""
    rows, months = seen(day, extent), months_of(day)
    due = [row for row in rows.values() if last_day_of_minimum(row.start, months) <= day.until]
    return (sum(is_overdue(row, months, day.until) for row in due), len(due)) if due else None


def partner_silent(day: ProgrammeDay, extent: Extent) -> Found:
    """Partners that take part and of which nothing happened for so long; after the programme's last day none is silent."""
    definition = day.model.definition
    if definition is None or day.until > definition.period.last_day:
        return None
    last: dict[str, date] = {}
    for source, happened in happenings(day):
        if happened <= day.until:
            last[partner_of(source)] = max(happened, last.get(partner_of(source), date.min))
    asked = day.until - SILENT_AFTER
    partners = [
        ref
        for ref, row in day.model.partners.items()
        if extent.has_partner(ref)
        and {*row.admitted} - {*row.ended} - {BUREAU_SERVICE}
        and day_of(min(row.admitted.values())) < asked
    ]
    return (sum(last.get(one, date.min) < asked for one in partners), len(partners)) if partners else None


def happenings(day: ProgrammeDay) -> Iterator[tuple[str, date]]:
    """The source of whatever happened, and the day: whom it met, registered, took on and placed, and its work with employers."""
    activity, model = day.activity, day.model
    yield from ((source, row.occurred_on) for (source, _), row in activity.of(ContactFact).items())
    yield from ((source, row.registered_on) for (source, _), row in model.candidates.items())
    yield from ((source, row.taken_on) for (source, _), row in model.clients.items())
    yield from ((source, row.start) for (source, _), row in model.placements.items())
    yield from ((source, row.approached_on) for (source, _), row in activity.of(ApproachFact).items())
    yield from ((source, row.signed_on) for (source, _), row in activity.of(AgreementFact).items())


def agreement_without_yield(day: ProgrammeDay, extent: Extent) -> Found:
    """Agreements with an employer that held for half a year, and of which nothing came."""
    placed: dict[str | None, list[PlacementFact]] = {}
    for row in day.placements.values():
        for employer in {row.employer_ref, row.hiring_employer_ref}:
            placed.setdefault(employer, []).append(row)
    rows = [
        row
        for (source, _), row in day.activity.of(AgreementFact).items()
        if extent.has_source(source) and row.party_ref and row.valid_from + YIELD_AFTER <= day.until
    ]
    without = [
        row
        for row in rows
        if not row.referrals and not any(holds_on(row, one) for one in placed.get(row.party_ref, ()))
    ]
    return (len(without), len(rows)) if rows else None


def group_more_than_counts(day: ProgrammeDay, extent: Extent) -> Found:
    """Groups of which more people were reported as placed than count."""
    counted = Counter(row.group_ref for key, row in day.placements.items() if day.counts(key))
    groups = {
        ref: row
        for (source, ref), row in day.activity.of(GroupFact).items()
        if extent.has_source(source) and row.placed is not None
    }
    return (
        (sum((row.placed or 0) > counted[ref] for ref, row in groups.items()), len(groups))
        if groups
        else None
    )


def contract_unknown(day: ProgrammeDay, extent: Extent) -> Found:
    """Placements of which nobody knows how long they were agreed to last."""
    rows = seen(day, extent).values()
    return (sum(row.contract is ContractTerm.UNKNOWN for row in rows), len(rows)) if rows else None


def in_no_unit(day: ProgrammeDay, _: Extent) -> Found:
    """Placements of partners that were in no unit then."""
    rows = day.placements
    return (sum(day.unit_of(key) is None for key in rows), len(rows)) if rows else None


def seasonal(day: ProgrammeDay, extent: Extent) -> Found:
    """Seasonal placements that count: seasonal work seldom lasts so long."""
    rows = {key: row for key, row in seen(day, extent).items() if row.seasonal}
    return (sum(day.counts(key) for key in rows), len(rows)) if rows else None


def boundary(day: ProgrammeDay, extent: Extent) -> Found:
    """Placements that last exactly so many months: whether they count hangs on "at least" or "longer than"."""
    rows, months = seen(day, extent).values(), months_of(day)
    exact = [row for row in rows if known_last_day(row, day.until) == last_day_of_minimum(row.start, months)]
    return (len(exact), len(rows)) if rows else None


def own_firm_without_placement(day: ProgrammeDay, extent: Extent) -> Found:
    """Own firms that started, and of which there is no placement: they are in no table."""
    started = [
        row
        for (source, _), row in day.activity.of(EnterpriseFact).items()
        if extent.has_source(source) and row.started_on is not None and row.started_on <= day.until
    ]
    return (sum(row.placement_ref is None for row in started), len(started)) if started else None


def route_reported_differs(day: ProgrammeDay, extent: Extent) -> Found:
    """Placements of which the partner reported another route than the one on which they are counted."""
    reported = {key: row for key, row in seen(day, extent).items() if row.route_reported is not None}
    differs = [key for key, row in reported.items() if day.chosen[key].route != row.route_reported]
    return (len(differs), len(reported)) if reported else None


def helped_by_two(day: ProgrammeDay, extent: Extent) -> Found:
    """Placements in which another partner helped: each counts for one unit."""
    rows = seen(day, extent).values()
    return (sum(bool(row.assist_partners) for row in rows), len(rows)) if rows else None


def several_placements(day: ProgrammeDay, extent: Extent) -> Found:
    """How many placements count more than there are people in them: a figure of placements is none of people."""
    counted = {key: row for key, row in seen(day, extent).items() if day.counts(key)}
    people = {client_of(key, row) for key, row in counted.items()}
    return (len(counted) - len(people), len(counted)) if counted else None


def without_client(day: ProgrammeDay, extent: Extent) -> Found:
    """Placements of people whom mediation did not record as taken on: nobody knows where they came from."""
    rows = seen(day, extent)
    return (
        (sum(client_of(key, row) not in day.model.clients for key, row in rows.items()), len(rows))
        if rows
        else None
    )
