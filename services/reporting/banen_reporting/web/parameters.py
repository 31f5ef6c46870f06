"""The query parameters of the figures, for API and pages."""

from typing import Annotated, TypeAlias, TypeVar

from fastapi import Query
from pydantic import BeforeValidator, StringConstraints

from banen_contracts.base import Day
from banen_reporting.counting import Outcome

T = TypeVar("T")

RuleSetId = Annotated[str | None, Query(alias="ruleSet", max_length=60)]
KnownOn = Annotated[Day | None, Query(alias="knownOn")]
Until = Annotated[Day | None, Query(alias="happenedUntil")]
Month = Annotated[
    Annotated[str, StringConstraints(pattern=r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$")] | None, Query()
]
Filter = Annotated[str | None, Query(max_length=80)]
Verdict = Annotated[Outcome | None, Query()]
Cursor = Annotated[str | None, Query(max_length=400)]
Limit = Annotated[int, Query(ge=1, le=200)]


def none_if_empty(value: object) -> object:
    return value or None


OfForm: TypeAlias = Annotated[T, BeforeValidator(none_if_empty)]
"""For forms, which send an empty field as an empty string."""
