"""Refusals on the wire: `application/problem+json` (RFC 9457) with a stable code and the field at fault."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.responses import JSONResponse
from pydantic.json_schema import SkipJsonSchema

from banen_kit.core.shapes import Shape

MEDIA_TYPE = "application/problem+json"
NAME = re.compile(r"[a-z][A-Za-z0-9_]{0,40}|[0-9]{1,6}")
"""How fields are called here, and places in a list."""
MOST_ERRORS = 10
"""Named in one problem; of more, only their number."""


@dataclass(frozen=True)
class FieldError:
    field: str
    detail: str


class ProblemDetails(Shape, frozen=True):
    """A refusal: `code` is stable, `detail` is for people, and `field` names the input at fault."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str | SkipJsonSchema[None] = None
    errors: list[FieldError] | SkipJsonSchema[None] = None
    """Every field at fault, where there are several; the first ten."""
    more_errors: int | SkipJsonSchema[None] = None
    """How many fields at fault are not named."""


class Problem(Exception):
    """A request that cannot be honoured. `code` is stable, `detail` is for people."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        field: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        more: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.errors = errors
        self.more = more
        self.headers = dict(headers or {})

    def to_json(self) -> dict[str, Any]:
        details = ProblemDetails(
            type=f"urn:banen:problem:{self.code}",
            title=self.code.replace("-", " "),
            status=self.status,
            code=self.code,
            detail=self.detail,
            field=self.field,
            errors=[*self.errors] or None,
            more_errors=self.more or None,
        )
        return details.model_dump(by_alias=True, exclude_none=True)

    def response(self) -> JSONResponse:
        return JSONResponse(self.to_json(), self.status, self.headers, MEDIA_TYPE)


def invalid(errors: Sequence[FieldError], more: int = 0) -> Problem:
    """Input of the wrong shape: 400, naming the fields and how many more, never the value that was given."""
    first = errors[0]
    detail = f"{first.field}: {first.detail}"
    return Problem(400, "invalid-input", detail, first.field, errors=errors, more=more)


def field_of(place: Sequence[int | str]) -> str:
    """Where in the input it is. A name that the sender made up is repeated only where it could be one of ours."""
    parts = [str(part) for part in place if part not in ("body", "query")]
    return ".".join(part if NAME.fullmatch(part) else "(unknown)" for part in parts) or "body"
