"""A partner joins a running programme, works in it, and leaves: by the steps of docs/operating.md, in their order."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from signal import SIGTERM
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from typer.testing import CliRunner, Result

from banen_contracts.base import source_of
from banen_contracts.roles import Role
from banen_kit.messaging.topology import read_partners
from banen_local.cluster.folder import Ports
from banen_local.cluster.prepare import prepare
from banen_local.cluster.programme import Programme, Running
from banen_local.cluster.supervisor import Program, Supervisor
from support.cli import app
from support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

TODAY = datetime.now(UTC).date()
DAY = (TODAY - timedelta(days=1)).isoformat()
"""Of everything that happens here."""
ON = {"occurredOn": DAY}
VWN, EMPLOOI, NEW = "vluchtelingenwerk", "emplooi", "goed-werk"
STAYING = {VWN: ("intake",), EMPLOOI: ("mediation",), "bureau": ("reporting",)}
JOINING = {NEW: ("intake", "mediation")}
SOURCES = [(partner, service) for partner, own in STAYING.items() for service in own]
NEW_SOURCES = [(NEW, service) for service in JOINING[NEW]]
BEFORE = f"""
name: {{nl: Werk voor nieuwkomers}}
period: {{firstDay: 2024-01-01, lastDay: 2027-12-31}}
decidedOn: {DAY}
routes: [{{code: paid, label: {{nl: betaald werk}}}}]
kinds: [{{code: job, label: {{nl: baan}}, route: paid, paid: true, inWork: true}}]
partners:
  - {{id: bureau, name: Bureau, services: [reporting]}}
  - {{id: vluchtelingenwerk, name: VluchtelingenWerk, services: [intake], units: [{{unit: work}}]}}
  - {{id: emplooi, name: Emplooi, services: [mediation], units: [{{unit: work}}]}}
