"""A programme that its bureau changes; tests/e2e/test_changed_programme_file.py has what every answer and page shows then."""

from collections.abc import Callable
from datetime import date
from importlib.resources import files
from typing import Any

import asyncpg
import httpx2
import pytest

from banen_contracts.programme import FunnelPlan, KindDefinition, Labels, ProgrammeDefinition, RouteDefinition
from banen_contracts.reporting import (
    PartnerAssigned,
    PartnerRenamed,
    ProgrammeDefined,
    TargetSet,
    TargetUnitDefined,
)
from banen_contracts.roles import Role
from banen_kit.postgres.connection import Pool, connect
from banen_reporting.facts.projection import project
from banen_reporting.facts.store import FactStore
from banen_reporting.figures.figures import Figures
from banen_reporting.queries.programme import programme_in_force
from banen_reporting.queries.queries import FigureQueries
from banen_reporting.queries.released import Released
from support.definition import DEFINITION
from support.programme import KNOWN

Reader = Callable[..., httpx2.AsyncClient]
DAY = date(2007, 1, 1)
MOVES = date(2007, 1, 15)
DATES = "knownOn=2008-12-31&happenedUntil=2008-12-31"
LEARNING = RouteDefinition(
    code="learn-work", label=Labels(nl="Leren en werken"), meaning=Labels(nl="op een leerplek")
)


def changed() -> ProgrammeDefinition:
    def kind(one: KindDefinition) -> KindDefinition:
        return one.model_copy(update={"route": LEARNING.code}) if one.code == "internship" else one

    return DEFINITION.model_copy(
        update={
            "name": Labels(nl="Werkbrug Delta"),
            "routes": (LEARNING, *DEFINITION.routes),
            "kinds": tuple(map(kind, DEFINITION.kinds)),
            "reporting_days": (date(2007, 12, 31), date(2008, 12, 31)),
            "funnel": FunnelPlan(contacts=10_000, placeable_percent=60),
        }
    )


@pytest.fixture
def facts(facts: Any) -> Any:
    """UAF has an internship, now on its own route; Goed & Werk moves on 15 January and placed once before, once after."""
    facts.bureau(ProgrammeDefined(programme_id="bureau", version=2, definition=changed(), occurred_on=DAY))
    for year, value in ((2006, 3), (2007, 4), (2008, None)):
        target = {"route": LEARNING.code, "year": year, "value": value, "decided_by": "steering-group"}
        facts.bureau(TargetSet(unit_id="uaf", occurred_on=DAY, **target))
    facts.bureau(TargetUnitDefined(unit_id="oost", label="Oost", occurred_on=DAY))
    facts.bureau(TargetSet(unit_id="oost", route="A", value=1, decided_by="steering-group", occurred_on=DAY))
    facts.bureau(PartnerAssigned(partner_id="goed-werk", unit_id="oost", first_day=MOVES, occurred_on=DAY))
    facts.bureau(PartnerRenamed(partner_id="goed-werk", name="Werk Oost", occurred_on=MOVES))
    facts.place("later", "goed-werk", "employment", start_date=MOVES)
    return facts


async def answered(http: httpx2.AsyncClient, address: str) -> Any:
    answer = await http.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_target_of_years_is_their_sum(browser: httpx2.AsyncClient):
    targets = await answered(browser, f"/v1/targets?{DATES}")
    learning = {unit["id"]: unit["routes"]["learn-work"] for unit in targets["units"]}

    assert (learning["uaf"]["target"], learning["uaf"]["attainment"]) == (7, 14.3)
    assert targets["national"]["routes"]["learn-work"]["target"] == 7
    assert learning["oost"]["targetStatus"] == "none"


async def test_a_placement_counts_for_the_unit_in_which_its_partner_was_on_its_start(
    browser: httpx2.AsyncClient,
):
    targets = await answered(browser, f"/v1/targets?{DATES}")
    on_a = {unit["id"]: unit["routes"]["A"]["counted"] for unit in targets["units"]}

    assert on_a == {"uaf": 2, "oost": 1, "goed-werk": 1, "uwv": 1}
    assert targets["national"]["total"]["counted"] == sum(on_a.values()) + 1
    for unit, names in (("oost", 1), ("goed-werk", 1)):
        address = f"/v1/placements?unit={unit}&verdict=counted&{DATES}"
        assert (await answered(browser, address))["count"] == names


async def test_the_members_of_a_unit_are_those_of_the_day_asked(browser: httpx2.AsyncClient):
    for until, expected in (("2007-01-14", []), ("2007-01-15", ["goed-werk"])):
        found = await answered(browser, f"/v1/targets?happenedUntil={until}")
        assert {unit["id"]: unit["members"] for unit in found["units"]}["oost"] == expected


