"""Keys in memory, for unit tests. They pass the same conformance suite as the keys in PostgreSQL."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from banen_kit.core.decider import PersonErased
from banen_kit.crypto.keys import (
    NOT_YET,
    PARTNER_FINGERPRINT,
    PARTNER_SIGNING,
    Destroyed,
    NotDestroyed,
    fingerprint_under,
    search_key_under,
)


@dataclass
class MemoryKeys:
    """Holds keys and links in dictionaries."""

    kept: dict[str, bytes | None] = field(default_factory=dict[str, bytes | None])
    links: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    destroyed_at: dict[str, datetime] = field(default_factory=dict[str, datetime])
    alone: set[str] = field(default_factory=set[str])
    of_partner: dict[str, bytes] = field(default_factory=dict[str, bytes])

    async def keys_for(self, persons: Iterable[str]) -> Mapping[str, bytes | None]:
        return {person: self.kept.setdefault(person, os.urandom(32)) for person in set(persons)}

    async def find_keys(self, persons: Iterable[str]) -> Mapping[str, bytes | None]:
        return {person: self.kept[person] for person in set(persons) if person in self.kept}

    async def link(self, pairs: Iterable[tuple[str, str]]) -> None:
        pairs = list(pairs)
        for pair in pairs:
            for person in pair:
                if any(self._is_erased(other) for other in await self.linked(person)):
                    raise PersonErased
        self._record(pairs)

    async def linked(self, person: str) -> frozenset[str]:
        found: set[str] = set()
        ahead = [person]
        while ahead:
            one = ahead.pop()
            if one not in found:
                found.add(one)
                ahead.extend(self.links.get(one, ()))
        return frozenset(found)

    async def destroy(self, persons: Iterable[str], *, alone: bool = False) -> list[Destroyed]:
        wanted = set(persons)
        if alone:
            self.alone |= {person for person in wanted if not self._is_destroyed(person)}
        else:
            wanted = {other for person in wanted for other in await self.linked(person)}
            self.alone -= wanted
        return [self._destroy(person) for person in sorted(wanted)]

    async def destroyed(self, person: str, *, alone: bool) -> list[Destroyed]:
        wanted = frozenset({person}) if alone else await self.linked(person)
        if not all(self._is_destroyed(one) for one in wanted):
            raise NotDestroyed(NOT_YET)
        return [self._destroy(one) for one in sorted(wanted)]

    async def left_to_destroy(
        self, erased: Iterable[str], alone: Iterable[str], pairs: Iterable[tuple[str, str]]
    ) -> frozenset[str]:
        self._record(pairs)
        destroyed = [person for person in self.kept if self._is_erased(person)]
        everybody = {other for person in (*erased, *destroyed) for other in await self.linked(person)}
        everybody |= set(alone)
        return frozenset(person for person in everybody if not self._is_destroyed(person))

    async def fingerprint(self, text: bytes, key: bytes | None = None) -> str:
        return fingerprint_under(key or self._of_partner(PARTNER_FINGERPRINT), text)

    async def search_key(self) -> bytes:
        return search_key_under(self._of_partner(PARTNER_FINGERPRINT))

    async def erased_among(self, persons: Iterable[str]) -> frozenset[str]:
        return frozenset(filter(self._is_destroyed, persons))

    async def signing_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._of_partner(PARTNER_SIGNING))

    def _is_destroyed(self, person: str) -> bool:
        return self.kept.get(person, b"") is None

    def _is_erased(self, person: str) -> bool:
        """Whether this person, or somebody linked to them, was erased together with all linked references."""
        return self._is_destroyed(person) and person not in self.alone

    def _destroy(self, person: str) -> Destroyed:
        already = self._is_destroyed(person)
        self.kept[person] = None
        at = self.destroyed_at.setdefault(person, datetime.now(UTC))
        return Destroyed(person, at, at, already)

    def _record(self, pairs: Iterable[tuple[str, str]]) -> None:
        for a, b in pairs:
            self.links.setdefault(a, set()).add(b)
            self.links.setdefault(b, set()).add(a)

    def _of_partner(self, name: str) -> bytes:
        return self.of_partner.setdefault(name, os.urandom(32))
