"""Recognises a repeated command: its events have the same ids, and a fingerprint tells whether the request is the same."""

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
    """Why events happen: which command, because of what, and as known since when."""

    command_id: UUID
    correlation_id: UUID
    causation_id: UUID
    now: datetime
    """The database's, as last measured; it orders nothing."""
    request: bytes = b""
    """The canonical request, of which a fingerprint is kept to tell a repeat from a reused key."""
    known_at: datetime | None = None

    def event_id(self, index: int) -> UUID:
        """The same command always yields the same ids, so repeats can be recognised wherever they arrive."""
        return uuid5(self.command_id, str(index))


async def fingerprint(
    request: bytes, persons: Sequence[str], found: Mapping[str, bytes | None], keys: Keys
) -> str:
    """It goes with the key of any of these persons. Raises `PersonErased`, `StoreUnavailable`."""
    return await keys.fingerprint(request, _joined(persons, found))


async def is_repeat(record: StoredRecord, request: bytes, keys: Keys) -> bool:
    """Whether the event came from this very request, and not from another under the same key.

    Raises `PersonErased` when that can no longer be told, `StoreUnavailable`.
    """
    metadata: dict[str, Any] = json.loads(record.metadata)
    persons: list[str] = metadata["fingerprintOf"]
    found = {person: await sealing_key(keys, person) for person in persons}
    return metadata["fingerprint"] == await fingerprint(request, persons, found, keys)


def _joined(persons: Sequence[str], keys: Mapping[str, bytes | None]) -> bytes | None:
    """One key out of all of theirs, so that it is gone with any of them; None where it is about nobody.

    Raises `PersonErased`.
    """
    found: list[bytes] = []
    for person in persons:
        key = keys[person]
        if key is None:
            raise PersonErased
        found.append(key)
    return sha256(b"".join(found)).digest() if found else None
