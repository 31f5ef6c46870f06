"""docs/asvs.toml leaves no requirement of ASVS 5.0 level 2 out, names only what exists, and is what docs/asvs.md shows."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import asvs_table
import pytest

ROOT = Path(__file__).parents[2]
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


@cache
def names_in(file: str) -> set[str]:
    """All that a file of Python defines or sets, at any depth; nothing where there is none."""
    path = ROOT / file
    if not path.is_file() or path.suffix != ".py":
        return set()
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def exists(shown: str) -> bool:
    """A test, a name in another file of Python, or a file; a file of tests says nothing without one of its tests."""
    file, _, name = shown.partition("::")
    if file.startswith("tests/") and not name.startswith("test_"):
        return False
    return name in names_in(file) if name else (ROOT / file).is_file()


def faults(one: Any) -> list[str]:
    """What does not hold of an entry."""
    found = [f"{name} does not exist" for name in one.shown if not exists(name)]
    if one.state not in asvs_table.STATES:
        found.append(f"{one.state!r} is no state")
    if one.state in ("met", "partly") and not one.shown:
        found.append("shows nothing")
    if one.state in ("not", "not applicable") and one.shown:
        found.append("shows what it says is not there")
    if one.state != "met" and len(one.says) < 12:
        found.append("does not say why, or what is missing")
    if len(one.asks.split()) > 12 or len(re.findall(r"\. ", one.says)) > 1 or "|" in one.asks + one.says:
        found.append("says too much")
    return [f"{one.number}: {fault}" for fault in found]


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


def test_every_requirement_of_level_2_is_there_once_in_its_order():
    """Twice cannot be: TOML refuses a table that is given again."""
    wanted = {number: level for number, level in required().items() if level <= 2}
    assert [(one.number, one.level) for one in asvs_table.requirements()] == list(wanted.items())


def test_every_chapter_has_its_name():
    assert list(asvs_table.chapters()) == list(
        dict.fromkeys(one.chapter for one in asvs_table.requirements())
    )


def test_a_claim_names_what_shows_it_and_all_that_is_named_exists():
    assert [fault for one in asvs_table.requirements() for fault in faults(one)] == []


def test_the_document_shows_the_data():
    current = (ROOT / "docs/asvs.md").read_text("utf-8")
    assert current == asvs_table.document(), "run: python deploy/asvs_table.py"


@pytest.mark.parametrize(
    "shown",
    [
        "tests/unit/kit/test_app.py::test_describes_every_command",
        "shared/kit/banen_kit/core/logs.py::to_stdout",
        "shared/kit/banen_kit/web/middleware.py::HEADERS",
        "docs/security.md",
    ],
)
def test_what_exists_is_found(shown: str):
    assert faults(asvs_table.Requirement("1.1.1", 1, "something", "met", "", (shown,))) == []


@pytest.mark.parametrize(
    ("state", "says", "shown"),
    [
        ("yes", "It is so, believe us.", ("docs/security.md",)),
        ("met", "It is so, believe us.", ()),
        ("partly", "Something is missing.", ()),
        ("partly", "", ("docs/security.md",)),
        ("not", "soon", ()),
        ("not", "Something is missing.", ("docs/security.md",)),
        ("not applicable", "", ()),
        ("met", "", ("tests/unit/kit/test_app.py::test_that_nobody_wrote",)),
        ("met", "", ("tests/unit/kit/test_app.py::make_app",)),
        ("met", "", ("tests/unit/kit/test_app.py",)),
        ("met", "", ("tests/unit/kit/test_nothing.py::test_nothing",)),
        ("met", "", ("docs/nothing.md",)),
        ("met", "", ("docs/security.md::Keys",)),
        ("met", "", ("shared/kit/banen_kit/core/logs.py::nothing",)),
        ("met", "", ("docs/security.md", "docs/nothing.md")),
        ("met", "One. Two. Three.", ("docs/security.md",)),
    ],
)
def test_a_claim_that_shows_nothing_is_a_fault(state: str, says: str, shown: tuple[str, ...]):
    assert faults(asvs_table.Requirement("1.1.1", 1, "something", state, says, shown)) != []
