"""Reads and subscriptions, as the stand-in answers them."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import islice
from uuid import uuid4

import grpc
from kurrentdbclient.protos.v1 import shared_pb2, streams_pb2

from support.kurrentdb import errors
from support.kurrentdb.log import Log, Recorded, StreamDeleted

Options = streams_pb2.ReadReq.Options
Response = streams_pb2.ReadResp
ReadEvent = Response.ReadEvent
LARGEST = 2**63 - 1


async def read_stream(
    log: Log, options: Options, context: grpc.aio.ServicerContext
) -> AsyncIterator[Response]:
    """The events of one stream; with a subscription, also those that come later."""
    asked = options.stream
    name = asked.stream_identifier.stream_name.decode()
    which = asked.WhichOneof("revision_option")
    try:
        visible = log.visible(name)
    except StreamDeleted:
        await errors.deleted(context, name)
    if options.HasField("subscription"):
        after = {"start": -1, "end": log.revision(name)}.get(which or "start", asked.revision)
        start = log.end if which == "end" else 0
        wanted = lambda one: one.stream == name and one.revision > after  # noqa: E731
        async for response in _subscription(log, options, start, wanted):
            yield response
        return
    if not visible:
        missing = Response()
        missing.stream_not_found.stream_identifier.stream_name = name.encode()
        yield missing
        return
    revision = {"start": 0, "end": LARGEST}.get(which or "start", asked.revision)
    if options.read_direction == Options.Backwards:
        found = [one for one in reversed(visible) if one.revision <= revision]
    else:
        found = [one for one in visible if one.revision >= revision]
    for one in found[: options.count]:
        yield _event(one, options)


async def read_all(log: Log, options: Options, context: grpc.aio.ServicerContext) -> AsyncIterator[Response]:
    """The events of all streams, from a position on (which is included) or before it (which is not)."""
    which = options.all.WhichOneof("all_option")
    position = options.all.position.commit_position
    if which == "position" and 0 < position < log.end and not log.has(position):
        is_filtered = options.HasField("filter")
        await errors.invalid_position(context, "FilteredReadAll" if is_filtered else "ReadAll")
    wanted = _filter(options)
    if options.HasField("subscription"):
        start = {"start": 0, "end": log.end}.get(which or "start", position + 1)
        async for response in _subscription(log, options, start, wanted):
            yield response
        return
    start = {"start": 0, "end": log.end}.get(which or "start", position)
    is_backwards = options.read_direction == Options.Backwards
    found: Iterator[Recorded] = log.before(start) if is_backwards else log.after(start)
    for one in islice(filter(wanted, found), options.count):
        yield _event(one, options)


async def _subscription(
    log: Log, options: Options, start: int, wanted: Callable[[Recorded], bool]
) -> AsyncIterator[Response]:
    yield Response(confirmation=Response.SubscriptionConfirmation(subscription_id=str(uuid4())))
    window = options.filter.max * options.filter.checkpointIntervalMultiplier
    is_behind, passed = True, 0
    while True:
        grown = log.grown
        for one in log.after(start):
            start, passed = one.position + 1, passed + 1
            if wanted(one):
                yield _event(one, options)
            if window and passed % window == 0:
                where = Response.Checkpoint(commit_position=one.position, prepare_position=one.position)
                yield Response(checkpoint=where)
        if is_behind:
            yield Response(caught_up=Response.CaughtUp())
            is_behind = False
        await grown.wait()


def _filter(options: Options) -> Callable[[Recorded], bool]:
    if not options.HasField("filter"):
        return lambda _: True
    by = options.filter.WhichOneof("filter")
    expression = options.filter.stream_identifier if by == "stream_identifier" else options.filter.event_type
    pattern, prefixes = expression.regex and re.compile(expression.regex), tuple(expression.prefix)

    def wanted(one: Recorded) -> bool:
        text = one.stream if by == "stream_identifier" else one.proposed.type
        return bool(pattern.search(text)) if pattern else text.startswith(prefixes)

    return wanted


def _event(one: Recorded, options: Options) -> Response:
    recorded = ReadEvent.RecordedEvent(
        id=_uuid(one, is_structured=options.uuid_option.HasField("structured")),
        stream_identifier=shared_pb2.StreamIdentifier(stream_name=one.stream.encode()),
        stream_revision=one.revision,
        prepare_position=one.position,
        commit_position=one.position,
        metadata={
            "type": one.proposed.type,
            "created": str(round(one.created.timestamp() * 1_000_000) * 10),
            "content-type": one.proposed.content_type,
        },
        custom_metadata=one.proposed.metadata,
        data=one.proposed.data,
    )
    return Response(event=ReadEvent(event=recorded, commit_position=one.position))


def _uuid(one: Recorded, *, is_structured: bool) -> shared_pb2.UUID:
    if not is_structured:
        return shared_pb2.UUID(string=str(one.proposed.id))
    most, least = divmod(one.proposed.id.int, 2**64)
    signed = [bits - 2**64 if bits >= 2**63 else bits for bits in (most, least)]
    structured = shared_pb2.UUID.Structured(most_significant_bits=signed[0], least_significant_bits=signed[1])
    return shared_pb2.UUID(structured=structured)
