"""Revokes PostgreSQL defaults with which one role could block all other roles of the cluster."""

from banen_kit.core.errors import StoreRefusesToStart
from banen_kit.postgres.connection import MIGRATION_LOCK, Connection

CONNECTIONS = 20
"""Per role: its pool, twice because a killed process may restart, and one tool."""

SHARED = r"^(pg_(try_)?advisory_(xact_)?lock(_shared)?|lo_\w+|loread|lowrite|pg_logical_emit_message)$"
"""PostgreSQL functions that take database-wide locks, or disk space outside any table."""

LIMITS = {
    "idle_in_transaction_session_timeout": "1min",
    "temp_file_limit": "1GB",
}
"""Settings of a role. Only a superuser can change the last one."""


async def confine_database(owner: Connection) -> None:
    """Only roles that were granted it may connect to the database of `owner`, and none may use resources shared by all.

    Raises `StoreRefusesToStart` if the owner is not a superuser.
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
    """Limits a role: its connections, how long a transaction may stay idle, and the size of temporary files.

    Each service sets its own statement timeout, and the operator one for the whole server.
    """
    await owner.execute(f'alter role "{role}" connection limit {CONNECTIONS}')
    for setting, value in LIMITS.items():
        await owner.execute(f"alter role \"{role}\" set {setting} = '{value}'")
