"""The endpoints for browsers: login page, its form, and logout."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from banen_local.issuer.clients import origin, read_clients
from banen_local.issuer.form import FormInvalid, asked, posted
from banen_local.issuer.pages import PageFault, goodbye_page, login_page
from banen_local.issuer.people import Person, demo_people, gettext
from banen_local.issuer.provider import Granted, Provider, Wanted
from banen_local.issuer.removed import read_removed

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class Refused(Exception):
    """An error that is reported to the client, at an address known to be the client's."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def routes(provider: Provider) -> list[Route]:
    async def authorize(request: Request) -> Response:
        query = read_query(request)
        client_id, redirect_uri = who_asks(provider, query)
        try:
            wanted = checked(client_id, redirect_uri, query)
        except Refused as refused:
            told = {"error": refused.error, "error_description": refused.description}
            return back_to(redirect_uri, {**told, **state_of(query)})
        people = demo_people(provider.partners)
        return login_page(people, provider.forms.keep(wanted), client_id, origin(redirect_uri))

    async def login(request: Request) -> Response:
        form = await read_form(request)
        wanted = provider.forms.take(form.get("token", ""))
        if wanted is None:
            raise PageFault(gettext("used_form"))
        person = find_person(provider, form.get("person", ""))
        code = provider.codes.keep(Granted(wanted, person, provider.clock()))
        return back_to(wanted.redirect_uri, {"code": code, "state": wanted.state})

    async def logout(request: Request) -> Response:
        """There is no session here to end, since each login is one choice on the page. The client ends its own."""
        query = read_query(request)
        target = query.get("post_logout_redirect_uri")
        if target is None:
            return goodbye_page()
        refuse_foreign(provider, target, query.get("client_id", ""))
        return back_to(target, state_of(query))

    return [
        Route("/authorize", authorize, methods=["GET"]),
        Route("/login", login, methods=["POST"]),
        Route("/logout", logout, methods=["GET"]),
    ]


def who_asks(provider: Provider, query: Mapping[str, str]) -> tuple[str, str]:
    """Returns client and address. Until both are checked, nobody is redirected. Raises `PageFault`."""
    client_id, redirect_uri = query.get("client_id", ""), query.get("redirect_uri", "")
    client = read_clients(provider.folder).get(client_id)
    if client is None:
        raise PageFault(gettext("unknown_client"))
    if redirect_uri not in client.redirect_uris:
        raise PageFault(gettext("other_address"))
    return client_id, redirect_uri


def checked(client_id: str, redirect_uri: str, query: Mapping[str, str]) -> Wanted:
    """Raises `Refused`."""
    if "request" in query:
        raise Refused("request_not_supported", "request objects are not read")
    if "request_uri" in query:
        raise Refused("request_uri_not_supported", "request objects are not read")
    if query.get("response_type") != "code":
        raise Refused("unsupported_response_type", "response_type must be code")
    if query.get("response_mode", "query") != "query":
        raise Refused("invalid_request", "response_mode must be query")
    if "openid" not in query.get("scope", "").split(" "):
        raise Refused("invalid_scope", "scope must contain openid")
    if not query.get("state") or not query.get("nonce"):
        raise Refused("invalid_request", "state and nonce are required")
    challenge = query.get("code_challenge", "")
    if query.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(challenge):
        raise Refused("invalid_request", "code_challenge is required, with code_challenge_method S256")
    if "none" in query.get("prompt", "").split(" "):
        raise Refused("login_required", "nobody is logged in here without choosing")
    return Wanted(client_id, redirect_uri, query["state"], query["nonce"], challenge)


def find_person(provider: Provider, subject: str) -> Person:
    """Raises `PageFault`, `LocalError`."""
    if subject in read_removed(provider.folder):
        raise PageFault(gettext("removed_person"))
    for group in demo_people(provider.partners):
        for person in group.people:
            if person.subject == subject:
                return person
    raise PageFault(gettext("unknown_person"))


def refuse_foreign(provider: Provider, target: str, client_id: str) -> None:
    """Raises `PageFault` unless the address belongs to the requesting client."""
    client = read_clients(provider.folder).get(client_id)
    own = client.redirect_uris if client else ()
    if not any(target.startswith(f"{origin(address)}/") for address in own):
        raise PageFault(gettext("foreign_goodbye"))


async def read_form(request: Request) -> Mapping[str, str]:
    try:
        return await posted(request)
    except FormInvalid:
        raise PageFault(gettext("not_read")) from None


def read_query(request: Request) -> Mapping[str, str]:
    try:
        return asked(request)
    except FormInvalid:
        raise PageFault(gettext("not_read")) from None


def state_of(query: Mapping[str, str]) -> dict[str, str]:
    return {"state": query["state"]} if "state" in query else {}


def back_to(address: str, told: Mapping[str, str]) -> Response:
    """A 303, so that the browser does not post the form again."""
    joined = f"{address}{'&' if '?' in address else '?'}{urlencode(told)}" if told else address
    return RedirectResponse(joined, 303)
