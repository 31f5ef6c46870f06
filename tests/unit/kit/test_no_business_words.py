"""The kit is for any programme of the kind: no service or public event is named in it, but in examples."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import banen_kit
from banen_contracts import EVENTS
from banen_contracts.base import EventSkipped
from banen_contracts.roles import SERVICES

KIT = Path(banen_kit.__file__).parent
NAMES = {*SERVICES, *(one.NAME.split(".")[1] for one in EVENTS if not issubclass(one, EventSkipped))}
WORDS = re.compile(rf"(?<![\w-])({'|'.join(sorted(NAMES, key=len, reverse=True))})(?![\w-])")
FILES = sorted(path for path in KIT.rglob("*.py") if path.parent.name != "testing")


def texts(tree: ast.Module) -> Iterator[str]:
    """Every string of the code that is no docstring, and every module that it imports."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value
        elif isinstance(node, ast.ImportFrom):
            yield from (node.module or "").split(".")
            yield from (name.name for name in node.names if node.module == "banen_contracts")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(KIT)))
def test_names_no_service_and_no_public_event(path: Path):
    assert [text for text in texts(ast.parse(path.read_text())) if WORDS.search(text)] == []


def test_finds_what_it_looks_for():
    code = 'from banen_contracts.intake import ContactMade\nx = "evt.uaf.mediation"\n"""of employers"""\n'
    assert [text for text in texts(ast.parse(code)) if WORDS.search(text)] == ["intake", "evt.uaf.mediation"]
