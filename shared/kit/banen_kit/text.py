"""Text that people type, which may not hold a citizen service number (BSN)."""

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


NoBsn: Final = AfterValidator(refuse_bsn)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), NoBsn]
"""Free text about a person. Fields of this kind say `repr=False` and are stored sealed."""
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), NoBsn]
"""A name, an address, a line."""
# What a contract may carry, as a command takes it: contracts depend on pydantic alone and cannot search.
PublicName = Annotated[OrganisationName, NoBsn]
Mark = Annotated[DocumentRef, NoBsn]
"""The registration mark of a document."""
Method = Annotated[MethodVersion, NoBsn]
Region = Annotated[RegionId, NoBsn]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{5,24}$")]
"""A telephone number: no free text, and not searched for a BSN, which it may look like by chance."""
VNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{9,10}$")]
"""The immigration service's number of a person: no free text, and not searched either. Kept sealed, never public."""
