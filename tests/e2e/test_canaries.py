"""Privacy on the way out: whatever a client gets wrong, nothing of a person is in an answer, a log, a metric or an address.

A canary's name, telephone, address, birth date and notes go into every command that takes such fields, and into every
place where they do not belong.
"""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4, uuid5

import asyncpg
import httpx2
import pytest
import pytest_asyncio

from banen_cli.installed import services
from banen_contracts.roles import Role
from banen_kit.application.definition import CommandRoute
from banen_local.cluster.define import until_heard
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from banen_local.demo.visit import sign_in
from support.definition import DEFINITION

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PARTNERS = '[bureau]\nservices = ["reporting"]\n\n[uaf]\nservices = ["intake", "mediation", "employers"]\n'
REFS = UUID("8f3a3c12-1d0f-5c55-9a61-90d1f0b8a001")
NAME, PHONE, NOTES = "Kanaria-Zoekwoord", "+31 97 0055 5151", "Kanaria-aantekening"
CANARIES = (NAME, PHONE, "kanaria@zoekwoord.invalid", "1969-12-24", NOTES, "2099887766")
PERSONAL: dict[str, str] = {
    "name": NAME, "phone": PHONE, "email": CANARIES[2], "address": NAME, "birthDate": CANARIES[3], "notes": NOTES,
    "vNumber": CANARIES[5], "workplace": NAME, "contactName": NAME, "contactPhone": PHONE, "contactEmail": CANARIES[2],
}  # fmt: skip
BSN = "123456782"
ROLES = {
    "intake": (Role.INTAKE_WORKER, Role.COACH, Role.PARTNER_DATA_STEWARD),
    "mediation": (Role.MEDIATOR, Role.PARTNER_DATA_STEWARD),
    "employers": (Role.EMPLOYER_RELATIONS, Role.PARTNER_MANAGER, Role.PARTNER_DATA_STEWARD),
    "reporting": (Role.PROJECT_BUREAU,),
}


def ref_of(name: str) -> UUID:
    return UUID(int=uuid5(REFS, name).int, version=4)


@dataclass
class Site:
    programme: Programme
    http: httpx2.AsyncClient
    answers: list[httpx2.Response] = field(default_factory=list[httpx2.Response])
    """Every answer that was no success, and every page."""

    def url(self, service: str) -> str:
        return self.programme.url("bureau" if service == "reporting" else "uaf", service)

    def bearer(self, service: str, role: Role) -> dict[str, str]:
        partner = "bureau" if service == "reporting" else "uaf"
        return {"Authorization": f"Bearer {self.programme.token(partner, role, 600)}"}

    async def send(
        self, service: str, method: str, path: str, role: Role | None = None, **more: Any
    ) -> httpx2.Response:
        headers = {"Idempotency-Key": str(uuid4())} | more.pop("headers", {})
        if role is not None:
            headers = self.bearer(service, role) | headers
        answer = await self.http.request(method, f"{self.url(service)}{path}", headers=headers, **more)
        self.answers.append(answer)
        return answer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("canaries")
    partners = folder / "partners.toml"
    partners.write_text(PARTNERS)
    async with Supervisor(folder / "data") as supervisor, httpx2.AsyncClient(timeout=60) as http:
        programme = Programme(folder / "data", partners)
        await programme.start(supervisor)
        site = Site(programme, http)
        await go_right(site)
        await go_wrong(site)
        yield site


def personal_fields(operation: CommandRoute) -> list[str]:
    return [name for f in operation.command.model_fields.values() if (name := f.alias or "") in PERSONAL]


async def go_right(site: Site) -> None:
    """Every kind of record with personal fields is made, of the canary."""
    day = {"occurredOn": "2026-01-05"}
    client = str(ref_of("clients/{}/take-on"))
    definition = {**day, "definition": DEFINITION.model_dump(mode="json", by_alias=True)}
    defined = await site.send(
        "reporting", "POST", "/v1/programme/bureau/define", Role.PROJECT_BUREAU, json=definition
    )
    assert defined.status_code == 201, defined.text
    async with httpx2.AsyncClient(auth=site.programme.machine()) as machine:
        for running in site.programme.services:
            await until_heard(machine, running.url, running.service)
    for service, path, body in (
        ("intake", "contacts/{}/record", {**day, "channel": "municipality", "kind": "contact"}),
        ("intake", "candidates/{}/register", {**day, "educationBand": "low"}),
        ("mediation", "clients/{}/take-on", {**day, "origin": "walk_in"}),
        ("mediation", "placements/{}/start", {
            "clientRef": client, "kind": "employment", "contract": "open_ended", "startDate": "2026-01-06",
            "paid": True, "programmeTag": "programme", "primaryPartner": "uaf",
        }),
        ("employers", "employers/{}/register", {**day, "legalKind": "sole_trader", "sectorCode": "A"}),
    ):  # fmt: skip
        operation = next(
            o for o in services()[service].commands if o.path == f"/{path.replace('{}', '{ref}')}"
        )
        personal = {name: PERSONAL[name] for name in personal_fields(operation)}
        assert personal
        answer = await site.send(
            service,
            "POST",
            f"/v1/{path.format(ref_of(path))}",
            ROLES[service][0],
            json={**body, **personal},
        )
        assert answer.status_code == 201, answer.text
    for service, things, verb in (
        ("intake", "contacts", "record"),
        ("mediation", "clients", "take-on"),
        ("employers", "employers", "register"),
    ):
        path = f"/{things}/{{ref}}/correct"
        operation = next(o for o in services()[service].commands if o.path == path)
        personal = {name: PERSONAL[name] for name in personal_fields(operation)}
        answer = await site.send(
            service,
            "POST",
            f"/v1{path.replace('{ref}', str(ref_of(f'{things}/{{}}/{verb}')))}",
            ROLES[service][0],
            json={**day, "reasonCode": "typing-error", **personal},
            headers={"If-Match": "1"},
        )
        assert answer.status_code == 200, answer.text


