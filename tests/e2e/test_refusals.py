"""Whoever is not entitled is refused, over real HTTP and at the real databases, and nothing is recorded of the attempt."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from banen_contracts.base import source_of
from banen_contracts.roles import Role
from banen_kit.runtime.settings import keys_schema_of, schema_of
from banen_local.cluster.define import until_heard
from banen_local.cluster.prepare import database_of
from banen_local.cluster.programme import ISSUER, Programme
from banen_local.cluster.supervisor import Supervisor
from banen_local.demo.visit import sign_in
from banen_local.issuer.keys import rotate
from banen_local.issuer.tokens import mint
from support.definition import DEFINITION

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PARTNERS = """
[bureau]
services = ["reporting"]
[uaf]
services = ["intake", "mediation"]
[emplooi]
services = ["mediation"]
"""
CONTACT = {"occurredOn": "2026-01-05", "channel": "municipality", "kind": "contact"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HOUR = 3600


@dataclass
class Site:
    programme: Programme
    http: httpx2.AsyncClient

    def url(self, partner: str, service: str) -> str:
        return self.programme.url(partner, service)

    def token(self, partner: str, role: Role, **more: Any) -> str:
        folder = self.programme.folder / ISSUER
        return mint(folder, self.programme.issuer, partner, [role], partners=self.programme.partners, **more)

    async def contact(self, token: str | None, **headers: str) -> httpx2.Response:
        """Record a contact at UAF's intake."""
        sent = {"Idempotency-Key": str(uuid4()), **headers}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        return await self.http.post(
            f"{self.url('uaf', 'intake')}/v1/contacts/{uuid4()}/record", json=CONTACT, headers=sent
        )

    async def recorded(self) -> int:
        owner = await asyncpg.connect(self.programme.database.url(database_of("uaf")))
        try:
            return await owner.fetchval("select count(*) from uaf_intake.events")
        finally:
            await owner.close()

    async def page(self, cookie: str, path: str = "/nl/overzicht", **headers: str) -> httpx2.Response:
        return await self.http.get(
            f"{self.url('bureau', 'reporting')}{path}", headers={"Cookie": cookie, **headers}
        )

    async def form_token(self, cookie: str) -> str:
        page = await self.page(cookie)
        assert page.status_code == 200, page.text
        return page.text.split('name="formToken" value="')[1].split('"')[0]

    async def send_form(self, cookie: str, path: str, /, **fields: str) -> httpx2.Response:
        return await self.http.post(
            f"{self.url('bureau', 'reporting')}{path}", data=fields, headers={"Cookie": cookie}
        )

    async def enter(self, person: str = "demo-bureau-project-bureau") -> str:
        return await sign_in(self.http, self.url("bureau", "reporting"), person)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("refusals")
    partners = folder / "partners.toml"
    partners.write_text(PARTNERS)
    async with Supervisor(folder / "data") as supervisor, httpx2.AsyncClient(timeout=60) as http:
        programme = Programme(folder / "data", partners)
        await programme.start(supervisor)
        await set_up_programme(programme)
        yield Site(programme, http)


async def set_up_programme(programme: Programme) -> None:
    """Known long ago, so that the end of last month knows it too."""
    window = {"windowFrom": "2020-01-01", "windowTo": "2030-12-31"}
    commands = (
        ("define-programme", "bureau", {"definition": DEFINITION.model_dump(mode="json", by_alias=True)}),
        ("admit-partner", "uaf", {"name": "UAF", "services": ["intake", "mediation"]}),
        ("define-target-unit", "uaf", {"label": "UAF"}),
        ("assign-partner", "uaf", {"unitId": "uaf"}),
        ("publish-rule-set", "published", {"params": window, "approvedBy": "steering-group"}),
    )
    lines = [
        json.dumps({
            "command": command, "ref": ref, "key": str(uuid4()), "knownAt": "2020-01-02T12:00:00Z",
            "body": {"occurredOn": "2020-01-02", **body},
        })
        for command, ref, body in commands
    ]  # fmt: skip
    async with httpx2.AsyncClient(auth=programme.machine()) as http:
        answer = await http.post(
            f"{programme.url('bureau', 'reporting')}/v1/bulk",
            content="\n".join(lines),
            headers={"Content-Type": "application/x-ndjson"},
        )
        assert answer.text.count('"status": 20') == len(lines), answer.text
        reporting = programme.url("bureau", "reporting")
        async with asyncio.timeout(60):
            while (await http.get(f"{reporting}/v1/targets")).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            for running in programme.services:
                await until_heard(http, running.url, running.service)


