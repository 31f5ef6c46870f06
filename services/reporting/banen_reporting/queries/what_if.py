"""What would count under other rules, without publishing them: which placements would begin to count, or stop, and why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from banen_contracts.programme import ProgrammeDefinition
from banen_contracts.reporting import RuleSetParams
from banen_kit.application.problems import from_validation
from banen_kit.audit.log import Outcome
from banen_kit.core.decider import Refused
from banen_kit.core.problem import Problem
from banen_reporting.administration.domain.rule_set import check_rules
from banen_reporting.counting import PlacementKey, RuleSet, Verdict
from banen_reporting.figures.evaluation import Evaluation
from banen_reporting.figures.off_loop import GoOn
from banen_reporting.queries.access import Scope
from banen_reporting.queries.cells import ordered_units, placement_row
from banen_reporting.queries.comparison import chosen
from banen_reporting.queries.queries import FigureQuery
from banen_reporting.queries.schemas_course import ComparedCell, Flip, WhatIf

MOST_FLIPS = 500
"""The most placements that one answer lists; it says how many there are."""


async def what_if(view: Scope, asked: FigureQuery, changes: Mapping[str, Any]) -> WhatIf:
    """The rule set that was asked for, with some parameters changed (by their names in `RuleSetParams`).

    Raises `Problem` 400 for rules that contradict each other or the programme, 403 as `Scope.placements` does, 429 and
    503 as other evaluations do.
    """
    await view.refuse_rows()
    within = await view.own_units(asked) if view.sees == "own" else None
    answers = view.answers
    judged = await answers.judged(asked)
    # Without waiting in between: what is known now changes while others wait.
    model, before = judged.model if asked.known_on else judged.model.copy(), judged.verdicts
    rules = changed_rules(judged.rule_set.params, changes, model.definition)
    tried = Evaluation(
        model,
        RuleSet(judged.rule_set.id, judged.rule_set.version, rules),
        asked.happened_until,
        judged.position,
    )
    heading = await answers.heading(asked, tried)

    async def judge(go_on: GoOn) -> Evaluation:
        await answers.figures.others.in_thread(lambda: tried.judge_all(go_on))
        return tried

    after = await answers.figures.others.ask(("what-if", rules, asked, tried.position), judge, answers.asker)
    pairs = turned(chosen(before, within), chosen(after.verdicts, within))
    flips = [
        Flip(placement=placement_row(after, now), was=was.outcome, was_clause=was.clause)
        for was, now in pairs[:MOST_FLIPS]
    ]
    shown = [flip.placement.ref for flip in flips]
    await view.note(Outcome.SHOWN, shown=shown, ruleSet=asked.rule_set, count=len(pairs))
    gained = sum(now.outcome == "counted" for _, now in pairs)
    return WhatIf(
        **dict(heading),
        rules=rules,
        changed=tuple(
            to_camel(name) for name, value in rules if value != getattr(judged.rule_set.params, name)
        ),
        cells=tuple(cells_of(after, before, within)),
        gained=gained,
        lost=len(pairs) - gained,
        flips=tuple(flips),
    )


def changed_rules(
    params: RuleSetParams, changes: Mapping[str, Any], definition: ProgrammeDefinition | None
) -> RuleSetParams:
    given = {**params.model_dump(), **changes}
    if "permissions" in changes and "except_units" not in changes:
        given["except_units"] = ()  # a form says nothing of boxes that are not ticked
    try:
        rules = RuleSetParams.model_validate(given)
        if definition is not None:
            check_rules(rules, definition)
    except ValidationError as error:
        raise from_validation(error) from None
    except Refused as error:
        raise Problem(400, error.code, error.detail, (error.field or "").removeprefix("params.")) from None
    return rules


def turned(
    was: Mapping[PlacementKey, Verdict], now: Mapping[PlacementKey, Verdict]
) -> Sequence[tuple[Verdict, Verdict]]:
    """The placements that count under one set of rules and not under the other, by unit and start."""
    pairs = [
        (was.get(key) or not_theirs(now[key]), now.get(key) or not_theirs(was[key])) for key in {**was, **now}
    ]
    flips = [one for one in pairs if (one[0].outcome == "counted") != (one[1].outcome == "counted")]
    return sorted(flips, key=lambda one: (one[1].unit or "", one[1].start, one[1].key))


def not_theirs(verdict: Verdict) -> Verdict:
    """Of a placement that under the other rules is none of the reader's units."""
    return replace(verdict, outcome="excluded", clause=None)


def cells_of(
    after: Evaluation, before: Iterable[Verdict], within: frozenset[str] | None
) -> Iterable[ComparedCell]:
    """What counts per unit and route, and in all, before and after."""
    was, now = counted_in(before, within), counted_in(after.verdicts, within)
    units = [ref for ref, _ in ordered_units(after.model) if within is None or ref in within]
    places: list[tuple[str | None, str | None]] = [
        (unit, route) for unit in units for route in after.model.routes
    ]
    others = sorted({*was, *now} - {*places, (None, None)}, key=str)
    for unit, route in (*places, *others, (None, None)):
        yield ComparedCell(unit=unit, route=route, before=was[unit, route], after=now[unit, route])


def counted_in(
    verdicts: Iterable[Verdict], within: frozenset[str] | None
) -> Counter[tuple[str | None, str | None]]:
    counting = [
        one for one in verdicts if one.outcome == "counted" and (within is None or one.unit in within)
    ]
    found: Counter[tuple[str | None, str | None]] = Counter((one.unit, one.route) for one in counting)
    found[None, None] = len(chosen(counting, within))
    return found
