"""Security headers for every answer, the language of refusals, and a time limit for every request."""

import asyncio
from collections.abc import MutableMapping
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from banen_kit.core.answer_language import SHARED, answering
from banen_kit.core.problem import Problem
from banen_kit.web.request_head import refuse_unclear

MOST_SECONDS = 60.0
"""From the first byte of a request to the last byte of its answer, so that slow senders hold nothing for ever."""

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
"""Set on every answer that does not set them itself. Pages have their own content policy."""


TOO_LONG: Final = Problem(
    503,
    "took-too-long",
    "This took too long, and it cannot be known whether it was done; repeat it with the same key.",
    headers={"Retry-After": "5"},
)
FAULT: Final = Problem(500, "fault", "Something went wrong here; it has been logged.")


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(
        self, app: ASGIApp, most_seconds: float = MOST_SECONDS, texts: tuple[str, ...] = SHARED
    ) -> None:
        """`texts` are the packages with the Dutch sentences of the application's refusals."""
        self._app = app
        self._texts = texts
        self._most_seconds = most_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with answering(scope["headers"], self._texts):
            await self._guarded(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                add_headers(message)
            await send(message)

        try:
            refuse_unclear(scope)
        except Problem as problem:
            await _send(problem, send_guarded)
            return
        try:
            async with asyncio.timeout(self._most_seconds):
                await self._app(scope, receive, send_guarded)
        except TimeoutError:
            if has_begun:
                raise
            await _send(TOO_LONG, send_guarded)
        except Exception:
            # Answered here, since FastAPI's own answer would not pass through this middleware; raised again for the log.
            if not has_begun:
                await _send(FAULT, send_guarded)
            raise


def add_headers(message: MutableMapping[str, Any]) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)


async def _send(problem: Problem, send: Send) -> None:
    answer = problem.response()
    await send({"type": "http.response.start", "status": problem.status, "headers": answer.raw_headers})
    await send({"type": "http.response.body", "body": answer.body})
