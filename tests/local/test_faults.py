"""The oracle of the bad days finds whatever is lost, doubled, out of order, erased or unexplained."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from banen_local.faults.ledger import Ledger, Line, recounted
from banen_local.faults.oracle import Evidence, Numbered, Stored, judge

INTAKE, MEDIATION = "uaf_intake", "uaf_mediation"
SOURCE = "urn:nl:banenoffensief:uaf:mediation"
LINES = [
    Line(INTAKE, "contact-1", 1, "record-contact"),
    Line(MEDIATION, "placement-1", 1, "start-placement", start="2006-01-01"),
    Line(MEDIATION, "placement-2", 1, "start-placement", start="2006-01-01"),
    Line(MEDIATION, "placement-2", 2, "end-placement", end="2006-05-31"),
]
STORED = [
    Stored(INTAKE, 1, "contact-1", 1, "contact-made"),
    Stored(MEDIATION, 1, "placement-1", 1, "placement-started"),
    Stored(MEDIATION, 3, "placement-2", 1, "placement-started"),
    Stored(MEDIATION, 4, "placement-2", 2, "placement-ended"),
]
NUMBERED = [Numbered(SOURCE, number, f"event-{number}") for number in (1, 2, 3)]
GOOD = Evidence(LINES, STORED, NUMBERED, NUMBERED, NUMBERED, tombstones=0, counted=1, excluded=1, set_aside=0)


def test_nothing_is_wrong_where_everything_agrees():
    verdict = judge(GOOD)
    assert verdict.holds
    assert str(verdict) == "lost=0 doubled=0 disordered=0 wrongly_erased=0 unexplained=0"


@pytest.mark.parametrize(
    ("evidence", "found"),
    [
        (replace(GOOD, stored=STORED[1:]), "lost"),
        (replace(GOOD, on_stream=NUMBERED[:2], received=NUMBERED[:2]), "lost"),
        (replace(GOOD, received=NUMBERED[:2]), "lost"),
        (replace(GOOD, ledger=LINES[:3], counted=2, excluded=0), "doubled"),
        (replace(GOOD, on_stream=[*NUMBERED, NUMBERED[2]]), "doubled"),
        (replace(GOOD, stored=[*STORED[:2], replace(STORED[3], position=2), STORED[2]]), "disordered"),
        (replace(GOOD, on_stream=[NUMBERED[1], NUMBERED[0], NUMBERED[2]]), "disordered"),
        (
            replace(GOOD, stored=[*STORED, Stored(INTAKE, 2, "contact-2", 1, "contact-erased")]),
            "wrongly_erased",
        ),
        (replace(GOOD, tombstones=1), "wrongly_erased"),
        (replace(GOOD, counted=2), "unexplained"),
        (replace(GOOD, excluded=0), "unexplained"),
        (replace(GOOD, set_aside=1), "unexplained"),
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
    assert recounted(lines) == ((1, 0) if counts else (0, 1))


def test_the_ledger_is_on_the_disk_line_by_line(tmp_path: Path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    for line in LINES:
        ledger.write(line)
        assert json.loads((tmp_path / "ledger.jsonl").read_text().splitlines()[-1])["stream"] == line.stream
    ledger.close()