def is_refused(answer: httpx2.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_the_right_person_is_let_in(site: Site):
    before = await site.recorded()
    assert (await site.contact(site.token("uaf", Role.INTAKE_WORKER))).status_code == 201
    assert await site.recorded() == before + 1


async def forged(site: Site, **header: Any) -> str:
    """A token that says all the right things, signed by somebody else under the issuer's own kid."""
    published = (await site.http.get(f"{site.programme.issuer}/jwks")).json()["keys"][0]
    claims = {
        "iss": site.programme.issuer, "sub": "demo-uaf-intake-worker", "aud": source_of("uaf", "intake"),
        "iat": int(time.time()), "exp": int(time.time()) + 300,
        "banen_partner": "uaf", "banen_roles": ["intake_worker"],
    }  # fmt: skip
    if header.get("alg") == "HS256":
        key = OctKey.import_key(json.dumps(published))
        return jwt.encode({"alg": "HS256", "kid": published["kid"]}, claims, key)
    if header.get("alg") == "none":
        good = jwt.encode({"alg": "ES256", "kid": published["kid"]}, claims, ECKey.generate_key("P-256"))
        return f"eyJhbGciOiJub25lIn0.{good.split('.')[1]}."
    return jwt.encode({"alg": "ES256", "kid": published["kid"]}, claims, ECKey.generate_key("P-256"))


@pytest.mark.parametrize("algorithm", ["ES256", "HS256", "none"])
async def test_a_forged_token_is_refused(site: Site, algorithm: str):
    before = await site.recorded()
    is_refused(await site.contact(await forged(site, alg=algorithm)), 401, "token-invalid")
    assert await site.recorded() == before


async def test_an_expired_token_one_for_another_service_and_none_at_all_are_refused(site: Site):
    before = await site.recorded()
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    is_refused(await site.contact(site.token("uaf", Role.INTAKE_WORKER, now=hour_ago)), 401, "token-expired")
    other = [source_of("uaf", "mediation")]
    is_refused(
        await site.contact(site.token("uaf", Role.INTAKE_WORKER, audience=other)), 401, "token-aud-wrong"
    )
    is_refused(await site.contact(None), 401, "not-signed-in")
    is_refused(await site.contact("not.a.token"), 401, "token-invalid")
    assert await site.recorded() == before


async def test_a_foreign_partner_finds_nothing_there(site: Site):
    before = await site.recorded()
    audience = [source_of("uaf", "intake")]
    foreign = site.token("emplooi", Role.INTAKE_WORKER, audience=audience)
    is_refused(await site.contact(foreign), 404, "not-found")
    asked = await site.http.get(
        f"{site.url('uaf', 'intake')}/v1/candidates/{uuid4()}", headers={"Authorization": f"Bearer {foreign}"}
    )
    is_refused(asked, 404, "not-found")
    assert await site.recorded() == before


async def test_a_role_goes_as_far_as_it_goes(site: Site):
    before = await site.recorded()
    assert (await site.contact(site.token("uaf", Role.COACH))).status_code == 201
    is_refused(await site.contact(site.token("uaf", Role.MEDIATOR)), 403, "not-allowed")
    register = await site.http.post(
        f"{site.url('uaf', 'intake')}/v1/candidates/{uuid4()}/register",
        json={},
        headers={
            "Authorization": f"Bearer {site.token('uaf', Role.COACH)}",
            "Idempotency-Key": str(uuid4()),
        },
    )
    is_refused(register, 403, "not-allowed")
    assert await site.recorded() == before + 1


@pytest.mark.parametrize(
    ("partner", "role"), [("integrator", Role.INTEGRATOR), ("ministry", Role.MINISTRY_OBSERVER)]
)
async def test_an_aggregate_reader_gets_month_ends_and_neither_rows_nor_commands(
    site: Site, partner: str, role: Role
):
    reporting = site.url("bureau", "reporting")
    headers = {"Authorization": f"Bearer {site.token(partner, role)}", "Idempotency-Key": str(uuid4())}
    for path, status, code in (
        ("targets", 404, "month-not-released"),
        ("targets?knownOn=2026-01-15&happenedUntil=2026-01-15", 403, "dates-not-yours"),
        ("placements", 403, "rows-not-yours"),
        (f"placements/{uuid4()}", 403, "rows-not-yours"),
        ("position", 404, "not-found"),
        ("set-aside", 404, "not-found"),
    ):
        is_refused(await site.http.get(f"{reporting}/v1/{path}", headers=headers), status, code)
    define = f"{reporting}/v1/programme/units/uwv/define"
    is_refused(await site.http.post(define, json={}, headers=headers), 404, "not-found")


async def test_a_form_that_is_sent_again_is_refused(site: Site):
    cookie = await site.enter("demo-bureau-auditor")
    token = await site.form_token(cookie)
    assert (await site.page(cookie, "/nl/plaatsingen")).headers["Location"].startswith("/nl/doel?")
    said = {"document": "AUDIT-2026-1", "path": "/nl/plaatsingen", "formToken": token}
    first = await site.send_form(cookie, "/nl/doel", **said)
    assert (first.status_code, first.headers["Location"]) == (303, "/nl/plaatsingen")
    assert (await site.page(cookie, "/nl/plaatsingen")).status_code == 200
    again = await site.send_form(cookie, "/nl/doel", **said)
    assert again.status_code == 403
    assert "al eens verstuurd" in again.text


async def test_a_form_without_its_token_or_with_another_sessions_is_refused(site: Site):
    cookie, other = await site.enter(), await site.enter()
    for fields in ({}, {"formToken": ""}, {"formToken": await site.form_token(other)}):
        assert (await site.send_form(cookie, "/logout", **fields)).status_code == 403
    assert (await site.page(cookie)).status_code == 200


async def test_another_site_can_make_a_browser_send_nothing_that_counts(site: Site):
    """A cookie alone moves nothing: neither a command nor a bulk load."""
    cookie = await site.enter()
    reporting = site.url("bureau", "reporting")
    line = json.dumps({"command": "define-target-unit", "ref": "uwv", "key": str(uuid4()), "body": {}})
    for path, kind in (("bulk", "text/plain"), ("bulk", "application/x-ndjson"), ("programme/units/uwv/define", "text/plain")):  # fmt: skip
        headers = {"Cookie": cookie, "Content-Type": kind, "Idempotency-Key": str(uuid4())}
        answer = await site.http.post(f"{reporting}/v1/{path}", content=line, headers=headers)
        is_refused(answer, 403, "form-used")


async def test_a_stolen_cookie_is_refused_and_ends_the_session(site: Site):
    cookie = await site.enter()
    assert (await site.page(cookie)).status_code == 200
    thief = await site.page(cookie, **{"User-Agent": "Thief/1.0"})
    assert (thief.status_code, thief.headers["Location"][:7]) == (303, "/login?")
    assert (await site.page(cookie)).status_code == 303


async def test_a_cookie_is_worth_nothing_after_logging_out(site: Site):
    cookie = await site.enter()
    left = await site.send_form(cookie, "/logout", formToken=await site.form_token(cookie))
    assert left.headers["Location"].startswith(f"{site.programme.issuer}/logout?")
    assert (await site.page(cookie)).status_code == 303
    rows = await site.http.get(f"{site.url('bureau', 'reporting')}/v1/placements", headers={"Cookie": cookie})
    is_refused(rows, 401, "session-ended")


async def test_the_issuer_changes_its_key_while_services_run(site: Site):
    old = site.token("uaf", Role.INTAKE_WORKER)
    rotate(site.programme.folder / ISSUER)
    new = site.token("uaf", Role.INTAKE_WORKER)
    assert old.split(".")[0] != new.split(".")[0]

    async def taken(token: str) -> bool:
        return (await site.contact(token)).status_code == 201

    async with asyncio.timeout(30):  # keys are asked for again at most every ten seconds
        while not await taken(new):  # noqa: ASYNC110
            await asyncio.sleep(0.5)
    assert await taken(old)


def started(module: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("BANEN_")}
    return subprocess.run(
        [sys.executable, "-m", module], env={**known, **environment}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"BANEN_ISSUER": None}, "BANEN_ISSUER"),
        ({"BANEN_PROFILE": None}, "BANEN_ISSUER must begin with https"),
        ({"BANEN_ISSUER": "http://login.example"}, "BANEN_ISSUER must begin with https"),
    ],
)
async def test_a_service_without_a_trustworthy_issuer_does_not_start(
    site: Site, change: dict[str, str | None], said: str
):
    (running,) = [one for one in site.programme.services if one.name == "uaf-intake"]
    settings = {**site.programme.environment(running), "BANEN_PORT": "0", **change}
    done = await asyncio.to_thread(
        started, "banen_intake", {name: value for name, value in settings.items() if value is not None}
    )
    lines = done.stdout.splitlines()
    assert (done.returncode, len(lines)) == (78, 1), done.stdout + done.stderr
    assert said in lines[0]


