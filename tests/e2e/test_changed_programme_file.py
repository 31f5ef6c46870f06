"""A programme in use changes by `banen programme apply` alone, and whatever reporting shows or prints follows."""

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from typer.testing import CliRunner

from banen_contracts.roles import Role
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from banen_reporting.permissions import VIEWS
from support.cli import app
from support.waiting import eventually

pytestmark = pytest.mark.e2e

BEFORE = """
name: {nl: Werk voor nieuwkomers}
period: {firstDay: 2024-01-01, lastDay: 2025-12-31}
decidedOn: 2024-01-05
routes:
  - {code: paid, label: {nl: betaald werk}}
  - {code: learning, label: {nl: leerplek}}
kinds:
  - {code: job, label: {nl: baan}, route: paid, paid: true, inWork: true}
  - {code: training, label: {nl: opleiding}, route: learning}
  - {code: internship, label: {nl: stage}, route: learning}
partners:
  - {id: bureau, name: Bureau, services: [reporting]}
  - {id: uaf, name: UAF, services: [mediation], units: [{unit: students}]}
  - {id: goed-werk, name: Goed en Werk, services: [mediation], units: [{unit: students}]}
units:
  - {id: students, label: Studenten, targets: {paid: 4, learning: 2}, decidedBy: board}
ruleSets: [{id: published, params: {minMonths: 6, windowFrom: 2024-01-01, windowTo: 2025-12-31}, approvedBy: board}]
"""
CHANGES = {
    "nl: Werk voor nieuwkomers": "nl: Werkbrug Delta",
    "decidedOn: 2024-01-05": "decidedOn: 2024-06-01",
    "routes:\n": "routes:\n  - {code: dual, label: {nl: werken en leren}, meaning: {nl: met een vakdiploma}}\n",
    "label: {nl: stage}, route: learning": "label: {nl: stage}, route: dual",
    "name: Goed en Werk": "name: Werk Oost",
    "mediation], units: [{unit: students}]}\nunits:\n": (
        "mediation], units: [{unit: students}, {unit: east, from: 2024-06-01}]}\nunits:\n"
        "  - {id: east, label: Oost, targets: {paid: 1, dual: null}, decidedBy: board}\n"
    ),
    "label: Studenten": "label: Hoger opgeleiden",
    "learning: 2}": "learning: 2, dual: 2}",
}
APPLIED = """
~ definition: name, routes dual, kinds internship
~ partners.goed-werk.name: Goed en Werk -> Werk Oost
+ units.east: Oost
+ units.east.targets.paid: 1
+ units.east.targets.dual: null
~ units.students.label: Studenten -> Hoger opgeleiden
+ units.students.targets.dual: 2
+ partners.goed-werk.units.2024-06-01: east
Gedaan: 8.
""".lstrip()
PARTNERS = """
[bureau]
services = ["reporting"]
[uaf]
services = ["mediation"]
[goed-werk]
services = ["mediation"]
"""
PLACED = (
    ("uaf", "job", "2024-02-01"),
    ("uaf", "internship", "2024-03-01"),
    ("goed-werk", "job", "2024-02-01"),
    ("goed-werk", "job", "2024-07-01"),
)


