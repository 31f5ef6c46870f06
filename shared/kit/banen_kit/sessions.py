"""Sessions of people who signed in with a browser: kept here, so that ending one ends it wherever its cookie went."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from asyncpg import Record

from banen_kit.identity import Principal, Role
from banen_kit.login_cookie import LOGIN
from banen_kit.postgres import Pool, reachable
from banen_kit.store import StoreFull, StoreReadOnly

COOKIE = "__Host-banen"
IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
NOTED = timedelta(seconds=30)
"""How exactly it is kept when a session was last used, so that not every request writes."""


@dataclass(frozen=True)
class Session:
    id: bytes = field(repr=False)
    principal: Principal
    form_token: str = field(repr=False)
    purpose: str | None


def digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


class Sessions:
    """The tables of `sql/003-sessions.sql` and `sql/008-sessions-by-index.sql`. All methods raise `StoreUnavailable`."""

    def __init__(self, pool: Pool, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self.clock = clock

    async def finish(self, state: str) -> bool:
        """Whether this login comes to a session for the first time. Call it when the issuer has vouched for somebody."""
        now = self.clock()
        async with reachable():
            await self._pool.execute("delete from finished_logins where at < $1", now - LOGIN)
            return bool(
                await self._pool.fetchval(
                    "insert into finished_logins values ($1, $2) on conflict do nothing returning true",
                    digest(state),
                    now,
                )
            )

    async def open(self, principal: Principal, agent: str) -> str:
        """Start a session; returns what its cookie holds. Ended ones are cleared away."""
        cookie = secrets.token_urlsafe(32)
        now = self.clock()
        async with reachable():
            await self._pool.execute(
                "delete from sessions where seen_at < $1 or made_at < $2", now - IDLE, now - ABSOLUTE
            )
            await self._pool.execute(
                "insert into sessions (id, subject, partner, roles, agent, form_token, made_at, seen_at)"
                " values ($1, $2, $3, $4, $5, $6, $7, $7)",
                digest(cookie),
                principal.subject,
                principal.partner,
                sorted(principal.roles),
                digest(agent),
                secrets.token_urlsafe(32),
                now,
            )
        return cookie

    async def find(self, cookie: str, agent: str) -> Session | None:
        """The live session of a cookie. One that turns up in another browser was stolen, and ends for both."""
        now = self.clock()
        async with reachable():
            row = await self._pool.fetchrow("select * from sessions where id = $1", digest(cookie))
            if row is None:
                return None
        is_over = row["seen_at"] < now - IDLE or row["made_at"] < now - ABSOLUTE
        is_same = secrets.compare_digest(row["agent"], digest(agent))
        # On a database that takes no changes it is refused or shown all the same; only that is not written down.
        with suppress(StoreReadOnly, StoreFull):
            if is_over or not is_same:
                await self.close(row["id"])
            elif row["seen_at"] < now - NOTED:
                await self._note_seen(row["id"], now)
        return None if is_over or not is_same else _session(row)

    async def _note_seen(self, id_: bytes, now: datetime) -> None:
        async with reachable():
            await self._pool.execute("update sessions set seen_at = $2 where id = $1", id_, now)

    async def use_form(self, session: Session, form_token: str) -> bool:
        """Whether this is the session's token of the moment; it is replaced, so that a form can be sent once."""
        if not secrets.compare_digest(session.form_token.encode(), form_token.encode()):
            return False
        async with reachable():
            return bool(
                await self._pool.fetchval(
                    "update sessions set form_token = $3 where id = $1 and form_token = $2 returning true",
                    session.id,
                    session.form_token,
                    secrets.token_urlsafe(32),
                )
            )

    async def state_purpose(self, session: Session, purpose: str) -> None:
        async with reachable():
            await self._pool.execute("update sessions set purpose = $2 where id = $1", session.id, purpose)

    async def close_all_of(self, subject: str, until: datetime) -> int:
        """End every session of somebody that was begun by a moment; returns how many there were."""
        async with reachable():
            ended = await self._pool.fetch(
                "delete from sessions where subject = $1 and made_at <= $2 returning id", subject, until
            )
        return len(ended)

    async def close(self, id_: bytes) -> None:
        """End a session, wherever its cookie is."""
        async with reachable():
            await self._pool.execute("delete from sessions where id = $1", id_)


def _session(row: Record) -> Session:
    roles = frozenset(Role(role) for role in row["roles"])
    principal = Principal(row["subject"], row["partner"], roles)
    return Session(row["id"], principal, row["form_token"], row["purpose"])
