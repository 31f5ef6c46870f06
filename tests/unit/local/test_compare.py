"""Comparing our answers with the published figures: it names every difference, and keeps 0 and no figure apart."""

from copy import deepcopy
from typing import Any

import pytest

from banen_local.demo.compare import compare
from banen_local.demo.published import PUBLISHED, UnitFigures
from banen_reporting.queries.schemas import ComparedRuleSet, Results, Targets

Answers = dict[str, Any]


HEADING = {
    "ruleSet": {"id": "published", "version": 1},
    "knownOn": "2009-01-22",
    "happenedUntil": "2008-12-31",
    "provisional": False,
    "position": 1,
}


def cell(target: int | None, counted: int, recorded: int) -> dict[str, Any]:
    numbers = {"counted": counted, "pending": 0, "excluded": recorded - counted}
    shares = {"recorded": recorded, "attainment": None}
    return {"target": target, "targetStatus": "none" if target is None else "set", **numbers, **shares}


def unit_targets(unit: UnitFigures) -> dict[str, Any]:
    routes = {
        route: cell(unit.target[route], number, 0 if route in unit.inferred else number + 1)
        for route, number in unit.result.items()
    }
    about = {"label": unit.label, "members": [], "countedBy": None, "otherRoutes": {}}
    return {"id": unit.id, **about, "routes": routes, "total": cell(None, 0, 0)}


def unit_results(unit: UnitFigures) -> dict[str, Any]:
    programme = sum(unit.result.values())
    regular = unit.regular.total if unit.regular else None
    return {
        "id": unit.id,
        "label": unit.label,
        "programme": {"value": programme, "provenance": "measured"},
        "regular": {"value": regular, "provenance": None, "documents": []},
        "total": programme + (regular or 0),
    }


@pytest.fixture
def answers() -> Answers:
    """As the read API gives them when everything matches."""
    nation = PUBLISHED.national
    percents = {**nation.attainment_percent_per_route, "total": nation.attainment_percent}
    cells: dict[str, dict[str, Any]] = {
        str(route): cell(nation.target[route], nation.result[route], nation.result[route])
        | {"attainment": percents[route]}
        for route in ("A", "B", "total")
    }
    routes = {route: cells[route] for route in ("A", "B")}
    national = {"routes": routes, "total": cells["total"], "duplicates": {}}
    answers = {
        "targets": {
            **HEADING,
            "outsideUnits": None,
            "units": [unit_targets(unit) for unit in PUBLISHED.units],
            "national": national,
        },
        "results": {
            **HEADING,
            "units": [unit_results(unit) for unit in PUBLISHED.units],
            "national": {
                "programme": {"value": nation.result["total"], "provenance": "measured"},
                "regular": {"value": nation.regular, "provenance": "imported"},
                "total": nation.grand_total,
            },
            "funnel": {
                "conversations": PUBLISHED.funnel.conversations,
                "placedOfConversationsPercent": PUBLISHED.funnel.placed_of_conversations_percent,
            },
            "costs": {
                "totalEuro": PUBLISHED.costs.total_euro,
                "perPlacementEuro": PUBLISHED.costs.per_placement_euro,
            },
        },
        "rule_sets": [
            {
                "id": one.id,
                "count": one.count,
                "routes": one.routes,
                "version": 1,
                "approvedBy": "steering-group",
                "approvedOn": "2009-01-22",
                "params": {"windowFrom": "2005-12-01", "windowTo": "2008-12-31"},
                "parts": one.parts.model_dump() if one.parts else {"counted": one.count, "imported": 0},
                "percentOfTarget": one.percent_of_target,
                "euroPerPlacement": one.euro_per_placement + 0.4,
            }
            for one in PUBLISHED.rule_sets
        ],
        "known_on": [
            {
                **HEADING,
                "knownOn": one.day.isoformat(),
                "units": [],
                "outsideUnits": None,
                "national": national
                | {"total": cell(1, one.count, one.count) | {"attainment": one.percent_of_target}},
            }
            for one in PUBLISHED.known_on
        ],
    }
    return deepcopy(answers)


def differences(answers: Answers) -> list[str]:
    read = {
        "targets": Targets.model_validate(answers["targets"]),
        "results": Results.model_validate(answers["results"]),
        "rule_sets": [ComparedRuleSet.model_validate(one) for one in answers["rule_sets"]],
        "known_on": [Targets.model_validate(one) for one in answers["known_on"]],
    }
    return [one.to_json()["figure"] for one in compare(PUBLISHED, **read) if not one.matches]


def test_finds_nothing_where_all_is_as_published(answers: Answers):
    assert differences(answers) == []


def test_names_the_cell_that_differs(answers: Answers):
    answers["targets"]["units"][0]["routes"]["A"]["counted"] += 1
    assert differences(answers) == ["uaf A result"]


def test_zero_is_not_no_target(answers: Answers):
    answers["targets"]["units"][2]["routes"]["A"]["target"] = 0
    assert differences(answers) == ["goed-werk A target"]


def test_zero_is_not_a_blank_cell(answers: Answers):
    answers["targets"]["units"][3]["routes"]["B"]["recorded"] = 1
    assert differences(answers) == ["uwv B result"]


def test_a_blank_cell_is_not_zero(answers: Answers):
    answers["targets"]["units"][2]["routes"]["B"]["recorded"] = 0
    assert differences(answers) == ["goed-werk B result"]


def test_no_regular_figure_is_not_zero(answers: Answers):
    answers["results"]["units"][3]["regular"]["value"] = 0
    assert differences(answers) == ["uwv regular"]


def test_names_a_unit_that_is_missing(answers: Answers):
    del answers["results"]["units"][0]
    assert differences(answers) == ["uaf programme", "uaf regular", "uaf total"]


def test_names_a_rule_set_that_is_missing(answers: Answers):
    del answers["rule_sets"][2]
    assert differences(answers) == [
        "rule set without-uwv count",
        "rule set without-uwv percent",
        "rule set without-uwv euro",
    ]


def test_names_the_part_of_a_figure_that_differs(answers: Answers):
    answers["rule_sets"][6]["parts"] = {"counted": 2326, "imported": 1651}
    assert differences(answers) == [
        "rule set including-regular counted",
        "rule set including-regular imported",
    ]


def test_rounds_the_euros_of_a_rule_set_as_the_report_does(answers: Answers):
    answers["rule_sets"][0]["euroPerPlacement"] = 2492.5001
    assert differences(answers) == ["rule set published euro"]


def test_does_not_round_the_cost_of_a_placement(answers: Answers):
    answers["results"]["costs"]["perPlacementEuro"] = 2492.49
    assert differences(answers) == ["costs euro per placement"]


def test_names_a_date_that_was_not_asked(answers: Answers):
    del answers["known_on"][1]
    assert differences(answers) == ["known on 2009-01-15 count", "known on 2009-01-15 percent"]