@dataclass
class Site:
    programme: Programme
    folder: Path
    http: httpx2.Client
    placements: list[str]

    @property
    def address(self) -> str:
        return self.programme.url("bureau", "reporting")

    def banen(self, *arguments: str) -> str:
        """What the command prints."""
        token = self.folder / "token"
        token.write_text(self.programme.token("bureau", Role.PROJECT_BUREAU, 600))
        done = CliRunner().invoke(app, [*arguments, "--url", self.address, "--token-file", str(token)])
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    def apply(self, text: str, *more: str) -> str:
        (self.folder / "programme.yaml").write_text(text)
        return self.banen("programme", "apply", str(self.folder / "programme.yaml"), *more)

    def of_placement(self, path: str) -> str:
        return path.format(internship=self.placements[1], later=self.placements[3])

    def get(self, path: str) -> httpx2.Response:
        answer = self.http.get(f"{self.address}{path}")
        assert answer.status_code == 200, answer.text
        return answer

    def json(self, path: str) -> Any:
        return self.get(path).json()

    async def until_heard(self, partner: str, version: int) -> None:
        address = f"{self.programme.url(partner, 'mediation')}/v1/learned/reporting.programme-defined.v1"

        def has_heard() -> bool:
            answer = self.http.get(address)
            return answer.status_code == 200 and answer.json()["data"]["version"] == version

        await eventually(has_heard)

    def place(self, partner: str, kind: str, start: str, **more: str) -> str:
        client, ref = str(uuid4()), str(uuid4())
        self.command(
            partner, f"clients/{client}/take-on", occurredOn=start, origin="walk_in", name="Amina Voorbeeld"
        )
        body = {
            "clientRef": client, "kind": kind, "contract": "fixed", "startDate": start,
            "plannedEndDate": "2025-06-30", "paid": True, "programmeTag": "programme", "primaryPartner": partner,
        } | more  # fmt: skip
        self.command(partner, f"placements/{ref}/start", **body)
        return ref

    def command(self, partner: str, path: str, **body: object) -> None:
        address = f"{self.programme.url(partner, 'mediation')}/v1/{path}"
        answer = self.http.post(address, json=body, headers={"Idempotency-Key": str(uuid4())})
        assert answer.status_code == 201, answer.text

    async def until_counted(self, number: int) -> None:
        def are_counted() -> bool:
            return self.json("/v1/targets")["national"]["total"]["counted"] == number

        await eventually(are_counted)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A programme with placements, and then the changed file."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "partners.toml").write_text(PARTNERS)
    async with AsyncExitStack() as stack:
        supervisor = await stack.enter_async_context(Supervisor(folder / "data"))
        programme = Programme(folder / "data", folder / "partners.toml")
        await programme.start(supervisor)
        http = stack.enter_context(httpx2.Client(auth=programme.machine()))
        site = Site(programme, folder, http, [])
        site.apply(BEFORE)
        for partner in ("uaf", "goed-werk"):
            await site.until_heard(partner, 1)
        site.placements += [site.place(*placed) for placed in PLACED]
        await site.until_counted(len(PLACED))
        assert routes_of(site.json("/v1/targets"), "students") == {"paid": 3, "learning": 1}
        assert site.apply(changed(), "--reason", "new-plan") == APPLIED
        await site.until_heard("uaf", 2)
        site.placements.append(
            site.place("uaf", "internship", "2024-08-01", routeReported="dual")  # no route before
        )
        await site.until_counted(len(PLACED) + 1)
        yield site


def changed() -> str:
    text = BEFORE
    for old, new in CHANGES.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def routes_of(targets: Mapping[str, Any], unit: str) -> dict[str, int]:
    """How many count on each route, in the order of the answer."""
    [found] = [one for one in targets["units"] if one["id"] == unit]
    return {route: cell["counted"] for route, cell in found["routes"].items()}


def shows_definition(answer: Any) -> None:
    definition = answer["definition"]
    assert definition["name"]["nl"] == "Werkbrug Delta"
    assert [route["code"] for route in definition["routes"]] == ["dual", "paid", "learning"]
    assert {kind["code"]: kind["route"] for kind in definition["kinds"]}["internship"] == "dual"


def shows_programme(answer: Any) -> None:
    shows_definition(answer)
    partners = {one["id"]: one for one in answer["partners"]}
    assert partners["goed-werk"]["name"] == "Werk Oost"
    assert partners["goed-werk"]["units"][1] == {"unit": "east", "firstDay": "2024-06-01"}
    targets = {unit["id"]: unit["targets"] for unit in answer["units"]}
    assert targets["students"] == {"paid": 4, "learning": 2, "dual": 2}
    assert targets["east"] == {"paid": 1, "dual": None}


def shows_targets(answer: Any) -> None:
    assert routes_of(answer, "students") == {"dual": 2, "paid": 2, "learning": 0}
    assert routes_of(answer, "east") == {"dual": 0, "paid": 1, "learning": 0}
    assert list(answer["national"]["routes"]) == ["dual", "paid", "learning"]
    units = {unit["label"]: unit for unit in answer["units"]}
    assert (units["Hoger opgeleiden"]["members"], units["Oost"]["members"]) == (["uaf"], ["goed-werk"])
    assert units["Hoger opgeleiden"]["routes"]["dual"]["target"] == 2


def shows_results(answer: Any) -> None:
    found = {unit["label"]: unit["programme"]["value"] for unit in answer["units"]}
    assert found == {"Hoger opgeleiden": 4, "Oost": 1}


def shows_rule_sets(answer: Any) -> None:
    assert answer["ruleSets"][0]["routes"] == {"dual": 2, "paid": 3, "learning": 0}


def shows_course(answer: Any) -> None:
    assert list(answer["planned"]) == ["dual", "paid", "learning"]
    assert {route: cell["counted"] for route, cell in answer["months"][-1]["routes"].items()}.keys() == {
        "dual", "paid", "learning",
    }  # fmt: skip


def shows_comparison(answer: Any) -> None:
    shows_targets(answer["after"])
    assert answer["causes"] == []


