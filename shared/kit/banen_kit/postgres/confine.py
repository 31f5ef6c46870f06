"""Takes away what PostgreSQL gives to everybody and what would let one role hold up all others of the cluster."""

from banen_kit.core.errors import StoreRefusesToStart
from banen_kit.postgres.connection import MIGRATION_LOCK, Connection

CONNECTIONS = 20
"""Of one role: its pool, twice where a process was killed and starts again, and a tool beside it."""

SHARED = r"^(pg_(try_)?advisory_(xact_)?lock(_shared)?|lo_\w+|loread|lowrite|pg_logical_emit_message)$"
"""Functions of PostgreSQL that take locks of the whole database, or space on the disk that belongs to nobody's table."""

LIMITS = {
    "idle_in_transaction_session_timeout": "1min",
    "temp_file_limit": "1GB",
}
"""Settings of a role. The last one only a superuser can change."""


async def confine_database(owner: Connection) -> None:
    """Nobody connects to the database of `owner` who was not let in, nor takes what is shared by all in it.

    Raises `StoreRefusesToStart` where the owner is no superuser, who alone can do it.
    """
    if not await owner.fetchval("select rolsuper from pg_roles where rolname = current_user"):
        raise StoreRefusesToStart(
            "The owner must be a superuser of PostgreSQL: nobody else can take shared locks away from all roles."
        )
    async with owner.transaction():
        await owner.execute("select pg_advisory_xact_lock($1, $2)", *MIGRATION_LOCK)
        database = await owner.fetchval("select quote_ident(current_database())")
        open_to_all = await owner.fetch(
            "select oid::regprocedure::text as name from pg_proc"
            " where pronamespace = 'pg_catalog'::regnamespace and proname ~ $1"
            " and has_function_privilege('public', oid, 'execute')",
            SHARED,
        )
        for row in open_to_all:
            await owner.execute(f"revoke execute on function pg_catalog.{row['name']} from public")
        await owner.execute(f"revoke all on database {database} from public")
        await owner.execute("revoke create on schema public from public")


async def confine_role(owner: Connection, role: str) -> None:
    """A role has only so many connections, and no transaction stands for ever.

    How long a statement may take its service says itself, and the operator for the whole server.
    """
    await owner.execute(f'alter role "{role}" connection limit {CONNECTIONS}')
    for setting, value in LIMITS.items():
        await owner.execute(f"alter role \"{role}\" set {setting} = '{value}'")
