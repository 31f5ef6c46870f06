"""Runs the issuer on loopback until it is told to stop."""

import asyncio
import logging
import signal
import sys
from datetime import UTC, datetime

import uvicorn

from banen_kit import logs
from banen_kit.settings import SettingsInvalid
from banen_kit.topology import read_partners
from banen_local.folder import LocalError
from banen_local.issuer.app import create_app
from banen_local.issuer.clients import read_clients
from banen_local.issuer.keys import ensure_key
from banen_local.issuer.settings import IssuerSettings, load

HOST = "127.0.0.1"
log = logging.getLogger(__name__)


def main() -> None:
    """Ends with one line that says what to do when it cannot start."""
    logs.to_stdout()
    try:
        asyncio.run(serve(load()))
    except (SettingsInvalid, LocalError, ValueError) as error:
        log.error("the issuer cannot run: %s", error)  # noqa: TRY400 - a line that says what to do, not a trace
        sys.exit(78)


async def serve(settings: IssuerSettings) -> None:
    for caught in (signal.SIGTERM, signal.SIGINT):
        # uvicorn stops on these and raises them again, which would end us with a trace
        asyncio.get_running_loop().add_signal_handler(caught, lambda: None)
    folder = settings.issuer_folder.absolute()
    ensure_key(folder)
    read_clients(folder)
    app = create_app(
        folder,
        f"http://{HOST}:{settings.issuer_port}",
        read_partners(settings.partners_file),
        lambda: datetime.now(UTC),
    )
    # No access log: codes stand in addresses.
    await uvicorn.Server(
        uvicorn.Config(app, HOST, settings.issuer_port, log_config=None, access_log=False, lifespan="off")
    ).serve()


if __name__ == "__main__":
    main()
