"""Connects to PostgreSQL safely, and brings a schema up to date."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from banen_kit.core.errors import StoreFull, StoreReadOnly, StoreRefusesToStart, StoreUnavailable

if TYPE_CHECKING:
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Connection: TypeAlias = (
        asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    )
else:
    Pool = asyncpg.Pool
    Connection = asyncpg.Connection

MIGRATION_LOCK = (7, 1)
"""The advisory lock under which migrations run."""

UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    # Raised by asyncpg when the server closes a connection between two statements (asyncpg issue 784).
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)
"""What asyncpg raises when the database is unavailable, as opposed to when it refuses."""


NOT_NOW = ("08", "40", "53", "57", "58", "55P03", "25P04")
"""SQLSTATE prefixes that mean "not now": connection, rollback, resources, operator, system, lock, timeout."""
DISK_FULL, READ_ONLY = "53100", "25006"


@asynccontextmanager
async def reachable() -> AsyncGenerator[None]:
    """Turns "unreachable" and "not now" into `StoreUnavailable`, or its subclass for a full disk or a read-only database."""
    try:
        yield
    except UNREACHABLE as error:
        raise StoreUnavailable(f"PostgreSQL cannot be reached: {type(error).__name__}") from error
    except asyncpg.PostgresError as error:
        code: str = error.sqlstate or ""
        if code == DISK_FULL:
            raise StoreFull("The disk of PostgreSQL is full.") from error
        if code == READ_ONLY:
            raise StoreReadOnly("PostgreSQL is read-only now.") from error
        if code.startswith(NOT_NOW):
            raise StoreUnavailable(f"PostgreSQL cannot do it now: {type(error).__name__}") from error
        raise


async def connect(url: str, schema: str, *, min_size: int = 1, max_size: int = 8) -> Pool:
    """Returns a pool whose connections see one schema. Raises `StoreUnavailable`."""
    async with reachable():
        return await asyncpg.create_pool(
            url,
            min_size=min_size,
            max_size=max_size,
            timeout=10,
            command_timeout=60,
            reset=_leave,
            server_settings={"search_path": schema, "application_name": schema, "timezone": "UTC"},
        )


async def _leave(_: object) -> None:
    """Skips asyncpg's reset, which costs a round trip: nobody changes the session of a pooled connection."""


async def refuse_unsafe(pool: Pool) -> None:
    """Raises `StoreRefusesToStart` if a commit would not survive a power cut."""
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        value = await pool.fetchval("select current_setting($1)", setting)
        if value == "off" or (setting == "synchronous_commit" and value == "local"):
            raise StoreRefusesToStart(
                f"PostgreSQL runs with {setting}={value}, which can lose committed events; set it to on."
            )


@dataclass(frozen=True)
class Migration:
    """One forward migration, in plain SQL."""

    number: int
    name: str
    sql: str


def migrations(packages: Sequence[str], folder: str = "sql") -> list[Migration]:
    """Returns the migrations in a folder of each package, named `NNN-what-it-does.sql`, ordered by number."""
    found: list[Migration] = []
    for file in (file for package in packages for file in files(package).joinpath(folder).iterdir()):
        match = re.fullmatch(r"(\d{3})-([a-z-]+)\.sql", file.name)
        if match:
            found.append(Migration(int(match[1]), match[2], file.read_text("utf-8")))
    return sorted(found, key=lambda step: step.number)


async def migrate(owner: Connection, schema: str, steps: Sequence[Migration]) -> list[str]:
    """Brings `schema` up to date, in one transaction under a lock; returns the names of the migrations that ran.

    Raises `StoreRefusesToStart` if a newer version has migrated the schema.
    """
    async with owner.transaction():
        await owner.execute("select pg_advisory_xact_lock($1, $2)", *MIGRATION_LOCK)
        await owner.execute(
            "create table if not exists public.banen_stores"
            " (number int generated always as identity primary key, schema text unique not null)"
        )
        await owner.execute(f'create schema if not exists "{schema}"')
        await owner.execute(
            "insert into public.banen_stores (schema) select $1"
            " where not exists (select 1 from public.banen_stores where schema = $1)",
            schema,
        )
        await owner.execute(f'set local search_path to "{schema}", pg_temp')
        await owner.execute(
            "create table if not exists migrations"
            " (number int primary key, name text not null, at timestamptz not null default clock_timestamp())"
        )
        done = {int(row["number"]) for row in await owner.fetch("select number from migrations")}
        refuse_future(schema, done, steps)
        pending = [step for step in steps if step.number not in done]
        for step in pending:
            await owner.execute(step.sql)
            await owner.execute(
                "insert into migrations (number, name) values ($1, $2)", step.number, step.name
            )
        return [step.name for step in pending]


async def grant_store(owner: Connection, schema: str, role: str) -> None:
    """Lets a service's role read all tables, append to logs only through functions, and write the other tables."""
    database = await owner.fetchval("select quote_ident(current_database())")
    await owner.execute(f"""
        grant connect on database {database} to "{role}";
        grant usage on schema "{schema}" to "{role}";
        grant select, insert, update, delete on all tables in schema "{schema}" to "{role}";
        grant select on all sequences in schema "{schema}" to "{role}";
        revoke execute on all functions in schema "{schema}" from public;
        grant execute on all functions in schema "{schema}" to "{role}";
        revoke insert, update, delete
            on "{schema}".migrations, "{schema}".events, "{schema}".streams, "{schema}".stream_references,
            "{schema}".audit from "{role}";
    """)
    for row in await owner.fetch(
        "select c.relname from pg_class c where c.relnamespace = to_regnamespace(quote_ident($1))"
        " and c.relkind = 'r' and starts_with(c.relname, 'list_')",
        schema,
    ):  # what an erasure deleted is taken off the disk by the service itself
        await owner.execute(f'grant maintain on "{schema}".{row[0]} to "{role}"')


