"""Causes each fault for some seconds and ends it; recovery is measured from there."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from signal import SIGHUP, SIGKILL

import asyncpg

from banen_cli.apply import apply_topology
from banen_cli.installed import services
from banen_kit.messaging.bus_users import OPERATOR, user_name
from banen_kit.messaging.jetstream import DEAD_LETTERS, EVT_ALL, api, connected
from banen_kit.messaging.topology import Partner, apply_stream, service_consumers, streams
from banen_kit.runtime.settings import schema_of
from banen_local.cluster.folder import LocalError
from banen_local.cluster.prepare import database_of
from banen_local.faults.machine import fill, is_mounted, library, set_clock
from banen_local.faults.site import NOISE, Site

SECONDS = 4.0
"""How long a fault lasts."""
HOUR, DAY, YEAR = 3600, 86400, 365 * 86400
Fault = Callable[[Site], Awaitable[None]]
"""Returns when the fault is over."""


class NotPossible(Exception):
    """This machine cannot cause that fault; the message says why."""


@asynccontextmanager
async def superuser(site: Site) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """A database session that the faults do not affect."""
    settings = {
        "default_transaction_read_only": "off",
        "statement_timeout": "0",
        "application_name": "faults",
    }
    url = site.programme.database.url(database_of("uaf"))
    connection = await asyncpg.connect(url, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()


def kill(name: str) -> Fault:
    """kill -9; the supervisor restarts it."""

    async def inject(site: Site) -> None:
        process = site.supervisor.pid(name)
        os.kill(process, SIGKILL)
        site.fault_is_over()
        await site.supervisor.restarted(name, process)

    return inject


def setting(name: str, value: str) -> Fault:
    """Changes a setting of the whole database server, also for running sessions."""

    async def inject(site: Site) -> None:
        async with superuser(site) as owner:
            await owner.execute(f"alter system set {name} = {value}")
            await owner.execute("select pg_reload_conf()")
            await asyncio.sleep(SECONDS)
            await owner.execute(f"alter system reset {name}")
            await owner.execute("select pg_reload_conf()")

    return inject


def disturb(function: str) -> Fault:
    """Repeatedly cancels or ends whatever the services' sessions are doing."""

    async def inject(site: Site) -> None:
        async with superuser(site) as owner:
            until = asyncio.get_running_loop().time() + SECONDS
            while asyncio.get_running_loop().time() < until:
                # Only sessions that are working: an idle one has nothing to cancel.
                await owner.execute(
                    f"select {function}(pid) from pg_stat_activity where usename <> 'postgres'"
                    " and state <> 'idle' order by random() limit 1"
                )
                await asyncio.sleep(site.random.uniform(0.001, 0.02))

    return inject


async def deadlock(site: Site) -> None:
    """Causes a deadlock with the services' appends, which the server ends by aborting theirs. Raises `LocalError`."""
    schema = schema_of("uaf", "intake")
    deadlocks = "select deadlocks from pg_stat_database where datname = current_database()"
    waiting = "select exists (select 1 from pg_locks where relation = $1::text::regclass and not granted)"
    async with superuser(site) as owner:
        await owner.execute(
            "set deadlock_timeout = '60s'"
        )  # longer than the services', so that theirs are aborted
        before: int = await owner.fetchval(deadlocks)
        refused = site.refused.total()
        until = asyncio.get_running_loop().time() + SECONDS
        while asyncio.get_running_loop().time() < until:
            async with owner.transaction():
                await owner.execute(f'lock table "{schema}".events in share mode')
                while True:
                    if await owner.fetchval(waiting, f'"{schema}".events'):
                        break
                    await asyncio.sleep(0.01)
                await owner.execute(f'lock table "{schema}".streams in share mode')
        site.fault_is_over()
        # The losing session sees the error at once; the server's counter rises only when that session was idle.
        while site.refused.total() == refused and await owner.fetchval(deadlocks) == before:
            if asyncio.get_running_loop().time() > until + SECONDS:
                raise LocalError("No deadlock came about: this fault did not bite.")
            await asyncio.sleep(0.1)


async def wipe_bus(site: Site) -> None:
    """The bus loses everything while commands continue; `banen bus apply` sets it up again."""
    process = site.supervisor.pid("nats")
    os.kill(process, SIGKILL)
    shutil.rmtree(site.folder / "nats" / "jetstream", ignore_errors=True)
    await site.supervisor.restarted("nats", process)
    before = len(site.ledger.lines)
    await asyncio.sleep(SECONDS)
    if len(site.ledger.lines) == before:
        raise LocalError("No command was taken while the bus was not set up.")
    await apply(site, change=False)


async def apply(site: Site, *, change: bool) -> None:
    async with connected(site.programme.bus_url(OPERATOR), "faults") as client:
        await apply_topology(client, site.programme.partners, change=change)


