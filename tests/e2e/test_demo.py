"""`banen demo` as anybody would run it: everything starts, the programme is loaded, and the figures are the published ones."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from banen_kit.audit.chain import verify
from banen_kit.postgres.connection import connect
from banen_kit.runtime.settings import keys_schema_of, schema_of
from banen_local.cluster.prepare import database_of
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from banen_local.demo.history.people import FAMILY_NAMES
from banen_local.demo.published import PUBLISHED

pytestmark = pytest.mark.e2e

SECONDS = 900
NO_TARGET = {"A": None, "B": None}
UNITS = {
    "uaf": ({"A": 450, "B": 490}, {"A": 500, "B": 109}, 450),
    "chain": ({"A": 625, "B": 1035}, {"A": 639, "B": 411}, 1200),
    "goed-werk": (NO_TARGET, {"A": 58, "B": 0}, None),
    "uwv": (NO_TARGET, {"A": 610, "B": 0}, None),
}
RULE_SETS = {
    "published": (2327, 89.5, 2492),
    "without-permission": (1659, 63.8, 3496),
    "without-uwv": (1717, 66.0, 3378),
    "without-goed-werk": (2269, 87.3, 2556),
    "no-compensation-between-routes": (1595, 61.3, 3636),
    "capped-by-unit-route": (1595, 61.3, 3636),
    "including-regular": (3977, 153.0, 1458),
}


def demo(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "banen_cli", "demo", "--exit", "--data", str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def ended(folder: Path) -> subprocess.CompletedProcess[str]:
    return demo(folder, "--json")


@pytest.fixture(scope="module")
def answer(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def by_id(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows}


def test_prints_one_document_with_everything(answer: dict[str, Any]):
    assert set(answer) == {
        "targets", "results", "ruleSets", "knownOn", "events", "seconds", "positions", "seen", "mismatches",
    }  # fmt: skip


def test_says_that_nothing_differs(answer: dict[str, Any]):
    assert answer["mismatches"] == []


@pytest.mark.parametrize("unit", UNITS)
def test_counts_each_unit_as_published(answer: dict[str, Any], unit: str):
    target, result, _ = UNITS[unit]
    routes = by_id(answer["targets"]["units"])[unit]["routes"]
    assert {route: cell["target"] for route, cell in routes.items()} == target
    assert {route: cell["counted"] for route, cell in routes.items()} == result


@pytest.mark.parametrize("unit", UNITS)
def test_has_the_regular_column_as_published(answer: dict[str, Any], unit: str):
    row = by_id(answer["results"]["units"])[unit]
    regular, programme = UNITS[unit][2], sum(UNITS[unit][1].values())
    assert (row["programme"]["value"], row["regular"]["value"]) == (programme, regular)
    assert row["total"] == programme + (regular or 0)


def test_counts_the_nation_as_published(answer: dict[str, Any]):
    national = answer["targets"]["national"]
    cells = [national["routes"]["A"], national["routes"]["B"], national["total"]]
    assert [(cell["target"], cell["counted"], cell["attainment"]) for cell in cells] == [
        (1075, 1807, 168.1),
        (1525, 520, 34.1),
        (2600, 2327, 89.5),
    ]
    results = answer["results"]["national"]
    assert (results["regular"]["value"], results["total"]) == (1650, 3977)


def test_tells_a_real_zero_from_a_blank_cell(answer: dict[str, Any]):
    units = by_id(answer["targets"]["units"])
    assert units["goed-werk"]["routes"]["B"]["recorded"] > 0
    assert units["uwv"]["routes"]["B"]["recorded"] == 0


@pytest.mark.parametrize("rule_set", RULE_SETS)
def test_counts_each_rule_set_as_published(answer: dict[str, Any], rule_set: str):
    row = by_id(answer["ruleSets"])[rule_set]
    found = (row["count"], row["percentOfTarget"], round(row["euroPerPlacement"]))
    assert found == RULE_SETS[rule_set]


def test_keeps_counted_and_imported_apart(answer: dict[str, Any]):
    parts = by_id(answer["ruleSets"])["including-regular"]["parts"]
    assert parts == {"counted": 2327, "imported": 1650}


def test_says_what_was_known_on_each_day(answer: dict[str, Any]):
    known = [
        (one["knownOn"], one["national"]["total"]["counted"], one["national"]["total"]["attainment"])
        for one in answer["knownOn"]
    ]
    assert known == [("2009-01-14", 1659, 63.8), ("2009-01-15", 2269, 87.3), ("2009-01-22", 2327, 89.5)]


def test_says_that_what_was_known_is_final(answer: dict[str, Any]):
    assert [one["provisional"] for one in answer["knownOn"]] == [False, False, False]


def test_has_the_funnel_and_the_costs(answer: dict[str, Any]):
    results = answer["results"]
    planned = {"contacts": 10_000, "conversations": None, "placeablePercent": 20}
    assert results["funnel"] == {
        "conversations": 4000, "placedOfConversationsPercent": 58.2, "planned": planned,
    }  # fmt: skip
    assert results["costs"] == {"totalEuro": 5_800_000, "perPlacementEuro": 2492.48}


def test_counted_every_public_event(answer: dict[str, Any]):
    sources = answer["positions"]["sources"]
    assert answer["events"] == sum(source["received"] for source in sources) > 20_000
    assert [source for source in sources if not source["complete"]] == []


def test_shows_an_adviser_the_bureau_and_the_ministry_different_things(answer: dict[str, Any]):
    seen = {one["person"]: (one["units"], one["counted"], one["rows"]) for one in answer["seen"]}
    assert seen == {
        "demo-emplooi-adviser": (["chain"], 1050, 1050),
        "demo-bureau-project-bureau": (["uaf", "chain", "goed-werk", "uwv"], 2327, 2327),
        "demo-ministry-ministry-observer": (["uaf", "chain", "goed-werk", "uwv"], 2327, "rows-not-yours"),
    }


def test_run_again_adds_nothing_and_shows_the_tables(folder: Path, answer: dict[str, Any]):
    again = demo(folder)
    assert again.returncode == 0, again.stderr
    assert f"{answer['events']} events" in again.stdout
    assert "geen taakstelling" in again.stdout
    assert "✗" not in again.stdout
    assert "rows-not-yours" in again.stdout


def test_nobodys_name_is_in_any_file_in_the_clear(answer: dict[str, Any], folder: Path):
    """Event stores, keys, bus, logs: people were registered by the thousand, and their names are sealed everywhere."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) > 100_000_000
    names = re.compile("|".join(FAMILY_NAMES).encode())
    assert [path.name for path in files if names.search(path.read_bytes())] == []


