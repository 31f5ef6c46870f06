"""Turns errors of the kit and of FastAPI into problems for the caller."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from banen_kit.application.command_handler import KeyReused, KnownAtRefused, VersionMismatch
from banen_kit.application.publishable import Unpublishable
from banen_kit.core.decider import Refused
from banen_kit.core.errors import StoreUnavailable, StreamTooLong, WrongVersion
from banen_kit.core.problem import MOST_ERRORS, Change, FieldError, Problem, field_of, invalid


def from_validation(error: ValidationError | RequestValidationError | Unpublishable) -> Problem:
    """Names the wrong fields, without their values: these could be personal data."""
    if isinstance(error, ValidationError):
        found: Sequence[Any] = error.errors(include_url=False, include_context=False, include_input=False)
    else:
        found = error.errors()
    named = [FieldError(field_of(item["loc"]), _said(item)) for item in found[:MOST_ERRORS]]
    return invalid(named, len(found) - len(named))


def _said(item: Mapping[str, Any]) -> str:
    """Pydantic's message, except for UUIDs: there it would quote a character of the input."""
    return "must be a UUID" if str(item.get("type")).startswith("uuid_") else item["msg"]


def to_problem(error: Exception) -> Problem:
    """Returns what the caller is told about an error; raises it again if callers should not know it."""
    match error:
        case Problem():
            return error
        case Refused():
            status = 404 if error.code.endswith("-unknown") and error.field is None else 409
            problem = Problem(status, error.code, error.detail, error.field)
            problem.references = error.references
            return problem
        case RequestValidationError() | Unpublishable():
            return from_validation(error)
        case KeyReused():
            return Problem(
                422, "key-reused", "This Idempotency-Key was used for another request.", "Idempotency-Key"
            )
        case VersionMismatch():
            detail = f"If-Match does not hold: {error}."
            first = error.actual - len(error.since) + 1
            changes = [Change(version, event) for version, event in enumerate(error.since, first)]
            return Problem(412, "wrong-version", detail, "If-Match", changes=changes)
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
    """Answers every refusal as a problem, also those of FastAPI itself. Unexpected errors are handled by `Guard`."""

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
