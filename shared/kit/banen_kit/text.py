"""Text that people type, which may not hold a citizen service number (BSN)."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from stdnum.nl import bsn

from banen_contracts.base import DocumentRef

NUMBER = re.compile(r"(?<![\d+])\d(?:[ .-]?\d){8}(?!\d)")


def refuse_bsn(text: str) -> str:
    """Organisations outside government may not process it (art. 46 UAVG), and nothing here needs it.

    One in eleven numbers of nine digits looks like one by chance; the message says what to do then.
    """
    for found in NUMBER.findall(text):
        if bsn.is_valid(re.sub(r"\D", "", found)):
            raise ValueError("holds what looks like a citizen service number (BSN); leave it out")
    return text


Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(refuse_bsn)
]
"""Free text about a person. Fields of this kind say `repr=False` and are stored sealed."""
ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(refuse_bsn)
]
"""A name, an address, a line."""
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{5,24}$")]
"""A telephone number: no free text, and not searched for a BSN, which it may look like by chance."""
Mark = Annotated[DocumentRef, AfterValidator(refuse_bsn)]
"""The registration mark of a document."""
