"""A session lives as long as it should and no longer, in one browser, and its secrets are of use once or not at all."""

import asyncio
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from banen_contracts.roles import Role
from banen_kit.core.errors import StoreReadOnly, StoreUnavailable
from banen_kit.core.identity import Principal, SignIn
from banen_kit.postgres.connection import Pool, connect
from banen_kit.security.login_cookie import LOGIN, Login, LoginCookies
from banen_kit.security.sessions import ABSOLUTE, IDLE, NOTED, Session, Sessions, digest

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SOMEBODY = Principal("auth0|5f7c8ec7", "uaf", frozenset({Role.ADVISER, Role.MEDIATOR}))
AGENT = "Firefox"
LOGIN_UNDER_WAY = Login("the-state", "the-verifier", "the-nonce", "/plaatsingen?unit=uaf")


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def pool(database: Any, new_schema: Callable[..., Awaitable[str]]) -> AsyncIterator[Pool]:
    pool = await connect(database.service_url, await new_schema())
    yield pool
    await pool.close()


@pytest.fixture
def sessions(pool: Pool, clock: Clock) -> Sessions:
    return Sessions(pool, clock)


async def opened(sessions: Sessions) -> tuple[str, Session]:
    cookie = await sessions.open(SOMEBODY, AGENT)
    return cookie, await found(sessions, cookie)


async def found(sessions: Sessions, cookie: str) -> Session:
    session = await sessions.find(cookie, AGENT)
    assert session is not None
    return session


async def everything_in(pool: Pool) -> str:
    rows = [*await pool.fetch("select * from sessions"), *await pool.fetch("select * from finished_logins")]
    return repr([dict(row) for row in rows])


# A session.


async def test_knows_again_who_signed_in(sessions: Sessions):
    _, session = await opened(sessions)
    assert (session.principal, session.purpose) == (SOMEBODY, None)


async def test_knows_again_how_they_signed_in(sessions: Sessions):
    somebody = Principal(
        "s-1", "uaf", frozenset({Role.AUDITOR}), SignIn("mfa", NOW - SECOND, "of-the-issuer")
    )
    found = await sessions.find(await sessions.open(somebody, AGENT), AGENT)
    assert found is not None
    assert found.principal == somebody


async def test_gives_every_session_a_cookie_and_a_form_token_that_nobody_can_guess(sessions: Sessions):
    several = [await opened(sessions) for _ in range(20)]
    secrets = [cookie for cookie, _ in several] + [session.kept_token for _, session in several]
    assert len(set(secrets)) == 40
    assert {len(secret) for secret in secrets} == {43}, "32 bytes, as base64"


async def test_a_form_token_never_looks_the_same_twice_and_works_however_it_looks(sessions: Sessions):
    """Compression would give one that stays the same to whoever makes a reader open pages and sees how long they are."""
    _, session = await opened(sessions)
    tokens = {session.form_token for _ in range(20)}
    assert len(tokens) == 20
    assert not any(session.kept_token in token for token in tokens)
    assert not await sessions.use_form(session, session.kept_token)
    assert await sessions.use_form(session, tokens.pop())
    assert not await sessions.use_form(session, tokens.pop()), "it was used"


async def test_keeps_no_cookie_and_no_browser_in_clear(sessions: Sessions, pool: Pool):
    cookie, _ = await opened(sessions)
    assert await sessions.finish("the-state")
    kept = await everything_in(pool)
    assert SOMEBODY.subject in kept
    for secret in (cookie, AGENT, "the-state"):
        assert secret not in kept
    assert await pool.fetchval("select id from sessions") == digest(cookie)


async def test_what_is_printed_of_a_session_is_of_no_use(sessions: Sessions):
    _, session = await opened(sessions)
    assert session.form_token not in repr(session)
    assert repr(session.id) not in repr(session)
    assert repr(LOGIN_UNDER_WAY) == "Login(next='/plaatsingen?unit=uaf', is_strong=False)"


@pytest.mark.parametrize("cookie", ["", "x", "x" * 5000, "é", "\x00", "' or true --"])
async def test_finds_nothing_for_another_cookie(sessions: Sessions, cookie: str):
    mine, _ = await opened(sessions)
    assert await sessions.find(cookie, AGENT) is None
    assert await sessions.find(digest(mine).hex(), AGENT) is None
    await found(sessions, mine)


async def test_ends_when_nobody_uses_it(sessions: Sessions, clock: Clock, pool: Pool):
    cookie, _ = await opened(sessions)
    clock.now += IDLE + SECOND
    assert await sessions.find(cookie, AGENT) is None
    assert await pool.fetchval("select count(*) from sessions") == 0


