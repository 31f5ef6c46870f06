"""The services that may request logins, each with its own secret."""

import re
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, TypeAdapter, ValidationError

from banen_local.cluster.folder import LocalError, write_private
from banen_local.issuer.private import closed_folder, read_private

CLIENT_ID = re.compile(r"[a-z][a-z0-9-]{1,60}")
LOOPBACK = ("127.0.0.1", "localhost")


class Client(BaseModel, frozen=True, extra="forbid"):
    """A registered service."""

    secret: str
    redirect_uris: tuple[str, ...]
    backchannel_logout_uri: str | None = None
    """Where the client is told whose sessions end."""
    programme: str | None = None
    """What tokens for it call its programme, where the issuer serves several."""


CLIENTS = TypeAdapter(dict[str, Client])


def register_client(
    folder: Path,
    client_id: str,
    redirect_uri: str,
    backchannel_logout_uri: str | None = None,
    programme: str | None = None,
) -> str:
    """The client's secret, made once and kept; the addresses may change at each start.

    A running issuer notices it at once. Raises `ValueError`, `LocalError`.
    """
    if not CLIENT_ID.fullmatch(client_id):
        raise ValueError("client_id: lower-case letters, digits and hyphens, at most 61")
    _refuse_elsewhere("redirect_uri", redirect_uri)
    if backchannel_logout_uri is not None:
        _refuse_elsewhere("backchannel_logout_uri", backchannel_logout_uri)
    closed_folder(folder)
    clients = read_clients(folder)
    known = clients.get(client_id)
    client = Client(
        secret=known.secret if known else secrets.token_urlsafe(32),
        redirect_uris=(redirect_uri,),
        backchannel_logout_uri=backchannel_logout_uri,
        programme=programme,
    )
    if client != known:
        found = CLIENTS.dump_json({**clients, client_id: client}, indent=2).decode()
        write_private(folder / "clients.json", found)
    return client.secret


def _refuse_elsewhere(name: str, address: str) -> None:
    """Raises `ValueError`."""
    target = urlsplit(address)
    if target.scheme not in ("http", "https") or target.hostname not in LOOPBACK or target.fragment:
        raise ValueError(f"{name}: must be an address on this machine, without a fragment")


def read_clients(folder: Path) -> dict[str, Client]:
    """Raises `LocalError`."""
    path = folder / "clients.json"
    text = read_private(path)
    if text is None:
        return {}
    try:
        return CLIENTS.validate_json(text)
    except ValidationError:
        # Not chained with `from`: the first error may quote a secret.
        raise LocalError(
            f"{path} is damaged; delete it, and new secrets are made at the next start."
        ) from None


def origin(address: str) -> str:
    """Returns scheme, host and port of an address that was checked at registration."""
    target = urlsplit(address)
    return f"{target.scheme}://{target.netloc}"
