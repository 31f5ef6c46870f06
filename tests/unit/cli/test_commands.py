"""A command of `banen` imports what it needs itself, so that it answers soon."""

import subprocess
import sys

import pytest

from banen_cli.__main__ import ENTRIES


@pytest.mark.parametrize(
    ("command", "library"),
    [
        ("programme", "fastapi"),
        ("person", "yaml"),
        ("token", "banen_local.demo.history"),
        ("up", "faststream"),
    ],
)
def test_a_command_imports_nothing_that_only_others_need(command: str, library: str):
    code = f"import sys\nfrom banen_cli.__main__ import application\napplication([{command!r}])\nprint({library!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, command in ENTRIES) == ("False\n", True)