KEYS_FUNCTIONS = (
    "keys_for(text[], bytea[])",
    "find_keys(text[])",
    "linked(text[])",
    "destroy_keys(text[], boolean)",
    "destroyed_keys(text, boolean)",
    "mark_swept(text[])",
    "claim_keys(text[])",
    "erased_among(text[])",
    "left_to_destroy(text[], text[], text[], text[])",
    "oldest_segment()",
)
"""All functions for persons' keys that a service's role may call, unless it also links persons."""
LINKING = "link_persons(int[], text[], text[])"


async def grant_keys(owner: Connection, schema: str, role: str, *, links: bool) -> None:
    """Lets a role call a few functions and remove destroyed keys from disk; it cannot read or write any table.

    `links`: whether its service records which references are one person, and so also erases the linked references.
    The owner must be a superuser: nobody else can grant `pg_switch_wal` and `pg_checkpoint`.
    """
    database = await owner.fetchval("select quote_ident(current_database())")
    functions = (*KEYS_FUNCTIONS, LINKING) if links else KEYS_FUNCTIONS
    await owner.execute(f"""
        grant connect on database {database} to "{role}";
        grant usage on schema "{schema}" to "{role}";
        revoke all on all tables in schema "{schema}" from "{role}";
        revoke execute on all functions in schema "{schema}" from public;
        revoke execute on all functions in schema "{schema}" from "{role}";
        grant execute on function {", ".join(f'"{schema}".{function}' for function in functions)} to "{role}";
        grant maintain on "{schema}".keys to "{role}";
        grant execute on function pg_catalog.pg_switch_wal() to "{role}";
        grant pg_checkpoint to "{role}";
    """)


async def grant_anchors(owner: Connection, schema: str, role: str) -> None:
    """Lets a role write and read anchors of its service's audit log in a schema of keys. Call it after `grant_keys`."""
    await owner.execute(f"""
        grant usage on schema "{schema}" to "{role}";
        grant select on "{schema}".audit_anchors to "{role}";
        grant execute on function "{schema}".anchor_audit(text, bigint, bytea) to "{role}";
    """)


def refuse_future(schema: str, done: set[int], steps: Sequence[Migration]) -> None:
    unknown = sorted(done - {step.number for step in steps})
    if unknown:
        raise StoreRefusesToStart(
            f'Schema "{schema}" was migrated by a newer version (step {unknown[-1]}); install that version.'
        )


async def refuse_wrong_schema(pool: Pool, schema: str, steps: Sequence[Migration]) -> None:
    """Raises `StoreRefusesToStart` unless exactly these migrations have run."""
    try:
        done = {int(row["number"]) for row in await pool.fetch("select number from migrations")}
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        done = set[int]()
    refuse_future(schema, done, steps)
    missing = [step.name for step in steps if step.number not in done]
    if missing:
        raise StoreRefusesToStart(f'Schema "{schema}" lacks {", ".join(missing)}; run: banen migrate')


async def refuse_read_only(pool: Pool) -> None:
    """Raises `StoreReadOnly` if the database is read-only, or `StoreUnavailable`."""
    async with reachable():
        if await pool.fetchval("select current_setting('transaction_read_only')") == "on":
            raise StoreReadOnly("PostgreSQL is read-only now.")


async def refuse_foreign_schema(pool: Pool, schema: str) -> None:
    """Raises `StoreRefusesToStart` if the schema exists and our role may not use it."""
    if not await pool.fetchval(
        "select coalesce(has_schema_privilege(to_regnamespace($1), 'usage'), true)", schema
    ):
        raise StoreRefusesToStart(
            f'its role may not use schema "{schema}": it is of another service or partner'
        )


async def refuse_wrong_keys(pool: Pool, schema: str) -> None:
    """Raises `StoreRefusesToStart` unless all functions that a service needs for persons' keys exist and are allowed."""
    await refuse_foreign_schema(pool, schema)
    names = [f'"{schema}".{function}' for function in KEYS_FUNCTIONS]
    missing = await pool.fetchval(
        "select count(*) from unnest($1::text[]) as name"
        " where not coalesce(has_function_privilege(to_regprocedure(name), 'execute'), false)",
        names,
    )
    if missing:
        raise StoreRefusesToStart(f'schema "{schema}" is not up to date; run: banen migrate --keys')


async def when_reachable(url: str, schema: str, waits: Callable[[str], None], *, attempts: int = 60) -> Pool:
    """Like `connect`, but waits for a database that is still starting; calls `waits` once if it has to wait.

    Raises `StoreUnavailable`, or `StoreRefusesToStart` if the database refuses us.
    """
    for attempt in range(attempts):
        try:
            return await connect(url, schema)
        except StoreUnavailable as error:
            if isinstance(error.__cause__, ValueError):
                raise StoreRefusesToStart("it is no address of a PostgreSQL database") from None
            if attempt == attempts - 1:
                raise
            if attempt == 0:
                waits(str(error))
            await asyncio.sleep(0.5)
        except (ValueError, OverflowError):
            raise StoreRefusesToStart("it is no address of a PostgreSQL database") from None
        except asyncpg.InvalidAuthorizationSpecificationError:
            raise StoreRefusesToStart("PostgreSQL refuses the user or the password") from None
        except asyncpg.InvalidCatalogNameError:
            raise StoreRefusesToStart("PostgreSQL has no such database") from None
        except asyncpg.InsufficientPrivilegeError:
            raise StoreRefusesToStart("PostgreSQL does not let this user into the database") from None
    raise AssertionError("attempts must be at least 1")
