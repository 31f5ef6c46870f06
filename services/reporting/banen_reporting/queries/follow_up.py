"""What is to be followed up: handovers between partners, milestones and aftercare. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from statistics import median

from banen_contracts.base import partner_of
from banen_contracts.intake import HandoverOutcome
from banen_reporting.counting import known_last_day, last_day_of_minimum
from banen_reporting.facts.model import AnswerFact, HandoverFact, PlacementFact
from banen_reporting.queries import aggregate
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.schemas_views import (
    AftercarePart,
    FollowUp,
    HandoverCounts,
    MilestoneMonth,
    OpenHandover,
)

MONTHS_BACK, MONTHS_AHEAD = 3, 6
AFTERCARE_MONTHS = (3, 6, 12)
Offer = tuple[str, str, HandoverFact]
"""The partner that offered, the reference, and the offer."""
Answers = Mapping[tuple[str, str], AnswerFact]
"""What was answered, by the partner that offered and the reference."""


def follow_up(day: ProgrammeDay, extent: Extent) -> FollowUp:
    offers = [(partner_of(source), ref, row) for source, ref, row in offers_seen(day, extent)]
    answers = {
        (row.from_partner, ref): row
        for (_, ref), row in day.activity.of(AnswerFact).items()
        if row.answered_on <= day.until
    }
    months = min((row.params.min_months for row in day.model.rule_sets.values()), default=6)
    running = [row for key, row in day.placements.items() if extent.has_unit(day.unit_of(key))]
    return FollowUp(
        **aggregate.heading(day.heading),
        milestone_months=months,
        handovers=handover_counts(offers, answers, day.until),
        open_handovers=open_handovers(offers, answers, day.until),
        overdue=sum(is_overdue(row, months, day.until) for row in running),
        calendar=calendar(running, months, day.until),
        aftercare=tuple(aftercare(running, due, day.until) for due in AFTERCARE_MONTHS),
    )


def offers_seen(day: ProgrammeDay, extent: Extent) -> list[tuple[str, str, HandoverFact]]:
    """Offers until the day, of those who made them and those who receive them: source, reference and offer."""
    return [
        (source, ref, row)
        for ref, of in day.model.handovers.items()
        for source, row in of
        if row.offered_on <= day.until
        and (extent.has_source(source) or extent.has_partner(row.to_partner))
    ]  # fmt: skip


def is_open(row: HandoverFact, until: date) -> bool:
    return all(end is None or end > until for end in (row.completed_on, row.ended_on))


def handover_counts(offers: Iterable[Offer], answers: Answers, until: date) -> tuple[HandoverCounts, ...]:
    by_pair: dict[tuple[str, str], list[Offer]] = {}
    for offer in offers:
        by_pair.setdefault((offer[0], offer[2].to_partner), []).append(offer)
    return tuple(handovers_of(pair, of_pair, answers, until) for pair, of_pair in sorted(by_pair.items()))


def handovers_of(
    pair: tuple[str, str], offers: Sequence[Offer], answers: Answers, until: date
) -> HandoverCounts:
    ended = [row.outcome for _, _, row in offers if row.ended_on is not None and row.ended_on <= until]
    answered = [(answers[partner, ref], row) for partner, ref, row in offers if (partner, ref) in answers]
    waited = [(answer.answered_on - row.offered_on).days for answer, row in answered]
    return HandoverCounts(
        from_partner=pair[0],
        to_partner=pair[1],
        offered=len(offers),
        open=sum(is_open(row, until) for _, _, row in offers),
        accepted=sum(answer.client_ref is not None for answer, _ in answered),
        completed=sum(row.completed_on is not None and row.completed_on <= until for _, _, row in offers),
        declined=sum(answer.client_ref is None for answer, _ in answered),
        expired=ended.count(HandoverOutcome.EXPIRED),
        withdrawn=ended.count(HandoverOutcome.WITHDRAWN),
        median_days_to_answer=median(waited) if waited else None,
    )


def open_handovers(offers: Iterable[Offer], answers: Answers, until: date) -> tuple[OpenHandover, ...]:
    """The oldest first."""
    found = [
        OpenHandover(
            ref=ref,
            from_partner=partner,
            to_partner=row.to_partner,
            offered_on=row.offered_on,
            expires_on=row.expires_on,
            age_days=(until - row.offered_on).days,
            answered_on=answers[partner, ref].answered_on if (partner, ref) in answers else None,
        )
        for partner, ref, row in offers
        if is_open(row, until)
    ]
    return tuple(sorted(found, key=lambda one: (one.offered_on, one.ref)))


def milestone(row: PlacementFact, months: int) -> date:
    return last_day_of_minimum(row.start, months)


def ended_before(row: PlacementFact, day: date, until: date) -> bool:
    """Whether it ended before a day, as far as known, or was agreed to end before it."""
    last = known_last_day(row, until)
    return last is not None and last < day


def said(known: Iterable[tuple[int, date]], months: int, until: date) -> bool:
    return any(of >= months and on <= until for of, on in known)


def is_overdue(row: PlacementFact, months: int, until: date) -> bool:
    due = milestone(row, months)
    is_told = said(row.confirmed_months, months, until) or any(
        of <= months and on <= until for of, on in row.denied_months
    )
    return due <= until and not ended_before(row, due, until) and not is_told


def calendar(rows: Iterable[PlacementFact], months: int, until: date) -> tuple[MilestoneMonth, ...]:
    """From some months back to some months ahead of the day."""
    first = months_from(until.replace(day=1), -MONTHS_BACK)
    due: dict[date, list[PlacementFact]] = {
        months_from(first, at): [] for at in range(MONTHS_BACK + MONTHS_AHEAD + 1)
    }
    for row in rows:
        reached = milestone(row, months)
        if reached.replace(day=1) in due and not ended_before(row, reached, until):
            due[reached.replace(day=1)].append(row)
    return tuple(
        MilestoneMonth(
            month=month,
            due=len(of_month),
            confirmed=sum(said(row.confirmed_months, months, until) for row in of_month),
            denied=sum(said(row.denied_months, 1, until) for row in of_month),
        )
        for month, of_month in due.items()
    )


def months_from(first: date, number: int) -> date:
    at = first.year * 12 + first.month - 1 + number
    return date(at // 12, at % 12 + 1, 1)


def aftercare(rows: Iterable[PlacementFact], months: int, until: date) -> AftercarePart:
    """A contact is due once a placement has lasted so many months."""
    due = [
        row for row in rows if (day := milestone(row, months)) <= until and not ended_before(row, day, until)
    ]
    contacts = [{done for on, of, done in row.aftercare if of == months and on <= until} for row in due]
    done = sum(True in found for found in contacts)
    not_done = sum(found == {False} for found in contacts)
    return AftercarePart(
        due_month=months, due=len(due), done=done, not_done=not_done,
        not_recorded=len(due) - done - not_done,
    )  # fmt: skip
