"""Text that people type: it can be read, hides nothing, and holds no citizen service number (BSN)."""

import re
from collections.abc import Iterator
from typing import Annotated, Final
from unicodedata import category, digit

from pydantic import AfterValidator, StringConstraints
from stdnum.nl import bsn

from banen_contracts.base import DocumentRef, MethodVersion, OrganisationName, RegionId

# Only whole runs of digits count: a longer number is of another kind. Nine digits may be written apart. Eight, a BSN
# without its leading zero, only together: apart, that is how dates are written. The lookahead lets finds overlap, so that
# none hides the one that begins within it.
APART: Final = re.compile(r"(?<![0-9])(?=([0-9](?:[\s./_\u2010-\u2015-]{0,3}[0-9]){8})(?![0-9]))")
TOGETHER: Final = re.compile(r"(?<![0-9])[0-9]{8}(?![0-9])")
TELEPHONE: Final = re.compile(
    r"(?:(?:\+|\b00)31(?:\s?\(0\))?[\s.-]{0,3}[1-9]|\b06)(?:[\s.-]{0,3}[0-9]){8}(?![0-9])"
)
"""Dutch numbers, of which a part would else look like a BSN one time in eleven."""
EXPLANATION: Final = (
    "holds what looks like a citizen service number (BSN), which may not be recorded here; leave it out. "
    "If it is another number that looks like one by chance, put it in the field that is meant for it, "
    "or write no more than its last four digits"
)


def refuse_bsn(text: str) -> str:
    """Organisations outside government may not process it (art. 46 UAVG), and nothing here needs it.

    One in eleven numbers of nine digits looks like one by chance; the message says what to do then, and does not
    quote it.
    """
    if any(bsn.is_valid(number) for number in numbers_in(text)):
        raise ValueError(EXPLANATION)
    return text


def numbers_in(text: str) -> Iterator[str]:
    """Runs of digits of the length of a BSN, in whatever script and however spaced, but for telephone numbers."""
    plain = "".join(_plain(character) for character in text)
    plain = TELEPHONE.sub("+", plain)
    for found in APART.findall(plain):
        yield re.sub(r"[^0-9]", "", found)
    yield from TOGETHER.findall(plain)


def _plain(character: str) -> str:
    """Digits of any script as ASCII; what cannot be seen, such as a soft hyphen, is left out."""
    value = digit(character, None)
    if value is not None:
        return str(value)
    return "" if category(character) == "Cf" else character


BREAKS: Final = frozenset("\n\r\t")
EMBEDDINGS: Final = frozenset("\u202a\u202b\u202d\u202e")
ISOLATES: Final = frozenset("\u2066\u2067\u2068")
CLOSES: Final = {"\u202c": EMBEDDINGS, "\u2069": ISOLATES}
"""What ends a change of the direction of writing, and what it may end (Unicode Standard Annex 9)."""
BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs by their category, of which nothing is seen."""
TAGS: Final = range(0xE0000, 0xE0080)
"""A second alphabet that is never shown; only a flag of a region needs it."""


def refuse_hidden(text: str) -> str:
    """One line. Raises `ValueError` where it holds what nobody sees, or what makes the rest look like something else."""
    if any(category(character) in ("Zl", "Zp") or character in BREAKS for character in text):
        raise ValueError("holds more than one line")
    return refuse_hidden_in_lines(text)


def refuse_hidden_in_lines(text: str) -> str:
    """The same for text of several lines, which may be indented."""
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
# What a contract may carry, as a command takes it: contracts depend on pydantic alone and cannot search.
PublicName = Annotated[OrganisationName, OneLine, NoBsn]
Mark = Annotated[DocumentRef, NoBsn]
"""The registration mark of a document."""
Method = Annotated[MethodVersion, NoBsn]
Region = Annotated[RegionId, NoBsn]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{5,24}$")]
"""A telephone number: no free text, and not searched for a BSN, which it may look like by chance."""
VNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{9,10}$")]
"""The immigration service's number of a person: no free text, and not searched either. Kept sealed, never public."""
