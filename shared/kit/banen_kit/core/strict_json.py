"""Reads JSON from callers: strictly (RFC 8259, RFC 7493), and no more than a command can need."""

import json
from collections.abc import Iterable
from typing import Any, Final, NoReturn, cast

from banen_kit.core.problem import Problem, field_of

MOST_BYTES: Final = 128 * 1024
"""For one command with its body. The largest one, with every character escaped, fits."""
MOST_VALUES: Final = 1000
"""For one command, in all its objects and lists. The largest command needs about 900."""
MOST_DEPTH: Final = 8


def json_object_of(text: bytes) -> dict[str, Any]:
    """Parses a JSON object. Raises `Problem`, which quotes nothing but the name of a field.

    Refuses duplicate names in an object (readers differ in which they use), NaN and Infinity, encodings other than UTF-8,
    and more bytes, values or depth than the limits above, so that later checks stay cheap.
    """
    if len(text) > MOST_BYTES:
        raise Problem(413, "too-much", f"One command takes at most {MOST_BYTES} bytes.")
    try:
        found: object = json.loads(
            text.decode(), object_pairs_hook=_without_doubles, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError):
        raise Problem(400, "invalid-json", "This is not JSON in UTF-8.") from None
    if not isinstance(found, dict):
        raise Problem(400, "invalid-json", "This must be a JSON object.")
    _refuse_excess(cast("dict[str, Any]", found))
    return cast("dict[str, Any]", found)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_VALUES:
        raise _excess()
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            field = field_of((name,))
            raise Problem(400, "invalid-json", f"{field}: this name stands twice in one object.", field)
        if not _is_text(value):
            field = field_of((name,))
            raise Problem(
                400, "invalid-input", f"{field}: holds half of a character (a lone surrogate).", field
            )
        found[name] = value
    return found


def _is_text(value: object) -> bool:
    """Whether every string in it can be written as UTF-8. Nested objects were checked earlier."""
    if isinstance(value, list):
        return all(map(_is_text, cast("list[object]", value)))
    if not isinstance(value, str) or value.isascii():
        return True
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError


def _refuse_excess(found: dict[str, Any]) -> None:
    left: list[tuple[object, int]] = [(found, 1)]
    number = 0
    while left:
        value, depth = left.pop()
        inside = _inside(value)
        number += len(inside)
        if number > MOST_VALUES or depth > MOST_DEPTH:
            raise _excess()
        left += ((one, depth + 1) for one in cast("Iterable[object]", inside))


def _inside(value: object) -> Any:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value).values()
    return cast("list[Any]", value) if isinstance(value, list) else ()


def _excess() -> Problem:
    detail = f"One command holds at most {MOST_VALUES} values, {MOST_DEPTH} deep."
    return Problem(413, "too-much", detail)
