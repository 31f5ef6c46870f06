"""Refusals over HTTP: `application/problem+json` (RFC 9457) with a stable code and the wrong field."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.responses import JSONResponse
from pydantic.json_schema import SkipJsonSchema

from banen_kit.core.answer_language import answer_language
from banen_kit.core.shapes import Shape

MEDIA_TYPE = "application/problem+json"
NAME = re.compile(r"[a-z][A-Za-z0-9_]{0,40}|[0-9]{1,6}")
"""Names of our fields, and indexes of lists."""
MOST_ERRORS = 10
"""The most fields named in one problem; further ones are only counted."""
MOST_CHANGES = 20
"""The most changes named in one problem: the newest."""


@dataclass(frozen=True)
class FieldError:
    field: str
    detail: str


@dataclass(frozen=True)
class Change:
    """What was recorded since: the version to which it brought the record, and the type of the event."""

    version: int
    event: str


class ProblemDetails(Shape, frozen=True):
    """A refusal: `code` is stable, `detail` is for people, and `field` names the input at fault."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str | SkipJsonSchema[None] = None
    errors: list[FieldError] | SkipJsonSchema[None] = None
    """All wrong fields, if there are several; at most ten."""
    more_errors: int | SkipJsonSchema[None] = None
    """How many wrong fields are not listed."""
    changes: list[Change] | SkipJsonSchema[None] = None
    """What was recorded since the version that the caller saw; the newest twenty."""
    references: list[str] | SkipJsonSchema[None] = None
    """The records because of which it was refused."""


class Problem(Exception):
    """A request that cannot be carried out. `code` is stable, `detail` is for people, in English."""

    more_errors = 0
    """How many wrong fields are not among `errors`."""
    references: Sequence[str] = ()
    """The records because of which the domain refused."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        field: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        changes: Sequence[Change] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.errors = errors
        self.changes = changes
        self.headers = dict(headers or {})

    def to_json(self) -> dict[str, Any]:
        """In the language of the answer; `errors` and `changes` are in English."""
        details = ProblemDetails(
            type=f"urn:banen:problem:{self.code}",
            title=self.code.replace("-", " "),
            status=self.status,
            code=self.code,
            detail=answer_language().sentences.get(self.code, self.detail),
            field=self.field,
            errors=[*self.errors] or None,
            more_errors=self.more_errors or None,
            changes=[*self.changes[-MOST_CHANGES:]] or None,
            references=[*self.references] or None,
        )
        return details.model_dump(by_alias=True, exclude_none=True)

    def response(self) -> JSONResponse:
        headers = {**answer_language().headers, **self.headers}
        return JSONResponse(self.to_json(), self.status, headers, MEDIA_TYPE)


def invalid(errors: Sequence[FieldError], more_errors: int = 0) -> Problem:
    """A 400 for invalid input. Names the first ten fields, never a value. `more_errors` are those that the caller left out."""
    first = errors[0]
    detail = f"{first.field}: {first.detail}"
    problem = Problem(400, "invalid-input", detail, first.field, errors=errors[:MOST_ERRORS])
    problem.more_errors = more_errors + max(0, len(errors) - MOST_ERRORS)
    return problem


def field_of(place: Sequence[int | str]) -> str:
    """The path of a field in the input. Names chosen by the sender are repeated only if they look like ours."""
    parts = [str(part) for part in place if part not in ("body", "query")]
    return ".".join(part if NAME.fullmatch(part) else "(unknown)" for part in parts) or "body"
