"""The issuer's pages: choosing a person, an error, goodbye; without JavaScript."""

import logging
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from banen_local.issuer.people import LANGUAGE, Group, gettext

log = logging.getLogger(__name__)

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STYLE = Path(__file__).parent / "static" / "style.css"
ENVIRONMENT = Environment(
    loader=PackageLoader("banen_local.issuer"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.globals.update(language=LANGUAGE.code, gettext=gettext)  # pyright: ignore[reportUnknownMemberType]


class PageFault(Exception):
    """An error shown in the browser. The message repeats nothing from the request."""


class Secured:
    """Adds security headers to every answer, also to an error of the framework."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def secured(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, secured)


def login_page(groups: Sequence[Group], token: str, client_id: str, target: str) -> Response:
    """`target` is the origin to which the browser returns after the form; Chromium requires it in the policy."""
    text = ENVIRONMENT.get_template("login.html").render(groups=groups, token=token, client_id=client_id)
    return HTMLResponse(text, headers={"Content-Security-Policy": f"{POLICY} {target}"})


def goodbye_page() -> Response:
    return HTMLResponse(ENVIRONMENT.get_template("goodbye.html").render())


async def fault_page(_: Request, error: Exception) -> Response:
    return HTMLResponse(ENVIRONMENT.get_template("fault.html").render(message=str(error)), 400)


async def damaged_page(_: Request, error: Exception) -> Response:
    """One of the issuer's files cannot be read. The log says which, for the person who started the issuer."""
    log.error("%s", error)
    return HTMLResponse(ENVIRONMENT.get_template("fault.html").render(message=gettext("damaged")), 503)


async def style(_: Request) -> Response:
    return Response(STYLE.read_text("utf-8"), media_type="text/css")
