"""Wraps every key of a partner with its current master key while its services run. Events do not change."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from banen_kit.crypto.keys import MasterKeyDiffers
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.shredding import sweep
from banen_kit.postgres.connection import Connection

BATCH = 500


@dataclass(frozen=True)
class Rotated:
    """How many keys were wrapped again, and how many keys there are."""

    rewrapped: int
    keys: int


async def rotate(owner: Connection, master: MasterKey, batch: int = BATCH) -> Rotated:
    """Can be interrupted and run again. Runs as the owner of the schema that the connection sees.

    Raises `MasterKeyDiffers` if no secret opens a key, and `NotDestroyed`.
    """
    total = 0
    while True:
        rewrapped, keys = await _pass(owner, master, batch)
        total += rewrapped
        # A service may have created keys with a former secret in the meantime.
        if not rewrapped:
            break
    if total:
        # Copies wrapped with the former secret must not stay on disk.
        await sweep(owner)
    return Rotated(total, keys)


async def _pass(owner: Connection, master: MasterKey, batch: int) -> tuple[int, int]:
    rewrapped, keys, after = 0, 0, ""
    while rows := await owner.fetch(
        "select person, wrapped from keys where person > $1 and wrapped is not null order by person limit $2",
        after,
        batch,
    ):
        after = rows[-1]["person"]
        keys += len(rows)
        stale = [(row["person"], row["wrapped"]) for row in rows if not master.is_current(row["wrapped"])]
        rewrapped += await _rewrap(owner, master, stale)
    return rewrapped, keys


async def _rewrap(owner: Connection, master: MasterKey, stale: list[tuple[str, bytes]]) -> int:
    try:
        fresh = [master.wrap(master.unwrap(wrapped)) for _, wrapped in stale]
    except InvalidUnwrap as error:
        raise MasterKeyDiffers("none of the master keys in the file opens some of the keys") from error
    # Only if unchanged since we read it: a key that was destroyed in the meantime stays destroyed.
    done = await owner.fetch(
        "update keys k set wrapped = u.new from unnest($1::text[], $2::bytea[], $3::bytea[]) u (person, old, new)"
        " where k.person = u.person and k.wrapped = u.old returning 1",
        [person for person, _ in stale],
        [wrapped for _, wrapped in stale],
        fresh,
    )
    return len(done)
