"""Sends no answer to an authenticated request before the audit log holds an entry, even if the route wrote none."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from banen_kit.application.problems import to_problem
from banen_kit.core.errors import StoreUnavailable

ATTEMPT = "attempt"
"""The request state in which authentication leaves a function that writes the entry. Routes that write one clear it."""


class Audited:
    """ASGI middleware. If the entry cannot be recorded, the answer is 503 instead."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        is_replaced = False

        async def send_recorded(message: Message) -> None:
            nonlocal is_replaced
            record = state.pop(ATTEMPT, None) if message["type"] == "http.response.start" else None
            if record is not None:
                try:
                    await record(message["status"])
                except StoreUnavailable as error:
                    is_replaced = True
                    await to_problem(error).response()(scope, receive, send)
            if not is_replaced:
                await send(message)

        await self._app(scope, receive, send_recorded)
