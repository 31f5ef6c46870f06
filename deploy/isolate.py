"""Checks that each service runs without the other three: installs it alone and imports all its modules."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHARED = ["shared/contracts", "shared/kit"]
IMPORT_ALL = """
import importlib, pkgutil, sys
# They need banen-kit[kurrentdb] and banen-reporting[exports].
OPTIONAL = "banen_kit.eventstore.kurrentdb", "banen_kit.eventstore.stream_index", "banen_reporting.web.workbook"
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not module.name.endswith("__main__") and not module.name.startswith(OPTIONAL):
        importlib.import_module(module.name)
others = sorted(name for name in sys.modules if name.startswith("banen_") and "." not in name)
print(" ".join(others))
"""


def run(*command: str | Path) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def isolate(service: str, uv: Path) -> None:
    """Creates an environment with only the service's dependencies, at the locked versions, and imports every module."""
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "venv/bin/python"
        run(uv, "venv", "--quiet", "--python", sys.executable, Path(folder) / "venv")
        constraints = Path(folder) / "constraints.txt"
        # Keep the markers: the lock may hold two versions of a package.
        pinned = re.findall(r"^([a-z0-9-]+==[^\\]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
        constraints.write_text("\n".join(pinned))
        sources = [str(ROOT / path) for path in (*SHARED, f"services/{service}")]
        run(
            uv,
            "pip",
            "install",
            "--quiet",
            "--no-sources",
            "--python",
            python,
            "--constraint",
            constraints,
            *sources,
        )
        found = run(python, "-c", IMPORT_ALL, f"banen_{service}").split()
        expected = sorted(["banen_contracts", "banen_kit", f"banen_{service}"])
        if found != expected:
            sys.exit(f"{service} brings {found}, not {expected}")
        sys.stdout.write(
            f"{service}: imports with {' and '.join(name for name in expected if name != f'banen_{service}')}\n"
        )


def main() -> None:
    uv = Path(sys.executable).parent / "uv"
    for service in sys.argv[1:]:
        isolate(service, uv)


if __name__ == "__main__":
    main()
