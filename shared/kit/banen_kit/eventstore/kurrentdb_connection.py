"""Connects to EventStoreDB or KurrentDB, refuses what is unfit, and names its errors as the port does."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import grpc.aio
from kurrentdbclient import AsyncKurrentDBClient
from kurrentdbclient.exceptions import (
    AccessDeniedError,
    KurrentDBClientError,
    MaximumAppendSizeExceededError,
    ProgrammingError,
    RecordMaxSizeExceededError,
    SSLError,
    StreamIsDeletedError,
    UnauthenticatedError,
    WrongCurrentVersionError,
)

from banen_kit.core.errors import StoreRefusesToStart, StoreUnavailable, StreamTooLong

OLDEST = (23, 10)
"""The oldest server with which the client's makers test it."""
SECONDS = 10.0
"""The deadline of a call. The client makes it at most four times, connecting anew between."""
FEATURES = "/event_store.client.server_features.ServerFeatures/GetSupportedMethods"
VERSION = re.compile(rb"\x12([\x01-\x7f])(\d+\.\d+[ -~]*)$", re.DOTALL)
"""The version is field 2 and the last one in the answer. The client has no class for that message."""
AGAIN_AT_ONCE = (("grpc.use_local_subchannel_pool", 1), ("grpc.max_reconnect_backoff_ms", 1000))
"""Without these, gRPC does not try again for up to two minutes after a server was away, also on a new channel."""
REFUSED = (AccessDeniedError, UnauthenticatedError)


@asynccontextmanager
async def answering() -> AsyncGenerator[None]:
    """Turns errors of the client into `StoreUnavailable` or `StreamTooLong`; a wrong version is passed on."""
    try:
        yield
    except WrongCurrentVersionError:
        raise
    except (MaximumAppendSizeExceededError, RecordMaxSizeExceededError) as error:
        raise StreamTooLong("a command has more bytes than the server's MaxAppendSize allows") from error
    except REFUSED as error:
        raise StoreUnavailable("KurrentDB refuses the user") from error
    except StreamIsDeletedError as error:
        raise StoreUnavailable("somebody deleted a stream in KurrentDB") from error
    except (KurrentDBClientError, grpc.aio.AioRpcError, grpc.aio.UsageError) as error:
        raise StoreUnavailable(f"KurrentDB cannot be reached: {type(error).__name__}") from error


def client_of(url: str) -> AsyncKurrentDBClient:
    """Does not connect yet. Raises `StoreRefusesToStart`, without the address, which holds a password."""
    try:
        client = AsyncKurrentDBClient(url)
    except ValueError:
        raise StoreRefusesToStart(
            "it is no address of a KurrentDB server, or lacks user and password"
        ) from None
    except OSError as error:
        raise StoreRefusesToStart(
            f"the file that it names for TLS cannot be read: {error.strerror}"
        ) from None
    client.grpc_options += AGAIN_AT_ONCE
    if client.connection_spec.options.node_preference != "leader":
        raise StoreRefusesToStart(
            "NodePreference must be leader: other nodes may answer with what was true before"
        )
    return client


async def refuse_unfit(
    client: AsyncKurrentDBClient, waits: Callable[[str], None], *, attempts: int = 60
) -> None:
    """Waits for a server that is still starting; calls `waits` once if it has to.

    Raises `StoreRefusesToStart` if the server is too old or refuses us, `StoreUnavailable`.
    """
    for left in reversed(range(attempts)):
        try:
            await _look(client)
            break
        except StoreUnavailable as error:
            if isinstance(error.__cause__, (*REFUSED, SSLError)):
                raise StoreRefusesToStart(f"KurrentDB refuses: {type(error.__cause__).__name__}") from None
            if not left:
                raise
            if left == attempts - 1:
                waits(str(error))
            await asyncio.sleep(0.5)


async def close(client: AsyncKurrentDBClient) -> None:
    """Also a client that never connected."""
    with suppress(ProgrammingError):
        await client.close()


async def _look(client: AsyncKurrentDBClient) -> None:
    async with answering():
        await client.get_commit_position(timeout=SECONDS)
        channel, credentials = cast(Any, client.connection)._grpc_channel, cast(Any, client)._call_credentials
        try:
            call = channel.unary_unary(FEATURES)(b"", timeout=SECONDS, credentials=credentials)
            answer: bytes = await call
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNIMPLEMENTED:
                raise
            answer = b""
    found = VERSION.search(answer)
    version = found[2].decode() if found and len(found[2]) == found[1][0] else "unknown"
    numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
    if numbers < OLDEST:
        raise StoreRefusesToStart(f"the server's version is {version}; it must be 23.10 or newer")
