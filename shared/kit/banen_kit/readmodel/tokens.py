"""Keyed hashes of what a person is found by. Without the partner's key they say nothing of anybody."""

from collections.abc import Iterable
from hashlib import sha256
from hmac import digest

BYTES = 8


def token(key: bytes, text: str) -> int:
    """A number that PostgreSQL can hold in a `bigint`."""
    return int.from_bytes(digest(key, text.encode(), sha256)[:BYTES], signed=True)


def tokens(key: bytes, texts: Iterable[str]) -> list[int]:
    return sorted({token(key, text) for text in texts})