def shows_funnel(answer: Any) -> None:
    """Nobody was met, so every placement is of people who did not go through the funnel."""
    assert [one["people"] for one in answer["steps"]] == [0, 0, 0, 0, 0]
    assert answer["bridge"] == {"people": 0, "moreOfTheSame": 0, "notThroughTheFunnel": 5, "counted": 5}


def shows_no_regions(answer: Any) -> None:
    """The file names no regions."""
    assert answer["regions"] == []
    assert [one["people"] for one in answer["total"]["steps"]] == [0, 0, 0, 0, 0]


def shows_nobody_reached(answer: Any) -> None:
    assert answer["municipalities"] == answer["withoutMunicipality"] == []
    assert (answer["sums"]["total"]["conversations"], answer["sums"]["estimated"]["estimate"]) == (0, None)


def shows_no_employers(answer: Any) -> None:
    assert (answer["groups"], answer["agreements"]) == ([], [])


def shows_no_handovers(answer: Any) -> None:
    assert answer["handovers"] == answer["openHandovers"] == []


def shows_nobody_waiting(answer: Any) -> None:
    assert (answer["waiting"], answer["professions"], answer["vacancies"]) == (0, [], [])


def shows_money(answer: Any) -> None:
    assert answer["per"][0]["what"] == "placement"


def shows_no_facts(answer: Any) -> None:
    assert answer["facts"] == []


def shows_no_effort(answer: Any) -> None:
    assert (answer["effort"], answer["meetings"]) == ([], [])


def shows_no_change(answer: Any) -> None:
    assert (answer["changed"], answer["flips"]) == ([], [])
    assert [cell["route"] for cell in answer["cells"][:3]] == ["dual", "paid", "learning"]


def shows_checks(answer: Any) -> None:
    lines = {one["check"]: one["of"] for one in answer["findings"]}
    assert lines["route-never-recorded"] == 6  # two units, three routes


def shows_placements(answer: Any) -> None:
    rows = sorted((row["partner"], row["kind"], row["unit"], row["route"]) for row in answer["placements"])
    assert rows == [
        ("goed-werk", "job", "east", "paid"),
        ("goed-werk", "job", "students", "paid"),
        ("uaf", "internship", "students", "dual"),
        ("uaf", "internship", "students", "dual"),
        ("uaf", "job", "students", "paid"),
    ]


def shows_placement(answer: Any) -> None:
    assert [(one["unit"], one["route"], one["verdict"]) for one in answer["verdicts"]] == [
        ("students", "dual", "counted")
    ]


def shows_nothing_set_aside(answer: Any) -> None:
    assert answer == {"count": 0, "reasons": {}, "setAside": []}


def shows_sources(answer: Any) -> None:
    assert {one["source"].split(":")[3] for one in answer["sources"]} == {"bureau", "uaf", "goed-werk"}


def shows_event(name: str, **data: Any) -> Callable[[Any], None]:
    """The newest event of one record."""

    def shown(answer: Any) -> None:
        newest = answer["events"][-1]
        assert newest["event"] == f"reporting.{name}.v1"
        assert newest["data"].items() >= data.items()

    return shown


