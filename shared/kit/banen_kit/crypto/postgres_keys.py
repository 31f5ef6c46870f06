"""Persons' keys in their own PostgreSQL cluster, wrapped with the partner's master key."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import datetime
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from banen_kit.core.decider import PersonErased, ReferenceTaken
from banen_kit.core.errors import StoreRefusesToStart
from banen_kit.crypto.keys import (
    MASTER_CHECK,
    NOT_YET,
    PARTNER_FINGERPRINT,
    PARTNER_SIGNING,
    Destroyed,
    MasterKeyDiffers,
    NotDestroyed,
    fingerprint_under,
    search_key_under,
)
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.shredding import SWEEP_SECONDS, sweep
from banen_kit.postgres.batching import Batcher
from banen_kit.postgres.connection import Pool, reachable

CACHE_SECONDS = 60.0
"""For this long, a key destroyed by another process may still be used to seal. To open, it is always read again."""

Pairs = tuple[tuple[str, str], ...]
Wrapped = tuple[bytes | None, ...]
"""A wrapped key, a tombstone (None), or an empty tuple: no key."""


class KeyCache:
    """Caches keys for a minute and tombstones for ever. After a tombstone is known, no key replaces it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._keys: dict[str, tuple[bytes, float]] = {}  # oldest first
        self._tombstones: set[str] = set()

    def known(self, persons: Iterable[str]) -> dict[str, bytes | None]:
        self._forget_old()
        found: dict[str, bytes | None] = {}
        for person in persons:
            if person in self._tombstones:
                found[person] = None
            elif person in self._keys:
                found[person] = self._keys[person][0]
        return found

    def keep(self, person: str, key: bytes | None, read_at: float) -> bytes | None:
        """Caches a key and returns what is valid now: a key that was read just before its destruction is not cached."""
        if key is None:
            self.bury([person])
        if person in self._tombstones:
            return None
        assert key is not None
        self._keys.pop(person, None)
        self._keys[person] = (key, read_at)
        return key

    def bury(self, persons: Iterable[str]) -> None:
        for person in persons:
            self._tombstones.add(person)
            self._keys.pop(person, None)

    def _forget_old(self) -> None:
        past = self.clock() - CACHE_SECONDS
        while self._keys:
            person, (_, read_at) = next(iter(self._keys.items()))
            if read_at > past:
                return
            del self._keys[person]