async def test_goes_on_while_it_is_used(sessions: Sessions, clock: Clock):
    cookie, _ = await opened(sessions)
    for _ in range(4):
        clock.now += IDLE - SECOND
        await found(sessions, cookie)


async def test_ends_at_last_however_much_it_is_used(sessions: Sessions, clock: Clock):
    cookie, _ = await opened(sessions)
    while clock.now < NOW + ABSOLUTE - IDLE:
        clock.now += IDLE - SECOND
        await found(sessions, cookie)
    clock.now = NOW + ABSOLUTE
    await found(sessions, cookie)
    clock.now += SECOND
    assert await sessions.find(cookie, AGENT) is None


async def test_a_clock_that_goes_back_does_not_bring_it_back(sessions: Sessions, clock: Clock):
    cookie, _ = await opened(sessions)
    clock.now += IDLE + SECOND
    assert await sessions.find(cookie, AGENT) is None
    clock.now = NOW
    assert await sessions.find(cookie, AGENT) is None


async def test_notes_now_and_then_that_it_is_used(sessions: Sessions, clock: Clock, pool: Pool):
    cookie, _ = await opened(sessions)
    clock.now += NOTED
    await found(sessions, cookie)
    assert await pool.fetchval("select seen_at from sessions") == NOW
    clock.now += SECOND
    await found(sessions, cookie)
    assert await pool.fetchval("select seen_at from sessions") == clock.now


async def test_clears_away_what_ended_when_the_next_begins(sessions: Sessions, clock: Clock, pool: Pool):
    for _ in range(3):
        await sessions.open(SOMEBODY, AGENT)
    clock.now += IDLE + SECOND
    await sessions.open(SOMEBODY, AGENT)
    assert await pool.fetchval("select count(*) from sessions") == 1


async def test_is_gone_once_it_is_closed(sessions: Sessions, pool: Pool):
    cookie, session = await opened(sessions)
    other, _ = await opened(sessions)
    await sessions.close(session.id)
    assert await sessions.find(cookie, AGENT) is None
    await found(sessions, other)


async def test_one_service_ends_it_for_all_its_processes(sessions: Sessions, pool: Pool, clock: Clock):
    cookie, session = await opened(sessions)
    elsewhere = Sessions(pool, clock)
    await found(elsewhere, cookie)
    await sessions.close(session.id)
    assert await elsewhere.find(cookie, AGENT) is None


async def test_in_another_browser_it_ends_for_both(sessions: Sessions):
    cookie, _ = await opened(sessions)
    assert await sessions.find(cookie, "Chrome") is None
    assert await sessions.find(cookie, AGENT) is None


async def test_remembers_why_an_auditor_looks(sessions: Sessions):
    cookie, session = await opened(sessions)
    other, _ = await opened(sessions)
    await sessions.state_purpose(session, "AUDIT-2009-1")
    assert (await found(sessions, cookie)).purpose == "AUDIT-2009-1"
    assert (await found(sessions, other)).purpose is None


# Its form token.


async def test_takes_a_form_token_once_and_makes_another(sessions: Sessions):
    cookie, session = await opened(sessions)
    assert await sessions.use_form(session, session.form_token)
    assert not await sessions.use_form(session, session.form_token)
    again = await found(sessions, cookie)
    assert again.form_token != session.form_token
    assert not await sessions.use_form(again, session.form_token)
    assert await sessions.use_form(again, again.form_token)


async def test_takes_one_of_two_forms_that_come_at_once(sessions: Sessions):
    for _ in range(10):
        _, session = await opened(sessions)
        taken = await asyncio.gather(*(sessions.use_form(session, session.form_token) for _ in range(8)))
        assert sorted(taken) == [False] * 7 + [True]


@pytest.mark.parametrize("token", ["", "x", "é", "\x00"])
async def test_a_wrong_form_token_uses_nothing_up(sessions: Sessions, token: str):
    _, session = await opened(sessions)
    assert not await sessions.use_form(session, token)
    assert await sessions.use_form(session, session.form_token)


async def test_takes_no_form_of_a_session_that_ended(sessions: Sessions):
    _, session = await opened(sessions)
    await sessions.close(session.id)
    assert not await sessions.use_form(session, session.form_token)


# A login under way.


@pytest.fixture
def cookies() -> LoginCookies:
    return LoginCookies()


@pytest.mark.parametrize("path", ["/", "/plaatsingen?unit=uaf", "/é", "/" + "\u2603" * 300])
def test_a_login_comes_back_in_the_cookie_that_went_out(cookies: LoginCookies, path: str):
    login = Login("s" * 43, "v" * 43, "n" * 43, path)
    cookie = cookies.seal(login, NOW)
    assert cookies.open(cookie, "s" * 43, NOW + LOGIN) == login
    assert len(cookie) < 3000, "browsers keep 4096 bytes with name and attributes"


