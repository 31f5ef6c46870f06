"""The partner's master key: it wraps every person's key, and is read from a file that only its owner can read."""

import stat
from collections.abc import Sequence
from hashlib import sha256
from hmac import new as hmac
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from banen_kit.core.errors import StoreRefusesToStart


class MasterKey:
    """Wraps with the current secret. Unwraps with that secret or, during a rotation, with one of the former ones."""

    def __init__(self, current: bytes, former: Sequence[bytes] = (), path: Path | None = None) -> None:
        self._wrapping = [hmac(secret, b"banen/wrap", sha256).digest() for secret in (current, *former)]
        self._path = path
        self._seen = _signature(path) if path else None

    @classmethod
    def read(cls, path: Path) -> "MasterKey":
        """Reads a file with one secret per line, the current one first.

        Raises `StoreRefusesToStart` if others can read the file, or if it holds no key.
        """
        if not path.is_file():
            raise StoreRefusesToStart(f"The master key file {path.name} does not exist.")
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise StoreRefusesToStart(f"The master key file {path.name} can be read by others; chmod 600 it.")
        try:
            secrets = [bytes.fromhex(line) for line in path.read_text("ascii").splitlines() if line.strip()]
        except ValueError:
            # Not chained with `from`: the first error may quote the file.
            raise StoreRefusesToStart(
                f"The master key file {path.name} holds something else than hexadecimal."
            ) from None
        if not secrets or any(len(secret) < 32 for secret in secrets):
            raise StoreRefusesToStart(
                f"The master key file {path.name} holds less than 32 bytes in hexadecimal in a line."
            )
        return cls(secrets[0], secrets[1:], path)

    def renewed(self) -> "MasterKey":
        """Reads the file again if it changed, so that a rotation needs no restart. Raises `StoreRefusesToStart`."""
        if self._path is None or _signature(self._path) == self._seen:
            return self
        return MasterKey.read(self._path)

    def wrap(self, key: bytes) -> bytes:
        return aes_key_wrap(self._wrapping[0], key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Raises `InvalidUnwrap` if no secret fits."""
        for wrapping in self._wrapping:
            try:
                return aes_key_unwrap(wrapping, wrapped)
            except InvalidUnwrap:
                continue
        raise InvalidUnwrap

    def is_current(self, wrapped: bytes) -> bool:
        """Whether it was wrapped with the current secret."""
        try:
            aes_key_unwrap(self._wrapping[0], wrapped)
        except InvalidUnwrap:
            return False
        return True


def _signature(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
