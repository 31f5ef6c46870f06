"""The whole programme in one folder: two PostgreSQL clusters, NATS, and a process per service of each partner."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import httpx2

from banen_cli.accounts import Accounts
from banen_cli.apply import apply_topology
from banen_cli.installed import services
from banen_contracts.roles import Role
from banen_kit.messaging.bus_users import GUARD, OPERATOR, user_name
from banen_kit.messaging.jetstream import connected
from banen_kit.messaging.topology import read_integrators, read_partners
from banen_kit.runtime.settings import schema_of
from banen_local.cluster.folder import LocalError, Ports, secret, usable, write_private
from banen_local.cluster.machine import Machine
from banen_local.cluster.nats import Nats
from banen_local.cluster.postgres import Postgres
from banen_local.cluster.prepare import database_of, prepare
from banen_local.cluster.supervisor import Program, Supervisor
from banen_local.issuer.clients import register_client
from banen_local.issuer.tokens import mint

PARTNERS_FILE = Path(__file__).parent / "partners.toml"
ISSUER = "issuer"
MONTHS_KEPT = 60
"""For every kind of persons' data in this programme."""
BUS_STORE = 16 * 2**30
"""The limit for all streams together. It is not reserved on disk."""


@dataclass(frozen=True)
class Running:
    """One running service of one partner."""

    partner: str
    service: str
    url: str

    @property
    def name(self) -> str:
        return f"{self.partner}-{self.service}"


