"""What a data folder keeps between starts: a lock, its ports and its secrets."""

import errno
import fcntl
import json
import logging
import os
import secrets
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

log = logging.getLogger(__name__)


class LocalError(Exception):
    """Something on this machine prevents the work; the message says what, and what to do."""


class DiskFull(LocalError):
    """There is no space left on the disk of a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The disk of {folder} is full; free some space and start again, what was acknowledged is kept."
        )
        self.folder = folder


NO_SPACE = os.strerror(errno.ENOSPC)
"""PostgreSQL and NATS use this text too."""


@contextmanager
def usable(folder: Path) -> Generator[None]:
    """Turns errors of the file system into one line about the folder."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(folder) from error
        raise LocalError(
            f"{folder} cannot be used ({error.strerror}); choose a data folder you may write to."
        ) from error


class Hold:
    """A lock on a folder against a second process. The system releases it however the holder ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[str] | None = None

    def take(self) -> None:
        if self._file:
            return
        file = (self._folder / "lock").open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise LocalError(
                f"{self._folder} is in use by process {holder}; stop that one or choose another folder."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file:
            self._file.close()
            self._file = None


class Ports:
    """Ports on loopback, chosen once and saved, so that addresses stay the same after a restart."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ports.json"

    def claim(self, name: str, wanted: int | None = None) -> int:
        if wanted is not None:
            if not is_free(wanted):
                raise LocalError(f"Port {wanted} for {name} is taken; free it or choose another.")
            return wanted
        ports = self._remembered()
        before = ports.get(name)
        if before is not None and is_free(before):
            return before
        ports[name] = free_port()
        write_private(self._file, json.dumps(ports, indent=2))
        if before is not None:
            log.warning("port %s of %s is taken; it is at %s now", before, name, ports[name])
        return ports[name]

    def kept(self, name: str) -> int | None:
        """The port that was saved under this name, if any."""
        return self._remembered().get(name)

    def _remembered(self) -> dict[str, int]:
        return json.loads(self._file.read_text()) if self._file.exists() else {}


_given_out: set[int] = set()


def free_port() -> int:
    """Never returns the same port twice, since an earlier caller may not have bound it yet."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port not in _given_out:
            _given_out.add(port)
            return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # Allows a port whose last connections are still closing.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def secret(path: Path) -> str:
    """A random password, made at the first call and saved in a file that only its owner can read."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(24))
    return path.read_text()


def write_private(path: Path, text: str) -> None:
    """Writes the whole file or nothing, readable by the owner only."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
