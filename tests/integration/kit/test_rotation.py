"""The master key changes while services run: every key is wrapped anew, and no event is touched."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from banen_kit.crypto.keys import MasterKeyDiffers
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.postgres_keys import CACHE_SECONDS, PostgresKeys
from banen_kit.crypto.rotation import Rotated, rotate
from banen_kit.postgres.connection import Pool

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
EVERYBODY = [f"p{number:02}" for number in range(25)]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def write(path: Path, *secrets: bytes) -> Path:
    fresh = path.with_suffix(".new")
    fresh.write_text("\n".join(secret.hex() for secret in secrets) + "\n")
    fresh.chmod(0o600)
    return fresh.replace(path)


async def wrapped_by(owner: asyncpg.Connection, secret: bytes) -> int:
    rows = await owner.fetch("select wrapped from keys where wrapped is not null")
    return sum(MasterKey(secret).is_current(row["wrapped"]) for row in rows)


async def test_a_service_opens_its_keys_before_during_and_after(
    keys_pool: Pool, keys_owner: asyncpg.Connection, tmp_path: Path
):
    file = write(tmp_path / "master-key", OLD)
    clock = Clock()
    running = PostgresKeys(keys_pool, MasterKey.read(file), clock)
    before = await running.keys_for(EVERYBODY)
    prints = await running.fingerprint(b"one")
    signing = (await running.signing_key()).public_key()

    async def still_opens() -> None:
        clock.now += CACHE_SECONDS
        assert await running.find_keys(EVERYBODY) == before
        assert await running.fingerprint(b"one") == prints
        assert (await running.signing_key()).public_key() == signing

    write(file, NEW, OLD)
    await still_opens()
    during = await running.keys_for(["p-during"])
    assert await wrapped_by(keys_owner, NEW) == 1
    rotating = asyncio.create_task(rotate(keys_owner, MasterKey.read(file), batch=5))
    while not rotating.done():
        await still_opens()
    assert await rotating == Rotated(len(EVERYBODY) + 2, len(EVERYBODY) + 3)
    await still_opens()
    write(file, NEW)
    await still_opens()
    fresh = PostgresKeys(keys_pool, MasterKey.read(file))
    assert await fresh.find_keys([*EVERYBODY, "p-during"]) == {**before, **during}
    assert await fresh.fingerprint(b"one") == prints
    with pytest.raises(MasterKeyDiffers):
        await PostgresKeys(keys_pool, MasterKey(OLD)).find_keys(["p01"])


async def test_rotating_again_has_nothing_to_do(keys_pool: Pool, keys_owner: asyncpg.Connection):
    await PostgresKeys(keys_pool, MasterKey(OLD)).keys_for(EVERYBODY)
    assert await rotate(keys_owner, MasterKey(NEW, [OLD])) == Rotated(25, 25)
    assert await rotate(keys_owner, MasterKey(NEW, [OLD])) == Rotated(0, 25)
    assert await rotate(keys_owner, MasterKey(NEW)) == Rotated(0, 25)


async def test_goes_on_where_it_was_cut_short(keys_pool: Pool, keys_owner: asyncpg.Connection):
    await PostgresKeys(keys_pool, MasterKey(OLD)).keys_for(EVERYBODY)

    class Breaks:
        """The connection is lost at the third write."""

        left = 2

        async def fetch(self, query: str, *arguments: Any) -> Any:
            if query.startswith("update"):
                self.left -= 1
                if self.left < 0:
                    raise ConnectionResetError
            return await keys_owner.fetch(query, *arguments)

    with pytest.raises(ConnectionResetError):
        await rotate(Breaks(), MasterKey(NEW, [OLD]), batch=5)  # pyright: ignore
    assert await wrapped_by(keys_owner, NEW) == 10
    assert await rotate(keys_owner, MasterKey(NEW, [OLD]), batch=5) == Rotated(15, 25)
    assert await wrapped_by(keys_owner, NEW) == 25


async def test_a_key_that_no_secret_opens_stops_it(keys_pool: Pool, keys_owner: asyncpg.Connection):
    await PostgresKeys(keys_pool, MasterKey(OLD)).keys_for(EVERYBODY)
    with pytest.raises(MasterKeyDiffers):
        await rotate(keys_owner, MasterKey(NEW, [b"x" * 32]))
    assert await wrapped_by(keys_owner, OLD) == 25


async def test_what_is_destroyed_meanwhile_stays_destroyed(keys_pool: Pool, keys_owner: asyncpg.Connection):
    keys = PostgresKeys(keys_pool, MasterKey(OLD))
    await keys.keys_for(EVERYBODY)

    class Overtaken:
        """A person is erased, and another key is made, after the keys were read and before they are written."""

        has_erased = False

        async def fetch(self, query: str, *arguments: Any) -> Any:
            if query.startswith("update") and not self.has_erased:
                self.has_erased = True
                await keys.destroy(["p07"])
                await keys.keys_for(["p99"])
            return await keys_owner.fetch(query, *arguments)

        def __getattr__(self, name: str) -> Any:
            return getattr(keys_owner, name)

    assert await rotate(Overtaken(), MasterKey(NEW, [OLD])) == Rotated(25, 25)  # pyright: ignore
    found = await PostgresKeys(keys_pool, MasterKey(NEW)).find_keys(["p07", "p08", "p99"])
    assert [found["p07"], len(found["p08"] or b""), len(found["p99"] or b"")] == [None, 32, 32]


async def test_what_the_former_secret_opens_is_off_the_disk(
    keys_pool: Pool, keys_owner: asyncpg.Connection, keys_cluster: Any
):
    await PostgresKeys(keys_pool, MasterKey(OLD)).keys_for(EVERYBODY)
    await keys_owner.execute("checkpoint")
    wrapped = [row["wrapped"] for row in await keys_owner.fetch("select wrapped from keys")]

    def on_the_disk() -> int:
        data = keys_cluster.folder / "data"
        texts = [path.read_bytes() for path in data.rglob("*") if path.is_file()]
        return sum(any(one in text for text in texts) for one in wrapped)

    assert on_the_disk() == 25
    await rotate(keys_owner, MasterKey(NEW, [OLD]))
    assert on_the_disk() == 0