async def go_wrong(site: Site) -> None:
    await likely_double(site)
    for service, roles in ROLES.items():
        for operation in services()[service].commands:
            for role in roles:
                await wrong_bodies(site, service, operation, role)
        await wrong_headers(site, service, roles[0])
        await wrong_addresses(site, service, roles[0])
        await wrong_lines(site, service, roles[0])
    await wrong_pages(site)


async def likely_double(site: Site) -> None:
    """The candidate again, under another reference."""
    again = {"occurredOn": "2026-01-05", "educationBand": "low", "name": NAME, "phone": PHONE}
    path, role = f"/v1/candidates/{uuid4()}/register", Role.INTAKE_WORKER
    answer = await site.send("intake", "POST", path, role, json=again)
    assert (answer.status_code, answer.json()["code"]) == (409, "likely-double")
    assert answer.json()["references"] == [str(ref_of("candidates/{}/register"))]


async def wrong_bodies(site: Site, service: str, operation: CommandRoute, role: Role) -> None:
    ref = "uwv" if operation.ref == "slug" else str(uuid4())
    path = f"/v1{operation.path.replace('{ref}', ref)}"
    names = [f.alias or name for name, f in operation.command.model_fields.items()]
    for body in (
        dict.fromkeys(names, NAME),
        {name: {NAME: NOTES} for name in names},
        dict.fromkeys(names, NAME * 500),
        dict.fromkeys(names, f"{NOTES} {BSN}"),
        {NAME: NOTES, PHONE: PHONE},
        [NAME],
        NAME,
    ):
        answer = await site.send(service, "POST", path, role, json=body)
        assert answer.status_code in (400, 403, 413), answer.text
    for content in (b'{"name": "' + NAME.encode(), NAME.encode(), NAME.encode("utf-16")):
        headers = {"Content-Type": "application/json"}
        answer = await site.send(service, "POST", path, role, content=content, headers=headers)
        assert answer.status_code in (400, 403), answer.text


async def wrong_headers(site: Site, service: str, role: Role) -> None:
    operation = services()[service].commands[0]
    path = f"/v1{operation.path.replace('{ref}', 'uwv' if operation.ref == 'slug' else str(uuid4()))}"
    for name in (
        "Correlation-Id",
        "Idempotency-Key",
        "If-Match",
        "Purpose",
        "User-Agent",
        "X-Forwarded-For",
        "Cookie",
    ):
        await site.send(service, "POST", path, role, json={}, headers={name: f"{NAME} {NOTES}"})
    for authorization in (f"Bearer {NAME}", f"Basic {NAME}", NAME):
        answer = await site.send(service, "POST", path, json={}, headers={"Authorization": authorization})
        assert answer.status_code in (401, 429)


async def wrong_addresses(site: Site, service: str, role: Role) -> None:
    """Also what the audit log could take for a reference."""
    paths = {operation.path.split("{ref}")[0] for operation in services()[service].commands}
    for start in sorted(paths):
        answer = await site.send(service, "GET", f"/v1{start}{NAME}", role)
        assert answer.status_code in (400, 403, 404), answer.text
    for path in (f"/v1/persons/{NAME}", f"/v1/{NAME}", f"/{NAME}", f"/v1/requests?{NAME}={NAME}"):
        assert (await site.send(service, "GET", path, role)).status_code in (200, 400, 403, 404)


