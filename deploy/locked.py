"""Reads what `requirements.lock` pins, for the bill of materials and the audit."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from pip_requirements_parser import RequirementsFile  # pyright: ignore[reportMissingTypeStubs]

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"
DIRECT = ROOT / "requirements.in"


class LockInvalid(Exception):
    """What is wrong in a file of requirements, and on which line."""


@dataclass(frozen=True)
class Pin:
    """One version of one package. Other versions may be pinned for other markers."""

    name: str
    version: Version
    marker: str | None
    hashes: tuple[str, ...]
    """SHA-256, in hexadecimal, of every file that may be installed."""
    wanted_by: frozenset[str]
    """The packages that need it; empty if it is only a direct requirement."""


def pins(lock: Path = LOCK) -> list[Pin]:
    """Every version that the lock pins, in its order. Raises `LockInvalid`."""
    found: list[Pin] = []
    for line, requirement, hashes, comments in _requirements(lock):
        exact = re.fullmatch(r"==([^*,]+)", str(requirement.specifier))
        if exact is None:
            raise LockInvalid(f"{lock.name}:{line}: {requirement.name} is not pinned to one version")
        sha256 = tuple(value.removeprefix("sha256:") for value in hashes)
        if not sha256 or any(not re.fullmatch(r"[0-9a-f]{64}", value) for value in sha256):
            raise LockInvalid(f"{lock.name}:{line}: {requirement.name} needs hashes, all of them sha256")
        found.append(
            Pin(
                canonicalize_name(requirement.name),
                Version(exact[1]),
                str(requirement.marker) if requirement.marker else None,
                sha256,
                frozenset(_wanted_by(comments)),
            )
        )
    return found


def purposes(direct: Path = DIRECT) -> dict[str, str]:
    """What each direct dependency is for: `runtime`, or the comment above it."""
    purpose = "runtime"
    found: dict[str, str] = {}
    for _, requirement, _, comments in _requirements(direct):
        found[canonicalize_name(requirement.name)] = purpose
        purpose = comments[-1] if comments else purpose
    return found


def _requirements(path: Path) -> list[tuple[int, Requirement, list[str], list[str]]]:
    """Each requirement with its line, its hashes and the comments below it."""
    parsed = RequirementsFile.from_file(str(path))
    for invalid in parsed.invalid_lines:
        raise LockInvalid(f"{path.name}:{invalid.line_number}: {invalid.error_message}")
    comments = [(comment.line_number or 0, comment.line.lstrip("# ")) for comment in parsed.comments]
    starts = [requirement.requirement_line.line_number or 0 for requirement in parsed.requirements]
    found: list[tuple[int, Requirement, list[str], list[str]]] = []
    for requirement, start, end in zip(parsed.requirements, starts, [*starts[1:], sys.maxsize], strict=True):
        if requirement.req is None:
            raise LockInvalid(f"{path.name}:{start}: an address instead of a package")
        below = [text for line, text in comments if start < line < end]
        text = str(requirement.req) + (f" ; {requirement.marker}" if requirement.marker else "")
        found.append((start, Requirement(text), list(requirement.hash_options), below))
    return found


def _wanted_by(comments: list[str]) -> list[str]:
    """The packages of uv's `via` comments."""
    names = [comment.removeprefix("via").strip() for comment in comments]
    return [canonicalize_name(name) for name in names if name and not name.startswith("-r ")]
