"""An organisation in two programmes runs its services twice: two folders on one machine, one issuer; nothing crosses."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from banen_cli.programme.file import parse_programme
from banen_cli.programme.plan import InForce, make_plan
from banen_contracts.roles import Role
from banen_local.cluster.define import until_heard
from banen_local.cluster.programme import Programme
from banen_local.cluster.supervisor import Supervisor
from banen_local.demo.visit import sign_in
from support.waiting import eventually

pytestmark = pytest.mark.e2e

FILE = """
name: {nl: NAME}
period: {firstDay: 2026-01-01, lastDay: 2027-12-31}
decidedOn: 2026-01-05
routes: [{code: ROUTE, label: {nl: Route ROUTE}}]
kinds: [{code: job, label: {nl: baan}, route: ROUTE}]
partners:
  - {id: bureau, name: Bureau, services: [reporting]}
  - {id: uaf, name: UAF, services: [intake], units: [{unit: students}]}
units: [{id: students, label: Studenten, targets: {ROUTE: 10}, decidedBy: board}]
ruleSets: [{id: published, params: {windowFrom: 2026-01-01, windowTo: 2027-12-31}, approvedBy: board}]
"""
PARTNERS = """
[bureau]
services = ["reporting"]
[uaf]
services = ["intake"]
"""


@dataclass
class Site:
    programme: Programme
    name: str
    route: str

    def url(self, service: str) -> str:
        return self.programme.url(owner(service), service)

    def bearer(self, service: str, role: Role) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.programme.token(owner(service), role, 600)}"}


def owner(service: str) -> str:
    return "bureau" if service == "reporting" else "uaf"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sites(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Site]]:
    """Two programmes with one issuer, which call the same organisation by the same id."""
    async with AsyncExitStack() as stack:
        sites: list[Site] = []
        for name, route in (("Eerste", "paid"), ("Tweede", "learning")):
            folder = tmp_path_factory.mktemp(name)
            (folder / "partners.toml").write_text(PARTNERS)
            supervisor = await stack.enter_async_context(Supervisor(folder / "data"))
            programme = Programme(
                folder / "data",
                folder / "partners.toml",
                name=name.lower(),
                issuer_of=sites[0].programme if sites else None,
            )
            await programme.start(supervisor)
            site = Site(programme, name, route)
            await bring_into_force(site, FILE.replace("NAME", name).replace("ROUTE", route))
            sites.append(site)
        yield sites


async def bring_into_force(site: Site, text: str) -> None:
    async with httpx2.AsyncClient(auth=site.programme.machine()) as http:
        for step in make_plan(parse_programme(text.encode()), InForce()).steps:
            answer = await http.post(
                f"{site.url('reporting')}/v1/programme/{step.path}",
                json=step.body,
                headers={"Idempotency-Key": str(uuid4())},
            )
            assert answer.is_success, answer.text
        await until_heard(http, site.url("intake"), "intake")


async def test_each_has_its_own_definition_and_its_own_routes(sites: list[Site]):
    async with httpx2.AsyncClient() as http:
        for site in sites:
            headers = site.bearer("reporting", Role.PROJECT_BUREAU)
            targets = await http.get(f"{site.url('reporting')}/v1/targets", headers=headers)
            assert list(targets.json()["national"]["routes"]) == [site.route]


async def test_a_record_of_one_is_received_by_its_own_bureau_alone(sites: list[Site]):
    first, second = sites
    async with httpx2.AsyncClient() as http:
        before = await received(http, second)
        answer = await http.post(
            f"{first.url('intake')}/v1/contacts/{uuid4()}/record",
            json={"occurredOn": "2026-01-06", "channel": "other", "kind": "conversation"},
            headers={**first.bearer("intake", Role.INTAKE_WORKER), "Idempotency-Key": str(uuid4())},
        )
        assert answer.status_code == 201, answer.text

        async def is_counted() -> bool:
            return (await received(http, first)).get("urn:nl:banenoffensief:uaf:intake") == 1

        await eventually(is_counted)
        assert await received(http, second) == before


@pytest.mark.parametrize(
    ("service", "path", "role"),
    [
        ("reporting", "/v1/targets", Role.PROJECT_BUREAU),
        ("intake", "/v1/learned/reporting.programme-defined.v1", Role.INTAKE_WORKER),
    ],
)
async def test_a_token_for_one_opens_nothing_of_the_other(
    sites: list[Site], service: str, path: str, role: Role
):
    """Issuer, audience, partner and role are the same in both."""
    async with httpx2.AsyncClient() as http:
        for own, other in (sites, sites[::-1]):
            address = f"{own.url(service)}{path}"
            assert (await http.get(address, headers=own.bearer(service, role))).status_code == 200
            refused = await http.get(address, headers=other.bearer(service, role))
            assert (refused.status_code, refused.json()["code"]) == (401, "token-banen_programme-wrong")


async def test_a_person_signs_in_at_each_and_the_session_of_one_is_none_of_the_other(sites: list[Site]):
    async with httpx2.AsyncClient() as http:
        cookies = [await sign_in(http, site.url("reporting"), "demo-bureau-project-bureau") for site in sites]
        for site, own, other in zip(sites, cookies, reversed(cookies), strict=True):
            page = await http.get(f"{site.url('reporting')}/nl/overzicht", headers={"Cookie": own})
            assert f'<a href="/nl">{site.name}</a>' in page.text
            foreign = await http.get(f"{site.url('reporting')}/v1/targets", headers={"Cookie": other})
            assert (foreign.status_code, foreign.json()["code"]) == (401, "session-ended")


async def received(http: httpx2.AsyncClient, site: Site) -> dict[str, int]:
    answer = await http.get(
        f"{site.url('reporting')}/v1/position", headers=site.bearer("reporting", Role.PROJECT_BUREAU)
    )
    return {one["source"]: one["received"] for one in answer.json()["sources"]}


def test_each_keeps_its_data_in_a_folder_of_its_own(sites: list[Site]):
    folders: list[Path] = [site.programme.folder for site in sites]
    assert len(set(folders)) == len({site.programme.issuer for site in sites}) + 1 == 2
    assert all((folder / "postgres").is_dir() and (folder / "nats").is_dir() for folder in folders)
