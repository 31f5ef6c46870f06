"""Fields of stored events that belong to a person: written encrypted, read back only where somebody asks.

A stored event declares `name: Annotated[Personal[str], Of("candidate_ref")]`. Such a field holds one of three things:
`Open` (a value that never reaches JSON), `Sealed` (AES-256-GCM under the person's key) or `Erased` (the key is gone
for good). Decisions may move these about and never look inside.
"""

import base64
import json
import os
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, Optional, TypeAlias, TypeGuard, TypeVar, cast, get_args
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")


class CannotOpen(Exception):
    """A sealed field did not open under its person's key: it was moved, or the key is not the one it had."""


class _Held:
    """One of the three things that a personal field may hold; pydantic passes instances through untouched."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.is_instance_schema(cls)


class Open(_Held, Generic[T]):
    """A personal value in the clear. Its `repr` hides it, so that no log or error shows it.

    Not a dataclass: pydantic would write the fields of one into JSON; of this it says that it cannot.
    """

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value: Final = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Open) and bool(self.value == cast("Open[Any]", other).value)

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return "Open(…)"


@dataclass(frozen=True)
class Place:
    """Where a field was sealed. It is bound into the ciphertext, so a sealed field cannot be moved elsewhere."""

    event_id: UUID
    type: str
    schema_version: int
    field: str

    def bound_to(self, person: str) -> bytes:
        return f"{self.event_id}|{self.type}|{self.schema_version}|{self.field}|{person}".encode()


@dataclass(frozen=True)
class Sealed(_Held):
    """A personal value as it is stored, with the place where it was sealed."""

    person: str
    nonce: bytes
    ciphertext: bytes
    place: Place

    def to_json(self) -> dict[str, Any]:
        return {
            "v": 1,
            "kid": self.person,
            "nonce": base64.b64encode(self.nonce).decode(),
            "ct": base64.b64encode(self.ciphertext).decode(),
        }


@dataclass(frozen=True)
class Erased(_Held):
    """What a personal field reads as once its person's key is destroyed."""

    person: str


Personal: TypeAlias = Open[T] | Sealed | Erased


@dataclass(frozen=True)
class Of:
    """Marks whose a personal field is: the name of the field of the same event that holds the person's reference."""

    field: str


@dataclass(frozen=True)
class IsPerson:
    """Marks a reference as that of a person, whose key is kept under it."""


PersonRef: TypeAlias = Annotated[UUID, IsPerson()]
"""The reference of a person whom the event concerns, whether or not it holds personal fields."""


def persons_of(event_type: type[BaseModel]) -> dict[str, str]:
    """The personal fields of an event class, each with the field that names its person."""
    return {
        name: mark.field
        for name, field in event_type.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Of)
    }


def references_of(event_type: type[BaseModel]) -> frozenset[str]:
    """The fields of an event class that name a person whom the event concerns.

    Raises `TypeError` on a `PersonRef` inside of something, where nobody would look for it.
    """
    named: set[str] = set(persons_of(event_type).values())
    for name, field in event_type.model_fields.items():
        annotation: object = (
            Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        )
        if not _has_mark(annotation):
            continue
        if annotation not in (PersonRef, Optional[PersonRef]):  # noqa: UP045 - a value here, not a type
            raise TypeError(f"{event_type.__name__}.{name} must be a PersonRef, or one or None")
        named.add(name)
    return frozenset(named)


def _has_mark(annotation: object) -> bool:
    return isinstance(annotation, IsPerson) or any(
        _has_mark(part) for part in (*get_args(annotation), *getattr(annotation, "__metadata__", ()))
    )


def seal(value: object, key: bytes, person: str, place: Place) -> Sealed:
    """Encrypt a value (anything that JSON can hold) under its person's key."""
    nonce = os.urandom(12)
    text = json.dumps(value, ensure_ascii=False).encode()
    return Sealed(person, nonce, AESGCM(key).encrypt(nonce, text, place.bound_to(person)), place)


def unseal(sealed: Sealed, key: bytes) -> Open[Any]:
    """Decrypt. Raises `CannotOpen`, also when the field was moved from where it was sealed."""
    try:
        text = AESGCM(key).decrypt(sealed.nonce, sealed.ciphertext, sealed.place.bound_to(sealed.person))
    except InvalidTag as error:
        raise CannotOpen(f"{sealed.place.type}.{sealed.place.field} does not open") from error
    return Open(json.loads(text))


def is_sealed_json(value: object) -> TypeGuard[dict[str, str]]:
    """Whether a JSON value is a sealed field as `Sealed.to_json` writes it."""
    return isinstance(value, dict) and value.keys() == {"v", "kid", "nonce", "ct"}


def from_json(value: dict[str, str], place: Place) -> Sealed:
    return Sealed(value["kid"], base64.b64decode(value["nonce"]), base64.b64decode(value["ct"]), place)
