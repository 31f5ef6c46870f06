"""Which service of a partner may read and destroy whose keys, tried as each of their roles."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from banen_contracts.roles import Role
from banen_employers.service import SERVICE as EMPLOYERS
from banen_intake.service import SERVICE as INTAKE
from banen_kit.application.command_service import CommandService
from banen_kit.application.request import Request
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.decider import PersonErased, ReferenceTaken, Refused
from banen_kit.core.identity import Principal
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.postgres_keys import PostgresKeys
from banen_kit.crypto.shredding import sweep
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.port import Append, NewEvent
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.postgres.connection import Pool, connect
from banen_kit.privacy.held import claim_keys
from banen_kit.runtime.provision import provision_keys
from banen_local.cluster.postgres import Postgres
from banen_mediation.service import SERVICE as MEDIATION
from support.definition import learned

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PASSWORD = "only-for-tests"
MASTER = MasterKey(bytes(range(32)))
SERVICES = {"intake": INTAKE, "mediation": MEDIATION, "employers": EMPLOYERS}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("rights") / "postgres", settings={"wal_recycle": "off"})

    async def prepare() -> None:
        await server.start()
        owner = await asyncpg.connect(server.url())
        for name, service in SERVICES.items():
            await owner.execute(f"create role uaf_{name} login password '{PASSWORD}'")
            await provision_keys(owner, "uaf", service)
        await owner.close()

    asyncio.run(prepare())
    yield server
    asyncio.run(server.stop())


@dataclass
class Site:
    owner: asyncpg.Connection
    pools: dict[str, Pool]

    def keys(self, service: str) -> PostgresKeys:
        """Without what another process of that service may still know."""
        return PostgresKeys(self.pools[service], MASTER)

    async def is_there(self, person: str) -> bool:
        return await self.owner.fetchval("select wrapped is not null from keys where person = $1", person)


@pytest.fixture
async def site(cluster: Postgres) -> AsyncGenerator[Site]:
    async with AsyncExitStack() as stack:
        pools: dict[str, Pool] = {}
        for name in SERVICES:
            pools[name] = await connect(cluster.url(user=f"uaf_{name}", password=PASSWORD), "uaf_keys")
            stack.push_async_callback(pools[name].close)
        owner = await asyncpg.connect(cluster.url(), server_settings={"search_path": "uaf_keys"})
        stack.push_async_callback(owner.close)
        await owner.execute("truncate keys, links")
        yield Site(owner, pools)


async def test_a_service_reads_the_keys_of_its_own_references_alone(site: Site):
    own = await site.keys("intake").keys_for(["candidate"])
    assert await site.keys("intake").find_keys(["candidate"]) == own
    for other in ("mediation", "employers"):
        assert await site.keys(other).find_keys(["candidate"]) == {}
        with pytest.raises(ReferenceTaken):
            await site.keys(other).keys_for(["candidate", f"of-{other}"])
        fetched = await site.pools[other].fetch("select * from keys_for('{candidate}', '{x}')")
        assert fetched == []


async def test_a_service_destroys_the_keys_of_its_own_references_alone(site: Site):
    await site.keys("intake").keys_for(["candidate"])
    for other in ("mediation", "employers"):
        for alone in (False, True):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await site.keys(other).destroy(["candidate"], alone=alone)
    assert await site.is_there("candidate")
    await site.keys("intake").destroy(["candidate"])
    assert not await site.is_there("candidate")


async def test_employers_reach_nobody_by_a_link_either(site: Site):
    employers = site.keys("employers")
    await site.keys("intake").keys_for(["candidate"])
    await employers.keys_for(["employer"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await employers.link([("employer", "candidate")])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await employers.left_to_destroy([], [], [("employer", "candidate")])
    await employers.destroy(["employer"])
    assert await site.is_there("candidate")


async def test_a_reference_without_a_key_is_no_way_to_whoever_it_is_linked_to(site: Site):
    await site.keys("intake").keys_for(["candidate"])
    await site.keys("mediation").link([("client", "candidate")])  # and its key is not made yet
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await site.keys("employers").destroy(["client"])
    assert await site.is_there("candidate")


@pytest.mark.parametrize(("who", "asks"), [("mediation", "client"), ("intake", "candidate")])
async def test_a_person_is_erased_across_services_by_each_of_them(site: Site, who: str, asks: str):
    await site.keys("intake").keys_for(["candidate"])
    await site.keys("mediation").link([("client", "candidate")])
    await site.keys("mediation").keys_for(["client"])
    destroyed = await site.keys(who).destroy([asks])
    assert [one.person for one in destroyed] == ["candidate", "client"]
    for service in SERVICES:
        assert await site.keys(service).find_keys(["candidate", "client"]) == {
            "candidate": None,
            "client": None,
        }
    again = await site.keys(who).destroy([asks])
    assert [(one.person, one.already) for one in again] == [("candidate", True), ("client", True)]
    with pytest.raises(PersonErased):
        await site.keys("mediation").link([("newer", "candidate")])


async def test_what_a_restore_brought_back_is_destroyed_again_across_services(site: Site):
    """The store of mediation says that the client was erased; all that the keys know is the candidate."""
    await site.keys("intake").keys_for(["candidate"])
    mediation = site.keys("mediation")
    left = await mediation.left_to_destroy(["client"], [], [("client", "candidate")])
    assert "client" in left
    await mediation.destroy(left)
    assert not await site.is_there("candidate")
    assert await mediation.left_to_destroy(["client"], [], []) == set()


async def test_what_another_service_left_half_done_is_left_to_it(site: Site):
    """It begins all the same, and nobody can say of another's key that it left the disk."""
    await site.keys("intake").keys_for(["contact"])
    await site.pools["intake"].fetch("select * from destroy_keys('{contact}', true)")
    employers = site.keys("employers")
    assert await employers.left_to_destroy([], [], []) == set()
    await site.pools["employers"].execute("select mark_swept('{contact}')")
    assert await site.owner.fetchval("select swept_at from keys where person = 'contact'") is None
    assert await site.keys("intake").left_to_destroy([], ["contact"], []) == {"contact"}
    await sweep(site.owner)


