"""Tells every service to end the sessions of removed people (OpenID Connect Back-Channel Logout 1.0)."""

import asyncio
import logging
from typing import NoReturn

import httpx2

from banen_local.cluster.folder import LocalError
from banen_local.issuer.clients import read_clients
from banen_local.issuer.keys import read_keys
from banen_local.issuer.provider import Provider
from banen_local.issuer.removed import read_removed
from banen_local.issuer.tokens import logout_token

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
AGAIN_SECONDS = 5.0
"""How long to wait before trying a service again that did not accept it."""
PATIENCE_SECONDS = 5.0


async def tell_forever(provider: Provider, http: httpx2.AsyncClient) -> NoReturn:
    """Tells each client of each removed person until it answers 200, and again after a restart, which does no harm."""
    known: set[str] = set()
    while True:
        faults = await tell(provider, http)
        for fault in faults - known:  # each once, as long as it lasts
            log.warning("%s", fault)
        known = faults
        await asyncio.sleep(AGAIN_SECONDS if faults else LOOK_SECONDS)


async def tell(provider: Provider, http: httpx2.AsyncClient) -> set[str]:
    """Sends what was not sent yet; returns the reasons for failures."""
    try:
        removed, clients = read_removed(provider.folder), read_clients(provider.folder)
    except LocalError as error:
        return {str(error)}
    faults = await asyncio.gather(
        *(
            _tell_client(provider, http, name, client.backchannel_logout_uri, sorted(removed))
            for name, client in clients.items()
            if client.backchannel_logout_uri is not None
        )
    )
    return {fault for fault in faults if fault is not None}


async def _tell_client(
    provider: Provider, http: httpx2.AsyncClient, client: str, address: str, removed: list[str]
) -> str | None:
    """Returns why the client has not received all of them."""
    for subject in removed:
        if (client, subject) in provider.told:
            continue
        try:
            token = logout_token(read_keys(provider.folder), provider.url, subject, client, provider.clock())
            # Marked before sending: a sign-in in the meantime removes the mark again.
            provider.told.add((client, subject))
            answer = await http.post(
                address, data={"logout_token": token}, timeout=PATIENCE_SECONDS, follow_redirects=False
            )
            if answer.status_code == 200:
                log.info("%s knows that somebody was removed", client)
                continue
            fault = f"it answers {answer.status_code}"
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            fault = type(error).__name__
        except LocalError as error:
            return str(error)
        provider.told.discard((client, subject))
        return f"{client} does not know yet who was removed: {fault}"
    return None
