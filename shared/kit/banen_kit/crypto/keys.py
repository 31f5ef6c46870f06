"""Persons' keys, as everybody else sees them: one random key per reference, and links between a person's references.

A destroyed key leaves a tombstone; only a tombstone means erased. A key that cannot be had for any other reason is an
error, never an erasure. What an adapter must hold is written as a conformance suite in `tests/integration/kit/test_keys.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import new as hmac
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from banen_kit.core.errors import StoreUnavailable

MASTER_CHECK = "master-key-check"
"""Nobody's key: the first one made, to tell at the start whether the master key is still the same."""
PARTNER_FINGERPRINT = "partner-fingerprint"
"""Nobody's key: the partner's own, for fingerprints of requests that concern no person."""
PARTNER_SIGNING = "partner-signing"
"""Nobody's key: the seed of the key with which the partner signs what it certifies."""

NOT_YET = "a key was not destroyed yet, or an old copy of it is still on the disk"


class KeyMissing(StoreUnavailable):
    """A person's key is not there and there is no tombstone either: the keys are of another time than the events."""


class MasterKeyDiffers(StoreUnavailable):
    """A person's key was wrapped by another master key than ours."""


class NotDestroyed(StoreUnavailable):
    """Keys were overwritten, but old copies are still on the disk; destroying them again goes on from there."""


@dataclass(frozen=True)
class Destroyed:
    """A reference whose key was destroyed."""

    person: str
    at: datetime
    gone_at: datetime
    """When no copy of it was left on the cluster's disk: a backup that was made before may hold one."""
    already: bool
    """Whether it had been destroyed before this call."""


class Keys(Protocol):
    """Where the keys of one partner's persons are kept, a person being a reference to one.

    All methods raise `StoreUnavailable`.
    """

    async def keys_for(self, persons: Iterable[str]) -> Mapping[str, bytes | None]:
        """Each person's key of 32 bytes, made at first use; None (the tombstone) if it was destroyed.

        Raises `ReferenceTaken`.
        """
        ...

    async def find_keys(self, persons: Iterable[str]) -> Mapping[str, bytes | None]:
        """The same without making any, as it is now: a person whose key was never made is not in it."""
        ...

    async def link(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Record which references are one person. Raises `PersonErased`, and then records none of them."""
        ...

    async def linked(self, person: str) -> frozenset[str]:
        """Every reference to the same person, through however many links, this one included."""
        ...

    async def destroy(self, persons: Iterable[str], *, alone: bool = False) -> list[Destroyed]:
        """Destroy the keys of these persons and, unless they go alone, of everything linked to them.

        Says so of all of them, in order of reference, when no copy is left. Destroying again changes nothing.
        Raises `NotDestroyed`.
        """
        ...

    async def destroyed(self, person: str, *, alone: bool) -> list[Destroyed]:
        """What `destroy` did of this person, in order of reference; changes nothing.

        Raises `NotDestroyed` where a key or a copy of it is left.
        """
        ...

    async def left_to_destroy(
        self, erased: Iterable[str], alone: Iterable[str], pairs: Iterable[tuple[str, str]]
    ) -> frozenset[str]:
        """Of these persons, and of whoever is linked to somebody destroyed, those whose keys still exist.

        Those who went alone do not count for whoever is linked to them.

        Records the links first, for after a restore they may be missing.
        """
        ...

    async def fingerprint(self, text: bytes, key: bytes | None = None) -> str:
        """HMAC-SHA-256 under a person's key, or under the partner's."""
        ...

    async def signing_key(self) -> Ed25519PrivateKey:
        """The key with which this partner signs what it certifies; it stays the same when the master key changes."""
        ...


async def sealing_key(keys: Keys, person: str) -> bytes | None:
    """The key under which something was sealed before; it is never made here. Raises `KeyMissing`."""
    found = await keys.find_keys([person])
    if person not in found:
        raise KeyMissing("a key under which something is sealed is not there, and was not destroyed either")
    return found[person]


def fingerprint_under(key: bytes, text: bytes) -> str:
    return hmac(hmac(key, b"banen/fingerprint", sha256).digest(), text, sha256).hexdigest()
