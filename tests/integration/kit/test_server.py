"""The server takes only requests that everybody reads alike, and nobody who never finishes one keeps others out."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
from fastapi import FastAPI, Request

from banen_kit.web.server import Connection, http_server

HEAD = b"Host: a\r\n"
FINE = b"GET /fine HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n"


class Impatient(Connection):
    HEAD_SECONDS = 0.2


class Small(Connection):
    MOST_CONNECTIONS = 20


@asynccontextmanager
async def served(connection: type[Connection] = Connection) -> AsyncIterator[tuple[int, list[str]]]:
    """The port, and the paths that reached the application."""
    asked: list[str] = []
    app = FastAPI()

    @app.post("/body")
    async def body(request: Request) -> dict[str, int]:
        asked.append("/body")
        return {"bytes": len(await request.body())}

    @app.post("/unread")
    async def unread() -> str:
        return "answered"

    @app.get("/held")
    async def held() -> str:
        asked.append("/held")
        await asyncio.Event().wait()
        raise AssertionError

    @app.get("/{path}")
    async def fine(path: str) -> str:
        asked.append(path)
        return "fine"

    server = http_server(app, connection)
    server.config.timeout_graceful_shutdown = 0
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield listening.getsockname()[1], asked
        finally:
            server.should_exit = True
            await serving


async def answer_to(port: int, sent: bytes) -> bytes:
    """All that comes back until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        async with asyncio.timeout(20):
            return await reader.read()
    finally:
        writer.transport.abort()


async def ended(connection: socket.socket) -> None:
    """Comes back when the server has ended a connection, whatever it said before."""
    with suppress(ConnectionError):
        async with asyncio.timeout(20):
            while await asyncio.get_running_loop().sock_recv(connection, 65536):
                pass


def problem_of(answer: bytes) -> dict[str, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    return json.loads(body)


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /body HTTP/1.1\r\n" + HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
        b"POST /body HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + SMUGGLED,
        b"POST /body HTTP/1.1\r\n" + HEAD + b"Content-Length: 4\r\nContent-Length: 0\r\n\r\n" + SMUGGLED,
        b"POST /body HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n" + SMUGGLED,
        b"POST /body HTTP/1.1\r\n" + HEAD + b"Content-Length: +4\r\n\r\nabcd",
        b"GET /fine HTTP/1.1\nHost: a\n\n",
        b"GET /fine HTTP/1.1\r\nHost: a\n\r\n",
        b"GET /fine HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
        b"GET /fine HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET /fine HTTP/1.1\r\nX: a\x00b\r\n\r\n",
        b"\x16\x03\x01\x00\xee",
    ],
    ids=[
        "length-and-chunked", "chunked-and-length", "two-lengths", "chunked-not-last", "signed-length",
        "bare-lf", "bare-lf-in-headers", "folded", "space-before-colon", "nul", "tls",
    ],
)  # fmt: skip
async def test_what_others_could_read_as_another_request_is_refused(sent: bytes):
    async with served() as (port, asked):
        answer = await answer_to(port, sent)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert len(re.findall(rb"HTTP/1\.1 [0-9]{3}", answer)) == 1
    assert problem_of(answer)["code"] == "not-http"
    assert asked in ([], ["/body"])  # begun perhaps, and never answered as if it were whole


async def test_a_head_that_is_never_complete_ends():
    async with served(Impatient) as (port, _):
        for begun in (
            b"",
            b"GET /fine",
            b"GET /fine HTTP/1.1\r\nX-",
        ):
            answer = await answer_to(port, begun)
            assert problem_of(answer[answer.rindex(b"HTTP/1.1 408") :])["code"] == "request-incomplete"


async def test_what_the_server_refuses_is_in_the_language_of_the_headers_it_has_read():
    asked = b"GET /fine HTTP/1.1\r\nAccept-Language: nl\r\nX-Part: "
    async with served(Impatient) as (port, _):
        for begun, language in ((asked, "nl"), (b"GET /fine", "en")):
            answer = await answer_to(port, begun)
            assert f"Content-Language: {language}\r\n".encode() in answer
            said = problem_of(answer)["detail"]
            assert said.startswith("De kopregels" if language == "nl" else "The head")


async def test_a_body_that_nobody_reads_any_more_ends():
    head = b"POST /unread HTTP/1.1\r\n" + HEAD + b"Content-Length: 100000000\r\n\r\n"

    async def trickle(connection: socket.socket) -> None:
        with suppress(ConnectionError):
            while True:
                await asyncio.get_running_loop().sock_sendall(connection, b"x")
                await asyncio.sleep(0.01)

    async with served(Impatient) as (port, _):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setblocking(False)
            await asyncio.get_running_loop().sock_sendall(connection, head)
            async with asyncio.timeout(20):
                await asyncio.gather(trickle(connection), ended(connection))


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /fine HTTP/1.1\r\n" + HEAD + b"X: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET /fine HTTP/1.1\r\n" + HEAD + b"X: " + b"a" * 70_000,
        b"GET /fine HTTP/1.1\r\n" + HEAD + b"".join(b"X-%d: a\r\n" % n for n in range(9000)) + b"\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
    ],
    ids=["header", "header-not-complete", "many-headers", "address"],
)
async def test_a_head_has_a_limit(sent: bytes):
    async with served() as (port, asked):
        answer = await answer_to(port, sent)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert asked == []


async def test_a_large_body_is_no_large_head():
    head = b"POST /body HTTP/1.1\r\n" + HEAD + b"Connection: close\r\nContent-Length: 300000\r\n\r\n"
    async with served() as (port, _):
        answer = await answer_to(port, head + b"a" * 300_000)
    assert answer.endswith(b'{"bytes":300000}')


def begin(stack: ExitStack, port: int, sent: bytes) -> socket.socket:
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
    connection.sendall(sent)
    connection.setblocking(False)
    return connection


async def test_connections_that_ask_nothing_keep_nobody_out():
    async with served(Small) as (port, _):
        with ExitStack() as stack:
            half_open: list[socket.socket] = []
            for _ in range(3):
                half_open += [begin(stack, port, b"GET /fine HTTP/1.1\r\nX-") for _ in range(20)]
                assert (await answer_to(port, FINE)).startswith(b"HTTP/1.1 200 ")
            for connection in half_open[:40]:
                await ended(connection)


async def test_who_is_being_answered_is_not_ended_for_others():
    async with served(Small) as (port, asked):
        with ExitStack() as stack:
            held = [begin(stack, port, b"GET /held HTTP/1.1\r\n" + HEAD + b"\r\n") for _ in range(20)]
            async with asyncio.timeout(20):
                while len(asked) < 20:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                assert problem_of(await answer_to(port, FINE))["code"] == "too-many-connections"
                held.pop().close()
                while not (await answer_to(port, FINE)).startswith(b"HTTP/1.1 200 "):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
