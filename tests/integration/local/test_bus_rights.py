"""Rights on the bus as a real server has them: every user and every subject, and passwords that change while it runs."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from signal import SIGHUP
from typing import Any

import bus_rights_table
import nats as nats_module
import pytest
from nats.aio.client import Client
from nats.errors import Error
from typer.testing import CliRunner

from banen_cli.accounts import Accounts
from banen_cli.apply import apply_topology
from banen_cli.fault import Fault
from banen_cli.guard import end_surplus
from banen_contracts import Envelope
from banen_kit.messaging.bus_users import GUARD, OPERATOR, BusUser
from banen_kit.messaging.jetstream import BusUnavailable, api, connect, connected, inbox_of, publish_batch
from banen_kit.messaging.topology import Partner, read_integrators, read_partners
from banen_local.cluster.nats import Nats
from support.cli import app
from support.waiting import DEADLINE, eventually

PARTNERS = """
integrators = ["statistics"]

[bureau]
services = ["reporting"]

[emplooi]
services = ["mediation", "employers"]

[uaf]
services = ["intake", "employers"]
"""
runner = CliRunner()


@dataclass
class Site:
    """A server with everybody's user, its streams and its consumers."""

    nats: Nats
    accounts: Accounts

    @property
    def partners(self) -> list[Partner]:
        return read_partners(self.accounts.partners_file)

    def url(self, user: str) -> str:
        return self.accounts.url(user, f"127.0.0.1:{self.nats.port}")

    async def apply(self) -> None:
        async with connected(self.url(OPERATOR), "test") as client:
            integrators = read_integrators(self.accounts.partners_file)
            await apply_topology(client, self.partners, integrators, change=True)

    def partner(self, *arguments: str) -> str:
        """`banen partner`, which tells the server."""
        options = [
            *("--partners", str(self.accounts.partners_file), "--accounts", str(self.accounts.folder)),
            *("--pid-file", str(self.nats.pid_file)),
        ]
        done = runner.invoke(app, ["partner", *arguments, *options])
        if isinstance(done.exception, Fault):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    (tmp_path / "partners.toml").write_text(PARTNERS)
    accounts = Accounts(tmp_path / "bus", tmp_path / "partners.toml")
    accounts.add([*(user.name for user in accounts.users()), GUARD])
    server = Nats(tmp_path / "nats", max_file_store=16 * 2**30, users=accounts.configuration)
    await server.start()
    site = Site(server, accounts)
    try:
        await site.apply()
        yield site
    finally:
        await server.stop()


def allows(patterns: tuple[str, ...], subject: str) -> bool:
    """Whether NATS lets a subject through: `*` is one token, `>` all that follow."""
    return any(_matches(pattern.split("."), subject.split(".")) for pattern in patterns)


def _matches(pattern: list[str], subject: list[str]) -> bool:
    for at, token in enumerate(pattern):
        if token == ">":
            return len(subject) > at
        if at >= len(subject) or token not in ("*", subject[at]):
            return False
    return len(subject) == len(pattern)


STREAM_CALLS = ("INFO", "CREATE", "UPDATE", "DELETE", "PURGE", "MSG.GET", "MSG.DELETE", "SNAPSHOT", "RESTORE")
CONSUMER_CALLS = ("INFO", "CREATE", "DURABLE.CREATE", "DELETE", "MSG.NEXT", "PAUSE", "RESET")