ANSWERS: dict[str, tuple[str, Callable[[Any], None]]] = {
    "programme": ("/v1/programme", shows_programme),
    "targets": ("/v1/targets", shows_targets),
    "results": ("/v1/results", shows_results),
    "rule-sets": ("/v1/rule-sets", shows_rule_sets),
    "course": ("/v1/course", shows_course),
    "comparison": ("/v1/comparison", shows_comparison),
    "funnel": ("/v1/funnel", shows_funnel),
    "regions": ("/v1/regions", shows_no_regions),
    "reach": ("/v1/reach", shows_nobody_reached),
    "employers": ("/v1/employers", shows_no_employers),
    "follow-up": ("/v1/follow-up", shows_no_handovers),
    "supply-and-demand": ("/v1/supply-and-demand", shows_nobody_waiting),
    "money": ("/v1/money", shows_money),
    "programme-facts": ("/v1/programme-facts", shows_no_facts),
    "effort": ("/v1/effort", shows_no_effort),
    "what-if": ("/v1/what-if", shows_no_change),
    "data-quality": ("/v1/data-quality", shows_checks),
    "placements": ("/v1/placements", shows_placements),
    "placement": ("/v1/placements/{internship}", shows_placement),
    "set-aside": ("/v1/set-aside", shows_nothing_set_aside),
    "position": ("/v1/position", shows_sources),
    "read-programme": ("/v1/programme/bureau", lambda answer: shows_definition(answer["events"][-1]["data"])),
    "read-partner": (
        "/v1/programme/partners/goed-werk",
        shows_event("partner-assigned", unitId="east", firstDay="2024-06-01"),
    ),
    "read-unit": (
        "/v1/programme/units/students",
        shows_event("target-set", route="dual", value=2),
    ),
    "read-rule-set": (
        "/v1/programme/rule-sets/published",
        shows_event("counting-rule-set-published", ruleSetId="published"),
    ),
}
PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "page-overview": (
        "/nl/overzicht",
        (
            "Werkbrug Delta</a>",
            "Hoger opgeleiden",
            "Oost",
            "werken en leren, met een vakdiploma",
            "betaald werk",
        ),
    ),
    "page-partner": ("/nl/partners/students", ("Hoger opgeleiden", "werken en leren", "betaald werk")),
    "page-compare": ("/nl/vergelijken", ("Hoger opgeleiden", "Oost", "werken en leren", "betaald werk")),
    "page-funnel": ("/nl/trechter", ("Werkbrug Delta", "werken en leren", "betaald werk")),
    "page-regions": ("/nl/regios", ("Werkbrug Delta",)),
    "page-reach": ("/nl/bereik", ("Werkbrug Delta",)),
    "page-employers": ("/nl/werkgevers", ("Werkbrug Delta",)),
    "page-follow-up": ("/nl/opvolging", ("Werkbrug Delta",)),
    "page-supply-and-demand": ("/nl/vraag-en-aanbod", ("Werkbrug Delta",)),
    "page-money": ("/nl/geld", ("Werkbrug Delta",)),
    "page-programme-facts": ("/nl/feiten", ("Werkbrug Delta",)),
    "page-effort": ("/nl/inzet", ("Werkbrug Delta",)),
    "page-what-if": ("/nl/wat-als", ("Werkbrug Delta", "Hoger opgeleiden", "werken en leren")),
    "page-data-quality": ("/nl/gegevens", ("Werkbrug Delta",)),
    "page-placements": (
        "/nl/plaatsingen",
        ("Werkbrug Delta", "Werk Oost", "werken en leren", "Oost", "stage"),
    ),
    "page-placement": (
        "/nl/plaatsingen/{later}",
        ("Werkbrug Delta", "Werk Oost", ">Oost</td>", "betaald werk"),
    ),
}
"""What each page shows, in this order."""
SAYS_NOTHING_OF_IT = {
    "bulk", "read-funding", "read-cost", "read-programme-fact", "style", "login", "login-answer", "logout", "backchannel-logout",
    "page-purpose", "state-purpose", "home", "page-start", "page-unknown",
    "page-workbook", "page-report",  # the tables of the pages
}  # fmt: skip
"""Neither a route, a kind, a unit, a partner nor the title is in these."""


def test_every_route_of_reporting_is_looked_at():
    assert ANSWERS.keys() | PAGES.keys() | SAYS_NOTHING_OF_IT == VIEWS.keys()


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_follows_the_file(site: Site, name: str):
    path, shows = ANSWERS[name]
    shows(site.json(site.of_placement(path)))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_follows_the_file(site: Site, name: str):
    path, expected = PAGES[name]
    page = site.get(site.of_placement(path)).text
    for text in expected:
        assert text in page
    for old in ("Werk voor nieuwkomers", "Goed en Werk", "Studenten"):
        assert old not in page


def test_the_tables_of_a_page_have_the_routes_in_the_order_of_the_file(site: Site):
    page = site.get("/nl/overzicht").text
    assert page.index("werken en leren") < page.index("betaald werk") < page.index("leerplek")


def test_the_report_in_the_terminal_follows_the_file(site: Site):
    printed = site.banen("report")
    lines = [re.split(r" {2,}", line.strip()) for line in printed.splitlines()]
    students, east = lines.index(["Hoger opgeleiden"]), lines.index(["Oost"])
    assert [line[:3] for line in lines[students + 1 : students + 4]] == [
        ["werken en leren", "2", "2"],
        ["betaald werk", "4", "2"],
        ["leerplek", "2", "0"],
    ]
    assert lines[east + 2][:3] == ["betaald werk", "1", "1"]
    said = json.loads(site.banen("report", "--json"))
    shows_targets(said["targets"])
    shows_results(said["results"])


def test_the_programme_in_the_terminal_is_the_file(site: Site):
    shown = site.banen("programme", "show")
    assert "Werkbrug Delta" in shown
    (site.folder / "shown.yaml").write_text(shown)
    for file in ("shown.yaml", "programme.yaml"):
        assert site.banen("programme", "diff", str(site.folder / file)) == "Er verandert niets.\n"
