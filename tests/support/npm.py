"""Packages of npm that a test needs, installed as their lock pins them."""

import shutil
import subprocess
from pathlib import Path

import pytest

INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
SECONDS = 240


def install(packages: Path, place: Path) -> None:
    """Copies a folder with `package.json` and `package-lock.json`, and installs what they name there."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.fail(f"{program} is missing: this check needs Node.js 20 and npm", pytrace=False)
    shutil.copytree(packages, place, dirs_exist_ok=True)
    done = subprocess.run(INSTALL, cwd=place, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, f"npm could not install what {packages.name} names:\n{done.stderr}"