def subjects(users: list[BusUser], partners: list[Partner]) -> Iterator[str]:
    """One of each kind: events, watermarks, dead letters, each call of JetStream, acknowledgements, inboxes."""
    names = ["EVT_ALL", "DLQ", "WMK"]
    for partner in partners:
        for service in partner.services:
            yield f"evt.{partner.id}.{service}.something-happened.v1"
            yield f"wmk.{partner.id}.{service}"
            names.append(f"EVT_{partner.id.upper()}_{service.upper()}")
    for name in names:
        yield from (f"$JS.API.STREAM.{call}.{name}" for call in STREAM_CALLS)
        yield f"$JS.API.DIRECT.GET.{name}"
        yield f"$JS.API.DIRECT.GET.{name}.evt.bureau.reporting.programme-defined.v1"
        yield f"$JS.API.DIRECT.GET.{name}.evt.uaf.intake.contact-made.v1"
    consumers = {
        found[1]
        for user in users
        for subject in user.publish
        if (found := re.search(r"NEXT\.EVT_ALL\.(.+)", subject))
    }
    assert len(consumers) > 5
    for consumer in sorted(consumers):
        yield from (f"$JS.API.CONSUMER.{call}.EVT_ALL.{consumer}" for call in CONSUMER_CALLS)
        yield f"$JS.ACK.EVT_ALL.{consumer}.1.2.3.4.5"
        yield f"$JS.ACK.hub.account.EVT_ALL.{consumer}.1.2.3.4.5.6"
        yield f"dlq.{consumer}"
    yield from (
        "$JS.API.INFO",
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.LIST",
        "$SYS.REQ.SERVER.PING",
        "hnd.uaf.uwv.x",
    )
    yield from (f"_INBOX_{user.name}.x" for user in users)


async def refused_by_the_server(
    url: str, publish: list[str], subscribe: list[str]
) -> tuple[set[str], set[str]]:
    """What the server says no to, in lower case, as nats-py tells it."""
    said: list[str] = []

    async def hear(error: Exception) -> None:
        said.append(str(error))

    client = await nats_module.connect(url, error_cb=hear, inbox_prefix=inbox_of(url).encode())  # pyright: ignore[reportUnknownMemberType]
    try:
        for subject in publish:
            await client.publish(subject, b"nonsense")
        for subject in subscribe:
            await client.subscribe(subject)  # pyright: ignore[reportUnknownMemberType]
        await client.flush()
        await client.flush()
    finally:
        await client.close()
    found = [re.search(r'violation for (publish|subscription) to "(.+?)"', text) for text in said]
    assert all(found), said
    both = [(one[1], one[2]) for one in found if one]
    return (
        {subject for kind, subject in both if kind == "publish"},
        {subject for kind, subject in both if kind == "subscription"},
    )


async def test_the_server_lets_through_what_the_table_says_and_nothing_else(site: Site):
    users = site.accounts.users()
    # The operator's calls would be carried out.
    publish = list(subjects(users, site.partners))
    listen = [
        "evt.>",
        "evt.uaf.>",
        ">",
        "_INBOX.>",
        "$JS.>",
        "wmk.>",
        "dlq.>",
        *(f"_INBOX_{one.name}.>" for one in users),
    ]
    assert len(publish) > 200
    for user in users:
        if user.name == OPERATOR:
            continue
        no_publish, no_listen = await refused_by_the_server(site.url(user.name), publish, listen)
        assert no_publish == {one.lower() for one in publish if not allows(user.publish, one)}, user.name
        assert no_listen == {one.lower() for one in listen if one not in user.subscribe}, user.name
    operator = next(user for user in users if user.name == OPERATOR)
    events = [subject for subject in publish if not subject.startswith("$JS.API.")]
    no_publish, no_listen = await refused_by_the_server(site.url(OPERATOR), events, listen)
    assert no_publish == {one.lower() for one in events}
    assert no_listen == {one.lower() for one in listen if one not in operator.subscribe}


def test_the_document_shows_the_table():
    text = (Path(__file__).parents[3] / "docs/bus-rights.md").read_text()
    assert text == bus_rights_table.document(), "run: python deploy/bus_rights_table.py"


