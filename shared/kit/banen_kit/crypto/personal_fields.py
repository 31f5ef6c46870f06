"""Personal fields of stored events: written encrypted, and decrypted only on request.

A stored event declares `name: Annotated[Personal[str], Of("candidate_ref")]`. Such a field holds one of three things:
`Open` (a value that never reaches JSON), `Sealed` (AES-256-GCM under the person's key) or `Erased` (the key was
destroyed). Decisions may pass these on, but never look inside.
"""

import base64
import json
import os
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, Generic, Optional, TypeAlias, TypeGuard, TypeVar, cast, get_args
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")


class CannotOpen(Exception):
    """A sealed field could not be decrypted with its person's key: it was moved, or the key is a different one."""


class _Held:
    """Base class of the three things a personal field may hold. Pydantic passes instances through unchanged."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.is_instance_schema(cls)


class Open(_Held, Generic[T]):
    """A personal value in the clear. Its `repr` hides the value, so no log or error shows it.

    Not a dataclass: pydantic would write a dataclass to JSON, but it refuses to serialise this class.
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


def opened(value: T | None) -> Open[T] | None:
    """For a personal field that may be missing."""
    return None if value is None else Open(value)


@dataclass(frozen=True)
class Place:
    """Where a field was sealed. The place is bound into the ciphertext, so a sealed field cannot be moved elsewhere."""

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
    """What a personal field reads as after its person's key was destroyed."""

    person: str


Personal: TypeAlias = Open[T] | Sealed | Erased


@dataclass(frozen=True)
class Of:
    """Names the field of the same event that holds the reference of the person to whom a personal field belongs."""

    field: str


@dataclass(frozen=True)
class IsPerson:
    """Marks a reference to a person. The person's key is stored under this reference."""


PersonRef: TypeAlias = Annotated[UUID, IsPerson()]
"""The reference of a person whom the event concerns, whether or not it holds personal fields."""


def persons_of(event_type: type[BaseModel]) -> dict[str, str]:
    """Returns the personal fields of an event class, each with the field that holds the person's reference."""
    return {
        name: mark.field
        for name, field in event_type.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Of)
    }


@cache
def references_of(event_type: type[BaseModel]) -> frozenset[str]:
    """Returns the fields of an event class that refer to a person whom the event concerns.

    Raises `TypeError` if a `PersonRef` is nested inside another type, where it would not be found.
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
    """Encrypts a value (anything that JSON can hold) with its person's key."""
    nonce = os.urandom(12)
    text = json.dumps(value, ensure_ascii=False).encode()
    return Sealed(person, nonce, AESGCM(key).encrypt(nonce, text, place.bound_to(person)), place)


def unseal(sealed: Sealed, key: bytes) -> Open[Any]:
    """Decrypts. Raises `CannotOpen`, also when the field was moved from where it was sealed."""
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
