"""The bad days: each fault is brought about for some seconds and taken back; what recovery means is measured after."""

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
"""Comes back when the fault is over."""


class NotPossible(Exception):
    """This machine cannot bring that fault about; the message says why."""


@asynccontextmanager
async def superuser(site: Site) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """A session that the faults of others do not reach."""
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
    """kill -9; the supervisor starts it again."""

    async def inject(site: Site) -> None:
        process = site.supervisor.pid(name)
        os.kill(process, SIGKILL)
        site.fault_is_over()
        await site.supervisor.restarted(name, process)

    return inject


def setting(name: str, value: str) -> Fault:
    """A setting of the whole database server, for running sessions too."""

    async def inject(site: Site) -> None:
        async with superuser(site) as owner:
            await owner.execute(f"alter system set {name} = {value}")
            await owner.execute("select pg_reload_conf()")
            await asyncio.sleep(SECONDS)
            await owner.execute(f"alter system reset {name}")
            await owner.execute("select pg_reload_conf()")

    return inject


def disturb(function: str) -> Fault:
    """Cancel or end whatever the services' sessions are doing, again and again."""

    async def inject(site: Site) -> None:
        async with superuser(site) as owner:
            until = asyncio.get_running_loop().time() + SECONDS
            while asyncio.get_running_loop().time() < until:
                # Whoever is at work: an idle session has nothing that could be cancelled.
                await owner.execute(
                    f"select {function}(pid) from pg_stat_activity where usename <> 'postgres'"
                    " and state <> 'idle' order by random() limit 1"
                )
                await asyncio.sleep(site.random.uniform(0.001, 0.02))

    return inject


async def deadlock(site: Site) -> None:
    """A transaction that the services' appends wait for waits for them; the server ends theirs. Raises `LocalError`."""
    schema = schema_of("uaf", "intake")
    deadlocks = "select deadlocks from pg_stat_database where datname = current_database()"
    waiting = "select exists (select 1 from pg_locks where relation = $1::text::regclass and not granted)"
    async with superuser(site) as owner:
        await owner.execute(
            "set deadlock_timeout = '60s'"
        )  # the server's own for the others: they are the ones
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
        # Whoever lost is told so; the server's own count comes when the session that lost has been idle for a while.
        while site.refused.total() == refused and await owner.fetchval(deadlocks) == before:
            if asyncio.get_running_loop().time() > until + SECONDS:
                raise LocalError("No deadlock came about: this fault did not bite.")
            await asyncio.sleep(0.1)


async def wipe_bus(site: Site) -> None:
    """The bus loses everything; commands are taken meanwhile, and `banen bus apply` sets it up again."""
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
    """Thousands of messages without an envelope, with a header that is named as the server's own word."""
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
    # The oracle has no such source: what it published is dead letters, and nothing else.


async def edit_consumers(site: Site) -> None:
    """Every consumer is deleted, and made anew with other settings by hand; then declared again."""
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
    """Every service of a partner gets a new password for the bus, and the former ones end, without a restart."""
    accounts = site.programme.accounts
    names = accounts.names_of("uaf")
    accounts.rotate(names)
    for one in site.programme.services:
        site.programme.environment(one)  # writes the new address where the service reads it
    os.kill(site.supervisor.pid("nats"), SIGHUP)
    await asyncio.sleep(SECONDS / 2)
    accounts.finish(names)
    os.kill(site.supervisor.pid("nats"), SIGHUP)
    await asyncio.sleep(SECONDS / 2)


def clock(name: str, *seconds: int) -> Fault:
    """The clock of one process is off by so much, one after the other, and then right again; ops confirms."""

    async def inject(site: Site) -> None:
        if library() is None:
            raise NotPossible("libfaketime is not installed")
        for ahead in seconds:
            set_clock(site.folder, name, ahead)
            await asyncio.sleep(SECONDS)
        set_clock(site.folder, name, 0)
        site.fault_is_over()
        await asyncio.sleep(2)  # the library looks at its file once a second
        await site.confirm_clocks()

    return inject


def full_disk(name: str) -> Fault:
    """The disk of one server has no space left, and then has again; NATS is started anew, as its operator must."""

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
