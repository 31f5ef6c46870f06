"""Who may call the stand-in, and the faults that a test makes it have."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field

import grpc

from support.kurrentdb import errors
from support.kurrentdb.log import Proposed

MOST_BYTES = 1024 * 1024
"""The default of a server's `MaxAppendSize`."""


@dataclass
class Guard:
    """`users` are names with passwords; nobody needs to sign in if there are none."""

    users: dict[str, str] = field(default_factory=dict[str, str])
    denied: set[str] = field(default_factory=set[str])
    """Streams that nobody may touch."""
    most_bytes: int = MOST_BYTES
    leader: tuple[str, int] | None = None
    """Where the leader is, if this node is not."""
    answers_lost: int = 0
    """How many of the next appends are recorded, and the connection then lost before the answer."""

    async def let_through(self, context: grpc.aio.ServicerContext) -> None:
        sent = {key: value for key, value in context.invocation_metadata() or ()}
        basic = {
            f"Basic {b64encode(f'{name}:{word}'.encode()).decode()}" for name, word in self.users.items()
        }
        if basic and sent.get("authorization") not in basic:
            await errors.unauthenticated(context)
        if self.leader is not None and sent.get("requires-leader") == "true":
            await errors.not_leader(context, *self.leader)

    def is_denied(self, stream: str) -> bool:
        return stream in self.denied

    def is_too_large(self, events: Sequence[Proposed]) -> bool:
        return sum(len(event.data) + len(event.metadata) for event in events) > self.most_bytes

    async def before_answer(self, context: grpc.aio.ServicerContext) -> None:
        if self.answers_lost:
            self.answers_lost -= 1
            await context.abort(grpc.StatusCode.UNAVAILABLE, "Connection reset by peer")
