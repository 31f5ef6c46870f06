"""People who wait for work, beside the places that employers have. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence

from banen_reporting.facts.model import CandidateFact
from banen_reporting.facts.model_employers import VacancyFact
from banen_reporting.figures.activity import FactKey
from banen_reporting.queries import aggregate
from banen_reporting.queries.cells import sum_of
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.schemas_views import (
    ProfessionBalance,
    SupplyAndDemand,
    UnmetDemand,
    VacanciesEnded,
)


def supply_and_demand(day: ProgrammeDay, extent: Extent) -> SupplyAndDemand:
    waiting = Counter(
        row.profession_group
        for key, row in day.model.candidates.items()
        if extent.has_source(key[0]) and waits(day, key, row)
    )
    vacancies = [
        row
        for key, row in day.activity.of(VacancyFact).items()
        if extent.has_source(key[0]) and row.opened_on <= day.until
    ]
    return SupplyAndDemand(
        **aggregate.heading(day.heading),
        waiting=waiting.total(),
        professions=professions(waiting, vacancies, day),
        unmet=unmet(vacancies, day),
        vacancies=ended(vacancies, day),
    )


def waits(day: ProgrammeDay, key: FactKey, row: CandidateFact) -> bool:
    """Ready by the day, the file open, and never placed by it."""
    is_ready = row.ready_on is not None and row.ready_on <= day.until
    is_gone = any(on is not None and on <= day.until for on in (row.lost_on, row.closed_on))
    return (
        is_ready
        and not is_gone
        and not any(
            placement in day.placements
            for client in day.clients_of.get(key, ())
            for placement in day.model.of_client.get(client, ())
        )
    )


def professions(
    waiting: Counter[str | None], vacancies: Iterable[VacancyFact], day: ProgrammeDay
) -> tuple[ProfessionBalance, ...]:
    """The largest group first; those without a profession last."""
    by_group: dict[str | None, list[VacancyFact]] = {group: [] for group in waiting}
    for row in vacancies:
        by_group.setdefault(row.profession_group, []).append(row)
    found = [
        ProfessionBalance(
            profession_group=group,
            waiting=waiting[group],
            places=sum(row.places for row in rows),
            open=sum(row.places for row in rows if outcome(row, day) == "open"),
            filled=sum(row.places_filled or 0 for row in rows if is_closed(row, day)),
            unmet=sum(row.places for row in rows if reason(row, day)),
        )
        for group, rows in by_group.items()
    ]
    return tuple(
        sorted(
            found,
            key=lambda one: (one.profession_group is None, -one.waiting - one.places, one.profession_group),
        )
    )


def reason(row: VacancyFact, day: ProgrammeDay) -> str | None:
    """Why nobody was found, as it was reported last by the day."""
    known = [why for on, why in row.unmet if on <= day.until]
    return known[-1] if known else None


def unmet(vacancies: Iterable[VacancyFact], day: ProgrammeDay) -> tuple[UnmetDemand, ...]:
    by_reason: dict[str, list[VacancyFact]] = {}
    for row in vacancies:
        why = reason(row, day)
        if why is not None:
            by_reason.setdefault(why, []).append(row)
    found = [
        UnmetDemand(reason=why, vacancies=len(rows), places=sum(row.places for row in rows))
        for why, rows in by_reason.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.places, one.reason)))


def is_closed(row: VacancyFact, day: ProgrammeDay) -> bool:
    return row.closed_on is not None and row.closed_on <= day.until


def outcome(row: VacancyFact, day: ProgrammeDay) -> str:
    if is_closed(row, day) and row.closing is not None:
        return row.closing.value
    return "past" if row.open_until is not None and row.open_until < day.until else "open"


def ended(vacancies: Iterable[VacancyFact], day: ProgrammeDay) -> tuple[VacanciesEnded, ...]:
    by_outcome: dict[str, list[VacancyFact]] = {}
    for row in vacancies:
        by_outcome.setdefault(outcome(row, day), []).append(row)
    found = [ended_so(name, rows, day) for name, rows in by_outcome.items()]
    return tuple(sorted(found, key=lambda one: (-one.places, one.outcome)))


def ended_so(name: str, rows: Sequence[VacancyFact], day: ProgrammeDay) -> VacanciesEnded:
    filled = [row.places_filled for row in rows if is_closed(row, day) and row.places_filled is not None]
    return VacanciesEnded(
        outcome=name,
        vacancies=len(rows),
        places=sum(row.places for row in rows),
        filled=sum_of(filled),
    )
