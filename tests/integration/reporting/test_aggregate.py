"""Whatever is added to an answer stays with the row readers, until the allow-list names it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from pydantic import create_model

from banen_reporting.queries import aggregate
from banen_reporting.queries.own import compared_on, own_results, own_rule_set, own_targets
from banen_reporting.queries.queries import FigureQueries
from banen_reporting.queries.schemas import Answer, Results, Targets
from banen_reporting.queries.suppression import Ever

MONTH_END = date(2008, 12, 31)
A = TypeVar("A", bound=Answer)


def widened(answer: A) -> A:
    """The same answer as it would be if each of its models had one field more."""
    wide = create_model(f"Wide{type(answer).__name__}", __base__=type(answer), secret=(int, 7))
    return wide.model_construct(**{name: widened_part(value) for name, value in answer}, secret=7)


def widened_part(part: Any) -> Any:
    match part:
        case Answer():
            return widened(part)
        case Mapping():
            return {name: widened_part(value) for name, value in part.items()}
        case tuple():
            return tuple(widened_part(value) for value in part)
        case _:
            return part


def secrets_in(part: Any, path: str = "") -> Iterator[str]:
    """Where the field more is."""
    match part:
        case Answer():
            if hasattr(part, "secret"):
                yield path
            for name, value in part:
                yield from secrets_in(value, f"{path}.{name}")
        case Mapping():
            for name, value in part.items():
                yield from secrets_in(value, f"{path}.{name}")
        case tuple():
            for value in part:
                yield from secrets_in(value, path)
        case _:
            pass


async def wide_answers(answers: FigureQueries) -> tuple[Targets, Results]:
    asked = answers.asked("each", MONTH_END, MONTH_END)
    return widened(await answers.targets(asked)), widened(await answers.results(asked))


async def test_a_field_that_nobody_named_reaches_no_aggregate_reader(answers: FigureQueries):
    asked = answers.asked("each", MONTH_END, MONTH_END)
    judged = await answers.judged(asked)
    wide, wide_results = await wide_answers(answers)
    compared = widened(await answers.rule_sets(asked))

    targets, _ = aggregate.kept_back(wide, judged.tally, judged.verdicts, Ever())
    assert targets.national
    results = aggregate.results(wide_results, targets, with_conversations=True)
    rows = [aggregate.rule_set(row, targets.national) for row in compared.rule_sets]

    assert len(set(secrets_in(wide)) | set(secrets_in(wide_results)) | set(secrets_in(compared))) > 20
    shown = (targets, results, compared_on(targets, rows))
    assert [path for answer in shown for path in secrets_in(answer)] == []


async def test_a_field_of_all_units_together_that_nobody_named_reaches_no_partner(answers: FigureQueries):
    """What is about its own units a partner sees whole."""
    wide, wide_results = await wide_answers(answers)
    compared = widened(await answers.rule_sets(answers.asked(None, None, MONTH_END)))

    targets, results = own_targets(wide, wide.units[:1]), own_results(wide_results, wide_results.units[:1])
    rows = [own_rule_set(row, wide.units[:1]) for row in compared.rule_sets]

    shown = (targets, results, compared_on(compared, rows))
    seen = [path for answer in shown for path in secrets_in(answer)]
    assert seen
    assert [path for path in seen if not path.startswith(".units")] == []
