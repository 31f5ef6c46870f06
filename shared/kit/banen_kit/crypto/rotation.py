"""Wraps every key of a partner with its current master key, while its services run; events are not touched."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap

from banen_kit.crypto.keys import MasterKeyDiffers
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.shredding import sweep
from banen_kit.postgres.connection import Connection

BATCH = 500


@dataclass(frozen=True)
class Rotated:
    """How many keys were wrapped anew, and how many there are."""

    rewrapped: int
    keys: int


async def rotate(owner: Connection, master: MasterKey, batch: int = BATCH) -> Rotated:
    """Cut short, it goes on where it was. Runs as the owner of the schema that the connection sees.

    Raises `MasterKeyDiffers` on a key that none of the secrets opens, `NotDestroyed`.
    """
    total = 0
    while True:
        rewrapped, keys = await _pass(owner, master, batch)
        total += rewrapped
        # A service may have made keys with a former secret meanwhile.
        if not rewrapped:
            break
    if total:
        # What the former secret opens is not to stay on the disk either.
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
    # Only where it is still what we read: a key that was destroyed meanwhile stays destroyed.
    done = await owner.fetch(
        "update keys k set wrapped = u.new from unnest($1::text[], $2::bytea[], $3::bytea[]) u (person, old, new)"
        " where k.person = u.person and k.wrapped = u.old returning 1",
        [person for person, _ in stale],
        [wrapped for _, wrapped in stale],
        fresh,
    )
    return len(done)