async def test_forged_events_of_another_partner_change_nothing(site: Site):
    """What moved the nation from 2,327 to 2,317, with the password of one service of another partner."""
    async with connected(site.url("uaf_employers"), "forger") as forger:
        with pytest.raises(BusUnavailable):
            await publish_batch_in_a_hurry(forger, "evt.emplooi.mediation.placement-voided.v1")
        for call in ("PURGE", "DELETE"):
            with pytest.raises(BusUnavailable):
                await api(forger, f"STREAM.{call}.EVT_EMPLOOI_MEDIATION")
    async with connected(site.url(OPERATOR), "test") as operator:
        state = (await api(operator, "STREAM.INFO.EVT_EMPLOOI_MEDIATION"))["state"]
        assert state["messages"] == state["last_seq"] == 0


async def publish_batch_in_a_hurry(client: Client, subject: str) -> None:
    try:
        await client.request(subject, b"{}", timeout=0.5)
    except Error as error:
        raise BusUnavailable(str(error)) from error


async def test_not_even_the_operator_empties_a_writers_stream(site: Site):
    async with (
        connected(site.url(OPERATOR), "test") as operator,
        connected(site.url("uaf_intake"), "test") as intake,
    ):
        await publish_batch(intake, [("evt.uaf.intake.x.v1", b"{}", {})], 0)
        for name in ("EVT_UAF_INTAKE", "EVT_ALL"):
            for call, body in (("PURGE", None), ("MSG.DELETE", {"seq": 1})):
                with pytest.raises(Error):
                    await api(operator, f"STREAM.{call}.{name}", body)
        # Those that must be emptied can be.
        await api(operator, "STREAM.PURGE.DLQ")


async def test_a_partner_is_added_while_the_others_go_on(site: Site):
    async with connected(site.url("uaf_intake"), "others") as others:
        before = others.stats["reconnects"]
        site.accounts.partners_file.write_text(PARTNERS + '\n[uwv]\nservices = ["intake"]\n')
        assert site.partner("add", "uwv") == "uwv_intake\n"
        await site.apply()
        async with connected(site.url("uwv_intake"), "new") as new:
            assert await publish_batch(new, [("evt.uwv.intake.x.v1", b"{}", {})], 0) == 1
        assert await publish_batch(others, [("evt.uaf.intake.x.v1", b"{}", {})], 0) == 1
        assert others.stats["reconnects"] == before


async def test_a_password_is_changed_without_a_moment_in_which_none_holds(site: Site):
    former = site.url("uaf_intake")
    async with connected(former, "former") as running:
        site.partner("rotate", "uaf")
        newest = site.url("uaf_intake")
        assert newest != former
        assert inbox_of(newest) == inbox_of(former)
        assert await publish_batch(running, [("evt.uaf.intake.x.v1", b"{}", {})], 0) == 1
        async with connected(newest, "newest") as new:
            assert await publish_batch(new, [("evt.uaf.intake.x.v1", b"{}", {})], 1) == 2
            site.partner("rotate", "uaf", "--finish")
            await eventually(lambda: running.is_closed)
            assert await publish_batch(new, [("evt.uaf.intake.x.v1", b"{}", {})], 2) == 3
    with pytest.raises(BusUnavailable):
        await connect(former, "former")


async def test_who_is_revoked_is_out_within_seconds_and_stays_out(site: Site):
    url = site.url("uaf_intake")
    async with (
        connected(url, "revoked") as revoked,
        connected(site.url("emplooi_mediation"), "others") as others,
    ):
        site.partner("revoke", "uaf")
        await eventually(lambda: revoked.is_closed)
        assert await publish_batch(others, [("evt.emplooi.mediation.x.v1", b"{}", {})], 0) == 1
    with pytest.raises(BusUnavailable):
        await connect(url, "revoked")


def test_faults_are_one_line(site: Site):
    with pytest.raises(Fault, match="no partner and no integrator nobody"):
        site.partner("add", "nobody")
    site.partner("revoke", "uaf")
    with pytest.raises(Fault, match="uaf_intake, uaf_employers has no user yet"):
        site.partner("rotate", "uaf")


