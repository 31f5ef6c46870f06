"""A process imports what it needs itself, so that it is there soon."""

import subprocess
import sys

import pytest

from banen_cli.__main__ import ENTRIES

pytestmark = pytest.mark.long


def imports(code: str, library: str) -> bool:
    asked = f"import sys\n{code}\nprint({library!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    return done.stdout == "True\n"


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
    assert command in ENTRIES
    assert not imports(f"from banen_cli.__main__ import application\napplication([{command!r}])", library)


def test_a_service_imports_faststream_only_for_its_reactors():
    assert not imports("import banen_employers.__main__", "faststream")
    assert imports("from banen_kit.runtime.bus_side import reactor_loop\nreactor_loop()", "faststream")
