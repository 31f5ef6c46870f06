"""Asks the bus for the newest event of each kind that a service learns, again and again.

Only the newest counts, so there is no consumer: after a kill, a restore of the store or a refill of the bus, the next answer
is what the service should know.
"""

from typing import NoReturn

from nats.aio.client import Client
from nats.js.api import RawStreamMsg
from nats.js.errors import APIError, NotFoundError
from pydantic import ValidationError

from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import Learns
from banen_kit.core.faults import Faults, Loop
from banen_kit.messaging.jetstream import (
    EVT_ALL,
    UNREACHABLE,
    BrokenMessage,
    BusUnavailable,
    jetstream,
    read_envelope,
)

ASK_SECONDS = 2.0


class NotTaken(Exception):
    """The newest message is invalid; what was heard before it stays in force."""


def newest_call(learns: Learns) -> str:
    """The call of JetStream's API that gives the last message on a subject."""
    return f"$JS.API.DIRECT.GET.{EVT_ALL}.{learns.subject}"


async def learn(client: Client, command_service: CommandService, learns: Learns, faults: Faults) -> NoReturn:
    """Asks until cancelled. That nothing was heard yet is a fault with which the service stays ready."""
    name = learns.event.NAME.split(".")[1]
    loop = Loop(f"learn-{name}", faults, still_ready=True)

    async def work() -> None:
        await ask(client, command_service, learns)
        command_service.learned.compare_zones(learns, faults)
        if command_service.learned.newest(learns.event) is None:
            reason = f"{learns.event.NAME} was not published yet; commands that need it are refused"
            faults.raise_(f"unheard-{name}", reason, still_ready=True)
        else:
            faults.clear(f"unheard-{name}")

    await loop.forever(work, every=ASK_SECONDS)


async def ask(client: Client, command_service: CommandService, learns: Learns) -> None:
    """Hears what is the newest now. Raises `NotTaken`, `BusUnavailable`, `StoreUnavailable`."""
    message = await _newest(client, learns)
    if message is None:
        return
    try:
        envelope = read_envelope(message)
        await command_service.hear(learns, envelope, message.data or b"")
    except BrokenMessage as broken:
        raise NotTaken(f"the newest {learns.event.NAME} is not taken: {broken.reason}") from None
    except ValidationError:
        raise NotTaken(f"the newest {learns.event.NAME} is not taken: body-invalid") from None


async def _newest(client: Client, learns: Learns) -> RawStreamMsg | None:
    try:
        return await jetstream(client).get_msg(EVT_ALL, subject=learns.subject, direct=True)
    except NotFoundError:
        return None
    except (*UNREACHABLE, APIError) as error:
        raise BusUnavailable(f"the newest event cannot be read: {type(error).__name__}") from error
