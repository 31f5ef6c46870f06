"""Persons' keys: one random key per person per partner, wrapped by the partner's master key, in a database of its own.

A destroyed key leaves a tombstone; only a tombstone means erased. A key that cannot be had for any other reason is an
error, never an erasure.
"""

import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import new as hmac
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from banen_kit.coalesce import Coalescer
from banen_kit.postgres import Pool, reachable
from banen_kit.store import StoreRefusesToStart

MASTER_CHECK = "master-key-check"
"""Nobody's key: the first one made, to tell at the start whether the master key is still the same."""


class Keys(Protocol):
    """Where the keys of one partner's persons are kept."""

    async def keys_for(self, persons: Iterable[str]) -> Mapping[str, bytes | None]:
        """Each person's key of 32 bytes, made at first use; None (the tombstone) if it was destroyed.

        Raises `StoreUnavailable`.
        """
        ...

    def fingerprint(self, text: bytes, key: bytes | None = None) -> str:
        """HMAC-SHA-256 under a person's key, or under the partner's."""
        ...


class MasterKey:
    """The partner's key of keys, out of a local file that nobody else can read."""

    def __init__(self, secret: bytes) -> None:
        self._wrapping = hmac(secret, b"banen/wrap", sha256).digest()
        self._printing = hmac(secret, b"banen/fingerprint", sha256).digest()

    @classmethod
    def read(cls, path: Path) -> "MasterKey":
        """Raises `StoreRefusesToStart` on a file that others can read, or that holds no key."""
        if not path.is_file():
            raise StoreRefusesToStart(f"The master key file {path.name} does not exist.")
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise StoreRefusesToStart(f"The master key file {path.name} can be read by others; chmod 600 it.")
        try:
            secret = bytes.fromhex(path.read_text("ascii").strip())
        except ValueError:
            # Not `from` the first error, which may quote the file.
            raise StoreRefusesToStart(
                f"The master key file {path.name} holds something else than hexadecimal."
            ) from None
        if len(secret) < 32:
            raise StoreRefusesToStart(
                f"The master key file {path.name} holds less than 32 bytes in hexadecimal."
            )
        return cls(secret)

    def wrap(self, key: bytes) -> bytes:
        return aes_key_wrap(self._wrapping, key)

    def unwrap(self, wrapped: bytes) -> bytes:
        return aes_key_unwrap(self._wrapping, wrapped)

    def fingerprint(self, text: bytes, key: bytes | None = None) -> str:
        under = self._printing if key is None else hmac(key, b"banen/fingerprint", sha256).digest()
        return hmac(under, text, sha256).hexdigest()


@dataclass
class MemoryKeys:
    """Keys in memory, for tests."""

    master: MasterKey = field(default_factory=lambda: MasterKey(bytes(32)))
    kept: dict[str, bytes | None] = field(default_factory=dict[str, bytes | None])

    async def keys_for(self, persons: Iterable[str]) -> Mapping[str, bytes | None]:
        return {person: self.kept.setdefault(person, os.urandom(32)) for person in set(persons)}

    def fingerprint(self, text: bytes, key: bytes | None = None) -> str:
        return self.master.fingerprint(text, key)


class PostgresKeys:
    """Keys in their own PostgreSQL cluster, through a role that may only call `keys_for`."""

    def __init__(self, pool: Pool, master: MasterKey) -> None:
        self._pool = pool
        self._master = master
        self._callers = Coalescer[str, bytes | None](self._fetch, key=lambda person: person, workers=2)

    async def keys_for(self, persons: Iterable[str]) -> Mapping[str, bytes | None]:
        return {person: await self._callers.ask(person) for person in set(persons)}

    async def refuse_other_master(self) -> None:
        """Raises `StoreRefusesToStart` when the keys were wrapped by another master key than ours."""
        try:
            await self.keys_for([MASTER_CHECK])
        except InvalidUnwrap as error:
            raise StoreRefusesToStart(
                "The persons' keys were wrapped by another master key; use the one that they were made with."
            ) from error

    async def _fetch(self, persons: Sequence[str]) -> Sequence[bytes | None]:
        fresh = [self._master.wrap(os.urandom(32)) for _ in persons]
        async with reachable():
            rows = await self._pool.fetch(
                "select person, wrapped from keys_for($1, $2)", list(persons), fresh
            )
        wrapped = {str(row["person"]): row["wrapped"] for row in rows}
        return [
            None if wrapped[person] is None else self._master.unwrap(wrapped[person]) for person in persons
        ]

    def fingerprint(self, text: bytes, key: bytes | None = None) -> str:
        return self._master.fingerprint(text, key)
