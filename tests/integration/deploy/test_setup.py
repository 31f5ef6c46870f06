"""`make setup` says which Python is needed, and makes .venv anew where it is half or of another interpreter."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
REAL = r"""#!/bin/sh
[ "$1" = -m ] || exec {python} "$@"
{python} "$@" --without-pip
printf '#!/bin/sh\n' > .venv/bin/pip
chmod +x .venv/bin/pip
"""
"""Makes a real .venv, in which installing does nothing."""
OLD = "#!/bin/sh\necho 3.9\n"
OTHER = REAL.replace("#!/bin/sh\n", '#!/bin/sh\ncase "$2" in *base_prefix*) echo elsewhere; exit;; esac\n', 1)
"""Says that it is installed elsewhere."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What `make setup` needs of a checkout; `python3` is 3.9."""
    (tmp_path / "requirements.lock").touch()
    for file in [*ROOT.glob("s*/*/pyproject.toml"), ROOT / "deploy/local/pyproject.toml"]:
        (tmp_path / file.relative_to(ROOT)).parent.mkdir(parents=True)
        (tmp_path / file.relative_to(ROOT)).touch()
    for name in ("Makefile", "deploy/venv.sh"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for name, script in (("python3", OLD), ("good", REAL), ("other", OTHER)):
        file = tmp_path / "bin" / name
        file.write_text(script.replace("{python}", sys.executable))
        file.chmod(0o755)
    return tmp_path


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{checkout / 'bin'}:{os.environ['PATH']}"}
    command = ["make", "setup", *arguments]
    return subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def made(checkout: Path, *arguments: str) -> bool:
    """Whether .venv was made anew."""
    mark = checkout / ".venv/mark"
    mark.touch()
    ended = make(checkout, *arguments)
    assert ended.returncode == 0, ended.stderr
    assert (checkout / ".venv/.done").exists()
    return not mark.exists()


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ((), "python3 is 3.9"),
        (("PYTHON=nothing",), "nothing is not a Python that runs"),
    ],
)
def test_a_python_that_will_not_do_is_named_before_anything_is_made(
    checkout: Path, arguments: tuple[str, ...], found: str
):
    ended = make(checkout, *arguments)
    assert ended.returncode != 0
    first, *rest = ended.stderr.splitlines()
    assert (
        first == f"banen needs Python 3.11 or later, and {found}. Name another: make demo PYTHON=python3.12"
    )
    assert all(line.startswith("make: ***") for line in rest)
    assert not (checkout / ".venv").exists()


def test_a_half_venv_is_made_anew(checkout: Path):
    (checkout / ".venv").mkdir()
    assert made(checkout, "PYTHON=good")


def test_a_whole_venv_stays_whatever_python3_is(checkout: Path):
    assert make(checkout, "PYTHON=good").returncode == 0
    assert not made(checkout)
    assert not made(checkout, "PYTHON=good")


def test_a_venv_of_another_interpreter_than_is_named_is_made_anew(checkout: Path):
    assert make(checkout, "PYTHON=good").returncode == 0
    assert made(checkout, "PYTHON=other")


def test_a_python_that_will_not_do_leaves_what_is_there(checkout: Path):
    assert make(checkout, "PYTHON=good").returncode == 0
    assert make(checkout, "PYTHON=python3").returncode != 0
    assert not made(checkout)


def test_a_venv_whose_interpreter_is_gone_is_made_anew(checkout: Path):
    assert make(checkout, "PYTHON=good").returncode == 0
    python = checkout / ".venv/bin/python"
    python.unlink()
    python.symlink_to(checkout / "gone")
    assert made(checkout, "PYTHON=good")


def test_what_is_checked_is_what_the_packages_ask_for():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert wanted == ">=3.11"
    assert "Python 3.11 or later" in (ROOT / "deploy/venv.sh").read_text()