class PostgresKeys:
    """Keys in their own cluster, used through a role that may call a few functions and cannot read any table."""

    def __init__(
        self,
        pool: Pool,
        master: MasterKey,
        clock: Callable[[], float] = time.monotonic,
        patience: float = SWEEP_SECONDS,
    ) -> None:
        self._pool = pool
        self._master = master
        self._cache = KeyCache(clock)
        self._patience = patience
        self._makers = Batcher[str, Wrapped](self._make, key=_itself, workers=2)
        self._finders = Batcher[str, Wrapped](self._find, key=_itself, workers=2)
        self._linkers = Batcher[Pairs, bool](self._link, key=_itself, workers=1)
        self._destroyers = Batcher[str, list[Destroyed]](
            partial(self._destroy, alone=False), key=_itself, workers=1
        )
        self._lone_destroyers = Batcher[str, list[Destroyed]](
            partial(self._destroy, alone=True), key=_itself, workers=1
        )

    async def keys_for(self, persons: Iterable[str]) -> Mapping[str, bytes | None]:
        wanted = set(persons)
        found = self._cache.known(wanted)
        found |= await self._ask(self._makers, wanted - found.keys())
        if len(found) < len(wanted):
            raise ReferenceTaken
        return found

    async def find_keys(self, persons: Iterable[str]) -> Mapping[str, bytes | None]:
        wanted = set(persons)
        found = {person: key for person, key in self._cache.known(wanted).items() if key is None}
        return found | await self._ask(self._finders, wanted - found.keys())

    async def link(self, pairs: Iterable[tuple[str, str]]) -> None:
        wanted = tuple(sorted(set(pairs)))
        if wanted and not await self._linkers.ask(wanted):
            raise PersonErased

    async def linked(self, person: str) -> frozenset[str]:
        async with reachable():
            rows = await self._pool.fetch("select person from linked($1)", [person])
        return frozenset(row["person"] for row in rows)

    async def destroy(self, persons: Iterable[str], *, alone: bool = False) -> list[Destroyed]:
        destroyers = self._lone_destroyers if alone else self._destroyers
        answers = await asyncio.gather(*(destroyers.ask(person) for person in sorted(set(persons))))
        # If two of them are linked, the second answer says "already destroyed": the first answer is kept.
        found = {one.person: one for answer in reversed(answers) for one in answer}
        return [found[person] for person in sorted(found)]

    async def destroyed(self, person: str, *, alone: bool) -> list[Destroyed]:
        query = "select person, destroyed_at, swept_at from destroyed_keys($1, $2) order by person"
        async with reachable():
            rows = await self._pool.fetch(query, person, alone)
        if not rows or any(row["swept_at"] is None for row in rows):
            raise NotDestroyed(NOT_YET)
        return [Destroyed(*row, already=True) for row in rows]

    async def left_to_destroy(
        self, erased: Iterable[str], alone: Iterable[str], pairs: Iterable[tuple[str, str]]
    ) -> frozenset[str]:
        pairs = list(pairs)
        arguments = list(erased), list(alone), [a for a, _ in pairs], [b for _, b in pairs]
        async with reachable():
            rows = await self._pool.fetch("select left_to_destroy($1, $2, $3, $4) as person", *arguments)
        return frozenset(row["person"] for row in rows)

    async def fingerprint(self, text: bytes, key: bytes | None = None) -> str:
        return fingerprint_under(key or await self._of_partner(PARTNER_FINGERPRINT), text)

    async def search_key(self) -> bytes:
        return search_key_under(await self._of_partner(PARTNER_FINGERPRINT))

    async def erased_among(self, persons: Iterable[str]) -> frozenset[str]:
        async with reachable():
            rows = await self._pool.fetch("select erased_among($1) as person", list(persons))
        return frozenset(row["person"] for row in rows)

    async def signing_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(await self._of_partner(PARTNER_SIGNING))

    async def refuse_other_master(self) -> None:
        """Raises `StoreRefusesToStart` if the keys were wrapped with a different master key."""
        try:
            # Search first, and create only if missing: a read-only database must not stop the service.
            if MASTER_CHECK not in await self.find_keys([MASTER_CHECK]):
                await self._of_partner(MASTER_CHECK)
        except MasterKeyDiffers as error:
            raise StoreRefusesToStart(
                "The persons' keys were wrapped by another master key; use the one that they were made with."
            ) from error

    async def claim(self, persons: Iterable[str]) -> None:
        """Gives this service the keys of these persons that no service owns yet."""
        async with reachable():
            await self._pool.execute("select claim_keys($1)", list(persons))

    async def _of_partner(self, name: str) -> bytes:
        key = (await self.keys_for([name]))[name]
        assert key is not None, f"{name} was destroyed"
        return key

    async def _ask(self, source: Batcher[str, Wrapped], persons: Set[str]) -> dict[str, bytes | None]:
        missing, found = sorted(persons), dict[str, bytes | None]()
        read_at = self._cache.clock()
        answers = await asyncio.gather(*(source.ask(person) for person in missing))
        for person, answer in zip(missing, answers, strict=True):
            for wrapped in answer:
                found[person] = self._cache.keep(person, self._opened(wrapped), read_at)
        return found

    def _opened(self, wrapped: bytes | None) -> bytes | None:
        if wrapped is None:
            return None
        try:
            return self._renewed_master().unwrap(wrapped)
        except InvalidUnwrap as error:
            raise MasterKeyDiffers("a person's key was wrapped by another master key than ours") from error

    def _renewed_master(self) -> MasterKey:
        try:
            self._master = self._master.renewed()
        except StoreRefusesToStart as error:
            raise MasterKeyDiffers(str(error)) from error
        return self._master

    async def _make(self, persons: Sequence[str]) -> Sequence[Wrapped]:
        master = self._renewed_master()
        fresh = [master.wrap(os.urandom(32)) for _ in persons]
        async with reachable():
            rows = await self._pool.fetch(
                "select person, wrapped from keys_for($1, $2)", list(persons), fresh
            )
        found = {row["person"]: row["wrapped"] for row in rows}
        return [(found[person],) if person in found else () for person in persons]

    async def _find(self, persons: Sequence[str]) -> Sequence[Wrapped]:
        async with reachable():
            rows = await self._pool.fetch("select person, wrapped from find_keys($1)", list(persons))
        found = {row["person"]: row["wrapped"] for row in rows}
        return [(found[person],) if person in found else () for person in persons]

    async def _link(self, groups: Sequence[Pairs]) -> Sequence[bool]:
        rows = [(number, a, b) for number, pairs in enumerate(groups) for a, b in pairs]
        async with reachable():
            refused = await self._pool.fetch(
                "select link_persons($1, $2, $3)", *(list(column) for column in zip(*rows, strict=True))
            )
        numbers = {row[0] for row in refused}
        return [number not in numbers for number in range(len(groups))]

    async def _destroy(self, persons: Sequence[str], *, alone: bool) -> Sequence[list[Destroyed]]:
        query = "select asked, person, destroyed_at, swept_at from destroy_keys($1, $2)"
        async with reachable():
            rows = await self._pool.fetch(query, list(persons), alone)
        self._cache.bury(row["person"] for row in rows)
        unswept = sorted({row["person"] for row in rows if row["swept_at"] is None})
        gone_at: datetime | None = None
        if unswept:
            async with reachable(), self._pool.acquire() as connection:
                await sweep(connection, self._patience)
                gone_at = await connection.fetchval("select mark_swept($1)", unswept)
        answers: dict[str, list[Destroyed]] = {person: [] for person in persons}
        for row in rows:
            swept_at: datetime | None = row["swept_at"]
            gone = swept_at or gone_at
            assert gone is not None, "the sweep marks all of them"
            done = Destroyed(row["person"], row["destroyed_at"], gone, already=swept_at is not None)
            answers[row["asked"]].append(done)
        return [answers[person] for person in persons]


def _itself(question: str | Pairs) -> str | Pairs:
    return question
