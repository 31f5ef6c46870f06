"""Runs the issuer on loopback until it is stopped."""

import asyncio
import logging
import signal
import sys

import httpx2
import uvicorn

from banen_kit.core import logs
from banen_kit.core.clocks import utc_now
from banen_kit.core.errors import SettingsInvalid
from banen_kit.messaging.topology import read_partners
from banen_local.cluster.folder import LocalError
from banen_local.issuer.app import create_app
from banen_local.issuer.clients import read_clients
from banen_local.issuer.keys import ensure_key
from banen_local.issuer.provider import Provider
from banen_local.issuer.removed import read_removed
from banen_local.issuer.settings import IssuerSettings, load
from banen_local.issuer.telling import tell_forever

HOST = "127.0.0.1"
log = logging.getLogger(__name__)


def main() -> None:
    """If it cannot start, it ends with one line that says what to do."""
    logs.to_stdout()
    try:
        asyncio.run(serve(load()))
    except (SettingsInvalid, LocalError, ValueError) as error:
        log.error("the issuer cannot run: %s", error)  # noqa: TRY400 - one line that says what to do, not a trace
        sys.exit(78)


async def serve(settings: IssuerSettings) -> None:
    for caught in (signal.SIGTERM, signal.SIGINT):
        # uvicorn handles these signals and raises them again, which would end us with a trace
        asyncio.get_running_loop().add_signal_handler(caught, lambda: None)
    folder = settings.issuer_folder.absolute()
    ensure_key(folder)
    read_clients(folder)
    read_removed(folder)
    url = f"http://{HOST}:{settings.issuer_port}"
    provider = Provider(folder, url, read_partners(settings.partners_file), utc_now)
    # No access log: addresses contain codes.
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(provider),
            HOST,
            settings.issuer_port,
            log_config=None,
            access_log=False,
            lifespan="off",
        )
    )
    async with httpx2.AsyncClient() as http, asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(tell_forever(provider, http))
        await server.serve()
        telling.cancel()


if __name__ == "__main__":
    main()
