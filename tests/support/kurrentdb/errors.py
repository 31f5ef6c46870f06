"""The errors of a server, in the words, codes and trailers in which it gives them."""

from typing import NoReturn

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from kurrentdbclient.protos.v1 import shared_pb2, status_pb2

from support.kurrentdb.log import ANY, EXISTS, NO_STREAM, StreamDeleted, WrongExpectedVersion

CODES = {"failed-precondition": 9, "invalid-argument": 3, "permission-denied": 7}
"""As numbers, in the answer to a batch."""


async def not_leader(context: grpc.aio.ServicerContext, host: str, port: int) -> NoReturn:
    trailers = (
        ("exception", "not-leader"),
        ("leader-endpoint-host", host),
        ("leader-endpoint-port", str(port)),
    )
    return await context.abort(grpc.StatusCode.NOT_FOUND, "Leader info available", trailers)


async def access_denied(context: grpc.aio.ServicerContext) -> NoReturn:
    trailers = (("exception", "access-denied"),)
    return await context.abort(grpc.StatusCode.PERMISSION_DENIED, "Access Denied", trailers)


async def unauthenticated(context: grpc.aio.ServicerContext) -> NoReturn:
    return await context.abort(grpc.StatusCode.UNAUTHENTICATED, "Unauthenticated")


async def deleted(context: grpc.aio.ServicerContext, stream: str) -> NoReturn:
    trailers = (("exception", "stream-deleted"), ("stream-name", stream))
    detail = f"Event stream '{stream}' is deleted."
    return await context.abort(grpc.StatusCode.FAILED_PRECONDITION, detail, trailers)


async def wrong_version(
    context: grpc.aio.ServicerContext, stream: str, wrong: WrongExpectedVersion
) -> NoReturn:
    trailers = (
        ("exception", "wrong-expected-version"),
        ("stream-name", stream),
        ("expected-version", str(wrong.expected)),
        ("actual-version", str(wrong.actual)),
    )
    detail = (
        f"Append failed due to WrongExpectedVersion. Stream: {stream}, Expected version: {wrong.expected},"
        f" Actual version: {wrong.actual}"
    )
    return await context.abort(grpc.StatusCode.FAILED_PRECONDITION, detail, trailers)


async def too_large(context: grpc.aio.ServicerContext, most: int) -> NoReturn:
    trailers = (("exception", "maximum-append-size-exceeded"), ("maximum-append-size", str(most)))
    detail = f"Maximum Append Size of {most} Exceeded."
    return await context.abort(grpc.StatusCode.INVALID_ARGUMENT, detail, trailers)


async def invalid_position(context: grpc.aio.ServicerContext, kind: str) -> NoReturn:
    return await context.abort(grpc.StatusCode.UNKNOWN, f"Unexpected {kind}Result: InvalidPosition")


def status(code: str, message: str, details: Message) -> status_pb2.Status:
    packed = any_pb2.Any()
    packed.Pack(details)
    return status_pb2.Status(code=CODES[code], message=message, details=packed)  # pyright: ignore[reportArgumentType]


def wrong_version_status(wrong: WrongExpectedVersion) -> status_pb2.Status:
    details = shared_pb2.WrongExpectedVersion()
    if wrong.actual == NO_STREAM:
        details.current_no_stream.SetInParent()
    else:
        details.current_stream_revision = wrong.actual
    if wrong.expected == ANY:
        details.expected_any.SetInParent()
    elif wrong.expected == EXISTS:
        details.expected_stream_exists.SetInParent()
    elif wrong.expected == NO_STREAM:
        details.expected_no_stream.SetInParent()
    else:
        details.expected_stream_position = wrong.expected
    return status("failed-precondition", "WrongExpectedVersion", details)


def deleted_status(gone: StreamDeleted) -> status_pb2.Status:
    details = shared_pb2.StreamDeleted()
    details.stream_identifier.stream_name = str(gone).encode()
    return status("failed-precondition", "StreamDeleted", details)


def too_large_status(most: int) -> status_pb2.Status:
    details = shared_pb2.MaximumAppendSizeExceeded(maxAppendSize=most)
    return status("invalid-argument", f"Maximum Append Size of {most} Exceeded.", details)


def denied_status() -> status_pb2.Status:
    return status("permission-denied", "AccessDenied", shared_pb2.AccessDenied())