def test_passwords_are_for_their_owners_eyes(site: Site):
    for file in (site.accounts.folder / "users.json", site.accounts.configuration):
        assert file.stat().st_mode & 0o777 == 0o600
    passwords = [
        password
        for one in json.loads((site.accounts.folder / "users.json").read_text()).values()
        for password in one.values()
    ]
    assert len(passwords) == len(set(passwords)) == len(site.accounts.users()) + 1
    assert min(map(len, passwords)) >= 32


async def test_an_integrator_reads_with_the_subscriber_of_the_readme(site: Site):
    """The code as it stands there, with what `banen bus credentials` prints."""
    async with connected(site.url("uaf_intake"), "writer") as writer:
        ref, cause = "00000000-0000-4000-8000-000000000002", "00000000-0000-4000-8000-000000000003"
        fields = {
            "id": cause, "source": "urn:nl:banenoffensief:uaf:intake", "subject": ref, "partner": "uaf", "sequence": 1,
            "type": "nl.banenoffensief.intake.contact-erased.v1", "time": "2026-03-01T12:00:00Z",
            "correlationid": cause, "causationid": cause,
        }  # fmt: skip
        event = Envelope.model_validate(fields)
        body = b'{"contactRef": "00000000-0000-4000-8000-000000000002", "occurredOn": "2026-03-01"}'
        await publish_batch(writer, [("evt.uaf.intake.contact-erased.v1", body, event.headers())], 0)
    readme = (Path(__file__).parents[3] / "shared/contracts/README.md").read_text()
    code = next(
        block for block in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "def follow" in block
    )
    body_of = code[code.index("async def follow") :].splitlines()
    assert len(body_of) == 10, "a subscriber of ten lines"
    done = runner.invoke(
        app,
        ["bus", "credentials", "statistics", "--partners", str(site.accounts.partners_file), "--accounts",
         str(site.accounts.folder), "--host", f"127.0.0.1:{site.nats.port}", "--no-tls"],
    )  # fmt: skip
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - what we tell integrators to write
    heard: asyncio.Queue[str] = asyncio.Queue()
    names["print"] = lambda *said: heard.put_nowait(" ".join(map(str, said)))
    following = asyncio.ensure_future(names["follow"](done.output.strip(), "statistics"))
    said = await asyncio.wait_for(heard.get(), DEADLINE)
    following.cancel()
    await asyncio.wait([following])
    assert said.startswith("urn:nl:banenoffensief:uaf:intake 1 ContactErased")


async def test_a_server_that_is_told_twice_or_of_nothing_new_changes_nothing(site: Site):
    async with connected(site.url("uaf_intake"), "others") as others:
        for _ in range(2):
            os.kill(int(site.nats.pid_file.read_text()), SIGHUP)
        assert await publish_batch(others, [("evt.uaf.intake.x.v1", b"{}", {})], 0) == 1


async def test_a_user_with_too_many_connections_loses_the_newest_and_nobody_else_any(site: Site):
    async with (
        connected(site.url("emplooi_mediation"), "others") as others,
        connected(site.url(GUARD), "g") as guarding,
    ):
        hoard = [
            await nats_module.connect(site.url("uaf_intake"), allow_reconnect=False, error_cb=nobody)  # pyright: ignore[reportUnknownMemberType]
            for _ in range(30)
        ]
        assert await end_surplus(guarding, 20) == {"uaf_intake": 10}
        await eventually(lambda: all(client.is_closed for client in hoard[20:]))
        assert not any(client.is_closed for client in hoard[:20])
        assert await end_surplus(guarding, 20) == {}
        assert await publish_batch(others, [("evt.emplooi.mediation.x.v1", b"{}", {})], 0) == 1
        for client in hoard:
            await client.close()


async def nobody(_: Exception) -> None:
    """Hears what the server says last."""


async def test_the_guard_sees_who_is_connected_and_nothing_of_the_bus(site: Site):
    async with connected(site.url(GUARD), "guard") as guarding:
        with pytest.raises(BusUnavailable, match="not ready"):
            await api(guarding, "STREAM.INFO.EVT_ALL")
