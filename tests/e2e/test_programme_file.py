"""docs/programme.md, followed to the letter: its files are written, its commands run, and they print what it says."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

DOCUMENT = Path(__file__).parents[2] / "docs" / "programme.md"
BLOCK = re.compile(r"(?:`([a-z.-]+)`:\n\n)?```(sh|yaml|text)\n(.*?)```\n", re.DOTALL)
BLOCKS = [(name, kind, text) for name, kind, text in BLOCK.findall(DOCUMENT.read_text("utf-8"))]


@pytest.fixture
def environment() -> dict[str, str]:
    tools = Path(sys.executable).parent
    return {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def reporting(tmp_path: Path, environment: dict[str, str]) -> Iterator[str]:
    """What the first block starts, and the address that it prints."""
    _, _, command = BLOCKS[0]
    with subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command}"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        address = next(line.split()[1] for line in process.stdout if line.startswith("bureau-reporting "))
        yield address
        process.terminate()
        process.wait(60)


def test_the_page_on_programmes_works_as_it_says(tmp_path: Path, reporting: str, environment: dict[str, str]):
    printed = ""
    for name, kind, text in BLOCKS[1:]:
        if kind == "yaml":
            (tmp_path / name).write_text(text)
        elif kind == "text":
            assert printed == text
        else:
            done = subprocess.run(
                ["/bin/sh", "-c", text],
                cwd=tmp_path,
                env={**environment, "REPORTING": reporting},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=60,
                check=False,
            )
            printed = done.stdout
    assert len(BLOCKS) > 10
