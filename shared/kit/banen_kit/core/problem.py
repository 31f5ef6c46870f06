"""Refusals on the wire: `application/problem+json` (RFC 9457) with a stable code and the field at fault."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from banen_kit.application.command_handler import KeyReused, KnownAtRefused, VersionMismatch
from banen_kit.application.publishable import Unpublishable
from banen_kit.core.decider import Refused
from banen_kit.eventstore.port import StoreUnavailable, StreamTooLong, WrongVersion

MEDIA_TYPE = "application/problem+json"
NAME = re.compile(r"[a-z][A-Za-z0-9_]{0,40}|[0-9]{1,6}")
"""How fields are called here, and places in a list."""
MOST_ERRORS = 10
"""Named in one problem; of more, only their number."""


@dataclass(frozen=True)
class FieldError:
    field: str
    detail: str


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
        body: dict[str, Any] = {
            "type": f"urn:banen:problem:{self.code}",
            "title": self.code.replace("-", " "),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.field is not None:
            body["field"] = self.field
        if self.errors:
            body["errors"] = [{"field": error.field, "detail": error.detail} for error in self.errors]
        if self.more:
            body["moreErrors"] = self.more
        return body

    def response(self) -> JSONResponse:
        return JSONResponse(self.to_json(), self.status, self.headers, MEDIA_TYPE)


def invalid(errors: Sequence[FieldError], more: int = 0) -> Problem:
    """Input of the wrong shape: 400, naming the fields and how many more, never the value that was given."""
    first = errors[0]
    detail = f"{first.field}: {first.detail}"
    return Problem(400, "invalid-input", detail, first.field, errors=errors, more=more)


def from_validation(error: ValidationError | RequestValidationError | Unpublishable) -> Problem:
    """Names the first fields, without the input: it could be personal."""
    if isinstance(error, ValidationError):
        found: Sequence[Any] = error.errors(include_url=False, include_context=False, include_input=False)
    else:
        found = error.errors()
    errors = [FieldError(field_of(item["loc"]), _said(item)) for item in found[:MOST_ERRORS]]
    return invalid(errors, len(found) - len(errors))


def _said(item: Mapping[str, Any]) -> str:
    """What is wrong, as pydantic says it, but that it quotes a character of what should be a UUID."""
    return "must be a UUID" if str(item.get("type")).startswith("uuid_") else item["msg"]


def field_of(place: Sequence[int | str]) -> str:
    """Where in the input it is. A name that the sender made up is repeated only where it could be one of ours."""
    parts = [str(part) for part in place if part not in ("body", "query")]
    return ".".join(part if NAME.fullmatch(part) else "(unknown)" for part in parts) or "body"


def to_problem(error: Exception) -> Problem:
    """What the caller is told about an error; raises it again if it is not one that callers should know."""
    match error:
        case Problem():
            return error
        case Refused():
            status = 404 if error.code.endswith("-unknown") and error.field is None else 409
            return Problem(status, error.code, error.detail, error.field)
        case RequestValidationError() | Unpublishable():
            return from_validation(error)
        case KeyReused():
            return Problem(
                422, "key-reused", "This Idempotency-Key was used for another request.", "Idempotency-Key"
            )
        case VersionMismatch():
            return Problem(412, "wrong-version", f"If-Match does not hold: {error}.", "If-Match")
        case KnownAtRefused():
            detail = "knownAt lies in the future, or before what is already known about this."
            return Problem(409, "known-at-refused", detail, "knownAt")
        case WrongVersion():
            detail = "Others changed this at the same moment, several times; try again."
            return Problem(503, "busy", detail, headers={"Retry-After": "1"})
        case StoreUnavailable():
            return Problem(503, error.code, error.advice, headers={"Retry-After": "1"})
        case StreamTooLong():
            return Problem(413, "too-much", str(error))
        case _:
            raise error


def install(app: FastAPI) -> None:
    """Answer every refusal as a problem, also those that the framework itself gives; faults are the guard's."""

    async def problem(_: Request, error: Exception) -> JSONResponse:
        return to_problem(error).response()

    async def framework(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        code = {404: "not-found", 405: "method-not-allowed", 413: "too-much"}.get(
            error.status_code, "refused"
        )
        return Problem(error.status_code, code, str(error.detail), headers=error.headers).response()

    for kind in (
        Problem,
        Refused,
        RequestValidationError,
        KeyReused,
        VersionMismatch,
        KnownAtRefused,
        WrongVersion,
        StoreUnavailable,
        StreamTooLong,
        Unpublishable,
    ):
        app.add_exception_handler(kind, problem)
    app.add_exception_handler(HTTPException, framework)
