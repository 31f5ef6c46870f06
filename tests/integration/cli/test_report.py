"""The terminal's tables: the same cells as on the pages, and one line where the figures cannot be had."""

import io
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from rich.console import Console
from typer.testing import CliRunner

from banen_cli.fault import Fault
from banen_cli.figures import Results, Targets
from banen_cli.report import print_tables
from support.cli import app
from support.definition import DEFINITION

HEADING = {
    "ruleSet": {"id": "published", "version": 2},
    "knownOn": "2009-01-22",
    "happenedUntil": "2008-12-31",
    "provisional": False,
    "position": 26259,
}


def cell(target: int | None, counted: int, pending: int = 0, excluded: int = 0) -> dict[str, Any]:
    recorded = counted + pending + excluded
    attainment = round(100 * counted / target, 1) if target else None
    numbers = {"counted": counted, "pending": pending, "excluded": excluded, "recorded": recorded}
    status = "none" if target is None else "set"
    return {"target": target, "targetStatus": status, "attainment": attainment, **numbers}


def unit(label: str, on_a: dict[str, Any], on_b: dict[str, Any], total: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, "routes": {"A": on_a, "B": on_b}, "otherRoutes": {}, "total": total}


def targets(**changes: Any) -> dict[str, Any]:
    national = {
        "routes": {"A": cell(1075, 1807), "B": cell(1525, 520)},
        "total": cell(2600, 2327, 0, 330),
        "duplicates": {"counted": 0, "pending": 0, "excluded": 0},
    }
    units = [
        unit("UAF", cell(450, 500, 3, 70), cell(490, 109), cell(940, 609, 3, 70)),
        unit("UWV", cell(None, 610), cell(None, 0), cell(None, 610)),
        unit("Goed-Werk", cell(None, 58), cell(None, 0, 0, 1), cell(None, 58, 0, 1)),
    ]
    return {**HEADING, "units": units, "outsideUnits": cell(None, 0), "national": national, **changes}


def results() -> dict[str, Any]:
    def part(programme: int, value: int | None, provenance: str | None) -> dict[str, Any]:
        regular = {"value": value, "provenance": provenance}
        return {"programme": {"value": programme}, "regular": regular, "total": programme + (value or 0)}

    units = [{"label": "UAF", **part(609, 450, "assumed")}, {"label": "UWV", **part(610, None, None)}]
    return {**HEADING, "units": units, "national": part(2327, 1650, "imported")}


def printed(width: int = 80, **changes: Any) -> str:
    return printed_both(width, targets(**changes), results())


def printed_both(width: int, targets: dict[str, Any], results: dict[str, Any]) -> str:
    console = Console(file=io.StringIO(), width=width)
    read = Targets.model_validate(targets), Results.model_validate(results)
    print_tables(console, *read, {"A": "route A", "B": "route B"})
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def rows(text: str) -> list[list[str]]:
    """The cells of every line; two spaces or more stand between them."""
    return [re.split(r" {2,}", line.strip()) for line in text.splitlines()]


def below(label: str, text: str) -> list[list[str]]:
    found = rows(text)
    start = found.index([label])
    return found[start + 1 : start + 4]


def test_targets_and_results_stand_per_route():
    assert below("UAF", printed()) == [
        ["route A", "450", "500", "111,1%", "3", "70"],
        ["route B", "490", "109", "22,2%", "0", "0"],
        ["totaal", "940", "609", "64,8%", "3", "70"],
    ]


def test_no_target_is_said_and_nothing_recorded_is_blank():
    assert below("UWV", printed())[1] == ["route B", "geen taakstelling"]


def test_zero_shows_where_something_was_recorded_and_none_counts():
    assert below("Goed-Werk", printed())[1] == ["route B", "geen taakstelling", "0", "0", "1"]


def test_results_show_where_the_regular_part_comes_from():
    found = rows(printed())

    assert ["UAF", "609", "450", "aangenomen", "1.059"] in found
    assert ["UWV", "610", "geen cijfer", "610"] in found
    assert ["Landelijk", "2.327", "1.650", "overgenomen", "3.977"] in found


def test_the_heading_says_rule_set_dates_and_whether_it_is_final():
    heading = printed(200).splitlines()[0]

    assert heading == (
        "Telregel published (versie 2), gebeurd t/m 31-12-2008, bekend op 22-01-2009, definitief, stand 26.259"
    )


def test_duplicates_have_a_line_only_where_there_are_any():
    national = targets()["national"] | {"duplicates": {"counted": 4, "pending": 0, "excluded": 1}}

    assert "dubbel" not in printed()
    assert ["dubbel, gaat eraf", "4", "0", "1"] in rows(printed(national=national))


def test_what_is_on_neither_route_has_a_line_of_its_own():
    uaf = targets()["units"][0] | {"otherRoutes": {"none": {"pending": 2}, "self_employment": {"counted": 1}}}

    assert ["geen route", "1", "2", "0"] in rows(printed(units=[uaf]))


def kept_back(cell: dict[str, Any], **signs: str) -> dict[str, Any]:
    """A cell as an aggregate reader gets it."""
    without = {"recorded": None} | ({"attainment": None} if "counted" in signs else {}) if signs else {}
    return {**cell, **dict.fromkeys(signs), **without, "suppressed": signs}


def test_a_figure_that_is_kept_back_shows_its_sign():
    uaf = unit(
        "UAF",
        kept_back(cell(450, 3, 0, 70), counted="<5", excluded="."),
        kept_back(cell(None, 0), counted="."),
        kept_back(cell(940, 609, 3), pending="<5"),
    )
    text = printed(units=[uaf])

    assert below("UAF", text) == [
        ["route A", "450", "<5", ".", "0", "."],
        ["route B", "geen taakstelling", ".", "0", "0"],
        ["totaal", "940", "609", "64,8%", "<5", "0"],
    ]


