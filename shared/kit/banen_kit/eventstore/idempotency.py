"""Recognises a repeated command by the ids of its events, and compares a fingerprint of the request."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from banen_kit.core.decider import PersonErased
from banen_kit.crypto.keys import Keys, sealing_key
from banen_kit.eventstore.port import StoredRecord


@dataclass(frozen=True)
class CommandMetadata:
    """Which command caused the events, what caused the command, and since when the facts are known."""

    command_id: UUID
    correlation_id: UUID
    causation_id: UUID
    now: datetime
    """The database's time, as last measured. It orders nothing."""
    request: bytes = b""
    """The canonical request. Its fingerprint is stored, to tell a repeat from a reused key."""
    known_at: datetime | None = None

    def event_id(self, index: int) -> UUID:
        """Derives the id of an event from the command, so that a repeat is recognised wherever it arrives."""
        return uuid5(self.command_id, str(index))


async def fingerprint(
    request: bytes, persons: Sequence[str], found: Mapping[str, bytes | None], keys: Keys
) -> str:
    """Cannot be checked any more once one of these persons is erased. Raises `PersonErased`, `StoreUnavailable`."""
    return await keys.fingerprint(request, _joined(persons, found))


async def is_repeat(record: StoredRecord, request: bytes, keys: Keys) -> bool:
    """Whether the event came from this same request, and not from another request with the same key.

    Raises `PersonErased` if that can no longer be known, and `StoreUnavailable`.
    """
    metadata: dict[str, Any] = json.loads(record.metadata)
    persons: list[str] = metadata["fingerprintOf"]
    found = {person: await sealing_key(keys, person) for person in persons}
    return metadata["fingerprint"] == await fingerprint(request, persons, found, keys)


def _joined(persons: Sequence[str], keys: Mapping[str, bytes | None]) -> bytes | None:
    """Combines all their keys into one, so that it is lost with any of them. None if there are no persons.

    Raises `PersonErased`.
    """
    found: list[bytes] = []
    for person in persons:
        key = keys[person]
        if key is None:
            raise PersonErased
        found.append(key)
    return sha256(b"".join(found)).digest() if found else None
