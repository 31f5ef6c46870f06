"""Checks of incoming commands beyond the types of their fields: past days against today, and random references."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any, Final, cast, get_args, get_type_hints
from uuid import UUID

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from banen_kit.core.days import Past
from banen_kit.core.decider import Command
from banen_kit.core.problem import FieldError, invalid
from banen_kit.core.references import SHOULD_BE_RANDOM, is_random

HAPPENED: Final = "occurred_on"
"""In every command with this field, its day must be in the past."""


def refuse_unfit(command: Command, today: date) -> None:
    """Raises `Problem` 400 that names the fields."""
    errors = [
        FieldError(".".join(map(_named, place)), fault)
        for place, value, past in _values(command, ())
        if (fault := _fault(value, past, today))
    ]
    if errors:
        raise invalid(errors)


def _fault(value: object, past: Past | None, today: date) -> str | None:
    if isinstance(value, UUID) and not is_random(value):
        return SHOULD_BE_RANDOM
    return past.fault(value, today) if past is not None and isinstance(value, date) else None


def _values(
    value: object, place: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Any, Past | None]]:
    """Yields every reference and day in a command, at any depth, with the limits of that day."""
    if isinstance(value, BaseModel):
        pasts = past_days(type(value))
        for name in type(value).model_fields:
            inside = getattr(value, name)
            if name in pasts:
                yield (*place, name), inside, pasts[name]
            else:
                yield from _values(inside, (*place, name))
    elif isinstance(value, tuple | list):
        for index, one in enumerate(cast("Iterable[object]", value)):
            yield from _values(one, (*place, index))
    else:
        yield place, value, None


@cache
def past_days(model: type[BaseModel]) -> dict[str, Past]:
    """Returns the fields that must hold a day in the past."""
    hints = get_type_hints(model, include_extras=True)
    found = {name: mark for name in model.model_fields if (mark := _past_in(hints[name])) is not None}
    return found | ({HAPPENED: Past()} if HAPPENED in model.model_fields else {})


def _past_in(annotation: object) -> Past | None:
    if isinstance(annotation, Past):
        return annotation
    parts = (*get_args(annotation), *getattr(annotation, "__metadata__", ()))
    return next((mark for part in parts if (mark := _past_in(part)) is not None), None)


def _named(part: str | int) -> str:
    return to_camel(part) if isinstance(part, str) else str(part)
