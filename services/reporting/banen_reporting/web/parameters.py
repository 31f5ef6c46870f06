"""The query parameters of the figures, for API and pages."""

import re
from typing import Annotated, TypeAlias, TypeVar

from fastapi import Query
from pydantic import BeforeValidator, StringConstraints

from banen_contracts.base import Day
from banen_reporting.counting import Outcome
from banen_reporting.queries.rows import Order

T = TypeVar("T")
WRITTEN = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")

RuleSetId = Annotated[str | None, Query(alias="ruleSet", max_length=60)]
OtherRuleSetId = Annotated[str | None, Query(alias="otherRuleSet", max_length=60)]
KnownOn = Annotated[Day | None, Query(alias="knownOn")]
OtherKnownOn = Annotated[Day | None, Query(alias="otherKnownOn")]
Until = Annotated[Day | None, Query(alias="happenedUntil")]
Month = Annotated[
    Annotated[str, StringConstraints(pattern=r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$")] | None, Query()
]
Filter = Annotated[str | None, Query(max_length=80)]
Verdict = Annotated[Outcome | None, Query()]
Sort = Annotated[Order | None, Query()]
PageNumber = Annotated[int | None, Query(ge=1, le=100_000)]
Position = Annotated[int | None, Query(ge=0, le=10**12)]
Cursor = Annotated[str | None, Query(max_length=400)]
Limit = Annotated[int, Query(ge=1, le=200)]


def as_in_forms(value: object) -> object:
    """An empty field is as if it were not there; a day may be written as people do, 8-5-2008."""
    found = WRITTEN.fullmatch(value.strip()) if isinstance(value, str) else None
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else value or None


OfForm: TypeAlias = Annotated[T, BeforeValidator(as_in_forms)]
"""For forms, which send an empty field as an empty string."""
