"""What a programme file changes: the commands for it, and what no command can bring about."""

from datetime import date
from typing import Any

import pytest

from banen_cli.programme.file import ProgrammeFile, parse_programme
from banen_cli.programme.plan import InForce, Plan, make_plan
from banen_local.cluster.define import programme_file
from support.programme_text import GOOD


def in_force(programme: ProgrammeFile) -> InForce:
    return InForce(programme.definition, programme)


def plan(before: str, after: str) -> Plan:
    """From the good file to one in which this was replaced."""
    assert GOOD.count(before) == 1, before
    wanted = parse_programme(
        GOOD.replace("decidedOn: 2026-01-01", "decidedOn: 2026-06-01").replace(before, after).encode()
    )
    return make_plan(wanted, in_force(parse_programme(GOOD.encode())))


def test_everything_is_new_where_nothing_is_in_force():
    steps = make_plan(parse_programme(GOOD.encode()), InForce()).steps
    assert [step.path for step in steps if "/" + "record" not in step.path] == [
        "bureau/define",
        "partners/bureau/admit",
        "partners/north/admit",
        "units/all/define",
        "units/all/set-target",
        "units/all/set-target",
        "units/all/set-regular-quota",
        "partners/north/assign",
        "rule-sets/published/publish",
        "units/all/import-historic-figure",
        "units/all/grant-counting-permission",
    ]
    assert {step.body["occurredOn"] for step in steps} == {"2026-01-01"}
    assert not [step for step in steps if step.is_change]


@pytest.mark.parametrize("name", ["banenoffensief-2005-2008", "one-partner", "three-partners"])
def test_nothing_changes_where_the_file_is_in_force(name: str):
    programme = programme_file(name)
    assert make_plan(programme, in_force(programme)) == Plan([], [])


@pytest.mark.parametrize(
    ("before", "after", "told", "path", "said"),
    [
        ("{nl: baan}", "{nl: werk}", "~ definition: kinds job", "bureau/define", {}),
        ("lastDay: 2027-12-31}", "lastDay: 2028-12-31}", "~ definition: period", "bureau/define", {}),
        ("name: Noord", "name: Het Noorden", "~ partners.north.name: Noord -> Het Noorden", "partners/north/rename",
         {"name": "Het Noorden"}),
        ("label: Allen", "label: Iedereen", "~ units.all.label: Allen -> Iedereen", "units/all/amend",
         {"label": "Iedereen", "reasonCode": "wrong"}),
        ("2026: 40", "2026: null", "~ units.all.targets.paid.2026: 40 -> null", "units/all/revise-target",
         {"route": "paid", "year": 2026, "value": None, "decidedBy": "board", "reasonCode": "wrong"}),
        ("perYear: 12", "perYear: 12, precision: approx", "~ units.all.quota: 12 exact -> 12 approx",
         "units/all/set-regular-quota", {"perYear": 12, "precision": "approx"}),
        ("[{unit: all}]", "[{unit: null}]", "~ partners.north.units: all -> null", "partners/north/assign",
         {"unitId": None, "firstDay": None, "reasonCode": "wrong"}),
        ("[{unit: all}]", "[{unit: all}, {unit: null, from: 2027-01-01}]", "+ partners.north.units.2027-01-01: null",
         "partners/north/assign", {"unitId": None, "firstDay": "2027-01-01", "reasonCode": None}),
        ("params: {", "params: {minMonths: 3, ", "~ ruleSets.published: minMonths 6 -> 3", "rule-sets/published/publish", {}),
        ("value: 10", "value: 11", "~ historicFigures.0: 10 (City/2025) -> 11 (City/2025)",
         "units/all/supersede-historic-figure", {"year": 2025, "value": 11, "reasonCode": "wrong"}),
        ("permission: {countsStartsFrom: 2026-01-01, grantor: city}", "permission: null",
         "~ units.all.permission: 2026-01-01 -> null", "units/all/revoke-counting-permission", {"reasonCode": "wrong"}),
    ],
)  # fmt: skip
def test_one_change_is_one_command(before: str, after: str, told: str, path: str, said: dict[str, Any]):
    found = plan(before, after)
    assert not found.conflicts
    (step,) = found.steps
    assert (str(step), step.path) == (told, path)
    body = step.with_reason("wrong").body
    assert {**body, **said, "occurredOn": "2026-06-01"} == body


@pytest.mark.parametrize(
    ("before", "after", "places"),
    [
        ("  - {id: bureau, name: Bureau, services: [reporting]}\n", "", ["partners.bureau"]),
        ("services: [mediation]", "services: [mediation, intake]", ["partners.north.services"]),
        ("    units: [{unit: all}]\n", "", ["partners.north.units"]),
        ("{2026: 40, 2027: 60}", "{2026: 40}", ["units.all.targets.paid.2027"]),
        ("    quota: {perYear: 12}\n", "", ["units.all.quota"]),
        ("    permission: {countsStartsFrom: 2026-01-01, grantor: city}\n", "", ["units.all.permission"]),
        ("{amountEuro: 500}", "{amountEuro: 700}", ["costs: 500 exact"]),
        ("year: 2025", "year: 2024", ["historicFigures: all 2025"]),
    ],
)  # fmt: skip
def test_what_is_in_force_and_left_out_cannot_be(before: str, after: str, places: list[str]):
    found = plan(before, after)
    assert [one.place for one in found.conflicts] == places


def test_a_code_that_was_defined_stays():
    wanted = parse_programme(GOOD.replace("city", "state").encode())
    found = make_plan(wanted, in_force(parse_programme(GOOD.encode())))
    assert [one.place for one in found.conflicts] == ["funders.city", "funding: city planned 100000 exact"]


def test_an_amount_that_stands_there_twice_is_recorded_twice():
    cost = "  - {amountEuro: 500}\n"
    (step,) = plan(cost, cost * 2).steps
    (thrice,) = [one for one in plan(cost, cost * 3).steps if one.place == "costs.2"]
    first = next(
        one for one in make_plan(parse_programme(GOOD.encode()), InForce()).steps if "costs" in one.path
    )
    assert step.place == "costs.1"
    assert len({step.path, thrice.path, first.path}) == 3


def test_another_day_of_what_is_in_force_changes_nothing():
    assert plan("    name: Noord\n", "    name: Noord\n    on: 2026-03-01\n") == Plan([], [])


def test_what_is_new_may_have_a_day_of_its_own():
    wanted = parse_programme(GOOD.replace("{amountEuro: 500}", "{amountEuro: 500, on: 2026-04-01}").encode())
    days = {step.path.split("/")[0]: step.body["occurredOn"] for step in make_plan(wanted, InForce()).steps}
    assert date.fromisoformat(days["costs"]) == date(2026, 4, 1)
    assert date.fromisoformat(days["funding"]) == wanted.decided_on
