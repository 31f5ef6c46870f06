"""Limits on the address and the headers of a request, and refusal of ambiguous ones."""

from collections import Counter
from typing import Final
from unicodedata import category
from urllib.parse import parse_qsl

from starlette.types import Scope

from banen_kit.core.problem import FieldError, Problem, field_of, invalid

MOST_ADDRESS: Final = 8 * 1024
MOST_HEADERS: Final = 64 * 1024
MOST_PARAMETERS: Final = 50
ONCE: Final = frozenset(
    {"authorization", "content-type", "correlation-id", "idempotency-key", "if-match", "purpose"}
)
"""Headers that must not be repeated: a proxy could use another one than we do."""


def refuse_unclear(scope: Scope) -> None:
    """Checks every request before its parameters are used. Raises `Problem`."""
    query: bytes = scope["query_string"]
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if len(scope["path"]) + len(query) > MOST_ADDRESS:
        raise Problem(414, "too-much", f"An address has at most {MOST_ADDRESS} bytes.")
    if sum(len(name) + len(value) for name, value in headers) > MOST_HEADERS:
        raise Problem(431, "too-much", f"The headers have at most {MOST_HEADERS} bytes.")
    often = Counter(name.decode("latin-1").lower() for name, _ in headers)
    twice = sorted(name for name in ONCE if often[name] > 1)
    if twice:
        name = twice[0].title()
        raise invalid([FieldError(name, "stands there twice")])
    if any(is_control(character) for character in scope["path"]):
        raise invalid([FieldError("ref", "holds a control character")])
    if query:
        pairs_of(query)


def pairs_of(written: bytes) -> dict[str, str]:
    """Parses a query or a form, in which each name may occur once. Raises `Problem`."""
    try:
        pairs = parse_qsl(
            written.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except ValueError:
        detail = f"must be UTF-8, percent-encoded, with at most {MOST_PARAMETERS} names"
        raise invalid([FieldError("query", detail)]) from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise invalid([FieldError(field_of((name,)), "stands there twice")])
        if any(map(is_control, value)):
            raise invalid([FieldError(field_of((name,)), "holds a control character")])
        found[name] = value
    return found


def is_control(character: str) -> bool:
    return category(character) == "Cc"
