"""`banen reach` against the application of intake, and against a server in the place of CBS' OData."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from banen_cli.fault import Fault
from banen_cli.reach import command, statline
from banen_contracts.base import source_of
from banen_contracts.roles import Role
from banen_intake.service import SERVICE
from banen_kit.application.command_service import CommandService
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.testing import FakeIssuer, health_of
from banen_kit.web.app import create_app
from support.cli import app
from support.definition import learned

NOW = datetime.now(UTC)
"""The command says that an estimate was imported today."""
ISSUER = FakeIssuer()
HEADER = '"ID";"RegioS";"Perioden";"Vluchtelingen_1";"Source";"Precision";"MethodVersion"\n'
GOOD = '"0";"GM0363";"2007JJ00";"1200";"assumed";"approx";"synthetic-1"\n'


def run(*arguments: str, role: Role = Role.PARTNER_DATA_STEWARD) -> str:
    """What it prints. Raises `Fault`."""
    token = ISSUER.token(role, partner="uaf", audience=source_of("uaf", "intake"))
    answer = CliRunner().invoke(app, ["reach", *arguments], input=token)
    if isinstance(answer.exception, Fault):
        raise answer.exception
    assert answer.exception is None, answer.output
    return answer.stdout


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(lambda: NOW)


@pytest.fixture
def intake(store: MemoryStore) -> Iterator[str]:
    """The address of a running intake."""
    repository: EventRepository[Any] = EventRepository(
        store, EventSerializer(SERVICE.events, SERVICE.upcasters), MemoryKeys()
    )
    audit = MemoryAudit(lambda: NOW)
    metrics = Metrics.create(CollectorRegistry())
    commands = CommandService(
        SERVICE, repository, "uaf", frozenset({"uaf", "bureau"}), audit, metrics, lambda: NOW, learned()
    )
    served = create_app(commands, ISSUER.authentication(SERVICE, "uaf", audit), health_of(commands, {}))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(served, log_config=None, access_log=False, lifespan="off"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "reach.csv"
    path.write_text(HEADER + GOOD + GOOD.replace("0363", "0599"))
    return path


def recorded(store: MemoryStore) -> list[str]:
    return [record.stream for record in asyncio.run(store.read_all(0, 1000))]


def load(file: Path, url: str, role: Role = Role.PARTNER_DATA_STEWARD) -> str:
    return run("import", str(file), "--url", url, "--token-file", "-", role=role)


@pytest.mark.parametrize("role", [Role.INTAKE_WORKER, Role.PARTNER_DATA_STEWARD])
def test_a_file_is_imported_and_the_same_again_changes_nothing(
    file: Path, intake: str, store: MemoryStore, role: Role
):
    assert load(file, intake, role) == "Ingelezen: 2. Ongewijzigd: 0. Zonder getal: 0.\n"
    assert load(file, intake, role) == "Ingelezen: 0. Ongewijzigd: 2. Zonder getal: 0.\n"
    assert sorted(recorded(store)) == ["reach-gm0363-2007", "reach-gm0599-2007"]


def test_a_number_that_was_replaced_may_come_back(file: Path, intake: str, store: MemoryStore):
    text = file.read_text()
    for content in (text, text.replace("1200", "1300", 1), text):
        file.write_text(content)
        load(file, intake)
    assert recorded(store).count("reach-gm0363-2007") == 3


def test_a_large_file_goes_in_parts(
    file: Path, intake: str, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(command, "AT_ONCE", 1)
    load(file, intake)
    assert len(recorded(store)) == 2


def test_nothing_is_sent_if_one_line_is_wrong(file: Path, intake: str, store: MemoryStore):
    file.write_text(file.read_text() + GOOD.replace("0363", "9999") + GOOD.replace("1200", "x"))
    arguments = ["reach", "import", str(file), "--url", intake, "--token-file", "-"]
    answer = CliRunner().invoke(app, arguments, input="a-token")
    assert str(answer.exception) == f"Nothing was sent; faults in {file}: 2."
    assert answer.stderr.splitlines() == [
        f"{file}:4: RegioS: Statistics Netherlands has no such municipality code. (municipality-unknown)",
        f"{file}:5: Vluchtelingen_1: is no whole number",
    ]
    assert recorded(store) == []


def test_somebody_without_the_right_is_told_so_in_one_line(file: Path, intake: str):
    with pytest.raises(Fault, match=r"\(not-allowed\)$"):
        load(file, intake, Role.PRIVACY_OFFICER)


def test_lines_that_the_service_refuses_are_shown_with_their_numbers(file: Path, intake: str):
    """A coach may send bulk loads, but no estimates."""
    arguments = ["reach", "import", str(file), "--url", intake, "--token-file", "-"]
    token = ISSUER.token(Role.COACH, partner="uaf", audience=source_of("uaf", "intake"))
    answer = CliRunner().invoke(app, arguments, input=token)
    assert str(answer.exception) == "The service refused 2 of 2 lines."
    assert [line.split(": ")[0] for line in answer.stderr.splitlines()] == [f"{file}:2", f"{file}:3"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "http://[bad"])
def test_a_service_that_is_not_there_is_one_line(file: Path, url: str):
    with pytest.raises(Fault, match="cannot be reached"):
        load(file, url)


class Odata(BaseHTTPRequestHandler):
    """Answers what a test says, and remembers what it was asked."""

    asked: ClassVar[list[str]] = []
    status: ClassVar[int] = 200
    body: ClassVar[bytes] = b""
    waits: ClassVar[threading.Event | None] = None

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(self.status)
        self.end_headers()
        if self.waits:
            self.waits.wait(30)
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def cbs(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    Odata.asked.clear()
    Odata.status, Odata.body, Odata.waits = 200, b"", None
    with ThreadingHTTPServer(("127.0.0.1", 0), Odata) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/odata"
        server.shutdown()
        thread.join()


def rows(*rows: tuple[str, Any]) -> bytes:
    return json.dumps(
        {"value": [{"RegioS": code, "Perioden": "2007JJ00", "Totaal_1": number} for code, number in rows]}
    ).encode()


@pytest.fixture
def refresh(cbs: str, tmp_path: Path) -> Callable[..., str]:
    def make(*more: str, url: str = cbs) -> str:
        path = tmp_path / "cbs.csv"
        run("refresh", str(path), "--year", "2007", "--measure", "Totaal_1", "--url", url, *more)
        return path.read_text()

    return make


def test_the_numbers_of_cbs_are_written_added_up_and_without_what_is_missing(refresh: Callable[..., str]):
    Odata.body = rows(("GM0599    ", 7), ("GM0363    ", 5), ("GM0599    ", 1), ("GM0005    ", None))

    assert refresh("--where", "Herkomst eq 'A' or Herkomst eq 'B'").splitlines()[1:] == [
        '"0";"GM0363";"2007JJ00";"5";"cbs";"approx";"cbs-70072ned"',
        '"1";"GM0599";"2007JJ00";"8";"cbs";"approx";"cbs-70072ned"',
    ]
    asked = urlsplit(Odata.asked[0])
    assert asked.path == "/odata/70072ned/TypedDataSet"
    assert parse_qs(asked.query) == {
        "$format": ["json"],
        "$select": ["RegioS,Perioden,Totaal_1"],
        "$filter": [
            "Perioden eq '2007JJ00' and substringof('GM',RegioS) and (Herkomst eq 'A' or Herkomst eq 'B')"
        ],
    }


def test_what_was_written_is_imported(
    refresh: Callable[..., str],
    tmp_path: Path,
    intake: str,
    store: MemoryStore,
    monkeypatch: pytest.MonkeyPatch,
):
    Odata.body = rows(("GM0363", 5))
    refresh()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")  # of the proxies that lead nowhere
    load(tmp_path / "cbs.csv", intake)
    assert recorded(store) == ["reach-gm0363-2007"]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"<html>", "does not answer as OData does"),
        (b"[" * 100_000, "does not answer as OData does"),
        (b"[]", "does not answer as OData does"),
        (b'{"value": 3}', "does not answer as OData does"),
        (b'{"value": [{"RegioS": "GM0363"}]}', "does not answer as OData does"),
        (rows(("NL01  ", 3)), "does not answer as OData does"),
        (rows(("GM0363", 3)).replace(b"2007", b"2008"), "does not answer as OData does"),
        (rows(("GM0363", 3))[:-1] + b', "odata.nextLink": "more"}', "a part only"),
        (rows(("GM0363", 3.5)), "something else than whole numbers"),
        (rows(("GM0363", "3")), "something else than whole numbers"),
        (rows(("GM0363", True)), "something else than whole numbers"),
        (
            b'{"value": [{"RegioS": "GM0363", "Perioden": "2007JJ00", "Totaal_1": NaN}]}',
            "whole numbers",
        ),
        (rows(("GM0363", None)), "has no such number of 2007"),
        (rows(("GM0363", -3)), "cannot be estimates of people"),
    ],
)
def test_an_answer_that_cannot_be_used_is_one_sentence(
    refresh: Callable[..., str], tmp_path: Path, body: bytes, fault: str
):
    (tmp_path / "cbs.csv").write_text("as it was")
    Odata.body = body
    with pytest.raises(Fault, match=fault) as caught:
        refresh()
    assert "nothing was written" in str(caught.value)
    assert (tmp_path / "cbs.csv").read_text() == "as it was"


@pytest.mark.parametrize(
    ("status", "hint"), [(500, "answers 500"), (404, "table and the measure"), (301, "301")]
)
def test_a_refusal_is_one_sentence(refresh: Callable[..., str], status: int, hint: str):
    Odata.status = status
    with pytest.raises(Fault, match=hint):
        refresh()


def test_an_answer_that_is_too_large_is_not_read(
    refresh: Callable[..., str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(statline, "MOST_BYTES", 10)
    Odata.body = rows(("GM0363", 3))
    with pytest.raises(Fault, match="too large"):
        refresh()


def test_a_server_that_does_not_go_on_is_not_waited_for(
    refresh: Callable[..., str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(statline, "MOST_SECONDS", 0.2)
    Odata.waits = threading.Event()
    try:
        with pytest.raises(Fault, match=r"did not answer within 0\.2 s; nothing was written"):
            refresh()
    finally:
        Odata.waits.set()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "http://[bad"])
def test_where_cbs_cannot_be_reached_it_says_so(refresh: Callable[..., str], url: str):
    with pytest.raises(Fault, match=r"^Statistics Netherlands cannot be reached from here \(\w+\); nothing"):
        refresh(url=url)