@pytest.mark.parametrize(("until", "units"), [("2007-01-14", ["goed-werk"]), ("2007-12-31", ["oost"])])
async def test_a_partner_sees_the_unit_in_which_it_is_on_the_day_asked(
    reader: Reader, until: str, units: list[str]
):
    async with reader("goed-werk", Role.MEDIATOR) as partner:
        targets = await answered(partner, f"/v1/targets?happenedUntil={until}")
        rows = await answered(partner, f"/v1/placements?happenedUntil={until}")

    assert [unit["id"] for unit in targets["units"]] == units
    assert {row["unit"] for row in rows["placements"]} <= set(units)


async def test_the_funnel_says_what_was_planned(browser: httpx2.AsyncClient):
    results = await answered(browser, f"/v1/results?{DATES}")
    planned = {"contacts": 10_000, "conversations": None, "placeablePercent": 60}
    assert results["funnel"] == {
        "conversations": 0, "placedOfConversationsPercent": None, "planned": planned,
    }  # fmt: skip


async def test_the_overview_leads_to_the_reporting_days(browser: httpx2.AsyncClient, reader: Reader):
    address = "/nl/overzicht?ruleSet=published&amp;knownOn=2007-12-31&amp;happenedUntil=2007-12-31"
    assert f'<a href="{address}">31 december 2007</a>' in (await browser.get(f"/nl/overzicht?{DATES}")).text


async def test_the_programme_is_shown_as_it_was_decided(browser: httpx2.AsyncClient):
    programme = await answered(browser, "/v1/programme")
    partners = {one["id"]: one for one in programme["partners"]}
    units = {one["id"]: one for one in programme["units"]}

    assert programme["version"] == 2
    assert ProgrammeDefinition.model_validate(programme["definition"]) == changed()
    assert partners["goed-werk"]["name"] == "Werk Oost"
    assert partners["goed-werk"]["units"] == [
        {"unit": "goed-werk", "firstDay": None},
        {"unit": "oost", "firstDay": "2007-01-15"},
    ]
    assert units["uaf"]["targets"] == {"A": 4, "B": 5, "learn-work": 7}
    assert units["uaf"]["targetsOfYears"] == {"learn-work": {"2006": 3, "2007": 4, "2008": None}}


async def test_as_known_before_it_was_defined_there_is_no_programme(browser: httpx2.AsyncClient):
    """Nothing of it was known before 1 February 2007."""
    answer = await browser.get("/v1/targets?knownOn=2007-01-31")
    assert answer.json()["code"] == "rule-set-unknown"


@pytest.mark.usefixtures("month_ends")
async def test_what_was_released_before_programmes_were_data_is_still_shown(
    pool: Pool, database: Any, released: Released
):
    """A release said A and B of a rule set, where it has a count for each route; the migration writes it anew."""
    month = released.newest
    assert month is not None
    now = (await released.of(month, "published")).release
    schema = await pool.fetchval("select current_schema()")
    owner = await connect(database.owner_url, schema)
    await owner.execute(
        "alter table released disable trigger released_stays;"
        "update released set answer = jsonb_set(answer, '{ruleSet}',"
        " (answer -> 'ruleSet') - 'routes' || jsonb_build_object('A', 5, 'B', null));"
        "alter table released enable trigger released_stays"
    )

    await owner.execute((files("banen_reporting") / "sql" / "106-routes.sql").read_text("utf-8"))

    await owner.close()
    after = (await released.of(month, "published")).release
    assert after.rule_set == now.rule_set.model_copy(update={"routes": {"A": 5, "B": None}})
    assert after.targets == now.targets
    with pytest.raises(asyncpg.PostgresError):
        await pool.execute("delete from released")


async def test_what_was_decided_is_shown_before_the_programme_is_defined(pool: Pool, facts: Any):
    """An older release let the bureau decide without a definition; an amount that is hidden would be recorded again."""
    facts.rows = [row for row in facts.rows if row[3] != f"nl.banenoffensief.{ProgrammeDefined.NAME}"]
    heads: dict[str, int] = {}
    for at, row in enumerate(facts.rows):
        heads[row[0]] = heads.get(row[0], 0) + 1
        facts.rows[at] = (row[0], heads[row[0]], *row[2:])
    await facts.store(pool)
    view = FactStore(pool)
    while await project(view):
        pass

    shown = await programme_in_force(FigureQueries(Figures(view), view, lambda: KNOWN))

    assert (shown.version, shown.definition) == (0, None)
    assert [cost.amount_euro for cost in shown.costs] == [5000]
    assert {unit.id for unit in shown.units} == {"uaf", "goed-werk", "uwv", "oost"}