@asynccontextmanager
async def databases(folder: Path) -> AsyncIterator[Programme]:
    """Only the clusters of PostgreSQL, started again."""
    async with Supervisor(folder) as supervisor:
        programme = Programme(folder)
        await supervisor.start(programme.database, programme.keys)
        yield programme


async def recorded(programme: Programme, partner: str, service: str, type_: str) -> Counter[str]:
    """How many events of that type each stream has."""
    store = await connect(programme.database.url(database_of(partner)), schema_of(partner, service))
    try:
        rows = await store.fetch("select stream, count(*) from events where type = $1 group by stream", type_)
    finally:
        await store.close()
    return Counter({row["stream"]: row["count"] for row in rows})


async def test_the_twelve_groups_are_filled_and_the_38_own_firms_have_begun(
    answer: dict[str, Any], folder: Path
):
    async with databases(folder) as programme:
        filled = {
            partner: await recorded(programme, partner, "employers", "place-filled")
            for partner in ("emplooi", "uaf", "uwv", "goed-werk")
        }
        firms = {
            partner: (await recorded(programme, partner, "mediation", "enterprise-started")).total()
            for partner in ("emplooi", "uaf")
        }
    sizes = Counter(number for streams in filled.values() for number in streams.values())
    tens = 24
    assert sizes == Counter(group.placed or tens for group in PUBLISHED.group_placements)
    assert filled["goed-werk"].total() == 60
    assert filled["uwv"].total() == 0
    assert firms == {"emplooi": 30, "uaf": 8}


async def test_who_loaded_what_is_in_an_unbroken_audit_log(answer: dict[str, Any], folder: Path):
    """Every service's log holds every line of the load, and its chain is whole up to its anchor and beyond."""
    async with databases(folder) as programme:
        for partner in programme.partners:
            for service in partner.services:
                schema = schema_of(partner.id, service)
                store = await connect(programme.database.url(database_of(partner.id)), schema)
                keys = await connect(programme.keys.url(database_of(partner.id)), keys_schema_of(partner.id))
                try:
                    found = await verify(store, keys, schema)
                finally:
                    await store.close()
                    await keys.close()
                assert found.faults == ()
                assert found.rows > 0
                assert found.anchored is not None
