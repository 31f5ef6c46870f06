"""docs/asvs.md leaves no requirement of ASVS 5.0 level 2 out, and names only what exists."""

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from banen_kit.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/asvs.md"
LEVELS = """
    1.1 22          1.2 1111122223  1.3 112222222223  1.4 222     1.5 123
    2.1 122         2.2 112         2.3 12223         2.4 23
    3.1 3           3.2 113         3.3 12223         3.4 11222233  3.5 11122333  3.6 3  3.7 22333
    4.1 12233       4.2 23333       4.3 22            4.4 1222
    5.1 2           5.2 112333      5.3 113           5.4 222
    6.1 122         6.2 111111112222  6.3 11223333    6.4 112233  6.5 22222333  6.6 2223  6.7 33  6.8 2222
    7.1 222         7.2 1111        7.3 22            7.4 11222   7.5 223       7.6 22
    8.1 1233        8.2 1123        8.3 133           8.4 23
    9.1 111         9.2 1222
    10.1 22         10.2 223        10.3 22223        10.4 1111122222233333  10.5 22222  10.6 22  10.7 222
    11.1 2233       11.2 22233      11.3 11233        11.4 1222   11.5 23  11.6 23  11.7 33
    12.1 12233      12.2 11         12.3 22223
    13.1 2333       13.2 222223     13.3 2233         13.4 1222233
    14.1 22         14.2 12223333   14.3 122
    15.1 12233      15.2 12233      15.3 1222222      15.4 3333
    16.1 2          16.2 22222      16.3 2222         16.4 222    16.5 2223
    17.1 23         17.2 22223333   17.3 22
"""
"""The level of each requirement of ASVS 5.0.0, section by section, in the order of their numbers."""

