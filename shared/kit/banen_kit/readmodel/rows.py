"""Rows of lists as they stand in their table: plain fields in the clear, personal ones sealed as in the event they come from."""

import base64
import json
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from banen_kit.application.read_model import ReadModel, Row
from banen_kit.core.decider import PersonErased
from banen_kit.crypto.keys import open_with
from banen_kit.crypto.personal_fields import Erased, Open, Place, Sealed

Keys: TypeAlias = Mapping[str, bytes | None]


def to_text(model: ReadModel, row: Row) -> str:
    body = row.model_dump(mode="json", exclude=set(model.personal), exclude_defaults=True)
    for name in model.personal:
        value: object = getattr(row, name)
        if isinstance(value, Sealed):
            body[name] = _sealed_to_json(value)
    return json.dumps(body, ensure_ascii=False)


def from_text(model: ReadModel, text: str) -> Row:
    body: dict[str, Any] = json.loads(text)
    for name in model.personal & body.keys():
        body[name] = _sealed_from_json(body[name])
    return model.row.model_validate(body)


def _sealed_to_json(value: Sealed) -> list[Any]:
    place = value.place
    return [
        value.person,
        base64.b64encode(value.nonce).decode(),
        base64.b64encode(value.ciphertext).decode(),
        str(place.event_id),
        place.type,
        place.schema_version,
        place.field,
    ]


def _sealed_from_json(value: list[Any]) -> Sealed:
    person, nonce, ciphertext, event_id, kind, version, name = value
    place = Place(UUID(event_id), kind, version, name)
    return Sealed(person, base64.b64decode(nonce), base64.b64decode(ciphertext), place)


def sealed_in(model: ReadModel, row: Row) -> dict[str, Sealed]:
    values = {name: getattr(row, name) for name in model.personal}
    return {name: value for name, value in values.items() if isinstance(value, Sealed)}


def persons_in(model: ReadModel, row: Row) -> set[str]:
    return {value.person for value in sealed_in(model, row).values()}


def opened_in(model: ReadModel, row: Row, keys: Keys) -> dict[str, Any]:
    """The personal values of a row. Raises `PersonErased` if a key of it was destroyed, `KeyMissing`, `CannotOpen`."""
    opened = {name: open_with(keys, value) for name, value in sealed_in(model, row).items()}
    if any(isinstance(value, Erased) for value in opened.values()):
        raise PersonErased
    return {name: value.value for name, value in opened.items() if isinstance(value, Open)}


def column_type(kind: Any) -> str:
    """The type of the column of a field."""
    if kind is date:
        return "date"
    if kind is bool:
        return "boolean"
    if kind is int:
        return "bigint"
    return "text"


def column_value(value: object) -> object:
    if isinstance(value, StrEnum | UUID):
        return str(value)
    return value