async def malformed(site: Site) -> None:
    """Thousands of messages without an envelope, each with a header named like the server's own status."""
    async with connected(site.programme.bus_url(OPERATOR), "faults") as client:
        for declared in streams([*site.programme.partners, Partner(NOISE, ("employers",))]):
            if declared["name"] in (EVT_ALL, "EVT_NOISE_EMPLOYERS"):
                await apply_stream(client, declared, change=True)
        set_aside = (await api(client, f"STREAM.INFO.{DEAD_LETTERS}"))["state"]["messages"]
        subject = "evt.noise.employers.nothing.v1"
        async with connected(site.programme.bus_url(user_name(NOISE, "employers")), "noise") as noisy:
            for number in range(6000):
                headers = {"Status": ("404", "100", "409")[number % 3]}
                await noisy.publish(subject, bytes(number % 50), headers=headers)
            await noisy.flush()
        site.fault_is_over()
        until = asyncio.get_running_loop().time() + 60
        while (await api(client, f"STREAM.INFO.{DEAD_LETTERS}"))["state"]["messages"] < set_aside + 6000:
            if asyncio.get_running_loop().time() > until:
                raise LocalError("Malformed messages were not set aside.")
            await asyncio.sleep(0.05)
    # The oracle does not know this source: its messages must become dead letters, and nothing else.


async def edit_consumers(site: Site) -> None:
    """Deletes every consumer and creates it with other settings, as if by hand; then declares it again."""
    installed = services()
    declared = [
        consumer
        for one in site.programme.services
        for consumer in service_consumers(one.partner, installed[one.service])
    ]
    async with connected(site.programme.bus_url(OPERATOR), "faults") as client:
        for consumer in declared:
            await api(client, f"CONSUMER.DELETE.{EVT_ALL}.{consumer['durable_name']}")
        await asyncio.sleep(SECONDS / 2)
        for consumer in declared:
            name = consumer["durable_name"]
            by_hand = {
                "stream_name": EVT_ALL,
                "config": {**consumer, "name": name, "max_ack_pending": 7},
                "action": "create",
            }
            await api(client, f"CONSUMER.CREATE.{EVT_ALL}.{name}", by_hand)
        await asyncio.sleep(SECONDS / 2)
    await apply(site, change=True)


async def rotate_passwords(site: Site) -> None:
    """Each service of a partner gets a new bus password, and the former ones end, without a restart."""
    accounts = site.programme.accounts
    names = accounts.names_of("uaf")
    accounts.rotate(names)
    for one in site.programme.services:
        site.programme.environment(one)  # writes the new address to the file that the service reads
    os.kill(site.supervisor.pid("nats"), SIGHUP)
    await asyncio.sleep(SECONDS / 2)
    accounts.finish(names)
    os.kill(site.supervisor.pid("nats"), SIGHUP)
    await asyncio.sleep(SECONDS / 2)


def clock(name: str, *seconds: int) -> Fault:
    """Sets one process's clock wrong by each of these seconds in turn, then right again; an operator confirms."""

    async def inject(site: Site) -> None:
        if library() is None:
            raise NotPossible("libfaketime is not installed")
        for ahead in seconds:
            set_clock(site.folder, name, ahead)
            await asyncio.sleep(SECONDS)
        set_clock(site.folder, name, 0)
        site.fault_is_over()
        await asyncio.sleep(2)  # the library reads its file once a second
        await site.confirm_clocks()

    return inject


def full_disk(name: str) -> Fault:
    """The disk of one server is full, then free again. NATS is restarted, as its operator must do."""

    async def inject(site: Site) -> None:
        folder = site.folder / name
        if not is_mounted(folder):
            raise NotPossible("no disk of its own could be mounted")
        ballast = folder / "ballast"
        try:
            fill(ballast)
            await asyncio.sleep(SECONDS)
        finally:
            ballast.unlink(missing_ok=True)
            site.fault_is_over()
        if name == "nats":
            await kill("nats")(site)

    return inject


PROCESSES = (
    "uaf-intake", "uaf-mediation", "vluchtelingenwerk-intake", "emplooi-mediation", "bureau-reporting",
    "postgres", "keys", "nats",
)  # fmt: skip
FAULTS: dict[str, Fault] = {
    **{f"kill-{name}": kill(name) for name in PROCESSES},
    "read-only": setting("default_transaction_read_only", "on"),
    "statement-timeout": setting("statement_timeout", "2"),
    "cancelled-statements": disturb("pg_cancel_backend"),
    "deadlock": deadlock,
    "ended-connections": disturb("pg_terminate_backend"),
    "wiped-bus": wipe_bus,
    "malformed-messages": malformed,
    "edited-consumers": edit_consumers,
    "rotated-passwords": rotate_passwords,
    "full-disk-of-postgres": full_disk("postgres"),
    "full-disk-of-nats": full_disk("nats"),
    "clock-of-a-process": clock("uaf-intake", 6 * YEAR, -DAY),
    "clock-of-the-database": clock("postgres", DAY, -HOUR),
}  # fmt: skip