async def test_a_service_with_pages_and_no_way_to_sign_in_does_not_start(site: Site):
    (running,) = [one for one in site.programme.services if one.name == "bureau-reporting"]
    settings = {**site.programme.environment(running), "BANEN_PORT": "0"}
    del settings["BANEN_CLIENT_ID"]
    done = await asyncio.to_thread(started, "banen_reporting", settings)
    assert done.returncode == 78
    assert "BANEN_CLIENT_ID" in done.stdout


async def test_the_local_issuer_starts_nowhere_else(tmp_path: Path):
    for profile in ({}, {"BANEN_PROFILE": "production"}):
        settings = {"BANEN_ISSUER_FOLDER": str(tmp_path), "BANEN_ISSUER_PORT": "1", **profile}
        done = await asyncio.to_thread(started, "banen_local.issuer", settings)
        assert done.returncode == 78
        assert "BANEN_PROFILE is not 'local'" in done.stdout


# The databases


def password(site: Site, schema: str) -> str:
    return (site.programme.folder / "secrets" / schema).read_text()


async def test_one_services_password_opens_nothing_of_another(site: Site):
    programme = site.programme
    opened: list[str] = []
    for one in programme.services:
        mine, own_keys = schema_of(one.partner, one.service), keys_schema_of(one.partner)
        login = {"user": mine, "password": password(site, mine)}
        services = [schema_of(o.partner, o.service) for o in programme.services if o.partner == one.partner]
        for server, others in (
            (programme.database, [other for other in services if other != mine]),
            (programme.keys, [own_keys]),
        ):
            for partner in programme.partners:
                if partner.id != one.partner:
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        await asyncpg.connect(server.url(database_of(partner.id), **login))
            connection = await asyncpg.connect(server.url(database_of(one.partner), **login))
            tables = await connection.fetch(
                "select schemaname, tablename from pg_tables where schemaname = any ($1)", others
            )
            assert len(tables) > len(others) or not others
            for row in tables:
                name = (row["schemaname"], row["tablename"])
                readable = (own_keys, "audit_anchors")
                if name != readable and await works(connection, 'select * from "{}"."{}"', *name):
                    opened.append(f"{mine}: {name}")
            if server is programme.database:
                calls = ["append_many", "horizon"]
                opened += [f"{mine}: {schema}.{call}" for schema in others for call in calls if await works(connection, f'select "{schema}".{call}({arguments(call)})')]  # fmt: skip
            for statement in (
                "create schema mine",
                "create table public.mine (a int)",
                "select * from pg_authid",
                "select pg_read_file('postgresql.conf')",
                "alter system set fsync = off",
                "set role postgres",
                "create role friend superuser",
                "copy (select 1) to program 'true'",
            ):
                opened += [f"{mine}: {statement}" for _ in [1] if await works(connection, statement)]
            await connection.close()
    assert opened == []


