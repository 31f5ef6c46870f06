"""`banen person`: what a data steward reads and prints, and one line for everything that is in the way."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey
from typer.testing import CliRunner, Result

from banen_cli.fault import Fault
from banen_contracts.base import ErasureReason
from banen_contracts.intake import EducationBand
from banen_contracts.reporting import ProgrammeDefined
from banen_intake.events import CandidateErased, CandidateRegistered
from banen_intake.service import SERVICE as INTAKE
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.personal_fields import Open
from banen_kit.crypto.postgres_keys import PostgresKeys
from banen_kit.eventstore.idempotency import CommandMetadata
from banen_kit.eventstore.postgres import PostgresStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.postgres.connection import connect, grant_store, migrate, migrations
from banen_kit.privacy.subject_access import ALGORITHM, CERTIFICATE
from banen_local.cluster.postgres import Postgres
from support.cli import app

PERSON = UUID(int=1)
TOKEN = "a-token-that-is-nowhere-else"
MASTER = "11" * 32
GOLDEN = Path(__file__).parents[2] / "contracts" / "golden"
runner = CliRunner()


@dataclass
class Asked:
    method: str
    path: str
    token: str | None
    key: str | None
    body: Any


@dataclass
class FakeService:
    """Answers what a test says, and remembers what it was asked."""

    url: str
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict[str, tuple[int, Any]])
    asked: list[Asked] = field(default_factory=list[Asked])


@pytest.fixture
def new_service() -> Iterator[Callable[[], FakeService]]:
    servers: list[ThreadingHTTPServer] = []

    def make() -> FakeService:
        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                token, key = self.headers.get("Authorization"), self.headers.get("Idempotency-Key")
                body = json.loads(sent) if sent else None
                service.asked.append(Asked(self.command, self.path, token, key, body))
                status, said = service.answers.get(
                    self.path, (404, {"code": "person-unknown", "detail": "No."})
                )
                content = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = answer  # noqa: N815

            def log_message(self, format: str, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        service = FakeService(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return service

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def service(new_service: Callable[[], FakeService]) -> FakeService:
    return new_service()


def person(*arguments: str, token: str = TOKEN) -> Result:
    """The output never has the token in it, whatever happens."""
    done = runner.invoke(app, ["person", *arguments], input=token)
    assert TOKEN not in done.output
    assert TOKEN not in str(done.exception)
    return done


def fault(done: Result) -> str:
    assert isinstance(done.exception, Fault), done.exception
    assert "\n" not in str(done.exception)
    return str(done.exception)


def event(kind: str, recorded: str, **data: Any) -> dict[str, Any]:
    return {
        "event": kind,
        "record": f"any-{PERSON}",
        "recordedAt": recorded,
        "knownAt": recorded,
        "data": data,
    }


HELD = {
    "partner": "uaf",
    "service": "intake",
    "references": [str(PERSON)],
    "events": [
        event(
            "candidate-registered", "2026-01-05T10:00:00+00:00", candidate_ref=str(PERSON), occurred_on="2026-01-05",
            education_band="low", name="Synthetica Voorbeeld", birth_date="1971-11-23",
        ),
        event("contact-made", "2026-01-07T10:00:00+00:00", occurred_on="2026-01-02", channel="word_of_mouth",
              notes="Eerste regel\nTweede regel\x1b[2J"),
        event("route-assigned", "2026-01-06T23:30:00+00:00", occurred_on="2026-01-07", route="A", reason_code="wish"),
    ],
    "access": [
        {"at": "2026-01-05T10:00:00+00:00", "subject": "s-1", "partner": "uaf", "roles": ["intake_worker"],
         "action": "register-candidate", "outcome": "accepted", "purpose": None, "correlationId": str(PERSON)},
        {"at": "2026-01-08T10:00:00+00:00", "subject": "s-2", "partner": "uwv", "roles": ["adviser", "coach"],
         "action": "read-candidate", "outcome": "refused", "purpose": None, "correlationId": str(PERSON)},
        {"at": "2026-01-09T10:00:00+00:00", "subject": "retention", "partner": "uaf", "roles": [],
         "action": "erase-candidate", "outcome": "accepted", "purpose": None, "correlationId": str(PERSON)},
    ],
}  # fmt: skip


def export(*services: FakeService, more: tuple[str, ...] = ()) -> Result:
    urls = [part for one in services for part in ("--url", one.url)]
    return person("export", str(PERSON), *urls, "--token-file", "-", *more)


def test_an_export_reads_in_the_order_in_which_things_happened(service: FakeService):
    service.answers[f"/v1/persons/{PERSON}"] = 200, HELD
    assert export(service).output.splitlines() == [
        "Wat uaf over u vastlegde (intake)",
        "",
        "02-01-2026  Contact met u (vastgelegd op 07-01-2026)",
        "            hoe wij u leerden kennen: van horen zeggen",
        "            aantekeningen: Eerste regel",
        "              Tweede regel [2J",
        "05-01-2026  Inschrijving",
        "            opleiding: laag",
        "            naam: Synthetica Voorbeeld",
        "            geboortedatum: 23-11-1971",
        "07-01-2026  Route bepaald",
        "            route: A",
        "            reden: wish",
        "",
        "Wie uw gegevens bekeek of wijzigde",
        "05-01-2026  intakemedewerker van uaf: inschrijven",
        "08-01-2026  adviseur, coach van uwv: kandidaat bekijken (geweigerd)",
        "09-01-2026  het systeem van uaf: kandidaat wissen",
        "",
    ]
    asked = (f"/v1/persons/{PERSON}", f"/v1/learned/{ProgrammeDefined.NAME}")
    assert service.asked == [Asked("GET", path, f"Bearer {TOKEN}", None, None) for path in asked]


def test_an_export_says_what_the_programme_calls_a_kind_of_placement(service: FakeService):
    placement = {**event("placement-started", "2026-01-05T10:00:00+00:00"), "data": {"kind": "employment"}}
    service.answers[f"/v1/persons/{PERSON}"] = 200, {**HELD, "events": [placement], "access": []}
    assert "soort: employment" in export(service).output
    defined = json.loads((GOLDEN / f"{ProgrammeDefined.NAME}.json").read_text())
    service.answers[f"/v1/learned/{ProgrammeDefined.NAME}"] = 200, {"data": defined}
    assert "soort: baan" in export(service).output


def test_an_export_says_which_values_were_corrected_and_what_was_removed(service: FakeService):
    at = "2026-01-05T10:00:00+00:00"
    made = {**event("contact-made", at, name="Synthetica", phone="0600000000"), "corrected": ["phone"]}
    corrected = event("contact-details-corrected", at, reason_code="mistake", removed=["phone", "birthDate"])
    reference = {"kind": "contact", "ref": str(PERSON), "version": 2}
    answered = event("request-answered", at, answer="granted", correction=reference)
    held = {**HELD, "events": [made, {**corrected, "corrected": []}, answered], "access": []}
    service.answers[f"/v1/persons/{PERSON}"] = 200, held
    assert export(service).output.splitlines()[2:10] == [
        "05-01-2026  Contact met u",
        "            naam: Synthetica",
        "            telefoon: 0600000000 (later verbeterd)",
        "05-01-2026  Uw gegevens verbeterd",
        "            reden: mistake",
        "            verwijderd: telefoon, geboortedatum",
        "05-01-2026  Uw verzoek beantwoord",
        "            antwoord: ingewilligd",
    ]


def test_an_export_leaves_out_a_service_that_holds_nothing(new_service: Callable[[], FakeService]):
    first, second = new_service(), new_service()
    first.answers[f"/v1/persons/{PERSON}"] = 200, HELD
    assert export(first, second).output == export(first).output
    found = json.loads(export(second, first, more=("--json",)).output)
    assert found == {"reference": str(PERSON), "services": [HELD]}
    assert "None of these services holds anything" in fault(export(second))


def test_what_was_erased_is_said_to_be(service: FakeService):
    held = {
        **HELD,
        "events": [event("candidate-registered", "2026-01-05T10:00:00+00:00", name={"erased": True})],
    }
    service.answers[f"/v1/persons/{PERSON}"] = 200, {**held, "access": []}
    assert "            naam: (gewist)" in export(service).output.splitlines()
    assert "            niemand" in export(service).output.splitlines()


def certificate(key: OKPKey, typ: str = CERTIFICATE) -> dict[str, Any]:
    claims = {"iss": "urn:nl:banenoffensief:uaf:intake", "sub": str(PERSON), "reason": "request"}
    return {
        "certificate": jwt.encode({"alg": ALGORITHM, "typ": typ}, claims, key, algorithms=[ALGORITHM]),
        **claims,
    }


def erase(service: FakeService, *more: str, url: str = "") -> Result:
    address = url or service.url
    return person("erase", str(PERSON), "--kind", "candidate", "--url", address, "--token-file", "-", *more)


def test_an_erasure_prints_its_certificate_and_may_be_asked_again(service: FakeService):
    signed = certificate(OKPKey.generate_key())
    service.answers[f"/v1/candidates/{PERSON}/erase"] = 200, {"version": 2}
    service.answers[f"/v1/persons/{PERSON}/certificate"] = 200, signed
    for url in (service.url, f"{service.url}/"):
        assert json.loads(erase(service, "--on", "2026-01-20", url=url).output) == signed
    first, _, again, _ = service.asked
    assert (first.method, first.path, first.token) == (
        "POST",
        f"/v1/candidates/{PERSON}/erase",
        f"Bearer {TOKEN}",
    )
    assert first.body == {"occurredOn": "2026-01-20", "reason": "request"}
    assert first == again
    assert UUID(first.key or "")


def test_an_erasure_that_is_refused_is_one_line(service: FakeService):
    service.answers[f"/v1/candidates/{PERSON}/erase"] = 409, {"code": "person-erased", "detail": "Erased."}
    assert fault(erase(service)) == "Erased. (person-erased)"
    assert len(service.asked) == 1


def test_an_erasure_without_its_certificate_says_how_to_ask_for_it(service: FakeService):
    service.answers[f"/v1/candidates/{PERSON}/erase"] = 200, {"version": 2}
    service.answers[f"/v1/persons/{PERSON}/certificate"] = (
        404,
        {"code": "erasure-unknown", "detail": "Nobody."},
    )
    assert "banen person certificate" in fault(erase(service))


def test_a_certificate_can_be_had_again(service: FakeService):
    arguments = ("certificate", str(PERSON), "--url", service.url, "--token-file", "-")
    assert fault(person(*arguments)) == "Nobody was erased under this reference."
    signed = certificate(OKPKey.generate_key())
    service.answers[f"/v1/persons/{PERSON}/certificate"] = 200, signed
    assert json.loads(person(*arguments).output) == signed


def test_requests_are_one_line_each(new_service: Callable[[], FakeService]):
    first, second = new_service(), new_service()
    first.answers["/v1/requests"] = 200, {"count": 2, "requests": [{"ref": "a"}, {"ref": "b"}]}
    second.answers["/v1/requests"] = 200, {"count": 1, "requests": [{"ref": "c"}]}
    done = person("requests", "--url", first.url, "--url", second.url, "--token-file", "-")
    assert [json.loads(line)["ref"] for line in done.output.splitlines()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((403, {"code": "not-allowed", "detail": "No."}), "No. (not-allowed)"),
        ((404, {"code": "not-found", "detail": "Not Found"}), "Not Found (not-found)"),
        ((404, b"<html>"), "The service answers 404; is the address right?"),
        ((200, b"<html>"), "The service answers 200; is the address right?"),
        ((502, [1]), "The service answers 502; is the address right?"),
    ],
)
def test_whatever_else_a_service_answers_is_one_line(
    service: FakeService, answer: tuple[int, Any], message: str
):
    service.answers[f"/v1/persons/{PERSON}"] = answer
    assert fault(export(service)) == message


def test_a_service_that_is_away_is_one_line():
    done = person("export", str(PERSON), "--url", "http://127.0.0.1:1", "--token-file", "-")
    assert "cannot be reached" in fault(done)


def test_a_token_file_that_is_away_is_one_line(tmp_path: Path):
    done = person(
        "export", str(PERSON), "--url", "http://127.0.0.1:1", "--token-file", str(tmp_path / "none")
    )
    assert "No such file" in fault(done)


@dataclass
class Signed:
    """A certificate in a file, and the key of who signed it in another."""

    folder: Path
    key: OKPKey

    def verify(self, found: object, key: OKPKey | None = None) -> Result:
        signed, keys = self.folder / "certificate", self.folder / "key"
        signed.write_text(found if isinstance(found, str) else json.dumps(found))
        keys.write_text(json.dumps((key or self.key).as_dict(private=False)))
        return person("verify", str(signed), "--key-file", str(keys))


@pytest.fixture
def signed(tmp_path: Path) -> Signed:
    return Signed(tmp_path, OKPKey.generate_key())


def test_a_good_certificate_verifies_and_its_claims_are_printed(signed: Signed):
    done = signed.verify(certificate(signed.key))
    assert (done.exit_code, json.loads(done.output)["sub"]) == (0, str(PERSON))


def test_an_altered_certificate_does_not_verify(signed: Signed):
    good = certificate(signed.key)
    assert "beside the signature" in fault(signed.verify({**good, "reason": "other"}))
    assert "beside the signature" in fault(signed.verify({"certificate": good["certificate"]}))
    head, body, signature = good["certificate"].split(".")
    for altered in (f"{head}.{body[:-4]}AAAA.{signature}", f"{head}.{body}.{'A' * len(signature)}"):
        assert "not what that partner signed" in fault(signed.verify({**good, "certificate": altered}))


def test_another_partners_key_does_not_verify_it(signed: Signed):
    assert "not what that partner signed" in fault(
        signed.verify(certificate(signed.key), OKPKey.generate_key())
    )


def test_what_else_the_partner_signs_is_no_certificate(signed: Signed):
    assert "not a certificate" in fault(signed.verify(certificate(signed.key, "banen-report+jwt")))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"certificate": 1}', '{"certificate": "a.b.c"}'])
def test_a_file_without_a_certificate_does_not_verify(signed: Signed, text: str):
    assert "not what that partner signed" in fault(signed.verify(text))


# Erasures that are applied again


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("keys") / "postgres", settings={"wal_recycle": "off"})
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())


@pytest.fixture
async def reapply(cluster: Postgres, database: Any, tmp_path: Path) -> AsyncGenerator[Callable[..., Result]]:
    """Somebody was erased, and their key is there again: the cluster of keys was restored."""
    stores, keys = await asyncpg.connect(database.owner_url), await asyncpg.connect(cluster.url())
    await migrate(stores, "uaf_intake", migrations(INTAKE.sql))
    await grant_store(stores, "uaf_intake", "service")
    await migrate(keys, "uaf_keys", migrations(["banen_kit"], "keys_sql"))
    pool, keys_pool = (
        await connect(database.service_url, "uaf_intake"),
        await connect(cluster.url(), "uaf_keys"),
    )
    await erase_with_other_keys(PostgresStore(pool))
    await PostgresKeys(keys_pool, MasterKey(bytes.fromhex(MASTER))).keys_for([str(PERSON)])
    for name, text in (("store", database.service_url), ("keys", cluster.url()), ("master", MASTER)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)

    def run(service: str = "intake", partner: str = "uaf") -> Result:
        return person(
            "reapply-erasures", "--partner", partner, "--service", service, "--store-url-file", str(tmp_path / "store"),
            "--keys-url-file", str(tmp_path / "keys"), "--master-key-file", str(tmp_path / "master"),
        )  # fmt: skip

    yield run
    await pool.close()
    await keys_pool.close()
    await stores.execute(
        "drop schema uaf_intake cascade; delete from public.banen_stores where schema = 'uaf_intake'"
    )
    await keys.execute(
        "drop schema uaf_keys cascade; delete from public.banen_stores where schema = 'uaf_keys'"
    )
    await stores.close()
    await keys.close()


async def erase_with_other_keys(store: PostgresStore) -> None:
    repository: EventRepository[Any] = EventRepository(store, EventSerializer(INTAKE.events), MemoryKeys())
    day = date(2026, 1, 5)
    registered = CandidateRegistered(
        candidate_ref=PERSON,
        occurred_on=day,
        education_band=EducationBand.LOW,
        name=Open("Synthetica Voorbeeld"),
    )
    erased = CandidateErased(candidate_ref=PERSON, occurred_on=day, reason=ErasureReason.REQUEST)
    for number, one in enumerate((registered, erased)):
        meta = CommandMetadata(
            UUID(int=10 + number), UUID(int=9), UUID(int=9), datetime(2026, 1, 5, tzinfo=UTC)
        )
        await repository.append(f"candidate-{PERSON}", [one], number, meta)


async def test_says_how_many_keys_were_destroyed_again(reapply: Callable[..., Result]):
    for said in ("1 keys destroyed again\n", "every recorded erasure holds\n"):
        done = await asyncio.to_thread(reapply)
        assert (done.exit_code, done.output) == (0, said)


async def test_what_is_in_the_way_of_applying_erasures_again_is_one_line(
    reapply: Callable[..., Result], database: Any, cluster: Postgres, tmp_path: Path
):
    (tmp_path / "keys").write_text(cluster.url("template1"))
    assert "PostgreSQL refuses: Undefined" in fault(await asyncio.to_thread(reapply))
    assert "nothing is not installed" in fault(await asyncio.to_thread(reapply, "nothing"))
    assert fault(await asyncio.to_thread(reapply, "intake", "uwv"))
    (tmp_path / "keys").write_text(database.owner_url)
    assert "wal_recycle=off" in fault(await asyncio.to_thread(reapply))
    (tmp_path / "keys").write_text("postgresql://nobody@127.0.0.1:1/none")
    assert fault(await asyncio.to_thread(reapply))
    (tmp_path / "master").write_text("no key")
    assert "hexadecimal" in fault(await asyncio.to_thread(reapply))


def test_lists_who_is_due_and_from_when_on_they_are_erased(service: FakeService):
    one = {
        "kind": "contact", "ref": str(PERSON), "dueSince": "2027-03-01", "notErasedBefore": "2027-03-15",
        "confirmed": False,
    }  # fmt: skip
    listed = {"count": 1, "ready": 0, "stopped": None, "due": [one]}
    service.answers["/v1/retention"] = (200, listed)
    done = person("retention", "--url", service.url, "--token-file", "-")
    assert done.output.splitlines() == [
        f"contact    {PERSON}  due since 2027-03-01  not before 2027-03-15",
        "1 are listed, 0 of them are ready",
    ]
    service.answers["/v1/retention"] = (200, {**listed, "stopped": "stopped: 21 persons"})
    assert person("retention", "--url", service.url, "--token-file", "-").output.endswith(
        "stopped: 21 persons\n"
    )


def test_a_steward_confirms_a_pass_by_how_many_they_are(service: FakeService):
    service.answers["/v1/retention/confirm"] = (200, {"confirmed": 21})
    done = person("retention", "--url", service.url, "--token-file", "-", "--confirm", "21")
    assert done.output == "21 are erased now\n"
    assert service.asked[-1].body == {"count": 21}
    service.answers["/v1/retention/confirm"] = (409, {"code": "count-differs", "detail": "So many are not."})
    done = person("retention", "--url", service.url, "--token-file", "-", "--confirm", "20")
    assert fault(done) == "So many are not. (count-differs)"


@pytest.mark.parametrize("content", ["", "\n", "two words", "banen: Not every one of these is a role"])
def test_a_file_without_a_token_is_told(service: FakeService, content: str):
    done = runner.invoke(
        app, ["person", "requests", "--url", service.url, "--token-file", "-"], input=content
    )
    assert fault(done) == "- holds no access token; see: banen token"
    assert service.asked == []
