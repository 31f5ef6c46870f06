"""`banen programme` against reporting's own decisions, put where the network would be."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner, Result

from banen_cli.fault import Fault
from banen_cli.programme.file import programme_text
from banen_contracts.base import BUREAU
from banen_contracts.programme import ProgrammeDefinition
from banen_kit.core.decider import DecisionContext, DomainEvent, Refused
from banen_local.cluster.define import programme_file
from banen_reporting.administration.commands import COMMANDS
from banen_reporting.administration.events import PartnerAdmitted, TargetUnitDefined
from banen_reporting.service import SERVICE
from support.cli import app
from support.programme_text import GOOD

NOW = datetime(2026, 7, 1, tzinfo=UTC)
URL = "http://reporting.test"
PREFIX = "/v1/programme/"


@dataclass
class Reporting:
    """Decides and remembers as the service does; the list of what is in force may lag behind."""

    streams: dict[str, list[DomainEvent]] = field(default_factory=dict[str, list[DomainEvent]])
    given: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Commands by their paths, each with its idempotency key."""
    refuses: str = ""
    """The path of a command that is refused."""
    lists: bool = True

    def request(
        self, method: str, address: str, *, headers: Mapping[str, str], json: Any, timeout: float
    ) -> httpx2.Response:
        path = address.removeprefix(URL)
        assert headers["Authorization"] == "Bearer a-token"
        assert timeout
        if method == "POST":
            return self.take(path.removeprefix(PREFIX), json, headers)
        return self.listed() if path == "/v1/programme" else self.record(path.removeprefix(PREFIX))

    def listed(self) -> httpx2.Response:
        if not self.lists:
            return httpx2.Response(200, json={})
        found: dict[str, list[dict[str, str]]] = {}
        for path in self.streams:
            thing, _, ref = path.rpartition("/")
            name, key = {
                "rule-sets": ("ruleSets", "id"),
                "funding": ("funding", "ref"),
                "costs": ("costs", "ref"),
            }.get(thing, (thing, "id"))
            found.setdefault(name, []).append({key: ref})
        return httpx2.Response(200, json=found)

    def record(self, path: str) -> httpx2.Response:
        events = self.streams.get(path)
        if not events:
            return httpx2.Response(404, json={"code": "any-unknown", "detail": "There is no such record."})
        public = [SERVICE.to_public_event(event) for event in events]
        told = [
            {"event": one.NAME, "data": one.model_dump(mode="json", by_alias=True)} for one in public if one
        ]
        return httpx2.Response(200, json={"version": len(events), "events": told})

    def take(self, path: str, body: Any, headers: Mapping[str, str]) -> httpx2.Response:
        record, _, verb = path.rpartition("/")
        *thing, ref = record.split("/")
        route = next(one for one in COMMANDS if one.path == "/".join(["/programme", *thing, "{ref}", verb]))
        past = self.streams.get(record, [])
        assert not route.needs_version or headers["If-Match"] == f'"{len(past)}"'
        if path == self.refuses:
            return httpx2.Response(409, json={"code": "not-today", "detail": "Not today."})
        command = route.command.model_validate(body, by_alias=True, by_name=False)
        named = [f"units/{getattr(command, field)}" if field else BUREAU for _, field in route.related]
        related = [event for one in named for event in self.streams.get(one, [])]
        try:
            context = DecisionContext(ref, NOW, BUREAU, frozenset(), related)
            events: Sequence[DomainEvent] = route.decider.decide(command, route.decider.replay(past), context)
        except Refused as refused:
            return httpx2.Response(409, json={"code": refused.code, "detail": str(refused)})
        self.given.append((path, headers["Idempotency-Key"]))
        self.streams[record] = [*past, *events]
        return httpx2.Response(200, json={"version": len(self.streams[record])})


@pytest.fixture
def reporting(monkeypatch: pytest.MonkeyPatch) -> Reporting:
    reporting = Reporting()
    monkeypatch.setattr(httpx2, "request", reporting.request)
    return reporting


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "work.yaml"
    path.write_text(GOOD)
    return path


def programme(command: str, *arguments: object) -> Result:
    at = [] if command == "check" else ["--url", URL, "--token-file", "-"]
    return CliRunner().invoke(app, ["programme", command, *map(str, arguments), *at], input="a-token")


def fault(done: Result) -> str:
    assert isinstance(done.exception, Fault), done.exception
    return str(done.exception)


def test_what_was_applied_is_in_force_and_applied_again_changes_nothing(reporting: Reporting, file: Path):
    done = programme("apply", file)
    assert done.exit_code == 0
    assert done.output.splitlines()[-1] == f"Gedaan: {len(reporting.given)}."
    assert programme("apply", file).output == "Er verandert niets.\n"
    assert programme("diff", file).exit_code == 0


@pytest.mark.parametrize("name", ["banenoffensief-2005-2008", "one-partner", "three-partners"])
def test_what_is_shown_is_what_is_in_force(reporting: Reporting, tmp_path: Path, name: str):
    file, shown = tmp_path / "given.yaml", tmp_path / "shown.yaml"
    file.write_text(programme_text(programme_file(name)))
    assert programme("apply", file).exit_code == 0
    shown.write_text(programme("show").output)
    assert programme("check", shown).output == f"{shown}: geen fouten\n"
    assert programme("diff", shown).output == "Er verandert niets.\n"
    # Another bureau that applies it decides the same, on the same days.
    before = dict(reporting.streams)
    reporting.streams.clear()
    assert programme("apply", shown).exit_code == 0
    assert reporting.streams == before


