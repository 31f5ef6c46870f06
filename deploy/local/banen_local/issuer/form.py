"""Reads parameters of a request, each at most once."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from banen_kit.core.problem import Problem
from banen_kit.web.body import limited_body

MOST_BYTES = 8_000
MOST_FIELDS = 30
FORM = "application/x-www-form-urlencoded"


class FormInvalid(Exception):
    """Not a form, too large, or a repeated parameter."""


async def posted(request: Request) -> Mapping[str, str]:
    """Raises `FormInvalid`."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != FORM:
        raise FormInvalid
    try:
        return fields((await limited_body(request, MOST_BYTES)).decode("ascii"))
    except (Problem, UnicodeDecodeError):
        raise FormInvalid from None


def asked(request: Request) -> Mapping[str, str]:
    """The query's parameters. Raises `FormInvalid`."""
    if len(request.url.query) > MOST_BYTES:
        raise FormInvalid
    return fields(request.url.query)


def fields(text: str) -> Mapping[str, str]:
    try:
        found = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise FormInvalid from None
    if len(dict(found)) < len(found):
        raise FormInvalid
    return dict(found)
