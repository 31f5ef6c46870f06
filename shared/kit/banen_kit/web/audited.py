"""Answers nothing that authentication let in before the audit log holds that it was asked: whatever the route forgot."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from banen_kit.application.problems import to_problem
from banen_kit.core.errors import StoreUnavailable

ATTEMPT = "attempt"
"""Where authentication leaves, in the state of a request, how it is recorded; taken away by who records it better."""


class Audited:
    """ASGI middleware. What cannot be recorded is answered with 503 instead."""

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
