"""Asks pip-audit for known vulnerabilities in what `requirements.lock` pins, and checks that it really looked them up.

Exit codes: 0 everything was looked up and nothing is known; 1 something is known, or not everything could be looked up;
75 (temporary failure) not run, because the vulnerability database cannot be reached.

pip-audit reports "No known vulnerabilities found" even when a mirror without data replaces the database. So a release
that is known to be vulnerable is looked up first, and the result is compared with the lock.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from locked import LOCK, Pin, pins

PIP_AUDIT = Path(sys.executable).parent / "pip-audit"
KNOWN_VULNERABLE = "jinja2==2.10"
NOT_RUN = 75
MISUSED = 2
"""pip-audit's exit code for wrong arguments."""


@dataclass(frozen=True)
class Answer:
    code: int
    packages: list[dict[str, Any]]
    """The packages that were looked up; empty if pip-audit failed."""
    complaint: str
    """The last line of pip-audit's error output."""

    @property
    def vulnerable(self) -> list[str]:
        return [
            f"{package['name']} {package['version']}: {flaw['id']}, "
            f"repaired in {', '.join(flaw['fix_versions']) or 'no version yet'}"
            for package in self.packages
            for flaw in package.get("vulns", [])
        ]

    @property
    def looked_up(self) -> set[tuple[str, str]]:
        return {
            (package["name"], package["version"])
            for package in self.packages
            if "skip_reason" not in package and "vulns" in package
        }


def ask(pip_audit: Path, requirements: Iterable[str], *options: str) -> Answer:
    """Audits pinned requirements, one per line. With `--strict`, pip-audit fails on packages that it cannot look up."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text("\n".join(requirements) + "\n", "utf-8")
        command = [pip_audit, "--strict", "--disable-pip", *options, "-r", file]
        form = ["--format", "json", "--desc", "off", "--progress-spinner", "off"]
        done = subprocess.run([*command, *form], capture_output=True, text=True, check=False)
    complaints = done.stderr.strip().splitlines()
    return Answer(
        done.returncode,
        json.loads(done.stdout)["dependencies"] if done.stdout.strip() else [],
        complaints[-1] if complaints else "it said nothing",
    )


def layers(pinned: Sequence[Pin]) -> list[list[Pin]]:
    """Splits the pins into groups in which each package occurs once: pip-audit refuses two versions of a package."""
    groups: list[list[Pin]] = []
    for pin in pinned:
        for group in groups:
            if all(pin.name != other.name for other in group):
                group.append(pin)
                break
        else:
            groups.append([pin])
    return groups


def line_of(pin: Pin) -> str:
    """Without its marker, so that versions for other Pythons are looked up too."""
    return " ".join([f"{pin.name}=={pin.version}", *(f"--hash=sha256:{value}" for value in pin.hashes)])


def audit(pip_audit: Path, lock: Path) -> tuple[int, list[str]]:
    """The exit code and the lines to print. Raises `LockInvalid`."""
    known = ask(pip_audit, [KNOWN_VULNERABLE], "--no-deps")
    if known.code == MISUSED:
        return 1, ["dependency audit: FAILED", f"  pip-audit: {known.complaint}"]
    if not known.vulnerable:
        return NOT_RUN, [
            "dependency audit: NOT RUN (the vulnerability database cannot be reached)",
            f"  asked for {KNOWN_VULNERABLE}, which is known to be vulnerable: {known.complaint}",
        ]

    pinned = pins(lock)
    answers = [ask(pip_audit, map(line_of, group), "--require-hashes") for group in layers(pinned)]
    flaws = [flaw for answer in answers for flaw in answer.vulnerable]
    looked_up = set[tuple[str, str]]().union(*(answer.looked_up for answer in answers))
    missing = [f"{pin.name} {pin.version}" for pin in pinned if (pin.name, str(pin.version)) not in looked_up]
    if missing:
        complaints = [f"pip-audit: {answer.complaint}" for answer in answers if answer.code]
        return 1, [
            f"dependency audit: FAILED ({len(missing)} of {len(pinned)} packages were not looked up)",
            *(f"  {line}" for line in [*complaints, *flaws, f"not looked up: {', '.join(missing)}"]),
        ]
    if flaws:
        return 1, [
            f"dependency audit: FAILED (known vulnerabilities: {len(flaws)})",
            *(f"  {flaw}" for flaw in flaws),
        ]
    if any(answer.code for answer in answers):
        return 1, ["dependency audit: FAILED", *(f"  pip-audit: {answer.complaint}" for answer in answers)]
    return 0, [f"dependency audit: {len(pinned)} pinned packages, none with a known vulnerability"]


def main() -> None:
    code, lines = audit(PIP_AUDIT, LOCK)
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
