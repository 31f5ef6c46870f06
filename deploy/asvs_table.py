"""Generates docs/asvs.md from docs/asvs.toml: for each requirement, whether banen meets it, and what shows that."""

import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent / "docs"
DATA, DOCUMENT = DOCS / "asvs.toml", DOCS / "asvs.md"
STATES = ("met", "partly", "not", "not applicable")
INTRODUCTION = """# OWASP ASVS 5.0, level 2

What the [Application Security Verification Standard](https://owasp.org/www-project-application-security-verification-standard/)
5.0.0 asks at level 1 and 2, requirement by requirement, whether banen does so, and where that is shown. The words are ours,
not those of the standard, and shorter. The numbers and levels are those of the standard.

Made by `python deploy/asvs_table.py` out of `docs/asvs.toml`. *Partly* says what is missing. What nobody has seen in code or
in a test is *not*. `tests/unit/test_asvs.py` checks that no requirement is left out and that every test and file that is named
exists; the tests run in `make test`, `make test-pages` and `make openapi`.

What the reasons below rest on:

- People prove who they are to the identity provider of their partner. banen keeps no password, no second factor and no account.
  The issuer of the local default is for one machine and for made-up people; what is asked of an issuer is shown of that one.
- Pages are HTML and CSS. There is no JavaScript, no upload, no mail, no XML, no GraphQL, no WebSocket and no WebRTC.
- UUIDv5 (SHA-1) makes the ids by which a repeated request is known again. It protects nothing.
"""


@dataclass(frozen=True)
class Requirement:
    number: str
    level: int
    asks: str
    state: str
    says: str = ""
    """How it is met, why not, or what is missing."""
    shown: tuple[str, ...] = ()
    """Tests (`file::name`), files, or names in a file of Python."""

    @property
    def chapter(self) -> str:
        return self.number.split(".")[0]

    def row(self) -> str:
        why = " ".join([*([self.says] if self.says else []), ", ".join(f"`{one}`" for one in self.shown)])
        return f"| {self.number} | {self.level} | {self.asks} | {self.state} | {why.strip()} |"


def chapters() -> dict[str, str]:
    """Returns the chapters' names by number."""
    return read()["chapters"]


def requirements() -> list[Requirement]:
    """Returns the requirements in the order of the file."""
    entries = read()
    del entries["chapters"]
    return [
        Requirement(number, **entry | {"shown": tuple(entry.get("shown", ()))})
        for number, entry in entries.items()
    ]


def read() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text("utf-8"))


def document() -> str:
    found = requirements()
    counts = Counter(one.state for one in found)
    lines = [INTRODUCTION, f"{len(found)} requirements: {', '.join(f'{counts[s]} {s}' for s in STATES)}.", ""]
    for number, name in chapters().items():
        lines += [f"## V{number} {name}", "", "| # | level | what it asks of us | | how, why not, shown by |"]
        lines += ["|---|---|---|---|---|", *(one.row() for one in found if one.chapter == number), ""]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
    sys.stdout.write(f"{DOCUMENT.name} written\n")
