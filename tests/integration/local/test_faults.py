"""The oracle of the bad days finds whatever is lost, doubled, out of order, erased or unexplained."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from banen_local import faults
from banen_local.faults import Result
from banen_local.faults.ledger import Ledger, Line, recounted
from banen_local.faults.machine import fill, mount, unmount
from banen_local.faults.oracle import Evidence, Numbered, Stored, Verdict, judge
from support.cli import app

INTAKE, MEDIATION = "vluchtelingenwerk_intake", "uaf_mediation"
SOURCE = "urn:nl:banenoffensief:uaf:mediation"
LINES = [
    Line(INTAKE, "contact-1", 1, "record-contact", follows=((MEDIATION, "handover-1", 1),)),
    Line(MEDIATION, "placement-1", 1, "start-placement", start="2006-01-01"),
    Line(MEDIATION, "placement-2", 1, "start-placement", start="2006-01-01"),
    Line(MEDIATION, "placement-2", 2, "end-placement", end="2006-05-31"),
]
STORED = [
    Stored(INTAKE, 1, "contact-1", 1, "contact-made", "event-0"),
    Stored(MEDIATION, 1, "placement-1", 1, "placement-started", "event-1"),
    Stored(MEDIATION, 3, "placement-2", 1, "placement-started", "event-2"),
    Stored(MEDIATION, 4, "placement-2", 2, "placement-ended", "event-3"),
    Stored(MEDIATION, 5, "handover-1", 1, "handover-received", "event-4"),
]
NUMBERED = [
    Numbered("urn:nl:banenoffensief:vluchtelingenwerk:intake", 1, "event-0"),
    *(Numbered(SOURCE, number, f"event-{number}") for number in (1, 2, 3)),
]
GOOD = Evidence(
    LINES, STORED, NUMBERED, NUMBERED, NUMBERED,
    tombstones=0, counted=1, excluded=1, verdicts={"1": "counted", "2": "excluded"}, set_aside=0,
)  # fmt: skip


def test_nothing_is_wrong_where_everything_agrees():
    verdict = judge(GOOD)
    assert verdict.holds
    assert str(verdict) == "lost=0 doubled=0 disordered=0 wrongly_erased=0 unexplained=0"


@pytest.mark.parametrize(
    ("evidence", "found"),
    [
        (replace(GOOD, stored=STORED[1:]), "lost"),
        (replace(GOOD, stored=STORED[:4]), "lost"),
        (replace(GOOD, published=NUMBERED[:3], on_stream=NUMBERED[:3], received=NUMBERED[:3]), "lost"),
        (replace(GOOD, on_stream=NUMBERED[:3], received=NUMBERED[:3]), "lost"),
        (replace(GOOD, received=NUMBERED[:3]), "lost"),
        (replace(GOOD, ledger=LINES[:3]), "doubled"),
        (
            replace(GOOD, stored=[*STORED, replace(STORED[4], version=2, position=6, event_id="event-5")]),
            "doubled",
        ),
        (replace(GOOD, on_stream=[*NUMBERED, NUMBERED[3]]), "doubled"),
        (replace(GOOD, stored=[*STORED[:2], replace(STORED[3], position=2), *STORED[2::2]]), "disordered"),
        (replace(GOOD, on_stream=[NUMBERED[0], NUMBERED[2], NUMBERED[1], NUMBERED[3]]), "disordered"),
        (replace(GOOD, on_stream=[*NUMBERED[:2], NUMBERED[3]]), "disordered"),
        (
            replace(GOOD, stored=[*STORED, Stored(INTAKE, 2, "contact-2", 1, "contact-erased", "event-9")]),
            "wrongly_erased",
        ),
        (replace(GOOD, tombstones=1), "wrongly_erased"),
        (replace(GOOD, counted=2), "unexplained"),
        (replace(GOOD, excluded=0), "unexplained"),
        (replace(GOOD, set_aside=1), "unexplained"),
        (replace(GOOD, verdicts={"1": "counted"}, excluded=0), "unexplained"),
        # The totals are the same; the placements are not.
        (replace(GOOD, verdicts={"1": "excluded", "2": "counted"}), "unexplained"),
    ],
)
def test_each_kind_of_fault_is_found(evidence: Evidence, found: str):
    verdict = judge(evidence)
    assert not verdict.holds
    assert getattr(verdict, found) > 0


@pytest.mark.parametrize(
    ("start", "end", "counts"),
    [
        ("2006-01-01", "2006-06-30", True),
        ("2006-01-01", "2006-06-29", False),
        ("2006-01-15", "2006-07-14", True),
        ("2006-01-15", "2006-07-13", False),
        ("2006-01-15", "2006-12-31", True),
    ],
)
def test_the_recount_takes_the_end_for_the_last_day(start: str, end: str, counts: bool):
    lines = [
        Line(MEDIATION, "placement-1", 1, "start-placement", start=start),
        Line(MEDIATION, "placement-1", 2, "end-placement", end=end),
    ]
    assert recounted(lines) == {"1": "counted" if counts else "excluded"}


def test_the_ledger_is_on_the_disk_line_by_line(tmp_path: Path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    for line in LINES:
        ledger.write(line)
        assert json.loads((tmp_path / "ledger.jsonl").read_text().splitlines()[-1])["stream"] == line.stream
    ledger.close()


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (Result(Verdict(0, 0, 0, 0, 0), 29.9, ()), 0),
        (Result(Verdict(0, 0, 0, 0, 0), 30.1, ()), 1),
        (Result(Verdict(1, 0, 0, 0, 0), 1.0, ()), 1),
        (Result(Verdict(0, 0, 0, 0, 0), 1.0, ("full-disk-of-nats",)), 0),
    ],
)
def test_the_command_fails_where_something_was_lost_or_came_back_late(
    result: Result, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    async def finished(*_: object) -> Result:
        return result

    monkeypatch.setattr(faults, "run", finished)
    answer = CliRunner().invoke(app, ["faults", "--seed", "7", "--keep", str(tmp_path)])
    assert answer.exit_code == code
    assert answer.stdout.splitlines()[-1] == f"{result.verdict} slowest_recovery={result.slowest:.1f}"


def test_the_command_names_the_faults_there_are():
    answer = CliRunner().invoke(app, ["faults", "--only", "earthquake"])
    assert answer.exit_code == 1
    assert "There is no fault earthquake; there are kill-uaf-intake" in str(answer.exception)


@pytest.mark.e2e
def test_a_killed_service_and_a_deadlock_cost_nothing():
    answer = CliRunner().invoke(
        app, ["faults", "--seed", "7", "--only", "kill-emplooi-mediation", "--only", "deadlock"]
    )
    lines = answer.stdout.splitlines()
    assert lines[0] == "seed=7"
    # In the order that follows from the seed.
    assert [line.split()[0] for line in lines[1:3]] == ["deadlock", "kill-emplooi-mediation"]
    assert re.fullmatch(
        r"lost=0 doubled=0 disordered=0 wrongly_erased=0 unexplained=0 slowest_recovery=\d+\.\d", lines[-1]
    ), answer.output
    assert answer.exit_code == 0


def test_a_disk_is_filled_to_its_last_byte_and_that_it_is_full_is_no_error(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    if not mount(disk, 1):
        pytest.skip("no disk of its own could be mounted")
    try:
        (disk / "before").write_bytes(b"-")  # one block, so that the last that is written fits but for one
        fill(disk / "ballast")
        assert shutil.disk_usage(disk).free == 0
    finally:
        unmount(disk)