async def test_the_partners_own_keys_are_everybodys_and_nobody_destroys_them(site: Site):
    prints = {await site.keys(service).fingerprint(b"x") for service in SERVICES}
    assert len(prints) == 1
    for service in SERVICES:
        with pytest.raises(asyncpg.RaiseError):
            await site.keys(service).destroy(["partner-fingerprint"])


async def test_old_keys_become_those_of_the_service_that_names_them(site: Site):
    person = str(UUID(int=7))
    await site.owner.execute("select keys_for($1, $2)", [person], [MASTER.wrap(bytes(32))])
    assert await site.keys("employers").find_keys([person]) == {person: bytes(32)}
    store = MemoryStore()
    event = NewEvent(UUID(int=8), "contact-made", 1, "{}")
    await store.append(Append(f"contact-{person}", (event,), 0, "{}"))
    await claim_keys(INTAKE, store, site.keys("intake"))
    await claim_keys(EMPLOYERS, store, site.keys("employers"))
    assert await site.keys("intake").find_keys([person]) == {person: bytes(32)}
    assert await site.keys("employers").find_keys([person]) == {}
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await site.keys("employers").destroy([person])


class TakenKeys(MemoryKeys):
    async def keys_for(self, persons: Iterable[str]) -> Mapping[str, bytes | None]:
        raise ReferenceTaken


async def test_a_reference_that_another_service_uses_is_refused_by_name():
    repository: EventRepository[Any] = EventRepository(
        MemoryStore(), EventSerializer(INTAKE.events), TakenKeys()
    )
    audit, metrics = MemoryAudit(lambda: NOW), Metrics.create(CollectorRegistry())
    command_service = CommandService(
        INTAKE, repository, "uaf", frozenset({"uaf"}), audit, metrics, lambda: NOW, learned()
    )
    operation = next(one for one in INTAKE.commands if one.name == "record-contact")
    body = {
        "occurredOn": "2026-01-30",
        "channel": "municipality",
        "kind": "contact",
        "name": "Synthetica Voorbeeld",
    }
    staff = Principal("somebody", "uaf", frozenset(Role))
    with pytest.raises(Refused) as refused:
        await command_service.execute(
            Request(operation, staff, str(UUID(int=7, version=4)), body, UUID(int=8, version=4))
        )
    assert refused.value.code == "reference-taken"