class Programme:
    """Started under a supervisor; `services` holds the addresses."""

    def __init__(
        self,
        folder: Path,
        partners_file: Path = PARTNERS_FILE,
        under: Mapping[str, Sequence[str]] = MappingProxyType({}),
        *,
        name: str | None = None,
        issuer_of: "Programme | None" = None,
        store_url: str | None = None,
    ) -> None:
        """`under`: by a child's name, a command line that is put before the child's own.

        `issuer_of`: a running programme whose issuer serves this one too; then each of them has a `name` of its own.

        `store_url`: the KurrentDB that holds the events of all services, if PostgreSQL does not.
        """
        self.folder = folder.absolute()
        self.partners = read_partners(partners_file)
        self._partners_file = partners_file
        self._under = under
        self._name = name
        self._issuer_of = issuer_of
        self._store_url = store_url
        self._issuer_folder: Path = issuer_of._issuer_folder if issuer_of else self.folder / ISSUER
        self.database = Postgres(
            self.folder / "postgres",
            settings={"max_connections": "300"},
            under=under.get("postgres", ()),
        )
        self.keys = Postgres(self.folder / "keys", settings={"wal_recycle": "off", "max_connections": "300"})
        self.accounts = Accounts(self.folder / "bus", partners_file)
        self.bus = Nats(self.folder / "nats", max_file_store=BUS_STORE, users=self.accounts.configuration)
        self.services: list[Running] = []
        self.issuer = ""

    def url(self, partner: str, service: str) -> str:
        for running in self.services:
            if (running.partner, running.service) == (partner, service):
                return running.url
        raise LocalError(f"{partner} runs no {service}.")

    def addresses(self) -> str:
        lines = [f"{running.name:<28} {running.url}" for running in self.services]
        return "\n".join(
            [
                *lines,
                "",
                f"Figures: {self.url('bureau', 'reporting')}/",
                "Sign in there as anybody of the demo: the login page lists them. For the APIs: banen token.",
                "All of it can be reached from this machine only. Stop with Ctrl-C.",
            ]
        )

    def machine(self) -> Machine:
        """Authenticates requests to any of the services, as a person of its partner."""

        def find(url: httpx2.URL) -> tuple[str, str]:
            for running in self.services:
                if running.url == f"{url.scheme}://{url.netloc.decode()}":
                    return running.partner, running.service
            raise LocalError(f"{url.scheme}://{url.netloc.decode()} is none of the services.")

        return Machine(find, self.token)

    def token(self, partner: str, role: Role, seconds: int) -> str:
        """Returns an access token of the local issuer."""
        return mint(
            self._issuer_folder,
            self.issuer,
            partner,
            [role],
            partners=self.partners,
            seconds=seconds,
            programme=self._name,
        )

    async def start(self, supervisor: Supervisor) -> None:
        """Returns when every service is ready. Raises `LocalError`."""
        with usable(self.folder):
            self.accounts.add([*(user.name for user in self.accounts.users()), GUARD])
        await supervisor.start(self.database, self.keys, self.bus)
        await self._prepare()
        ports = Ports(self.folder)
        if self._issuer_of:
            self.issuer = self._issuer_of.issuer
        else:
            port = ports.claim(ISSUER)
            self.issuer = f"http://127.0.0.1:{port}"
            await supervisor.start(self._issuer(port))
        self.services = [
            Running(partner.id, service, f"http://127.0.0.1:{ports.claim(f'{partner.id}-{service}')}")
            for partner in self.partners
            for service in partner.services
        ]
        await supervisor.start(*(self.program(running) for running in self.services))

    async def _prepare(self) -> None:
        with usable(self.folder):
            (self.folder / "secrets").mkdir(mode=0o700, exist_ok=True)
        await prepare(self.database, self.keys, self.partners, self.folder)
        for user in (OPERATOR, GUARD):
            write_private(self.folder / "secrets" / f"{user}.bus_url", self.bus_url(user))
        async with connected(self.bus_url(OPERATOR), "banen-up") as client:
            await apply_topology(client, self.partners, read_integrators(self._partners_file), change=False)

    def _issuer(self, port: int) -> Program:
        return Program(
            ISSUER,
            [sys.executable, "-m", "banen_local.issuer"],
            environment={
                "BANEN_PROFILE": "local",
                "BANEN_ISSUER_FOLDER": str(self._issuer_folder),
                "BANEN_ISSUER_PORT": str(port),
                "BANEN_PARTNERS_FILE": str(self._partners_file),
                "PATH": os.environ.get("PATH", ""),
            },
            log=self.folder / "logs" / f"{ISSUER}.log",
            ready_url=f"{self.issuer}/.well-known/openid-configuration",
        )

    def program(self, running: Running) -> Program:
        environment = self.environment(running)
        return Program(
            running.name,
            [*self._under.get(running.name, ()), sys.executable, "-m", f"banen_{running.service}"],
            environment=environment,
            log=self.folder / "logs" / f"{running.name}.log",
            ready_url=f"{running.url}/readyz",
        )

    def bus_url(self, user: str) -> str:
        """A user's address of the bus."""
        return self.accounts.url(user, f"127.0.0.1:{self.bus.port}")

    def metrics_token(self, running: Running) -> str:
        """The token that gives access to `/metrics` of one service, and to the reasons in `/readyz`."""
        return secret(self.folder / "secrets" / f"{running.name}.metrics")

    def operator(self, running: Running) -> dict[str, str]:
        """The header with that token."""
        return {"Authorization": f"Bearer {self.metrics_token(running)}"}

    def environment(self, running: Running) -> dict[str, str]:
        """The settings of one service. Secrets are in files that only this account can read."""
        place = self.folder / "secrets"
        role = schema_of(running.partner, running.service)
        password = secret(place / role)
        database = database_of(running.partner)
        files = {
            "DATABASE_URL": self.database.url(database, user=role, password=password),
            "KEYS_URL": self.keys.url(database, user=role, password=password),
            "BUS_URL": self.bus_url(user_name(running.partner, running.service)),
            "METRICS_TOKEN": self.metrics_token(running),
        }
        if self._store_url:
            files["STORE_URL"] = self._store_url
        more: dict[str, str] = {"BANEN_PROGRAMME": self._name} if self._name else {}
        if running.service == "reporting":
            client_id = f"{self._name}-{running.name}" if self._name else running.name
            redirect_uri = f"{running.url}/login/answer"
            told_at = f"{running.url}/logout/backchannel"
            files["CLIENT_SECRET"] = register_client(
                self._issuer_folder, client_id, redirect_uri, told_at, self._name
            )
            more |= {"BANEN_CLIENT_ID": client_id, "BANEN_PUBLIC_URL": running.url}
        found: dict[str, str] = {
            "BANEN_PARTNER": running.partner,
            "BANEN_PARTNERS_FILE": str(self._partners_file),
            "BANEN_MASTER_KEY_FILE": str(master_key(self.folder, running.partner)),
            "BANEN_ISSUER": self.issuer,
            "BANEN_PROFILE": "local",
            "BANEN_KEY_BACKUP_DAYS": "0",
            "BANEN_RETENTION": " ".join(f"{kind}={MONTHS_KEPT}" for kind in services()[running.service].kept),
            "BANEN_PORT": running.url.rsplit(":", 1)[1],
            "PATH": os.environ.get("PATH", ""),
            "PYTHONUNBUFFERED": "1",
            **more,
        }
        for name, value in files.items():
            path = place / f"{role}.{name.lower()}"
            write_private(path, value)
            found[f"BANEN_{name}_FILE"] = str(path)
        return found


def master_key(folder: Path, partner: str) -> Path:
    """The file of the partner's master key, created at the first start."""
    path = folder / "secrets" / f"{partner}.master-key"
    if not path.exists():
        write_private(path, os.urandom(32).hex())
    return path