def test_what_the_list_does_not_show_yet_is_not_done_again(reporting: Reporting, file: Path):
    programme("apply", file)
    reporting.lists = False
    assert programme("apply", file).output == "Er verandert niets.\n"


def test_changes_need_a_reason_and_are_made_once(reporting: Reporting, file: Path):
    programme("apply", file)
    number = len(reporting.given)
    file.write_text(
        GOOD.replace("2026: 40, 2027: 60", "2026: 41, 2027: 61").replace("label: Allen", "label: Iedereen")
    )
    assert "give --reason" in fault(programme("apply", file))
    assert len(reporting.given) == number
    assert programme("apply", file, "--reason", "more-money").output.splitlines() == [
        "~ units.all.label: Allen -> Iedereen",
        "~ units.all.targets.paid.2026: 40 -> 41",
        "~ units.all.targets.paid.2027: 60 -> 61",
        "Gedaan: 3.",
    ]
    assert programme("diff", file).output == "Er verandert niets.\n"


def test_what_goes_back_and_forth_is_a_command_of_its_own_each_time(reporting: Reporting, file: Path):
    for name in ("Noord", "Het Noorden", "Noord", "Het Noorden"):
        file.write_text(GOOD.replace("name: Noord", f"name: {name}"))
        assert programme("apply", file).exit_code == 0
    keys = [key for path, key in reporting.given if path == "partners/north/rename"]
    assert len(set(keys)) == 3


def test_the_same_commands_have_the_same_keys(reporting: Reporting, file: Path):
    programme("apply", file)
    first = list(reporting.given)
    reporting.streams.clear()
    reporting.given.clear()
    programme("apply", file)
    assert reporting.given == first
    assert len({key for _, key in first}) == len(first)


def test_a_dry_run_does_nothing(reporting: Reporting, file: Path):
    told = programme("apply", file, "--dry-run").output
    assert "+ units.all: Allen" in told.splitlines()
    assert not reporting.given
    different = programme("diff", file)
    assert (different.exit_code, different.output) == (1, told)


def test_a_file_that_leaves_something_out_does_nothing(reporting: Reporting, file: Path):
    programme("apply", file)
    number = len(reporting.given)
    file.write_text(
        GOOD.replace("    quota: {perYear: 12}\n", "").replace("name: Noord", "name: Het Noorden")
    )
    done = programme("apply", file)
    assert "Nothing was done" in fault(done)
    assert re.search(r"^! units\.all\.quota: is in force and stays", done.output, re.MULTILINE)
    assert len(reporting.given) == number


def test_a_refusal_stops_and_says_what_was_done(reporting: Reporting, file: Path):
    reporting.refuses = "units/all/define"
    done = programme("apply", file)
    assert fault(done) == "units.all: Not today. (not-today)"
    lines = [line for line in done.output.splitlines() if "gedaan: " in line]
    assert lines[:4] == [
        "gedaan: definition",
        "gedaan: partners.bureau",
        "gedaan: partners.north",
        "niet gedaan: units.all",
    ]
    assert all(line.startswith("niet ") for line in lines[4:])
    reporting.refuses = ""
    assert programme("apply", file).exit_code == 0
    assert programme("diff", file).exit_code == 0


def test_a_file_with_faults_asks_nobody(reporting: Reporting, file: Path):
    file.write_text(GOOD.replace("route: paid}", "route: unpaid}"))
    for command in ("check", "apply", "diff"):
        done = programme(command, file)
        assert fault(done) == f"Nothing was done; faults in {file}: 2."
        assert done.output.splitlines() == [
            f"{file}:5: routes.0.code: no kind of placement belongs to route paid",
            f"{file}:7: kinds.0.route: there is no route unpaid",
        ]


def test_a_file_that_is_not_there_is_said(file: Path):
    file.unlink()
    assert fault(programme("check", file)) == f"{file}: No such file or directory"


def test_there_is_nothing_to_show_before_a_programme_is_defined(reporting: Reporting):
    assert fault(programme("show")) == "No programme was defined yet."


def test_members_of_a_unit_from_before_are_in_it_without_a_day(reporting: Reporting, file: Path):
    """In stores that are older than assignments."""
    programme("apply", file)
    day = datetime(2026, 1, 1, tzinfo=UTC).date()
    (admitted, *_) = reporting.streams["partners/north"]
    assert isinstance(admitted, PartnerAdmitted)
    reporting.streams["partners/north"] = [admitted]
    defined = TargetUnitDefined(unit_id="all", occurred_on=day, label="Allen", members=("north",))
    reporting.streams["units/all"][0] = defined
    assert programme("diff", file).output == "Er verandert niets.\n"


def test_what_a_newer_reporting_records_is_said(
    reporting: Reporting, file: Path, monkeypatch: pytest.MonkeyPatch
):
    programme("apply", file)

    def newer(path: str) -> httpx2.Response:
        broken = [{"event": "reporting.programme-defined.v1", "data": {"definition": 5}}]
        return httpx2.Response(200, json={"version": 1, "events": broken})

    monkeypatch.setattr(reporting, "record", newer)
    assert "is reporting newer?" in fault(programme("show"))


def test_the_definition_of_a_file_is_what_the_contract_calls_one():
    programme = programme_file("one-partner")
    assert type(programme.definition) is ProgrammeDefinition
