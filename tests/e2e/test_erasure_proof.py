"""Erasure is proven: once erased, nobody can open what was recorded of a person, and nothing of it is anywhere."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import httpx2
import pytest

from banen_cli.installed import services
from banen_contracts.roles import Role
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.personal_fields import CannotOpen, Sealed, unseal
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.serializer import EventSerializer
from banen_local.cluster.define import until_heard
from banen_local.cluster.prepare import database_of
from banen_local.cluster.programme import Programme, master_key
from banen_local.cluster.supervisor import Supervisor
from banen_local.demo.visit import sign_in
from support.definition import DEFINITION
from support.waiting import eventually

pytestmark = pytest.mark.e2e

PARTNERS = """
[bureau]
services = ["reporting"]

[uaf]
services = ["intake", "mediation", "employers"]

[emplooi]
services = ["mediation"]
"""
SERVICES = {"uaf": ("intake", "mediation", "employers"), "emplooi": ("mediation",)}
REFS = UUID("3d0f6c52-7f5c-5d2b-8f66-6a4f2a6b5c01")
CANARIES = {
    "name": "Canaria-Voorbeeldnaam",
    "phone": "+31 97 0042 4242",
    "email": "canaria@voorbeeld.invalid",
    "address": "Canariastraat 7, Voorbeeldstad",
    "birthDate": "1971-11-23",
    "vNumber": "2045098761",
    "notes": "Canaria-notitie van de voorbeelddag",
    "workplace": "Canaria-werkplek 7",
    "contactName": "Canaria-Contactpersoon",
}
OTHER = "Synthetica-Anders"
"""Somebody who is not erased."""
BSN = "123456782"


def ref(name: str) -> str:
    return str(UUID(int=uuid5(REFS, name).int, version=4))


@dataclass
class Site:
    """The running programme, and whoever asks it."""

    programme: Programme
    supervisor: Supervisor
    http: httpx2.AsyncClient

    async def post(
        self, service: str, path: str, body: Any, *roles: Role, partner: str = "uaf", **headers: str
    ) -> httpx2.Response:
        partner = "bureau" if service == "reporting" else partner
        url = f"{self.programme.url(partner, service)}/v1/{path}"
        said = {"Content-Type": "application/json", "Idempotency-Key": ref(f"{path}{body}")}
        headers = said | headers
        if roles:
            headers["Authorization"] = f"Bearer {self.programme.token(partner, roles[0], 300)}"
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        # Without a role, as the service's own people do; those are signed in by the client itself.
        more: dict[str, Any] = {"auth": None} if roles else {}
        return await self.http.post(url, content=content, headers=headers, **more)

    async def do(self, service: str, path: str, body: Any, *roles: Role, partner: str = "uaf") -> None:
        answer = await self.post(service, path, body, *roles, partner=partner)
        assert answer.status_code in (200, 201), (path, answer.text)

    async def figures(self) -> list[Any]:
        """Targets, results and rows, but for how many events were counted."""
        reporting = self.programme.url("bureau", "reporting")
        found: list[Any] = []
        for path in ("targets", "results", "placements", "rule-sets"):
            answer = await self.http.get(f"{reporting}/v1/{path}")
            assert answer.status_code == 200, answer.text
            found.append({name: part for name, part in answer.json().items() if name != "position"})
        return found

    async def counted(self, events: int) -> None:
        reporting = self.programme.url("bureau", "reporting")
        async with asyncio.timeout(60):
            while (await self.http.get(f"{reporting}/v1/position")).json()["position"] < events:  # noqa: ASYNC110
                await asyncio.sleep(0.1)


async def set_up_programme(site: Site) -> None:
    window = {"windowFrom": "2020-01-01", "windowTo": "2030-12-31"}
    for path, body in (
        ("bureau/define", {"definition": DEFINITION.model_dump(mode="json", by_alias=True)}),
        ("partners/bureau/admit", {"name": "Bureau", "services": ["reporting"]}),
        ("partners/uaf/admit", {"name": "UAF", "services": list(SERVICES["uaf"])}),
        ("partners/emplooi/admit", {"name": "Emplooi", "services": list(SERVICES["emplooi"])}),
        ("units/uaf/define", {"label": "UAF"}),
        ("partners/uaf/assign", {"unitId": "uaf"}),
        ("units/uaf/set-target", {"route": "A", "value": 10, "decidedBy": "steering-group"}),
        ("rule-sets/published/publish", {"params": window, "approvedBy": "steering-group"}),
    ):
        await site.do("reporting", f"programme/{path}", {"occurredOn": "2026-01-02", **body})
    for running in site.programme.services:
        await until_heard(site.http, running.url, running.service)


async def register(site: Site, who: str, personal: dict[str, str]) -> None:
    """Somebody's whole way: contact, candidate, client, placement; and an employer with a contact person."""
    day = {"occurredOn": "2026-01-05"}
    named = {"name": personal["name"], "phone": personal["phone"]}
    contact = {**day, "channel": "municipality", "kind": "conversation", **named, "notes": personal["notes"]}
    await site.do("intake", f"contacts/{ref(who + 'contact')}/record", contact)
    candidate = {**day, "educationBand": "low", "contactRef": ref(who + "contact"), **named} | {
        name: personal[name] for name in ("email", "birthDate", "vNumber")
    }
    await site.do("intake", f"candidates/{ref(who + 'candidate')}/register", candidate)
    intake = {**day, "methodVersion": "star-1", "notes": personal["notes"]}
    await site.do("intake", f"candidates/{ref(who + 'candidate')}/complete-intake", intake)
    client = {**day, "origin": "own_intake", "originRef": ref(who + "candidate"), **named}
    await site.do("mediation", f"clients/{ref(who + 'client')}/take-on", client)
    await site.do("mediation", f"placements/{ref(who + 'placement')}/start", placed(who, personal))
    employer = {
        **day, "legalKind": "company", "sectorCode": "A", "name": "Bedrijf Voorbeeld",
        "contactName": personal["contactName"], "contactPhone": personal["phone"], "contactEmail": personal["email"],
    }  # fmt: skip
    await site.do("employers", f"employers/{ref(who + 'employer')}/register", employer)
    for service, path, details in corrections(who, personal):
        body = {**day, "reasonCode": "typing-error", **details}
        answer = await site.post(service, path, body, **{"If-Match": "1"})
        assert answer.status_code == 200, (path, answer.text)


