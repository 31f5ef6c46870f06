"""Text that people type: readable, without hidden characters, and without a citizen service number (BSN)."""

import re
from collections.abc import Iterator
from typing import Annotated, Final
from unicodedata import category, digit

from pydantic import AfterValidator, StringConstraints
from stdnum.nl import bsn

from banen_contracts.base import DocumentRef, MethodVersion, OrganisationName, RegionId

# Only whole runs of digits are checked. Nine digits may be separated. Eight (a BSN without its leading zero) must be
# together: separated, they look like a date. The lookahead lets matches overlap, so that no match hides a later one.
APART: Final = re.compile(r"(?<![0-9])(?=([0-9](?:[\s./_\u2010-\u2015-]{0,3}[0-9]){8})(?![0-9]))")
TOGETHER: Final = re.compile(r"(?<![0-9])[0-9]{8}(?![0-9])")
TELEPHONE: Final = re.compile(
    r"(?:(?:\+|\b00)31(?:\s?\(0\))?[\s.-]{0,3}[1-9]|\b06)(?:[\s.-]{0,3}[0-9]){8}(?![0-9])"
)
"""Dutch telephone numbers: one in eleven would contain a run that looks like a BSN."""
EXPLANATION: Final = (
    "holds what looks like a citizen service number (BSN), which may not be recorded here; leave it out. "
    "If it is another number that looks like one by chance, put it in the field that is meant for it, "
    "or write no more than its last four digits"
)


def refuse_bsn(text: str) -> str:
    """Organisations outside government may not process a BSN (art. 46 UAVG), and nothing here needs one.

    One in eleven nine-digit numbers is a valid BSN by chance. The message says what to do then, and does not quote it.
    """
    if any(bsn.is_valid(number) for number in numbers_in(text)):
        raise ValueError(EXPLANATION)
    return text


def numbers_in(text: str) -> Iterator[str]:
    """Finds runs of digits as long as a BSN, in any script and spacing, except telephone numbers."""
    plain = text if text.isascii() else "".join(_plain(character) for character in text)
    plain = TELEPHONE.sub("+", plain)
    for found in APART.findall(plain):
        yield re.sub(r"[^0-9]", "", found)
    yield from TOGETHER.findall(plain)


def _plain(character: str) -> str:
    """Converts digits of any script to ASCII, and removes invisible characters such as a soft hyphen."""
    value = digit(character, None)
    if value is not None:
        return str(value)
    return "" if category(character) == "Cf" else character


BREAKS: Final = frozenset("\n\r\t")
EMBEDDINGS: Final = frozenset("\u202a\u202b\u202d\u202e")
ISOLATES: Final = frozenset("\u2066\u2067\u2068")
CLOSES: Final = {"\u202c": EMBEDDINGS, "\u2069": ISOLATES}
"""Characters that end a change of writing direction, and what each may end (Unicode Standard Annex 9)."""
BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Characters that are letters or symbols by category, but invisible."""
TAGS: Final = range(0xE0000, 0xE0080)
"""Invisible copies of ASCII; only flags of regions need them."""


def refuse_hidden(text: str) -> str:
    """For one line. Raises `ValueError` on invisible characters, and on those that change how the rest looks."""
    if any(category(character) in ("Zl", "Zp") or character in BREAKS for character in text):
        raise ValueError("holds more than one line")
    return refuse_hidden_in_lines(text)


def refuse_hidden_in_lines(text: str) -> str:
    """Like `refuse_hidden`, for text of several lines, which may be indented."""
    if any(category(character) == "Cc" and character not in BREAKS for character in text):
        raise ValueError("holds a control character")
    if any(ord(character) in TAGS for character in text):
        raise ValueError("holds characters that are never shown")
    if not any(category(character)[0] in "LNPS" and character not in BLANK for character in text):
        raise ValueError("holds nothing that can be seen")
    if not all(map(_is_balanced, text.splitlines())):
        raise ValueError("changes the direction of writing and does not change it back")
    return text


def _is_balanced(line: str) -> bool:
    opened: list[str] = []
    for character in line:
        if character in EMBEDDINGS or character in ISOLATES:
            opened.append(character)
        elif character in CLOSES and not (opened and opened.pop() in CLOSES[character]):
            return False
    return not opened


NoBsn: Final = AfterValidator(refuse_bsn)
OneLine: Final = AfterValidator(refuse_hidden)
Lines: Final = AfterValidator(refuse_hidden_in_lines)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), Lines, NoBsn]
"""Free text about a person. Fields of this kind say `repr=False` and are stored sealed."""
ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), OneLine, NoBsn
]
"""A name, an address, a line."""
# The contracts depend on pydantic alone, so they cannot check for a BSN; these types add that for commands.
PublicName = Annotated[OrganisationName, OneLine, NoBsn]
Mark = Annotated[DocumentRef, NoBsn]
"""The registration mark of a document."""
Method = Annotated[MethodVersion, NoBsn]
Region = Annotated[RegionId, NoBsn]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{5,24}$")]
"""A telephone number. It is not checked for a BSN, which it may look like by chance."""
VNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{9,10}$")]
"""A person's number at the immigration service. Not checked for a BSN either. Stored sealed, never public."""
StaffRef = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"), NoBsn]
"""A pseudonym of somebody who works for the partner: the subject that the issuer gives in their tokens. Never public."""
