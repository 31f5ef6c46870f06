"""Persons' keys as other modules see them: one random key per reference, and links between references of one person.

A destroyed key leaves a tombstone. Only a tombstone means "erased"; a key that is missing for any other reason is an
error. `tests/integration/kit/test_keys.py` is the conformance suite for adapters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import new as hmac
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from banen_kit.core.errors import StoreUnavailable
from banen_kit.crypto.personal_fields import Erased, Open, Sealed, unseal

MASTER_CHECK = "master-key-check"
"""Not a person: the first key made. At start it shows whether the master key is still the same."""
PARTNER_FINGERPRINT = "partner-fingerprint"
"""Not a person: the partner's key for fingerprints of requests that concern no person."""
PARTNER_SIGNING = "partner-signing"
"""Not a person: the seed of the key with which the partner signs certificates."""

NO_KEY = "a key under which something is sealed is not there, and was not destroyed either"
NOT_YET = "a key was not destroyed yet, or an old copy of it is still on the disk"


class KeyMissing(StoreUnavailable):
    """Neither a key nor a tombstone exists for a person: the keys and the events are backups of different moments."""


class MasterKeyDiffers(StoreUnavailable):
    """A person's key was wrapped with a master key that we do not have."""


class NotDestroyed(StoreUnavailable):
    """Keys were overwritten, but old copies are still on disk. Calling `destroy` again continues from there."""


@dataclass(frozen=True)
class Destroyed:
    """A reference whose key was destroyed."""

    person: str
    at: datetime
    gone_at: datetime
    """When no copy was left on the cluster's disk. An older backup may still hold one."""
    already: bool
    """Whether it had been destroyed before this call."""


class Keys(Protocol):
    """Stores the keys of one partner's persons. A "person" here is a reference to one.

    All methods raise `StoreUnavailable`.
    """

    async def keys_for(self, persons: Iterable[str]) -> Mapping[str, bytes | None]:
        """Returns each person's 32-byte key, creating it if needed; None (the tombstone) if it was destroyed.

        Raises `ReferenceTaken`.
        """
        ...

    async def find_keys(self, persons: Iterable[str]) -> Mapping[str, bytes | None]:
        """Like `keys_for`, but creates no key and uses no cached key. A person who never had a key is not in the result."""
        ...

    async def link(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Records which references are the same person. Raises `PersonErased`; then nothing is recorded."""
        ...

    async def linked(self, person: str) -> frozenset[str]:
        """Returns every reference to the same person, through any number of links, including this one."""
        ...

    async def destroy(self, persons: Iterable[str], *, alone: bool = False) -> list[Destroyed]:
        """Destroys the keys of these persons and, unless `alone`, of everything linked to them.

        Returns all of them, sorted by reference, when no copy is left on disk. Destroying again changes nothing.
        Raises `NotDestroyed`.
        """
        ...

    async def destroyed(self, person: str, *, alone: bool) -> list[Destroyed]:
        """Returns what `destroy` did for this person, sorted by reference; changes nothing.

        Raises `NotDestroyed` if a key or a copy of it is left.
        """
        ...

    async def left_to_destroy(
        self, erased: Iterable[str], alone: Iterable[str], pairs: Iterable[tuple[str, str]]
    ) -> frozenset[str]:
        """Returns those of these persons, and of everybody linked to a destroyed person, whose keys still exist.

        Persons destroyed `alone` do not count for those linked to them. First records the links `pairs`, because a restore
        may have lost them.
        """
        ...

    async def fingerprint(self, text: bytes, key: bytes | None = None) -> str:
        """HMAC-SHA-256 under a person's key, or under the partner's."""
        ...

    async def search_key(self) -> bytes:
        """Returns the key of the hashes by which this partner's persons are found."""
        ...

    async def erased_among(self, persons: Iterable[str]) -> frozenset[str]:
        """Returns those of these references that were erased."""
        ...

    async def signing_key(self) -> Ed25519PrivateKey:
        """Returns the key with which this partner signs certificates. It stays the same when the master key changes."""
        ...


async def sealing_key(keys: Keys, person: str) -> bytes | None:
    """Returns the key that sealed something earlier; never creates one. Raises `KeyMissing`."""
    found = await keys.find_keys([person])
    if person not in found:
        raise KeyMissing(NO_KEY)
    return found[person]


def open_with(keys: Mapping[str, bytes | None], value: Sealed) -> Open[Any] | Erased:
    """Decrypts a field with the keys that were found. Raises `CannotOpen`, `KeyMissing`."""
    if value.person not in keys:
        raise KeyMissing(NO_KEY)
    key = keys[value.person]
    return Erased(value.person) if key is None else unseal(value, key)


def search_key_under(key: bytes) -> bytes:
    return hmac(key, b"banen/search", sha256).digest()


def fingerprint_under(key: bytes, text: bytes) -> str:
    return hmac(hmac(key, b"banen/fingerprint", sha256).digest(), text, sha256).hexdigest()