def corrections(who: str, personal: dict[str, str]) -> list[tuple[str, str, dict[str, str]]]:
    details = {name: personal[name] for name in ("name", "email", "address", "birthDate")}
    contact_person = {"contactName": personal["contactName"], "contactPhone": personal["phone"]}
    return [
        ("intake", f"contacts/{ref(who + 'contact')}/correct", details),
        ("mediation", f"clients/{ref(who + 'client')}/correct", details),
        ("employers", f"employers/{ref(who + 'employer')}/correct", contact_person),
    ]


async def hand_over(site: Site, who: str, personal: dict[str, str]) -> None:
    """Somebody registered at one partner, and handed over to another, who has a key of its own."""
    day = {"occurredOn": "2026-01-05"}
    named = {"name": personal["name"], "phone": personal["phone"]}
    allowed = {"consents": [{"scope": "handover", "toPartner": "emplooi"}]}
    others = {"notTheSameAs": [ref("canarycandidate")]}
    candidate = {**day, "educationBand": "high", **named, "email": personal["email"], **allowed, **others}
    await site.do("intake", f"candidates/{ref(who + 'candidate')}/register", candidate)
    offer = {**day, "candidateRef": ref(who + "candidate"), "toPartner": "emplooi", "expiresOn": "2026-02-05"}
    await site.do("intake", f"handovers/{ref(who + 'handover')}/offer", offer)
    client = {**day, "origin": "handover", "originRef": ref(who + "handover"), **named}
    await site.do("mediation", f"clients/{ref(who + 'client')}/take-on", client, partner="emplooi")
    accepted = f"handovers/{ref(who + 'handover')}/accept", {**day, "clientRef": ref(who + "client")}
    async with asyncio.timeout(60):
        while (answer := await site.post("mediation", *accepted, partner="emplooi")).status_code == 404:  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # the offer has not come over the bus yet
    assert answer.status_code == 200, answer.text
    placement = {**placed(who, personal), "primaryPartner": "emplooi", "assistPartners": ["uaf"]}
    await site.do("mediation", f"placements/{ref(who + 'placement')}/start", placement, partner="emplooi")


