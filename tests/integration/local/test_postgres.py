"""PostgreSQL on a folder: safe to kill, closed to strangers, clear about what stands in its way."""

import os
import signal
import socket
import stat
import subprocess
from collections.abc import AsyncGenerator
from pathlib import Path

import asyncpg
import pytest

from banen_local.cluster.folder import LocalError
from banen_local.cluster.postgres import Postgres


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all, because making a database is the slow part."""
    return tmp_path_factory.mktemp("local") / "postgres"


@pytest.fixture
async def postgres(folder: Path) -> AsyncGenerator[Postgres]:
    server = Postgres(folder)
    await server.start()
    yield server
    await server.stop()


async def answer(postgres: Postgres, question: str, **login: str) -> object:
    connection = await asyncpg.connect(postgres.url(**login))
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def kill(postgres: Postgres) -> None:
    assert postgres.process
    os.kill(postgres.process.pid, signal.SIGKILL)
    postgres.process.wait(10)


def uid_of(postgres: Postgres) -> int:
    assert postgres.process
    return Path(f"/proc/{postgres.process.pid}").stat().st_uid


def program_of(uid: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["/bin/sleep", "60"], user=uid if os.geteuid() == 0 else None)


async def test_keeps_what_was_committed_and_its_address_when_it_is_killed(postgres: Postgres) -> None:
    await answer(postgres, "create table fact as select 42 as number")
    before = postgres.url()
    kill(postgres)
    await postgres.start()
    assert postgres.url() == before
    assert await answer(postgres, "select number from fact") == 42


async def test_refuses_a_wrong_password(postgres: Postgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await answer(postgres, "select 1", password="guess")


async def test_loses_nothing_at_a_power_cut(postgres: Postgres) -> None:
    for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
        assert await answer(postgres, f"show {setting}") == "on"


async def test_is_reached_on_loopback_only(postgres: Postgres) -> None:
    assert await answer(postgres, "show listen_addresses") == "127.0.0.1"
    assert await answer(postgres, "show unix_socket_directories") == ""


async def test_stands_in_a_folder_for_its_owner_who_is_not_root(postgres: Postgres) -> None:
    assert uid_of(postgres) != 0
    assert stat.S_IMODE((postgres.folder / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE((postgres.folder / "data").stat().st_mode) == 0o700


async def test_writes_no_row_into_its_log(postgres: Postgres) -> None:
    await answer(postgres, "create table person (name text primary key)")
    await answer(postgres, "insert into person values ('Synthetic Person')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await answer(postgres, "insert into person values ('Synthetic Person')")
    log = postgres.log.read_text()
    assert "duplicate key" in log
    assert "Synthetic Person" not in log


async def test_refuses_a_second_start_on_its_folder(postgres: Postgres) -> None:
    with pytest.raises(LocalError, match=f"in use by process {os.getpid()};"):
        await Postgres(postgres.folder).start()


async def test_names_a_port_that_was_asked_for_and_is_taken(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(LocalError) as refused:
            await Postgres(folder, port).start()
    assert str(refused.value) == f"Port {port} for postgres is taken; free it or choose another."


async def test_names_what_is_wrong_with_a_setting(folder: Path) -> None:
    with pytest.raises(LocalError, match=r"does not start in .*wal_recycle") as refused:
        await Postgres(folder, settings={"wal_recycle": "sideways"}).start()
    assert "\n" not in str(refused.value)


async def test_names_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LocalError, match="choose a data folder you may write to"):
        await Postgres(tmp_path / "file" / "postgres").start()


async def test_moves_when_its_remembered_port_is_taken_and_says_so(
    postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    await postgres.stop()
    taken = postgres.port
    with socket.create_server(("127.0.0.1", taken)):
        await postgres.start()
    assert postgres.port != taken
    assert f"port {taken} of postgres is taken; it is at {postgres.port} now" in caplog.text
    assert await answer(postgres, "select 1") == 1


async def test_is_not_held_up_by_the_file_of_a_dead_server_whose_number_another_program_has(
    postgres: Postgres,
) -> None:
    data = postgres.folder / "data"
    pid_file = (data / "postmaster.pid").read_text()
    uid = uid_of(postgres)
    kill(postgres)
    with program_of(uid) as other:
        (data / "postmaster.pid").write_text(f"{other.pid}\n" + pid_file.split("\n", 1)[1])
        await postgres.start()
        other.kill()
    assert await answer(postgres, "select 1") == 1


async def test_begins_again_where_a_first_start_was_cut_short(tmp_path: Path) -> None:
    half = tmp_path / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    server = Postgres(tmp_path / "postgres")
    await server.start()
    assert await answer(server, "select 1") == 1
    await server.stop()
