"""The writers of the torture test: some use transactions of their own, some append as a service does."""

import asyncio
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from banen_kit.core.errors import StoreUnavailable
from banen_kit.eventstore.port import Append, Appended, NewEvent, Outcome
from banen_kit.eventstore.postgres import APPEND, PostgresStore, append_arguments, outcomes
from banen_kit.postgres.connection import UNREACHABLE, Pool

STREAMS = 5000
MOST_STREAMS = 8
MOST_EVENTS = 6


@dataclass
class Load:
    """What is still to be written, and what is known of the results."""

    random: Random
    left: int = 0
    acknowledged: "array[int]" = field(default_factory=lambda: array("q"))
    """The last position of each command that was confirmed as appended."""
    conflicts: int = 0
    rollbacks: int = 0
    cuts: int = 0
    _versions: dict[str, int] = field(default_factory=dict[str, int])

    def draw(self, streams: int) -> list[Append]:
        """Returns commands for up to this many streams; none when everything was given out."""
        chosen = self.random.sample(range(STREAMS), self.random.randint(1, streams))
        return [self._command(f"thing-{number}") for number in chosen if self.left]

    def _command(self, stream: str) -> Append:
        size = min(self.left, self.random.randint(1, MOST_EVENTS))
        self.left -= size
        events = tuple(
            NewEvent(UUID(int=self.random.getrandbits(128)), "thing-done", 1, "{}") for _ in range(size)
        )
        seen = self._versions.get(stream, 0)
        expected = self.random.choices([None, seen, seen + 1], [50, 45, 5])[0]
        return Append(stream, events, expected, "{}")

    def settle(self, commands: Sequence[Append], results: Sequence[Appended]) -> None:
        for command, result in zip(commands, results, strict=True):
            if result.outcome is Outcome.CONFLICT:
                self.conflicts += 1
                self.left += len(command.events)
            elif result.outcome is Outcome.APPENDED:
                self.acknowledged.append(result.position)
                self._versions[command.stream] = max(result.version, self._versions.get(command.stream, 0))

    def take_back(self, commands: Sequence[Append]) -> None:
        self.rollbacks += 1
        self.left += sum(len(command.events) for command in commands)

    async def dawdle(self, longest: float) -> None:
        if self.random.random() < 0.3:
            await asyncio.sleep(self.random.random() * longest)


class _RolledBack(Exception):
    """Ends a transaction on purpose."""


async def write_in_transactions(pool: Pool, load: Load) -> None:
    """Appends to several streams in one transaction, with pauses while it is open; some are rolled back."""
    while commands := load.draw(MOST_STREAMS):
        is_kept = load.random.random() >= 0.05
        try:
            async with pool.acquire() as connection, connection.transaction():
                await load.dawdle(0.004)
                results = outcomes(await connection.fetch(APPEND, *append_arguments(commands)), commands)
                await load.dawdle(0.008)
                if not is_kept:
                    raise _RolledBack  # noqa: TRY301 - this is how a transaction is told
        except _RolledBack:
            load.take_back(commands)
        except UNREACHABLE:
            load.cuts += 1  # whether it was committed is found at the end
        else:
            load.settle(commands, results)


async def write_through(store: PostgresStore, load: Load) -> None:
    """Appends as a service does; after a broken connection, again with the same ids."""
    while commands := load.draw(1):
        load.settle(commands, [await _append_at_last(store, commands[0], load)])


async def _append_at_last(store: PostgresStore, command: Append, load: Load) -> Appended:
    while True:
        try:
            return await store.append(command)
        except StoreUnavailable:
            load.cuts += 1
