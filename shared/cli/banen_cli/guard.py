"""Limits each user's connections to the bus by ending the newest ones above the limit.

NATS itself limits connections only per server and per account, and all users of the bus share one account.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NoReturn

from nats.aio.client import Client

from banen_kit.messaging.jetstream import UNREACHABLE, BusUnavailable, connected

MOST_CONNECTIONS = 20
"""Per user: a service has two, and several processes of it may run."""
LOOK_SECONDS = 1.0
PAGE = 1024
Say = Callable[[str], None]


async def guard(url: str, most: int, say: Say) -> NoReturn:
    """Checks every second until cancelled. Raises `BusUnavailable`."""
    async with connected(url, "banen-bus-guard") as client:
        while True:
            for user, ended in (await end_surplus(client, most)).items():
                say(f"{user}: {ended} connections too many, ended")
            await asyncio.sleep(LOOK_SECONDS)


async def end_surplus(client: Client, most: int) -> dict[str, int]:
    """Returns how many connections were ended, by user. Raises `BusUnavailable`."""
    server, connections = await _connections(client)
    of_user: dict[str, list[int]] = defaultdict(list)
    for one in connections:
        of_user[one.get("authorized_user", "")].append(one["cid"])
    surplus = {user: sorted(ids)[most:] for user, ids in of_user.items() if len(ids) > most}
    for id_ in (id_ for ids in surplus.values() for id_ in ids):
        await _ask(client, f"$SYS.REQ.SERVER.{server}.KICK", {"cid": id_})
    return {user: len(ids) for user, ids in surplus.items()}


async def _connections(client: Client) -> tuple[str, list[dict[str, Any]]]:
    found: list[dict[str, Any]] = []
    while True:
        asked = {"auth": True, "limit": PAGE, "offset": len(found)}
        answer = await _ask(client, "$SYS.REQ.SERVER.PING.CONNZ", asked)
        found += answer["data"]["connections"]
        if len(found) >= answer["data"]["total"] or not answer["data"]["connections"]:
            return answer["server"]["id"], found


async def _ask(client: Client, subject: str, what: dict[str, Any]) -> dict[str, Any]:
    try:
        reply = await client.request(subject, json.dumps(what).encode(), timeout=5)
    except UNREACHABLE as error:
        raise BusUnavailable(f"NATS does not answer the guard: {type(error).__name__}") from error
    return json.loads(reply.data)
