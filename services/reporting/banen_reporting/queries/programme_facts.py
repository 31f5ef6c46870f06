"""The numbers that the bureau stated about the programme. Pure."""

from typing import get_args

from banen_contracts.reporting import FactTopic
from banen_kit.core.clocks import day_of
from banen_reporting.facts.model import StatedFact
from banen_reporting.queries import aggregate
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.schemas_money import ProgrammeFacts, StatedNumber

TOPICS = get_args(FactTopic)


def programme_facts(day: ProgrammeDay, _: Extent) -> ProgrammeFacts:
    return ProgrammeFacts(**aggregate.heading(day.heading), facts=stated(day))


def stated(day: ProgrammeDay) -> tuple[StatedNumber, ...]:
    """In the order of topics, then by code and period; of the same code and period the one that became known last."""
    rows = sorted(day.activity.of(StatedFact).values(), key=lambda row: row.stated_at)
    newest = {
        (row.code, row.period_from, row.period_until): row for row in rows if row.period_until <= day.until
    }
    found = [number_of(row) for row in newest.values()]
    return tuple(
        sorted(
            found, key=lambda one: (TOPICS.index(one.topic), one.code, one.period_until, str(one.period_from))
        )
    )


def number_of(row: StatedFact) -> StatedNumber:
    return StatedNumber(
        topic=row.topic,
        code=row.code,
        label=row.label,
        value=row.value,
        precision=row.precision,
        period_from=row.period_from,
        period_until=row.period_until,
        document=row.document_ref,
        known_since=day_of(row.stated_at),
    )


def last_of(day: ProgrammeDay, code: str) -> StatedNumber | None:
    """The number of the latest period under a code."""
    found = [one for one in stated(day) if one.code == code]
    return found[-1] if found else None