units: [{{id: work, label: Werk, targets: {{paid: 4}}, decidedBy: board}}]
ruleSets: [{{id: published, params: {{minMonths: 6, windowFrom: 2024-01-01, windowTo: 2027-12-31}}, approvedBy: board}}]
"""
JOINED = BEFORE.replace(
    "\nunits:",
    "\n  - {id: goed-werk, name: Goed Werk, services: [intake, mediation], units: [{unit: work, from: 2025-01-01}]}\nunits:",
)
LEFT = JOINED.replace("from: 2025-01-01}", f"from: 2025-01-01}}, {{unit: null, from: {DAY}}}")


def table(*partners: dict[str, tuple[str, ...]]) -> str:
    """`partners.toml` of these."""
    services = {name: list(own) for some in partners for name, own in some.items()}
    return "".join(f"[{name}]\nservices = {own!r}\n" for name, own in services.items()).replace("'", '"')


@dataclass
class Site:
    folder: Path
    programme: Programme
    supervisor: Supervisor
    http: httpx2.AsyncClient
    programs: list[Program] = field(default_factory=list[Program])
    """The services of the partner that joins, which its own operator starts and stops."""

    @property
    def partners(self) -> Path:
        return self.folder / "partners.toml"

    async def operator(self, *arguments: str | Path, fails: str | None = None) -> None:
        """Runs a command of the operator; `fails`: what it must refuse with."""
        done = await asyncio.to_thread(CliRunner().invoke, app, [*map(str, arguments)])
        _check(done, fails)

    async def tried(self, *arguments: str | Path) -> Result:
        """Runs a command of the bureau."""
        token = self.folder / "token"
        token.write_text(self.programme.token("bureau", Role.PROJECT_BUREAU, 600))
        address = ("--url", self.programme.url("bureau", "reporting"), "--token-file", str(token))
        return await asyncio.to_thread(CliRunner().invoke, app, [*map(str, arguments), *address])

    async def bureau(self, *arguments: str | Path, fails: str | None = None) -> None:
        _check(await self.tried(*arguments), fails)

    async def apply(self, text: str) -> None:
        file = self.folder / "programme.yaml"
        file.write_text(text)
        await self.bureau("programme", "apply", file)

    async def access(self, command: str) -> None:
        """Adds or revokes the users of the bus of the partner that joins."""
        bus = self.programme.folder / "bus"
        more = ("--partners", self.partners, "--accounts", bus, "--pid-file", self.programme.bus.pid_file)
        await self.operator("partner", command, NEW, *more)

    async def apply_bus(self, *more: str, fails: str | None = None) -> None:
        url = self.programme.folder / "secrets" / "operator.bus_url"
        await self.operator(
            "bus", "apply", "--partners", self.partners, "--bus-url-file", url, *more, fails=fails
        )

    async def restart(self) -> None:
        """Those who stay read partners.toml again, one after the other."""
        for partner, service in SOURCES:
            name = f"{partner}-{service}"
            before = self.supervisor.pid(name)
            os.kill(before, SIGTERM)
            await self.supervisor.restarted(name, before)

    def processes(self) -> dict[str, int]:
        return {
            f"{partner}-{service}": self.supervisor.pid(f"{partner}-{service}")
            for partner, service in SOURCES
        }

    async def give(
        self, source: tuple[str, str], role: Role, path: str, refused: str | None = None, **body: Any
    ) -> None:
        answer = await self.http.post(
            f"{self.programme.url(*source)}/v1{path}",
            json=body,
            headers={**self.token(source[0], role), "Idempotency-Key": str(uuid4())},
        )
        assert answer.json().get("code") == refused, answer.text

    async def names(self, source: tuple[str, str], role: Role, path: str) -> list[str]:
        """The events on record."""
        answer = await self.http.get(
            f"{self.programme.url(*source)}/v1{path}", headers=self.token(source[0], role)
        )
        return [one["event"] for one in answer.json().get("events", ())]

    def token(self, partner: str, role: Role) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.programme.token(partner, role, 600)}"}

    async def asked(self, path: str) -> Any:
        headers = self.token("bureau", Role.PROJECT_BUREAU)
        return (
            await self.http.get(f"{self.programme.url('bureau', 'reporting')}/v1{path}", headers=headers)
        ).json()

    async def until_counted(self, number: int) -> None:
        async def are_counted() -> bool:
            return (await self.asked("/targets"))["national"]["total"]["counted"] == number

        await eventually(are_counted)

    async def until_heard(self, partner: str, service: str) -> None:
        """Its services know the definition of the programme."""
        address = f"{self.programme.url(partner, service)}/v1/learned/reporting.programme-defined.v1"
        machine = self.programme.machine()

        async def has_heard() -> bool:
            return (await self.http.get(address, auth=machine)).status_code == 200

        await eventually(has_heard)

    async def place(self, partner: str) -> None:
        client = str(uuid4())
        person = {**ON, "origin": "walk_in", "name": "Amina Voorbeeld"}
        await self.give((partner, "mediation"), Role.MEDIATOR, f"/clients/{client}/take-on", **person)
        body = {
            "clientRef": client, "kind": "job", "contract": "open_ended", "startDate": "2025-02-01", "paid": True,
            "programmeTag": "programme", "primaryPartner": partner,
        }  # fmt: skip
        await self.give((partner, "mediation"), Role.MEDIATOR, f"/placements/{uuid4()}/start", **body)

    async def offer(self, giver: str, receiver: str, refused: str | None = None) -> tuple[str, str]:
        """A new candidate, who allows it, and the offer of them."""
        candidate, handover = str(uuid4()), str(uuid4())
        intake = (giver, "intake")
        person = {**ON, "name": "Amina Voorbeeld", "educationBand": "mid"}
        consents = [] if refused else [{"scope": "handover", "toPartner": receiver}]
        await self.give(
            intake, Role.INTAKE_WORKER, f"/candidates/{candidate}/register", **person, consents=consents
        )
        last = (TODAY + timedelta(days=30)).isoformat()
        offered = {**ON, "candidateRef": candidate, "toPartner": receiver, "expiresOn": last}
        await self.give(intake, Role.INTAKE_WORKER, f"/handovers/{handover}/offer", refused, **offered)
        return candidate, handover

    async def until_on_record(self, source: tuple[str, str], path: str, event: str) -> None:
        role = Role.INTAKE_WORKER if source[1] == "intake" else Role.MEDIATOR

        async def is_there() -> bool:
            return event in await self.names(source, role, path)

        await eventually(is_there)

    async def hand_over(self, giver: str, receiver: str) -> tuple[str, str]:
        """Returns the candidate at the giver, and the client at the receiver."""
        candidate, handover = await self.offer(giver, receiver)
        client, mediation = str(uuid4()), (receiver, "mediation")
        await self.until_on_record(mediation, f"/handovers/{handover}", "mediation.handover-received")
        person = {**ON, "origin": "handover", "originRef": handover, "name": "Amina Voorbeeld"}
        await self.give(mediation, Role.MEDIATOR, f"/clients/{client}/take-on", **person)
        await self.give(mediation, Role.MEDIATOR, f"/handovers/{handover}/accept", **ON, clientRef=client)
        await self.until_on_record(
            (giver, "intake"), f"/handovers/{handover}", "intake.handover-completed.v1"
        )
        return candidate, client


def _check(done: Result, fails: str | None) -> None:
    assert (done.exit_code == 0) is (fails is None), (done.output, done.exception)
    assert (fails or "") in str(done.exception)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("joins")
    (folder / "partners.toml").write_text(table(STAYING))
    async with AsyncExitStack() as stack:
        supervisor = await stack.enter_async_context(Supervisor(folder / "data"))
        programme = Programme(folder / "data", folder / "partners.toml")
        await programme.start(supervisor)
        http = await stack.enter_async_context(httpx2.AsyncClient(timeout=60))
        site = Site(folder, programme, supervisor, http)
        try:
            yield site
        finally:
            for program in site.programs:
                await program.stop()


async def test_a_partner_joins_works_and_leaves_and_what_it_did_goes_on_counting(site: Site):
    await site.apply(BEFORE)
    for partner, service in SOURCES:
        await site.bureau("source", "declare-live", partner, service)
    await site.until_heard(EMPLOOI, "mediation")
    await site.place(EMPLOOI)
    await site.until_counted(1)

    await joins(site)
    await site.place(NEW)
    await site.until_counted(2)
    _, client = await site.hand_over(VWN, NEW)
    candidate, _ = await site.hand_over(NEW, EMPLOOI)

    await leaves(site, candidate, client)
    await site.until_counted(2)
    await site.place(EMPLOOI)
    await site.until_counted(3)


async def joins(site: Site) -> None:
    before = site.processes()
    site.partners.write_text(table(STAYING, JOINING))
    await site.access("add")
    await site.apply_bus("--change")
    programme = site.programme
    programme.partners = read_partners(site.partners)
    await prepare(programme.database, programme.keys, programme.partners, programme.folder)
    ports = Ports(programme.folder)
    for partner, service in NEW_SOURCES:
        running = Running(partner, service, f"http://127.0.0.1:{ports.claim(f'{partner}-{service}')}")
        programme.services.append(running)
        site.programs.append(programme.program(running))
        await site.programs[-1].start()
    await site.apply(JOINED)
    for partner, service in NEW_SOURCES:
        await site.bureau("source", "declare-live", partner, service)
        await site.until_heard(partner, service)
    assert site.processes() == before, "the others kept running"
    await site.offer(VWN, NEW, refused="partner-unknown")
    await site.restart()


async def leaves(site: Site, candidate: str, client: str) -> None:
    intake, mediation = NEW_SOURCES
    _, to_it = await site.offer(VWN, NEW)
    _, declined = await site.offer(VWN, NEW)
    left, from_it = await site.offer(NEW, EMPLOOI)
    for handover in (to_it, declined):
        await site.until_on_record(mediation, f"/handovers/{handover}", "mediation.handover-received")
    await site.until_on_record((EMPLOOI, "mediation"), f"/handovers/{from_it}", "mediation.handover-received")

    # 1. Its staff settle what is open. One offer to it they leave.
    reason = {**ON, "reasonCode": "partner-leaves"}
    await site.give(mediation, Role.MEDIATOR, f"/handovers/{declined}/decline", **reason)
    await site.give(intake, Role.INTAKE_WORKER, f"/handovers/{from_it}/withdraw", **reason)
    await site.until_on_record((VWN, "intake"), f"/handovers/{declined}", "intake.handover-ended.v1")
    await site.until_on_record((EMPLOOI, "mediation"), f"/handovers/{from_it}", "mediation.handover-settled")
    # 2. Others withdraw what they still offer to it.
    await site.give((VWN, "intake"), Role.INTAKE_WORKER, f"/handovers/{to_it}/withdraw", **reason)
    await site.until_on_record(mediation, f"/handovers/{to_it}", "mediation.handover-settled")
    # 3. The bureau takes it out of its unit.
    await site.apply(LEFT)
    # 4. Its people are erased.
    for source, path in (
        (intake, f"/candidates/{candidate}"),
        (intake, f"/candidates/{left}"),
        (mediation, f"/clients/{client}"),
    ):
        await site.give(source, Role.PARTNER_DATA_STEWARD, f"{path}/erase", **ON, reason="request")
    for partner, service in NEW_SOURCES:
        await site.bureau("source", "end", partner, service, fails="source-running")
    # 5. Nothing comes from it any more.
    await until_all_is_counted(site)
    await site.access("revoke")
    for program in site.programs:
        await program.stop()
    # 6. The bureau ends its sources.
    for partner, service in NEW_SOURCES:
        await eventually(partial(has_ended, site, partner, service))
    await takes_up_again_by_mistake(site)
    # 7. The others go on without it.
    site.partners.write_text(table(STAYING))
    await site.apply_bus(fails="differs")
    await site.restart()
    site.programme.partners = read_partners(site.partners)
    await site.offer(VWN, NEW, refused="partner-unknown")
    sources = {one["source"]: one for one in (await site.asked("/position"))["sources"]}
    for partner, service in NEW_SOURCES:
        one = sources[source_of(partner, service)]
        assert (one["endsAfter"], one["complete"]) == (one["received"], True)
    assert (await site.asked("/set-aside"))["count"] == 0


async def takes_up_again_by_mistake(site: Site) -> None:
    source = source_of(*NEW_SOURCES[0])
    assert f"{source}  ended after " in (await site.tried("source", "list")).output
    await site.bureau("source", "resume", *NEW_SOURCES[0], "--reason", "by-mistake")

    async def is_waited_for() -> bool:
        return f"{source}  live " in (await site.tried("source", "list")).output

    await eventually(is_waited_for)
    await site.bureau("source", "end", *NEW_SOURCES[0])


async def until_all_is_counted(site: Site) -> None:
    """Everything that its services recorded was published and has arrived."""

    async def has_arrived() -> bool:
        sources = {one["source"]: one for one in (await site.asked("/position"))["sources"]}
        return all(
            sources[source_of(*one)]["received"] == sources[source_of(*one)]["counted"] for one in NEW_SOURCES
        )

    await eventually(has_arrived)


async def has_ended(site: Site, partner: str, service: str) -> bool:
    """Ends it, once it was silent for long enough."""
    done = await site.tried("source", "end", partner, service)
    if done.exit_code:
        assert "source-running" in str(done.exception)
    return done.exit_code == 0