def placed(who: str, personal: dict[str, str]) -> dict[str, Any]:
    return {
        "clientRef": ref(who + "client"), "kind": "employment", "contract": "open_ended", "startDate": "2026-01-06",
        "paid": True, "programmeTag": "programme", "primaryPartner": "uaf", "workplace": personal["workplace"],
    }  # fmt: skip


async def go_wrong(site: Site) -> None:
    """Requests that are refused, with the person in all the wrong places."""
    name = CANARIES["name"]
    day = {"occurredOn": "2026-01-05"}
    path = f"candidates/{ref('wrong')}/register"
    noted = {**day, "channel": "municipality", "kind": "conversation", "notes": f"{CANARIES['notes']} {BSN}"}
    answers = [
        await site.post("intake", f"contacts/{ref('wrong')}/record", noted),
        await site.post("intake", path, b'{"name": "' + name.encode()),
        await site.post("intake", path, {**day, "educationBand": name}),
        await site.post("intake", path, {**day, name: name}),
        await site.post("intake", f"candidates/{name}/register", day),
        await site.http.get(f"{site.programme.url('bureau', 'reporting')}/nl/plaatsingen?unit={name}&knownOn={name}"),
        await site.http.get(
            f"{site.programme.url('bureau', 'reporting')}/v1/targets", headers={"Correlation-Id": name}
        ),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [400] * len(answers)


@dataclass(frozen=True)
class Held:
    """What a thief who had been there before would have: every event and every key of all partners."""

    sealed: list[Sealed]
    wrapped: dict[str, bytes]
    keys: dict[str, bytes]


async def held(programme: Programme) -> Held:
    sealed: list[Sealed] = []
    wrapped: dict[str, bytes] = {}
    keys: dict[str, bytes] = {}
    for partner, names in SERVICES.items():
        store = await asyncpg.connect(programme.database.url(database_of(partner)))
        cluster = await asyncpg.connect(programme.keys.url(database_of(partner)))
        try:
            await store.execute("checkpoint")
            await cluster.execute("checkpoint")
            for name in names:
                sealed += await sealed_in(store, partner, name)
            master = MasterKey.read(master_key(programme.folder, partner))
            query = f"select person, wrapped from {partner}_keys.keys where wrapped is not null"
            for person, key in await cluster.fetch(query):
                # Of the partners' own keys, which each of them has under the same names.
                name = f"{partner}/{person}" if person in wrapped else person
                wrapped[name], keys[name] = bytes(key), master.unwrap(key)
        finally:
            await store.close()
            await cluster.close()
    return Held(sealed, wrapped, keys)


async def sealed_in(store: asyncpg.Connection, partner: str, service: str) -> list[Sealed]:
    serializer: EventSerializer[Any] = EventSerializer(services()[service].events)
    found: list[Sealed] = []
    for row in await store.fetch(f"select {', '.join(StoredRecord._fields)} from {partner}_{service}.events"):
        event = serializer.decode(StoredRecord(*row))
        found += [v for n in type(event).model_fields if isinstance(v := getattr(event, n), Sealed)]
    return found


def opened(sealed: Iterable[Sealed], keys: Iterable[bytes]) -> list[Any]:
    """Whatever any of the keys opens."""
    found: list[Any] = []
    for one in sealed:
        for key in keys:
            try:
                found.append(unseal(one, key).value)
            except CannotOpen:
                continue
    return found


def files_with(folder: Path, needles: Iterable[bytes]) -> list[str]:
    """Every file under a folder that holds one of these: databases and their logs, the bus, logs of processes."""
    wanted = list(needles)
    files = [path for path in folder.rglob("*") if path.is_file() and "secrets" not in path.parts]
    return [str(path.relative_to(folder)) for path in files if holds(content(path), wanted)]


def holds(text: bytes, wanted: Iterable[bytes]) -> bool:
    return any(needle in text for needle in wanted)


def content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""  # PostgreSQL removed it while we looked


async def shown_anywhere(site: Site) -> list[str]:
    """Metrics of every service, and pages, that show a canary."""
    found: list[str] = []
    async with httpx2.AsyncClient(timeout=60) as scraper:
        for running in site.programme.services:
            answer = await scraper.get(f"{running.url}/metrics", headers=site.programme.operator(running))
            assert answer.status_code == 200
            found += [running.name for canary in CANARIES.values() if canary in answer.text]
    reporting = site.programme.url("bureau", "reporting")
    async with httpx2.AsyncClient(timeout=60) as browser:
        cookie = {"Cookie": await sign_in(browser, reporting, "demo-bureau-project-bureau")}
        for path in ("/nl/overzicht", "/nl/plaatsingen", f"/nl/plaatsingen/{ref('canary' + 'placement')}"):
            page = await browser.get(reporting + path, headers=cookie)
            assert page.status_code == 200
            found += [path for canary in CANARIES.values() if canary in page.text]
    return found


def person(command: str, *arguments: str, token: str = "") -> subprocess.CompletedProcess[str]:
    """`banen person …`, as a data steward types it."""
    return subprocess.run(
        [sys.executable, "-m", "banen_cli", "person", command, *arguments],
        input=token, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def as_steward(site: Site, command: str, name: str, *arguments: str, service: str) -> str:
    url = site.programme.url("uaf", service)
    token = site.programme.token("uaf", Role.PARTNER_DATA_STEWARD, 300)
    done = person(command, ref(name), "--url", url, "--token-file", "-", *arguments, token=token)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def partners_file(tmp_path: Path) -> Path:
    path = tmp_path / "partners.toml"
    path.write_text(PARTNERS)
    return path


class Running:
    """The programme in one folder; leaving stops it."""

    def __init__(self, folder: Path, partners_file: Path) -> None:
        self._programme = Programme(folder, partners_file)
        self._supervisor = Supervisor(folder)

    async def __aenter__(self) -> Site:
        supervisor = await self._supervisor.__aenter__()
        await self._programme.start(supervisor)
        self._http = httpx2.AsyncClient(timeout=60, auth=self._programme.machine())
        return Site(self._programme, supervisor, self._http)

    async def __aexit__(self, *error: Any) -> None:
        await self._http.aclose()
        await self._supervisor.__aexit__(*error)


async def test_an_erased_person_is_nowhere_and_the_figures_stay(tmp_path: Path, partners_file: Path):
    folder = tmp_path / "data"
    async with Running(folder, partners_file) as site:
        await set_up_programme(site)
        await register(site, "canary", CANARIES)
        await register(site, "other", {**CANARIES, "name": OTHER} | dict.fromkeys(("notes", "workplace", "contactName"), OTHER))  # fmt: skip
        await hand_over(site, "handed", CANARIES)
        await go_wrong(site)
        await site.counted(16)
        before = await held(site.programme)
        assert set(opened(before.sealed, before.keys.values())) >= set(CANARIES.values())
        assert files_with(folder, [canary.encode() for canary in CANARIES.values()]) == []
        assert files_with(folder, before.wrapped.values()) != []
        for service, model in OF_PEOPLE:
            assert CANARIES["email"] in await listed(site, service, model.name)
            assert CANARIES["email"] in await listed(site, service, model.name, q=CANARIES["email"])
        export = as_steward(site, "export", "canaryclient", service="intake")
        assert CANARIES["name"] in export
        assert CANARIES["notes"] in export
        (tmp_path / "exports").mkdir()
        (tmp_path / "exports/export").write_text(export)
        assert files_with(tmp_path / "exports", [CANARIES["name"].encode()]) == ["export"]
    kept = tmp_path / "keys-as-they-were"
    copy(folder / "keys", kept)

    gone = [ref(f"canary{kind}") for kind in ("contact", "candidate", "client", "employer")]
    gone += [ref(f"handed{kind}") for kind in ("candidate", "client")]
    async with Running(folder, partners_file) as site:
        figures = await site.figures()
        certificate = await erase_all(site, gone)
        await is_gone(site, folder, before, gone)
        assert await site.figures() == figures
        await nothing_more_is_recorded(site)
        await survives_a_restart(site, gone)
        await is_gone(site, folder, before, gone)
        await the_certificate_holds(site, certificate, tmp_path, gone)

    put_back(kept, folder / "keys")
    await the_command_applies_it_again(folder, partners_file, gone)
    put_back(kept, folder / "keys")
    async with Running(folder, partners_file) as site:
        await is_gone(site, folder, before, gone)


async def erase_all(site: Site, gone: list[str]) -> str:
    """By the API and by the command; the person under one of the references, the employer apart."""
    body = {"occurredOn": "2026-01-20", "reason": "request"}
    steward = Role.PARTNER_DATA_STEWARD
    employer, candidate, client = gone[-3:]
    refused = await site.post("employers", f"employers/{employer}/erase", {**body})
    assert refused.status_code == 403
    await site.do("employers", f"employers/{employer}/erase", {**body, "reason": "other"}, steward)
    await site.do("intake", f"candidates/{candidate}/erase", body, steward)
    # Each partner erases its own.
    assert client in (await held(site.programme)).keys
    await site.do("mediation", f"clients/{client}/erase", body, steward, partner="emplooi")
    return as_steward(site, "erase", "canarycandidate", "--kind", "candidate", service="intake")


async def is_gone(site: Site, folder: Path, before: Held, gone: list[str]) -> None:
    now = await held(site.programme)
    theirs = [sealed for sealed in now.sealed if sealed.person in gone]
    assert len(theirs) > 10
    assert opened(theirs, now.keys.values()) == []
    assert set(gone) & now.keys.keys() == set()
    assert len(opened([one for one in now.sealed if one not in theirs], now.keys.values())) > 10
    secrets = [before.wrapped[one] for one in gone] + [before.keys[one] for one in gone]
    assert files_with(folder, secrets) == []
    assert files_with(folder, [canary.encode() for canary in CANARIES.values()]) == []
    assert await shown_anywhere(site) == []
    for service, model in OF_PEOPLE:
        everybody = await listed(site, service, model.name)
        assert OTHER in everybody, model.name
        assert [one for one in (*gone, CANARIES["name"], CANARIES["contactName"]) if one in everybody] == []
        for canary in CANARIES.values():  # the other one has the same telephone
            found = json.loads(await listed(site, service, model.name, q=canary))["items"]
            assert [one["ref"] for one in found if one["ref"] in gone] == []


OF_PEOPLE = [
    (name, model) for name, service in services().items() for model in service.lists if model.searched
]


async def listed(site: Site, service: str, name: str, **asked: str) -> str:
    """A list of UAF, once it shows all that was recorded."""
    shown: list[httpx2.Response] = []

    async def is_all() -> bool:
        shown[:] = [await site.http.get(f"{site.programme.url('uaf', service)}/v1/{name}", params=asked)]
        assert shown[0].status_code == 200, shown[0].text
        return shown[0].json()["behind"] == 0

    await eventually(is_all)
    return shown[0].text


async def nothing_more_is_recorded(site: Site) -> None:
    """Every command that can be given about them, but those that erase, and those that name no person."""
    day = {"occurredOn": "2026-01-21"}
    why = {**day, "reasonCode": "moved"}
    new = {"educationBand": "low", "contactRef": ref("canarycontact"), "name": OTHER}
    offer = {"candidateRef": ref("canarycandidate"), "toPartner": "emplooi", "expiresOn": "2026-02-21"}
    client = {**day, "origin": "own_intake", "originRef": ref("canarycandidate"), "name": OTHER}
    terms = {name: value for name, value in placed("canary", CANARIES).items() if name != "workplace"}
    confirmed = {"occurredOn": "2026-03-21", "months": 1, "method": "register"}
    candidate, placement = f"candidates/{ref('canarycandidate')}", f"placements/{ref('canaryplacement')}"
    for service, path, body in (
        ("intake", f"{candidate}/complete-intake", {**day, "methodVersion": "star-1"}),
        ("intake", f"{candidate}/assess-distance", {**day, "distancePhase": 2}),
        ("intake", f"{candidate}/assign-route", {**why, "route": "A"}),
        ("intake", f"{candidate}/close", why),
        ("intake", f"candidates/{ref('another')}/register", {**day, **new}),
        ("intake", f"handovers/{ref('another')}/offer", {**day, **offer}),
        ("mediation", f"clients/{ref('another')}/take-on", client),
        ("mediation", f"{placement}/end", {"endDate": "2026-01-21", "reasonCode": "completed"}),
        ("mediation", f"{placement}/correct", {**terms, **why, "paid": False}),
        ("mediation", f"{placement}/void", why),
        ("mediation", f"{placement}/confirm-retention", confirmed),
        ("mediation", f"placements/{ref('another')}/start", terms),
    ):
        seen = {"If-Match": "1"} if path.startswith(placement) else {}
        answer = await site.post(service, path, body, **seen)
        assert (path, answer.status_code, answer.json()["code"]) == (path, 409, "person-erased")
    for service, path, details in corrections("canary", CANARIES):
        seen = {"If-Match": "3" if service == "employers" else "2"}
        answer = await site.post(service, path, {**why, **details}, **seen)
        assert (path, answer.status_code, answer.json()["code"]) == (path, 409, "person-erased")
    again = {**day, "legalKind": "company", "sectorCode": "A", "name": "Bedrijf Voorbeeld"}
    answer = await site.post("employers", f"employers/{ref('canaryemployer')}/register", again)
    assert (answer.status_code, answer.json()["code"]) == (409, "person-erased")
    ended = {"endDate": "2026-01-21", "reasonCode": "completed"}
    answer = await site.post(
        "mediation", f"placements/{ref('handedplacement')}/end", ended, partner="emplooi"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "person-erased")


async def survives_a_restart(site: Site, gone: list[str]) -> None:
    for name in ("uaf-intake", "uaf-mediation", "emplooi-mediation"):
        killed = site.supervisor.pid(name)
        os.kill(killed, SIGKILL)
        await site.supervisor.restarted(name, killed)


async def the_certificate_holds(site: Site, certificate: str, folder: Path, gone: list[str]) -> None:
    found = json.loads(certificate)
    assert {one["reference"] for one in found["destroyed"]} == set(gone[:3])
    assert found["lastKeyBackupExpiresOn"] >= found["destroyed"][0]["destroyedAt"][:10]
    signed, key = folder / "certificate.json", folder / "key.json"
    signed.write_text(certificate)
    key.write_text((await site.http.get(f"{site.programme.url('uaf', 'intake')}/v1/signing-key")).text)
    assert person("verify", str(signed), "--key-file", str(key)).returncode == 0
    signed.write_text(certificate.replace("2026", "2027"))
    assert person("verify", str(signed), "--key-file", str(key)).returncode == 1


def copy(source: Path, target: Path) -> None:
    """With whom the files belong to."""
    subprocess.run(["/bin/cp", "-a", source, target], check=True)


def put_back(kept: Path, folder: Path) -> None:
    """A restore: the cluster of keys as it was before the erasure."""
    shutil.rmtree(folder)
    copy(kept, folder)


async def the_command_applies_it_again(folder: Path, partners_file: Path, gone: list[str]) -> None:
    async with Supervisor(folder) as supervisor:
        programme = Programme(folder, partners_file)
        await supervisor.start(programme.database, programme.keys)
        assert set(gone) <= (await held(programme)).keys.keys()
        for partner, service, expected in (
            ("uaf", "intake", "4 keys destroyed again"),
            ("uaf", "employers", "1 keys destroyed again"),
            ("uaf", "intake", "every recorded erasure holds"),
            ("emplooi", "mediation", "1 keys destroyed again"),
        ):
            files = [folder / f"secrets/{partner}_{service}.{name}" for name in ("database_url", "keys_url")]
            urls = [server.url(database_of(partner)) for server in (programme.database, programme.keys)]
            for path, url in zip(files, urls, strict=True):
                user = path.read_text().split("@")[0]
                path.write_text(f"{user}@{url.split('@')[1]}")
            done = await asyncio.to_thread(
                person, "reapply-erasures", "--partner", partner, "--service", service,
                "--store-url-file", str(files[0]), "--keys-url-file", str(files[1]),
                "--master-key-file", str(master_key(folder, partner)),
            )  # fmt: skip
            assert (done.returncode, expected in done.stdout) == (0, True), done.stdout + done.stderr
        assert set(gone) & (await held(programme)).keys.keys() == set()