def test_the_cookie_of_a_login_tells_nothing_and_is_never_the_same(cookies: LoginCookies):
    first, second = cookies.seal(LOGIN_UNDER_WAY, NOW), cookies.seal(LOGIN_UNDER_WAY, NOW)
    assert first != second
    opened = urlsafe_b64decode(first + "=" * (-len(first) % 4))
    assert all(said not in opened for said in (b"the-state", b"the-verifier", b"the-nonce", b"plaatsingen"))


def test_a_login_of_another_browser_does_not_come_back(cookies: LoginCookies):
    cookie = cookies.seal(LOGIN_UNDER_WAY, NOW)
    other = cookies.seal(Login("other", "v", "n", "/"), NOW)
    for wrong, state in ((other, "the-state"), (cookie, "other"), (cookie, ""), ("", "the-state")):
        assert cookies.open(wrong, state, NOW) is None
    assert LoginCookies().open(cookie, "the-state", NOW) is None, "another process, another key"


@pytest.mark.parametrize("cookie", ["", "x", "x" * 40, "é", "\x00", "=", "AAAA" * 10])
def test_what_we_did_not_seal_is_no_login(cookies: LoginCookies, cookie: str):
    assert cookies.open(cookie, "the-state", NOW) is None


def test_a_cookie_that_was_altered_anywhere_is_no_login(cookies: LoginCookies):
    cookie = cookies.seal(LOGIN_UNDER_WAY, NOW)
    for place in range(len(cookie) - 1):
        other = "A" if cookie[place] != "A" else "B"
        assert cookies.open(cookie[:place] + other + cookie[place + 1 :], "the-state", NOW) is None


@pytest.mark.parametrize("at", [NOW - SECOND, NOW + LOGIN + SECOND])
def test_a_login_that_takes_too_long_does_not_come_back(cookies: LoginCookies, at: datetime):
    assert cookies.open(cookies.seal(LOGIN_UNDER_WAY, NOW), "the-state", at) is None


async def test_a_login_comes_to_a_session_once(sessions: Sessions):
    several = await asyncio.gather(*(sessions.finish("the-state") for _ in range(8)))
    assert sorted(several) == [False] * 7 + [True]
    assert await sessions.finish("another-state")


async def test_forgets_a_finished_login_when_its_cookie_is_too_old(
    sessions: Sessions, clock: Clock, pool: Pool
):
    await sessions.finish("the-state")
    clock.now += LOGIN + SECOND
    await sessions.finish("other-state")
    assert await pool.fetchval("select count(*) from finished_logins") == 1


@pytest.mark.parametrize(
    "statement",
    [
        "delete from finished_logins where at < now()",
        "delete from sessions where seen_at < now() or made_at < now()",
        "delete from obeyed_logouts where at < now()",
        "select * from sessions where made_at <= now() and (subject = 's' or (null::text is null and issuer_session = 'i'))",
    ],
)
async def test_clears_away_without_reading_the_whole_table(pool: Pool, statement: str):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = off")  # the tables are too small to be worth it
        plan = "\n".join(row[0] for row in await connection.fetch(f"explain {statement}"))
    assert "Index Scan" in plan
    assert "Seq Scan" not in plan


async def test_a_database_that_is_away_is_an_error_and_nobody_is_let_in(sessions: Sessions, pool: Pool):
    cookie, session = await opened(sessions)
    await pool.close()
    for attempt in (
        sessions.find(cookie, AGENT),
        sessions.open(SOMEBODY, AGENT),
        sessions.use_form(session, session.form_token),
        sessions.state_purpose(session, "AUDIT-2009-1"),
        sessions.close(session.id),
        sessions.finish("the-state"),
    ):
        with pytest.raises(StoreUnavailable):
            await attempt


async def test_a_database_that_takes_no_changes_lets_in_who_is_signed_in_and_nobody_else(
    pool: Pool, clock: Clock
):
    sessions = Sessions(pool, clock)
    cookie = await sessions.open(SOMEBODY, AGENT)
    await pool.execute("set default_transaction_read_only = on")
    clock.now = NOW + NOTED + SECOND
    found = await sessions.find(cookie, AGENT)
    assert found is not None
    assert found.principal == SOMEBODY
    assert await sessions.find(cookie, "another browser") is None
    clock.now = NOW + IDLE + SECOND
    assert await sessions.find(cookie, AGENT) is None
    with pytest.raises(StoreReadOnly):
        await sessions.open(SOMEBODY, AGENT)
