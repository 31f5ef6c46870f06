"""A real process learns with the rights that its user has on the bus; killed, it goes on from what it kept."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import UUID

import asyncpg
import pytest
from nats.aio.client import Client

from banen_contracts import Envelope
from banen_contracts.base import source_of, subject_of
from banen_contracts.reporting import ProgrammeDefined
from banen_intake.service import SERVICE
from banen_kit.messaging.bus_users import service_user
from banen_kit.messaging.jetstream import connected, publish_batch
from banen_kit.messaging.topology import (
    Partner,
    apply_consumer,
    apply_stream,
    service_consumers,
    streams,
)
from banen_kit.runtime.provision import provision_keys, provision_store
from banen_local.cluster.folder import free_port
from banen_local.cluster.nats import Nats
from banen_local.cluster.postgres import Postgres
from support.definition import DEFINED
from support.waiting import eventually

PASSWORD = "only-for-tests"
TOKEN = "only-for-tests" * 4
PARTNERS = [Partner("bureau", ("reporting",)), Partner("uaf", ("intake",))]
ROLE = "uaf_intake"


@dataclass
class Intake:
    """Intake of uaf as a process, and what it says to whoever operates it."""

    environment: dict[str, str]
    process: "subprocess.Popen[bytes]" = field(init=False)

    def start(self) -> None:
        command = [sys.executable, "-m", "banen_intake"]
        self.process = subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    async def readiness(self) -> dict[str, Any]:
        return await asyncio.to_thread(self._readiness)

    def _readiness(self) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.environment['BANEN_PORT']}/readyz"
        try:
            with urlopen(Request(url, headers={"Authorization": f"Bearer {TOKEN}"})) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                return json.load(error)
        except (OSError, HTTPException):
            return {"status": "away"}

    async def until(self, holds: Callable[[dict[str, Any]], bool]) -> None:
        async def is_so() -> bool:
            return holds(await self.readiness())

        await eventually(is_so)


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[Nats]:
    """A bus on which the service may do what it needs and nothing else."""
    service = {"user": ROLE, "password": PASSWORD, "permissions": service_user("uaf", SERVICE).permissions()}
    users = [{"user": "operator", "password": PASSWORD}, service]
    (tmp_path / "users.conf").write_text(f"authorization: {json.dumps({'users': users})}")
    server = Nats(tmp_path / "nats", max_file_store=16 * 2**30, users=tmp_path / "users.conf")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def operator(guarded: Nats) -> AsyncIterator[Client]:
    async with connected(f"nats://operator:{PASSWORD}@127.0.0.1:{guarded.port}", "test") as client:
        for declared in streams(PARTNERS, max_bytes=2**24):
            await apply_stream(client, declared, change=False)
        for declared in service_consumers("uaf", SERVICE):
            await apply_consumer(client, declared, change=False)
        yield client


@pytest.fixture
async def store(database: Any, keys_cluster: Postgres) -> AsyncIterator[asyncpg.Connection]:
    """The databases of intake, seen by their owner."""
    owners = [await asyncpg.connect(url) for url in (database.owner_url, keys_cluster.url())]
    for owner, provision in zip(owners, (provision_store, provision_keys), strict=True):
        await owner.execute(f"create role {ROLE} login password '{PASSWORD}'")
        await owner.execute(f"grant connect on database postgres to {ROLE}")
        await provision(owner, "uaf", SERVICE)
    yield owners[0]
    for owner, schema in zip(owners, (ROLE, "uaf_keys"), strict=True):
        await owner.execute(f"drop schema {schema} cascade; drop owned by {ROLE}; drop role {ROLE}")
        await owner.close()


@pytest.fixture
def intake(
    tmp_path: Path, store: asyncpg.Connection, database: Any, keys_cluster: Postgres, guarded: Nats
) -> Iterator[Intake]:
    (tmp_path / "partners.toml").write_text(
        '[bureau]\nservices = ["reporting"]\n[uaf]\nservices = ["intake"]\n'
    )
    (tmp_path / "master.key").write_text("ab" * 32)
    (tmp_path / "master.key").chmod(0o600)
    intake = Intake(
        {
            "BANEN_PARTNER": "uaf",
            "BANEN_PARTNERS_FILE": str(tmp_path / "partners.toml"),
            "BANEN_DATABASE_URL": database.server.url(user=ROLE, password=PASSWORD),
            "BANEN_KEYS_URL": keys_cluster.url(user=ROLE, password=PASSWORD),
            "BANEN_MASTER_KEY_FILE": str(tmp_path / "master.key"),
            "BANEN_BUS_URL": f"nats://{ROLE}:{PASSWORD}@127.0.0.1:{guarded.port}",
            "BANEN_ISSUER": "https://login.example/banen",
            "BANEN_KEY_BACKUP_DAYS": "0",
            "BANEN_RETENTION": "contact=12 candidate=60",
            "BANEN_METRICS_TOKEN": TOKEN,
            "BANEN_PORT": str(free_port()),
            "PATH": os.environ.get("PATH", ""),
        }
    )
    intake.start()
    yield intake
    intake.kill()


async def define(client: Client, version: int) -> None:
    event = DEFINED.model_copy(update={"version": version})
    envelope = Envelope(
        id=UUID(int=version),
        source=source_of("bureau", "reporting"),
        type=f"nl.banenoffensief.{ProgrammeDefined.NAME}",
        subject="bureau",
        time=datetime.now(UTC),
        partner="bureau",
        sequence=version,
        correlationid=UUID(int=7),
        causationid=UUID(int=8),
    )
    subject = subject_of("bureau", ProgrammeDefined.NAME)
    await publish_batch(client, [(subject, event.to_json(), envelope.headers())], version - 1)


async def test_a_process_that_was_killed_hears_what_it_missed_and_publishes_nothing_of_it(
    intake: Intake, operator: Client, store: asyncpg.Connection
):
    async def heard() -> list[int]:
        rows = await store.fetch(f"select data from {ROLE}.events where type = 'heard' order by position")
        return [json.loads(row["data"])["sequence"] for row in rows]

    async def has_heard_both() -> bool:
        return await heard() == [1, 2]

    await intake.until(lambda said: "unheard-programme-defined" in said.get("degraded", {}))
    await define(operator, 1)
    await intake.until(lambda said: said["status"] == "ok")
    intake.kill()
    await define(operator, 2)
    intake.start()
    await eventually(has_heard_both)
    await intake.until(lambda said: said["status"] == "ok")
    intake.kill()
    intake.start()
    await intake.until(lambda said: said["status"] == "ok")
    intake.kill()
    intake.environment["BANEN_ZONE"] = "America/Paramaribo"
    intake.start()
    await intake.until(lambda said: "zone-differs" in said.get("degraded", {}))
    assert await heard() == [1, 2]
    assert await store.fetchval(f"select count(*) from {ROLE}.publications") == 0