ROW = re.compile(r"\| (\d+\.\d+\.\d+) \| ([123]) \| ([^|]+) \| ([^|]+) \|")
TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)(?:::(\w+))?`")
SETTING = re.compile(rf"`({PREFIX}[A-Z_]+)`")
CONSTANT = re.compile(r"`([A-Z][A-Z_]+)` in `([a-z0-9_./-]+)`")
REASON = re.compile(r"(not applicable|not yet): \S.{9,}")
KINDS = ("tested", "by setting", "not applicable", "not yet")


@dataclass(frozen=True)
class Row:
    number: str
    level: int
    asks: str
    shown_by: str

    @property
    def kind(self) -> str:
        """How it is met; empty where the last column has no form that we know."""
        if reason := REASON.fullmatch(self.shown_by):
            return reason[1]
        parts = self.shown_by.split(", ")
        if all(TEST.fullmatch(part) for part in parts):
            return "tested"
        return (
            "by setting" if all(SETTING.fullmatch(part) or CONSTANT.fullmatch(part) for part in parts) else ""
        )

    def faults(self) -> list[str]:
        """What it names and does not exist."""
        if not self.kind:
            return [f"{self.number}: {self.shown_by!r} is no test, setting or reason"]
        if REASON.fullmatch(self.shown_by):
            return []
        found = [
            f"{file}::{function}"
            for file, function in TEST.findall(self.shown_by)
            if (function or "any") not in names_of_tests(file)
        ]
        settings = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
        found += [name for name in SETTING.findall(self.shown_by) if name not in settings]
        found += [
            f"{name} in {file}" for name, file in CONSTANT.findall(self.shown_by) if not is_set(name, file)
        ]
        return [f"{self.number}: {fault} does not exist" for fault in found]


@cache
def names_of_tests(file: str) -> set[str]:
    """The names of the tests in a file; `any` stands for there being one."""
    if not (ROOT / file).is_file():
        return set()
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    tests = {function.name for function in functions if function.name.startswith("test_")}
    return tests | {"any"} if tests else tests


def is_set(name: str, file: str) -> bool:
    path = ROOT / file
    return path.is_file() and bool(re.search(rf"^\s*{name}\b[^=\n]*=", path.read_text("utf-8"), re.MULTILINE))


def rows() -> list[Row]:
    return [Row(row[1], int(row[2]), row[3], row[4]) for row in map(ROW.fullmatch, table_lines()) if row]


def table_lines() -> list[str]:
    lines = PAGE.read_text("utf-8").splitlines()
    return [line for line in lines if line.startswith("|") and not line.startswith(("| # |", "|---"))]


def required() -> dict[str, int]:
    """Every requirement of ASVS 5.0.0 with its level."""
    sections = re.findall(r"(\d+\.\d+) +([123]+)", LEVELS)
    return {
        f"{section}.{number}": int(level)
        for section, levels in sections
        for number, level in enumerate(levels, 1)
    }


def test_the_standard_has_as_many_requirements_as_it_has():
    assert Counter(required().values()) == {1: 70, 2: 183, 3: 92}


def test_every_requirement_of_level_2_has_one_row_in_its_order():
    wanted = {number: level for number, level in required().items() if level <= 2}
    assert [row.number for row in rows()] == list(wanted)
    assert {row.number: row.level for row in rows()} == wanted


def test_every_line_of_a_table_is_read():
    assert [line for line in table_lines() if not ROW.fullmatch(line)] == []


def test_everything_that_is_named_exists():
    assert [fault for row in rows() for fault in row.faults()] == []


def test_says_in_few_words_what_is_asked():
    assert [row.number for row in rows() if len(row.asks.split()) > 12] == []


def test_a_row_stands_under_its_chapter():
    chapter = ""
    for line in PAGE.read_text("utf-8").splitlines():
        if heading := re.match(r"## V(\d+) ", line):
            chapter = heading[1]
        elif row := ROW.fullmatch(line):
            assert row[1].split(".")[0] == chapter


@pytest.mark.parametrize(
    ("shown_by", "kind"),
    [
        ("`tests/kit/test_http.py::test_describes_every_command`", "tested"),
        ("`tests/kit/test_http.py`", "tested"),
        (f"`{PREFIX}PORT`", "by setting"),
        ("`HOST` in `shared/kit/banen_kit/run.py`", "by setting"),
        ("`MOST_BYTES` in `shared/kit/banen_kit/strict_json.py`, `BANEN_KEYS_URL`", "by setting"),
        ("not applicable: there is no WebRTC", "not applicable"),
        ("not yet: there is no login", "not yet"),
    ],
)
def test_knows_the_forms_of_the_last_column(shown_by: str, kind: str):
    row = Row("1.1.1", 1, "something", shown_by)
    assert (row.kind, row.faults()) == (kind, [])


@pytest.mark.parametrize(
    "shown_by",
    [
        "yes",
        "not yet",
        "not yet: soon",
        "not applicable:",
        "`tests/kit/test_http.py::test_that_nobody_wrote`",
        "`tests/kit/test_http.py::make_app`",
        "`tests/kit/test_nothing.py`",
        "`tests/conftest.py`",
        "`tests/kit/test_http.py::test_describes_every_command`, `tests/kit/test_nothing.py`",
        "`tests/kit/test_http.py::test_describes_every_command` mostly",
        f"`{PREFIX}NOTHING`",
        "`NOTHING` in `shared/kit/banen_kit/body.py`",
        "`HOST` in `shared/kit/banen_kit/nothing.py`",
    ],
)
def test_a_row_that_shows_nothing_is_a_fault(shown_by: str):
    assert Row("1.1.1", 1, "something", shown_by).faults() != []


def test_prints_how_many_requirements_are_met(capsys: pytest.CaptureFixture[str]):
    counts = Counter(row.kind for row in rows())
    said = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS)
    with capsys.disabled():
        print(f"\nASVS 5.0 L2: {counts.total()} requirements: {said}")  # noqa: T201 - it is what this test is for
    assert counts.total() == 253
    assert set(counts) <= set(KINDS)