async def wrong_lines(site: Site, service: str, role: Role) -> None:
    lines = [
        json.dumps({"command": NAME, "ref": NAME, "key": NAME, "body": {NAME: NAME}}),
        json.dumps({"command": services()[service].commands[0].name, "ref": NAME, "key": str(uuid4()), "body": {}}),
        json.dumps({NAME: NAME}),
        NAME,
    ]  # fmt: skip
    headers = {"Content-Type": "application/x-ndjson"}
    answer = await site.send(
        service, "POST", "/v1/bulk", role, content="\n".join(lines).encode(), headers=headers
    )
    assert [json.loads(line)["status"] for line in answer.text.splitlines()] == [400] * len(lines)


async def wrong_pages(site: Site) -> None:
    async with httpx2.AsyncClient(timeout=60) as browser:
        session = await sign_in(browser, site.url("reporting"), "demo-bureau-auditor")
    queries = [
        f"{name}={NAME}" for name in ("knownOn", "happenedUntil", "verdict", "cursor", "month", "ruleSet")
    ]
    for path in (
        "/nl/overzicht",
        "/nl/plaatsingen",
        f"/nl/plaatsingen/{uuid4()}",
        "/v1/targets",
        "/v1/placements",
    ):
        for query in queries:
            await site.send("reporting", "GET", f"{path}?{query}", headers={"Cookie": session})
    await site.send("reporting", "GET", f"/nl/plaatsingen/{NAME}", headers={"Cookie": session})
    await site.send(
        "reporting", "GET", f"/login/answer?code={NAME}&state={NAME}", headers={"Cookie": session}
    )
    form = {"document": f"{NAME} {NOTES}", "path": f"//{NAME}", "formToken": NAME, NAME: NAME}
    for path in ("/nl/doel", "/logout"):
        await site.send("reporting", "POST", path, data=form, headers={"Cookie": session})


def content(path: Path) -> bytes:
    """Nothing of a file that PostgreSQL has removed since we listed it."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def headers_of(answer: httpx2.Response) -> str:
    """Without where a browser is told to come back to: the address that it asked for itself."""
    asked = answer.request.url
    own = f"{asked.path}?{asked.query.decode()}" if asked.query else asked.path
    came_from = urlencode({"path": own})
    return "\n".join(value.replace(came_from, "") for value in answer.headers.values())


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def with_canary(texts: Iterable[tuple[str, str]]) -> list[str]:
    return [where for where, text in texts if any(canary in text for canary in CANARIES)]


async def test_no_answer_repeats_what_was_sent(site: Site):
    assert len(site.answers) > 300
    assert {answer.status_code for answer in site.answers} <= {
        200,
        201,
        303,
        400,
        401,
        403,
        404,
        409,
        413,
        415,
        429,
    }
    said = [
        (f"{one.request.method} {one.request.url.path}", one.text + headers_of(one)) for one in site.answers
    ]
    assert with_canary(said) == []


async def test_a_refusal_names_the_field_at_fault(site: Site):
    """So that nothing is hidden which whoever made the mistake needs."""
    problems = [answer.json() for answer in site.answers if answer.status_code == 400 and "json" in answer.headers["content-type"]]  # fmt: skip
    assert len(problems) > 100
    named = {problem["field"] for problem in problems if "field" in problem}
    named |= {error["field"] for problem in problems for error in problem.get("errors", [])}
    assert {"occurredOn", "name", "phone", "ref", "Correlation-Id", "Idempotency-Key"} <= named


async def test_every_answer_says_that_it_may_not_be_kept(site: Site):
    kept = [
        answer.request.url.path for answer in site.answers if answer.headers["cache-control"] != "no-store"
    ]
    assert kept == []


async def test_no_metric_shows_it(site: Site):
    texts: list[tuple[str, str]] = []
    for one in site.programme.services:
        answer = await site.http.get(f"{one.url}/metrics", headers=site.programme.operator(one))
        assert answer.status_code == 200
        texts.append((one.name, answer.text))
    assert with_canary(texts) == []


async def test_no_file_holds_it_in_the_clear(site: Site):
    """Both databases, the bus, and the logs of every process."""
    for server in (site.programme.database, site.programme.keys):
        owner = await asyncpg.connect(server.url())
        await owner.execute("checkpoint")
        await owner.close()
    folder: Path = site.programme.folder
    files = files_in(folder)
    assert {"postgres.log", "nats.log", "uaf-intake.log", "issuer.log"} <= {path.name for path in files}
    needles = [canary.encode() for canary in CANARIES] + [NAME.encode("utf-16-le")]
    assert [str(path.relative_to(folder)) for path in files if any(n in content(path) for n in needles)] == []


async def test_it_was_recorded_all_the_same(site: Site):
    """The search would find nothing either if nothing had been recorded."""
    ref = ref_of("candidates/{}/register")
    headers = site.bearer("intake", Role.PARTNER_DATA_STEWARD)
    found = await site.http.get(f"{site.url('intake')}/v1/persons/{ref}", headers=headers)
    assert NAME in found.text
    assert CANARIES[3] in found.text
