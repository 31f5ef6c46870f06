"""The service `Streams`, as the stand-in gives it: appends, and what goes to `reading.py`."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import grpc
from kurrentdbclient.protos.v1 import shared_pb2, streams_pb2
from kurrentdbclient.protos.v1.streams_pb2_grpc import StreamsServicer

from support.kurrentdb import errors
from support.kurrentdb.guard import Guard
from support.kurrentdb.log import (
    ANY,
    EXISTS,
    NO_STREAM,
    Log,
    Proposed,
    Recorded,
    StreamDeleted,
    WrongExpectedVersion,
)
from support.kurrentdb.reading import read_all, read_stream


class Streams(StreamsServicer):
    def __init__(self, log: Log, guard: Guard) -> None:
        self._log = log
        self._guard = guard

    async def Append(self, request_iterator: AsyncIterator[Any], context: grpc.aio.ServicerContext) -> Any:  # noqa: N802
        await self._guard.let_through(context)
        options = (await anext(request_iterator)).options
        events = [_proposed(request.proposed_message) async for request in request_iterator]
        stream = options.stream_identifier.stream_name.decode()
        if self._guard.is_denied(stream):
            await errors.access_denied(context)
        if self._guard.is_too_large(events):
            await errors.too_large(context, self._guard.most_bytes)
        expected = expected_of(options, "expected_stream_revision", "revision")
        try:
            last = self._log.append(stream, events, expected)
        except WrongExpectedVersion as wrong:
            return _wrong(wrong)
        except StreamDeleted:
            await errors.deleted(context, stream)
        await self._guard.before_answer(context)
        return streams_pb2.AppendResp(success=_success(streams_pb2.AppendResp, last))

    async def BatchAppend(  # noqa: N802
        self, request_iterator: AsyncIterator[Any], context: grpc.aio.ServicerContext
    ) -> AsyncIterator[Any]:
        await self._guard.let_through(context)
        begun: dict[str, tuple[Any, list[Proposed]]] = {}
        async for request in request_iterator:
            key = request.correlation_id.SerializeToString()
            options, events = begun.setdefault(key, (request.options, []))
            events += map(_proposed, request.proposed_messages)
            if request.is_final:
                del begun[key]
                answer = streams_pb2.BatchAppendResp(
                    correlation_id=request.correlation_id, stream_identifier=options.stream_identifier
                )
                self._append_batch(options, events, answer)
                await self._guard.before_answer(context)
                yield answer

    def _append_batch(self, options: Any, events: list[Proposed], answer: Any) -> None:
        stream = options.stream_identifier.stream_name.decode()
        expected = expected_of(options, "expected_stream_position", "stream_position")
        if self._guard.is_denied(stream):
            answer.error.CopyFrom(errors.denied_status())
        elif self._guard.is_too_large(events):
            answer.error.CopyFrom(errors.too_large_status(self._guard.most_bytes))
        else:
            try:
                last = self._log.append(stream, events, expected)
            except WrongExpectedVersion as wrong:
                answer.error.CopyFrom(errors.wrong_version_status(wrong))
            except StreamDeleted as gone:
                answer.error.CopyFrom(errors.deleted_status(gone))
            else:
                answer.success.CopyFrom(_batch_success(last))

    async def Read(self, request: Any, context: grpc.aio.ServicerContext) -> AsyncIterator[Any]:  # noqa: N802
        await self._guard.let_through(context)
        options = request.options
        of_one = options.WhichOneof("stream_option") == "stream"
        if of_one and self._guard.is_denied(options.stream.stream_identifier.stream_name.decode()):
            await errors.access_denied(context)
        async for response in (read_stream if of_one else read_all)(self._log, options, context):
            yield response

    async def Delete(self, request: Any, context: grpc.aio.ServicerContext) -> Any:  # noqa: N802
        await self._remove(self._log.delete, request.options, context)
        return streams_pb2.DeleteResp(position=self._end(streams_pb2.DeleteResp))

    async def Tombstone(self, request: Any, context: grpc.aio.ServicerContext) -> Any:  # noqa: N802
        await self._remove(self._log.tombstone, request.options, context)
        return streams_pb2.TombstoneResp(position=self._end(streams_pb2.TombstoneResp))

    async def _remove(
        self, how: Callable[[str, int], None], options: Any, context: grpc.aio.ServicerContext
    ) -> None:
        await self._guard.let_through(context)
        stream = options.stream_identifier.stream_name.decode()
        try:
            how(stream, expected_of(options, "expected_stream_revision", "revision"))
        except WrongExpectedVersion as wrong:
            await errors.wrong_version(context, stream, wrong)
        except StreamDeleted:
            await errors.deleted(context, stream)

    def _end(self, response: Any) -> Any:
        last = self._log.events[-1].position
        return response.Position(commit_position=last, prepare_position=last)


def expected_of(options: Any, choice: str, revision: str) -> int:
    which = options.WhichOneof(choice)
    named = {"no_stream": NO_STREAM, "any": ANY, "stream_exists": EXISTS}
    return named[which] if which in named else getattr(options, revision)


def _proposed(message: Any) -> Proposed:
    metadata = message.metadata
    return Proposed(
        _id(message.id), metadata["type"], metadata["content-type"], message.custom_metadata, message.data
    )


def _id(message: shared_pb2.UUID) -> UUID:
    if message.WhichOneof("value") == "string":
        return UUID(message.string)
    bits = message.structured
    most, least = bits.most_significant_bits % 2**64, bits.least_significant_bits % 2**64
    return UUID(int=most << 64 | least)


def _success(response: Any, last: Recorded | None) -> Any:
    success = response.Success()
    if last is None:
        success.no_stream.SetInParent()
        success.no_position.SetInParent()
    else:
        success.current_revision = last.revision
        success.position.commit_position = success.position.prepare_position = last.position
    return success


def _batch_success(last: Recorded | None) -> Any:
    return _success(streams_pb2.BatchAppendResp, last)


def _wrong(wrong: WrongExpectedVersion) -> streams_pb2.AppendResp:
    answer = streams_pb2.AppendResp()
    details = answer.wrong_expected_version
    if wrong.actual == NO_STREAM:
        details.current_no_stream.SetInParent()
    else:
        details.current_revision = wrong.actual
    named = {ANY: "expected_any", EXISTS: "expected_stream_exists", NO_STREAM: "expected_no_stream"}
    if wrong.expected in named:
        getattr(details, named[wrong.expected]).SetInParent()
    else:
        details.expected_revision = wrong.expected
    return answer
