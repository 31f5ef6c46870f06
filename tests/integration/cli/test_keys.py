"""`banen keys rotate`: says how many keys it wrapped anew, and what is in the way."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from banen_cli.fault import Fault
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.postgres_keys import PostgresKeys
from banen_kit.postgres.connection import connect, migrate, migrations
from banen_local.cluster.postgres import Postgres
from support.cli import app

OLD, NEW = "11" * 32, "22" * 32
runner = CliRunner()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("keys") / "postgres", settings={"wal_recycle": "off"})
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())


@pytest.fixture
async def keys(cluster: Postgres) -> AsyncGenerator[PostgresKeys]:
    """Of Goed-Werk, whose schema is not called like itself; wrapped with the old master key."""
    owner = await asyncpg.connect(cluster.url())
    await migrate(owner, "goed_werk_keys", migrations(["banen_kit"], "keys_sql"))
    pool = await connect(cluster.url(), "goed_werk_keys")
    yield PostgresKeys(pool, MasterKey(bytes.fromhex(OLD)))
    await pool.close()
    await owner.execute("drop schema goed_werk_keys cascade")
    await owner.close()


@pytest.fixture
def rotate(tmp_path: Path, cluster: Postgres) -> Callable[..., Result]:
    def run(*lines: str, partner: str = "goed-werk", url: str = "") -> Result:
        url_file, master_key = tmp_path / "url", tmp_path / "master-key"
        url_file.write_text(url or cluster.url())
        master_key.write_text("\n".join(lines))
        master_key.chmod(0o600)
        return runner.invoke(
            app,
            [
                *("keys", "rotate", "--partner", partner, "--owner-url-file", str(url_file)),
                *("--master-key-file", str(master_key)),
            ],
        )

    return run


async def test_says_how_many_keys_it_wrapped_anew(keys: PostgresKeys, rotate: Callable[..., Result]):
    made = await keys.keys_for(["p1", "p2", "p3"])
    await keys.destroy(["p3"])
    first = await asyncio.to_thread(rotate, NEW, OLD)
    assert (first.exit_code, first.output) == (0, "2 keys wrapped anew, 2 keys in all\n")
    second = await asyncio.to_thread(rotate, NEW)
    assert (second.exit_code, second.output) == (0, "0 keys wrapped anew, 2 keys in all\n")
    after = PostgresKeys(keys._pool, MasterKey(bytes.fromhex(NEW)))  # pyright: ignore
    assert await after.find_keys(["p1", "p2", "p3"]) == {**made, "p3": None}


async def test_says_that_the_former_master_key_is_missing(keys: PostgresKeys, rotate: Callable[..., Result]):
    await keys.keys_for(["p1"])
    refused = await asyncio.to_thread(rotate, NEW)
    assert isinstance(refused.exception, Fault)
    assert "none of the master keys in the file" in str(refused.exception)
    assert OLD not in str(refused.exception)


@pytest.mark.parametrize(
    ("lines", "partner", "message"),
    [
        ((NEW, OLD), "uaf", "no keys of uaf here; run: banen migrate --keys"),
        (("no key",), "goed-werk", "something else than hexadecimal"),
    ],
)
def test_says_what_is_in_the_way(
    rotate: Callable[..., Result], lines: tuple[str, ...], partner: str, message: str
):
    refused = rotate(*lines, partner=partner)
    assert isinstance(refused.exception, Fault)
    assert message in str(refused.exception)


def test_refuses_a_cluster_that_recycles_its_log(rotate: Callable[..., Result], database):
    refused = rotate(NEW, OLD, url=database.owner_url)
    assert isinstance(refused.exception, Fault)
    assert "wal_recycle=off" in str(refused.exception)


def test_says_that_the_cluster_is_away(rotate: Callable[..., Result]):
    refused = rotate(NEW, OLD, url="postgresql://nobody:x@127.0.0.1:1/none")
    assert isinstance(refused.exception, Fault)
    assert "PostgreSQL refuses" in str(refused.exception)
