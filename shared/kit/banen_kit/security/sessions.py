"""Sessions of people who signed in with a browser. Ending one makes every copy of its cookie useless."""

import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from asyncpg import Record

from banen_kit.core.errors import StoreFull, StoreReadOnly
from banen_kit.core.identity import Principal, SignIn
from banen_kit.postgres.connection import Pool, reachable
from banen_kit.security.login_cookie import LOGIN

COOKIE = "__Host-banen"
IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
NOTED = timedelta(seconds=30)
"""The last use of a session is stored this precisely, so that not every request writes."""

LOGOUT_GOOD = timedelta(minutes=10)
"""How old a logout token may be."""
OBEYED = timedelta(hours=1)
"""How long used logout tokens are remembered: longer than a token is valid, even if clocks differ."""


@dataclass(frozen=True)
class Logout:
    """Which sessions the issuer ends: all of one subject, or those that began in one session at the issuer."""

    token: bytes = field(repr=False)
    """A hash of the token, by which a repeated token is recognised."""
    subject: str | None
    issuer_session: str | None
    until: datetime
    """Only sessions that began before this moment."""


@dataclass(frozen=True)
class Session:
    id: bytes = field(repr=False)
    principal: Principal
    kept_token: str = field(repr=False)
    purpose: str | None

    @property
    def form_token(self) -> str:
        """The token for a form, under a new mask each time: what compressing a page gives away is none of it (BREACH)."""
        token = self.kept_token.encode()
        mask = secrets.token_bytes(len(token))
        return (mask + xor(mask, token)).hex()


def xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def unmasked(form_token: str) -> bytes:
    """Empty for what no mask was laid over."""
    try:
        both = bytes.fromhex(form_token)
        return xor(both[: len(both) // 2], both[len(both) // 2 :])
    except ValueError:
        return b""


def digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


class Sessions:
    """The session tables (`sql/003-sessions.sql` and later). All methods raise `StoreUnavailable`."""

    def __init__(self, pool: Pool, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self.clock = clock

    async def finish(self, state: str) -> bool:
        """Whether this login becomes a session for the first time. Call it after the issuer has confirmed who it is."""
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
        """Starts a session and returns the value of its cookie. Also deletes sessions that have ended."""
        cookie = secrets.token_urlsafe(32)
        now = self.clock()
        async with reachable():
            await self._pool.execute(
                "delete from sessions where seen_at < $1 or made_at < $2", now - IDLE, now - ABSOLUTE
            )
            await self._pool.execute(
                "insert into sessions (id, subject, partner, roles, agent, form_token, made_at, seen_at, acr,"
                " signed_in_at, issuer_session) values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10)",
                digest(cookie),
                principal.subject,
                principal.partner,
                sorted(principal.roles),
                digest(agent),
                secrets.token_urlsafe(32),
                now,
                principal.sign_in.acr,
                principal.sign_in.at,
                principal.sign_in.session,
            )
        return cookie

    async def find(self, cookie: str, agent: str) -> Session | None:
        """Returns the live session of a cookie. A cookie seen in another browser was stolen: its session ends for both."""
        now = self.clock()
        async with reachable():
            row = await self._pool.fetchrow("select * from sessions where id = $1", digest(cookie))
            if row is None:
                return None
        is_over = row["seen_at"] < now - IDLE or row["made_at"] < now - ABSOLUTE
        is_same = secrets.compare_digest(row["agent"], digest(agent))
        # If the database is read-only, the decision stays the same; it is just not written down.
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
        """Whether this is the session's current form token. It is replaced, so that a form can be sent only once."""
        if not secrets.compare_digest(session.kept_token.encode(), unmasked(form_token)):
            return False
        async with reachable():
            return bool(
                await self._pool.fetchval(
                    "update sessions set form_token = $3 where id = $1 and form_token = $2 returning true",
                    session.id,
                    session.kept_token,
                    secrets.token_urlsafe(32),
                )
            )

    async def state_purpose(self, session: Session, purpose: str) -> None:
        async with reachable():
            await self._pool.execute("update sessions set purpose = $2 where id = $1", session.id, purpose)

    @asynccontextmanager
    async def ending(self, logout: Logout) -> AsyncGenerator[Sequence[Principal]]:
        """Yields one principal per session to end. They end when the block ends; none if it raises. A token works once."""
        now = self.clock()
        async with reachable(), self._pool.acquire() as connection, connection.transaction():
            await connection.execute("delete from obeyed_logouts where at < $1", now - OBEYED)
            is_new = await connection.fetchval(
                "insert into obeyed_logouts values ($1, $2) on conflict do nothing returning true",
                logout.token,
                now,
            )
            ended = await connection.fetch(
                "select * from sessions where $1 and made_at <= $2"
                " and (subject = $3 or ($3::text is null and issuer_session = $4)) for update",
                bool(is_new),
                logout.until,
                logout.subject,
                logout.issuer_session,
            )
            yield [_session(row).principal for row in ended]
            await connection.execute(
                "delete from sessions where id = any($1::bytea[])", [row["id"] for row in ended]
            )

    async def close(self, id_: bytes) -> None:
        """Ends a session."""
        async with reachable():
            await self._pool.execute("delete from sessions where id = $1", id_)


def _session(row: Record) -> Session:
    roles = frozenset[str](row["roles"])
    sign_in = SignIn(row["acr"], row["signed_in_at"], row["issuer_session"])
    principal = Principal(row["subject"], row["partner"], roles, sign_in)
    return Session(row["id"], principal, row["form_token"], row["purpose"])
