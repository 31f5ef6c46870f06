"""Takes what was deleted off the disk: rewrites a table and its indexes without old versions of rows."""

import re
from typing import Any

from banen_kit.postgres.connection import Connection

LEFT = re.compile(r"(\d+) dead row versions cannot be removed yet")


async def rewrite(connection: Connection, table: str) -> int | None:
    """Returns how many old versions another transaction still keeps there; None if PostgreSQL does not say.

    Nobody can use the table meanwhile. Raises `asyncpg.LockNotAvailableError` if somebody uses it, with a `lock_timeout`.
    """
    schema = await connection.fetchval("select current_schema()")
    told: list[int] = []

    def listen(_: object, message: Any) -> None:
        told.extend(int(found) for found in LEFT.findall(f"{message.message}\n{message.detail}"))

    connection.add_log_listener(listen)
    try:
        await connection.execute(f'vacuum (full, verbose) "{schema}".{table}')
    finally:
        connection.remove_log_listener(listen)
    return sum(told) if told else None
