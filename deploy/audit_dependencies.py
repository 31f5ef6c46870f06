"""Asks pip-audit whether anything that `requirements.lock` pins has a known vulnerability, and never calls silence good news.

Exit codes: 0 everything was looked up and nothing is known; 1 something is known, or not everything could be looked up;
75 (temporary failure) not run, because the database of vulnerabilities cannot be reached.

pip-audit alone says "No known vulnerabilities found" where a mirror stands in for the database and knows nothing. So the
database is first asked for a release that is known to be vulnerable, and what comes back is checked against the lock.
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
"""What pip-audit exits with when it does not take its arguments."""


@dataclass(frozen=True)
class Answer:
    code: int
    packages: list[dict[str, Any]]
    """Each package that was looked up; empty where pip-audit gave up."""
    complaint: str
    """The last line of what pip-audit complained of."""

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
    """Audits pinned requirements, each a line. `--strict` makes pip-audit fail on what it cannot look up."""
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
    """The pins in as few groups as hold no package twice, for pip-audit refuses two versions of one."""
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
    """Without its marker: what is pinned for other versions of Python is looked up too."""
    return " ".join([f"{pin.name}=={pin.version}", *(f"--hash=sha256:{value}" for value in pin.hashes)])


def audit(pip_audit: Path, lock: Path) -> tuple[int, list[str]]:
    """The exit code, and what to say. Raises `LockInvalid`."""
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