def arguments(call: str) -> str:
    return {
        "append_many": ", ".join(["'{}'"] * 12),
        "horizon": "",
    }[call]


async def works(connection: Any, statement: str, *names: str) -> bool:
    try:
        await connection.execute(statement.format(*names) if names else statement)
    except (
        asyncpg.InsufficientPrivilegeError,
        asyncpg.UndefinedFunctionError,
        asyncpg.InvalidParameterValueError,
    ):
        return False
    except asyncpg.PostgresError as error:
        raise AssertionError(f"{statement}: {error}") from error
    return True


async def test_a_wrong_password_or_none_is_refused_by_both_clusters(site: Site):
    for server in (site.programme.database, site.programme.keys):
        for given in ("wrong", password(site, "emplooi_mediation"), ""):
            with pytest.raises(
                (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)
            ):
                await asyncpg.connect(server.url(database_of("uaf"), user="uaf_intake", password=given))
        rules = (server.folder / "data/pg_hba.conf").read_text().splitlines()
        methods = {line.split()[-1] for line in rules if line.strip() and not line.startswith("#")}
        assert methods == {"scram-sha-256"}
        owner = await asyncpg.connect(server.url())
        kept = await owner.fetchval("select rolpassword from pg_authid where rolname = 'uaf_intake'")
        await owner.close()
        assert kept.startswith("SCRAM-SHA-256$")
