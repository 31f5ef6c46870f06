"""`banen audit verify`: says in one line that a log is whole, or what is wrong with it."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from banen_cli.fault import Fault
from banen_kit.audit.chain import anchor
from banen_kit.audit.log import Entry, Outcome, PostgresAudit
from banen_kit.postgres.connection import connect
from support.cli import app

runner = CliRunner()
SCHEMA = "goed_werk_employers"
KEYS = "goed_werk_keys"
WHOSE = ("--partner", "goed-werk", "--service", "employers")
PASSWORD = "only-for-tests"


@dataclass(frozen=True)
class Site:
    """A service's log, with two entries, of which the first is anchored; its owner; and the file of its address."""

    owner: asyncpg.Connection
    url_file: Path


async def run(*arguments: str) -> Result:
    return await asyncio.to_thread(runner.invoke, app, list(arguments))


@pytest.fixture
async def site(database, tmp_path: Path) -> AsyncGenerator[Site]:
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute(f"create role {SCHEMA} login password '{PASSWORD}'")
    owner_file, url_file = tmp_path / "owner", tmp_path / "service"
    owner_file.write_text(database.owner_url)
    url_file.write_text(database.server.url(user=SCHEMA, password=PASSWORD))
    for more in ((), ("--keys",)):
        migrated = await run("migrate", *WHOSE, "--owner-url-file", str(owner_file), *more)
        assert migrated.exit_code == 0
    store = await connect(url_file.read_text(), SCHEMA)
    keys = await connect(url_file.read_text(), KEYS)
    entry = Entry("s-1", "goed-werk", (), "open-file", "client-1", Outcome.SHOWN, UUID(int=1))
    await PostgresAudit(store).record([entry])
    await anchor(store, keys, SCHEMA)
    await PostgresAudit(store).record([entry])
    await store.close()
    await keys.close()
    yield Site(owner, url_file)
    await owner.execute(f"drop schema {SCHEMA}, {KEYS} cascade; drop owned by {SCHEMA}; drop role {SCHEMA}")
    await owner.execute(f"delete from public.banen_stores where schema in ('{SCHEMA}', '{KEYS}')")
    await owner.close()


async def verify(url_file: Path, *more: str) -> Result:
    urls = ("--store-url-file", str(url_file), "--keys-url-file", str(url_file))
    return await run("audit", "verify", *WHOSE, *urls, *more)


async def tamper(site: Site) -> None:
    await site.owner.execute(f"""
        set session_replication_role = replica;
        update {SCHEMA}.audit set subject = 's-2' where number = 2;
        set session_replication_role = origin;
    """)


async def test_says_that_a_log_is_unbroken(site: Site):
    found = await verify(site.url_file)
    assert (found.exit_code, found.output) == (0, "2 entries, unbroken, anchored at 1\n")


async def test_says_what_was_changed(site: Site):
    await tamper(site)
    found = await verify(site.url_file)
    assert found.exit_code == 1
    assert found.output == "row 2 was changed\n2 entries, and they cannot be trusted\n"


async def test_says_so_where_nothing_is_anchored(site: Site):
    await site.owner.execute(
        f"set session_replication_role = replica; delete from {KEYS}.audit_anchors; reset session_replication_role"
    )
    assert (await verify(site.url_file)).output == "2 entries, unbroken, not anchored yet\n"


async def test_gives_one_json_document(site: Site):
    whole = await verify(site.url_file, "--json")
    assert (whole.exit_code, json.loads(whole.output)) == (0, {"entries": 2, "anchored": 1, "faults": []})
    await tamper(site)
    broken = await verify(site.url_file, "--json")
    assert (broken.exit_code, json.loads(broken.output)["faults"]) == (1, ["row 2 was changed"])


async def test_a_server_that_is_away_is_one_line(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        url_file = tmp_path / "url"
        url_file.write_text(f"postgresql://service@127.0.0.1:{taken.getsockname()[1]}/postgres")
        found = await verify(url_file)
    assert isinstance(found.exception, Fault)
    assert "cannot be reached" in str(found.exception)


async def test_a_log_that_does_not_exist_is_one_line(database, tmp_path: Path):
    url_file = tmp_path / "url"
    url_file.write_text(database.service_url)
    found = await verify(url_file)
    assert isinstance(found.exception, Fault)
    assert "PostgreSQL refuses: UndefinedTableError" in str(found.exception)


async def test_a_service_that_is_not_installed_is_one_line(tmp_path: Path):
    found = await run(
        "audit",
        "verify",
        "--partner",
        "uaf",
        "--service",
        "nothing",
        "--store-url-file",
        str(tmp_path),
        "--keys-url-file",
        str(tmp_path),
    )
    assert "nothing is not installed" in str(found.exception)
