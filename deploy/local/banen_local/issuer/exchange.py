"""The token endpoint: a client exchanges its code for the two tokens (RFC 6749, with PKCE of RFC 7636)."""

import base64
import binascii
import hashlib
import re
import secrets
from urllib.parse import unquote_plus

from joserfc.util import urlsafe_b64encode
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from banen_local.issuer.clients import Client, read_clients
from banen_local.issuer.form import FormInvalid, posted
from banen_local.issuer.keys import read_keys
from banen_local.issuer.provider import Granted, Provider
from banen_local.issuer.removed import read_removed
from banen_local.issuer.tokens import ACCESS_SECONDS, access_token, id_token

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class TokenFault(Exception):
    """A refusal with a code of RFC 6749."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


def routes(provider: Provider) -> list[Route]:
    async def token(request: Request) -> Response:
        client_id, client = authenticated(provider, request.headers.get("Authorization", ""))
        granted = await handed_in(provider, client_id, request)
        keys, now = read_keys(provider.folder, provider.clock()), provider.clock()
        person, nonce, programme = granted.person, granted.wanted.nonce, client.programme
        return JSONResponse(
            {
                "access_token": access_token(
                    keys, provider.url, person, client_id, provider.partners, now, programme=programme
                ),
                "token_type": "Bearer",
                "expires_in": ACCESS_SECONDS,
                "scope": "openid",
                "id_token": id_token(
                    keys,
                    provider.url,
                    person,
                    client_id,
                    nonce,
                    granted.logged_in,
                    now,
                    programme=programme,
                ),
            },
            headers={"Pragma": "no-cache"},
        )

    return [Route("/token", token, methods=["POST"])]


async def token_fault(_: Request, error: Exception) -> Response:
    assert isinstance(error, TokenFault)
    headers = {"Pragma": "no-cache"} | ({"WWW-Authenticate": "Basic"} if error.status == 401 else {})
    body = {"error": error.error, "error_description": error.description}
    return JSONResponse(body, error.status, headers)


def authenticated(provider: Provider, header: str) -> tuple[str, Client]:
    """The client and its id. Raises `TokenFault`."""
    fault = TokenFault("invalid_client", "unknown client, or not its secret", 401)
    scheme, _, given = header.partition(" ")
    try:
        text = base64.b64decode(given, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise fault from None
    client_id, _, secret = (unquote_plus(part) for part in text.partition(":"))
    client = read_clients(provider.folder).get(client_id)
    # Compare even if the client is unknown, so that the response time does not reveal which ids exist.
    expected = client.secret if client else secrets.token_urlsafe(32)
    same = secrets.compare_digest(secret.encode(), expected.encode())
    if scheme.lower() != "basic" or client is None or not same:
        raise fault
    return client_id, client


async def handed_in(provider: Provider, client_id: str, request: Request) -> Granted:
    """The login behind the code. The code is used up even if it does not fit the request: nobody can try again.

    Tokens already issued for a code cannot be revoked, since services verify them locally; they expire within minutes.
    Raises `TokenFault`, `LocalError`.
    """
    try:
        form = await posted(request)
    except FormInvalid:
        raise TokenFault("invalid_request", "not a form, or a parameter twice") from None
    if form.get("grant_type") != "authorization_code":
        raise TokenFault("unsupported_grant_type", "grant_type must be authorization_code")
    if missing := [name for name in ("code", "redirect_uri", "code_verifier") if not form.get(name)]:
        raise TokenFault("invalid_request", f"{missing[0]} is missing")
    granted = provider.codes.take(form["code"])
    if granted is None:
        raise TokenFault("invalid_grant", "the code is unknown, used or too old")
    wanted = granted.wanted
    if (wanted.client_id, wanted.redirect_uri) != (client_id, form["redirect_uri"]):
        raise TokenFault("invalid_grant", "the code is for another client or address")
    verifier = form["code_verifier"]
    if not VERIFIER.fullmatch(verifier) or challenge_of(verifier) != wanted.challenge:
        raise TokenFault("invalid_grant", "code_verifier does not belong to the code_challenge")
    if granted.person.subject in read_removed(provider.folder):
        raise TokenFault("invalid_grant", "whoever the code is of was removed since")
    provider.told.discard((client_id, granted.person.subject))
    return granted


def challenge_of(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode()
