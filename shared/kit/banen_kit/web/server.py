"""The HTTP server of a service: strict parsing, and limits against clients that never finish a request.

uvicorn with httptools, which refuses requests that a proxy and a server could read differently: `Content-Length` beside
`Transfer-Encoding`, lines that end in a bare LF (RFC 9112 §2.2 and §6.3). Added here: limits on the time and size of a
request's head, and on the number of connections.
"""

import asyncio
import json
from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus
from typing import ClassVar, Final, cast

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from banen_kit.core.answer_language import answer_language, answering
from banen_kit.core.problem import MEDIA_TYPE, Problem

DRAIN_SECONDS: Final = 10
"""How long requests in progress may take after the service was told to stop."""

SLOW: Final = Problem(408, "request-incomplete", "The head of a request must be complete within seconds.")
LARGE: Final = Problem(431, "headers-too-large", "The request line and the headers are too large.")
MALFORMED: Final = Problem(400, "not-http", "This is no request of HTTP/1.1.")
FULL: Final = Problem(503, "too-many-connections", "Too many requests at once; try again.")


class Connection(HttpToolsProtocol):
    """One client connection."""

    HEAD_SECONDS: ClassVar[float] = 10.0
    """From the connection, or the first byte of a later request, to the end of that request's head."""
    MOST_HEAD_BYTES: ClassVar[int] = 64 * 1024
    """For the request line and the headers; an access token alone may have 16 KiB."""
    MOST_CONNECTIONS: ClassVar[int] = 512

    _has_head = False
    _head_bytes = 0
    """Bytes received of an incomplete head."""
    deadline: asyncio.TimerHandle | None = None
    """When the head or body that is being received must be complete."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self._set_deadline()
        if len(self.connections) > self.MOST_CONNECTIONS and not self._make_room():
            self._refuse(FULL)

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        # Also while an unread body arrives after its request was answered.
        if self.deadline is None and not (self._has_head and self.is_busy):
            self._set_deadline()
        self._head_bytes += len(data)
        super().data_received(data)
        if not self._has_head and self._head_bytes > self.MOST_HEAD_BYTES:
            self._refuse(LARGE)

    def on_headers_complete(self) -> None:
        if self.transport.is_closing():
            return  # refused; the rest of the input is not read
        self._has_head = True
        self._clear_deadline()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.MOST_HEAD_BYTES:
            self._refuse(LARGE)
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._has_head, self._head_bytes = False, 0
        self._clear_deadline()
        if not self.transport.is_closing():
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(MALFORMED)

    def _set_deadline(self) -> None:
        self.deadline = self.loop.call_later(self.HEAD_SECONDS, self._late)

    def _clear_deadline(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def _late(self) -> None:
        if self.is_busy:  # with the previous request
            self._set_deadline()
        elif self._has_head:
            self.transport.close()
        else:
            self._refuse(SLOW)

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered."""
        if self.cycle is None:  # pyright: ignore[reportUnnecessaryComparison]
            return False  # no request yet
        is_answered: bool = self.cycle.response_complete
        return not is_answered

    def _refuse(self, problem: Problem) -> None:
        """Answers without the application, and closes the connection."""
        if self.transport.is_closing():
            return
        if not self.is_busy:
            with answering(self.headers or ()):  # those that were read
                self.transport.write(_answer(problem))
        self.transport.close()

    def _make_room(self) -> bool:
        """Ends another connection: the one that has been sending a head for longest, else an idle one."""
        others = cast("set[Connection]", self.connections) - {self}
        ended = min((one for one in others if not one.is_busy), key=_patience, default=None)
        if ended is None:
            return False
        self.connections.discard(ended)
        ended.transport.abort()
        return True


def _patience(connection: Connection) -> float:
    return connection.deadline.when() if connection.deadline else float("inf")


def _answer(problem: Problem) -> bytes:
    body = json.dumps(problem.to_json()).encode()
    head = [
        f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in answer_language().headers.items()),
        "Cache-Control: no-store",
        "Connection: close",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


class Server(uvicorn.Server):
    """Leaves signal handling to `serve`, which handles them before this starts, too."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def http_server(app: FastAPI, connection: type[Connection] = Connection) -> Server:
    return Server(
        uvicorn.Config(
            app,
            http=connection,
            ws="none",
            log_config=None,
            access_log=False,  # addresses do not belong in logs
            server_header=False,
            lifespan="off",
            proxy_headers=False,  # a client could claim to be anybody
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
    )