def test_a_line_without_a_target_shows_the_signs_of_what_is_kept_back():
    numbers = {"counted": 0, "pending": 3, "excluded": 0}
    one, other = kept_back(numbers, pending="<5"), kept_back(numbers | {"counted": 7}, pending=".")
    uaf = targets()["units"][0]
    national = targets()["national"] | {"duplicates": one}
    alone = printed(units=[uaf | {"otherRoutes": {"none": one}}], national=national)
    together = printed(units=[uaf | {"otherRoutes": {"none": one, "self_employment": other}}])

    assert ["geen route", "0", "<5", "0"] in rows(alone)
    assert ["dubbel, gaat eraf", "0", "<5", "0"] in rows(alone)
    assert ["geen route", "7", ".", "0"] in rows(together)


def test_placements_outside_all_units_are_printed_where_they_are_kept_back():
    outside = kept_back(cell(None, 2) | {"targetStatus": None}, counted="<5")

    assert below("Bij geen partner in deze tabel", printed(200, outsideUnits=outside))[0] == [
        "totaal",
        "<5",
        "0",
        "0",
    ]


def test_a_result_that_is_kept_back_is_a_dot():
    hidden = results()["units"][0] | {"programme": {"value": None}, "total": None}
    shown = rows(printed_both(80, targets(), results() | {"units": [hidden], "national": hidden}))

    assert ["UAF", ".", "450", "aangenomen", "."] in shown
    assert ["Landelijk", ".", "450", "aangenomen", "."] in shown


def test_a_partner_gets_its_own_lines_and_none_of_the_nation():
    own = targets(units=targets()["units"][:1], national=None, outsideUnits=None)
    text = printed_both(80, own, results() | {"units": results()["units"][:1], "national": None})

    assert below("UAF", text)[2] == ["totaal", "940", "609", "64,8%", "3", "70"]
    assert ["UAF", "609", "450", "aangenomen", "1.059"] in rows(text)
    assert "Landelijk" not in text
    assert "Bij geen partner" not in text


def test_the_tables_fit_in_80_columns_without_losing_a_word():
    text = printed()

    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


class Reporting(BaseHTTPRequestHandler):
    """Answers as reporting does, and remembers what it was asked."""

    asked: ClassVar[list[str]] = []
    answers: ClassVar[dict[str, tuple[int, Any]]] = {}

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status, body = self.answers[self.path.partition("?")[0]]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    Reporting.asked.clear()
    Reporting.answers.clear()
    defined = DEFINITION.model_dump(mode="json", by_alias=True)
    Reporting.answers.update({
        "/v1/targets": (200, targets()), "/v1/results": (200, results()), "/v1/programme": (200, {"definition": defined}),
    })  # fmt: skip
    with ThreadingHTTPServer(("127.0.0.1", 0), Reporting) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def run(*arguments: str) -> str:
    answer = CliRunner().invoke(app, ["report", "--token-file", "-", *arguments], input="a-token\n")
    if isinstance(answer.exception, Fault):
        raise answer.exception
    return answer.output


def test_the_command_prints_both_tables(address: str):
    output = run("--url", address)

    assert "Schema 1" in output
    assert "Schema 2" in output


def test_the_command_asks_for_the_rule_set_and_the_dates(address: str):
    run("--url", address, "--rule-set", "each", "--known-on", "2009-01-14", "--happened-until", "2008-12-31")

    query = "ruleSet=each&knownOn=2009-01-14&happenedUntil=2008-12-31"
    assert Reporting.asked == [f"/v1/targets?{query}", f"/v1/results?{query}", "/v1/programme"]


def test_json_is_one_document_with_both_answers(address: str):
    assert json.loads(run("--url", address, "--json")) == {"targets": targets(), "results": results()}


def test_an_unknown_rule_set_is_one_line(address: str):
    problem = {"detail": "No such rule set was published by that day.", "code": "rule-set-unknown"}
    Reporting.answers["/v1/targets"] = (404, problem)

    with pytest.raises(Fault, match=r"^No such rule set was published by that day. \(rule-set-unknown\)$"):
        run("--url", address, "--rule-set", "nope")


@pytest.mark.parametrize(
    "answer",
    [(200, b"<html>"), (404, {"detail": "Not Found", "code": "not-found"}), (200, {"ok": True}), (500, [])],
)
def test_another_server_is_told_from_reporting(address: str, answer: tuple[int, Any]):
    Reporting.answers["/v1/targets"] = answer

    with pytest.raises(Fault, match="does not answer as reporting does"):
        run("--url", address)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "http://[bad"])
def test_an_address_where_nobody_answers_is_one_line(url: str):
    with pytest.raises(Fault, match="cannot be reached") as caught:
        run("--url", url)

    assert "\n" not in str(caught.value)


def test_routes_are_called_as_the_programme_calls_them(address: str):
    defined = DEFINITION.model_dump(mode="json", by_alias=True)
    defined["routes"][0]["label"] = {"nl": "Leren en werken"}
    Reporting.answers["/v1/programme"] = (200, {"definition": defined})
    assert "Leren en werken" in run("--url", address)


def test_before_the_programme_is_defined_routes_are_called_by_their_codes(address: str):
    Reporting.answers["/v1/programme"] = (200, {"definition": None})
    assert ["A", "450", "500", "111,1%", "3", "70"] in rows(run("--url", address))
