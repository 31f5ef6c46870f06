"""A bulk load: many commands, one JSON line each, run a few at a time so that other requests do not have to wait."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from banen_contracts.base import Moment
from banen_kit.application.command_handler import Answer
from banen_kit.application.command_service import CommandService, status_of
from banen_kit.application.problems import from_validation, to_problem
from banen_kit.application.references import checked_ref
from banen_kit.application.request import Request
from banen_kit.audit.log import Entry
from banen_kit.core.identity import Principal
from banen_kit.core.problem import FieldError, Problem, ProblemDetails, invalid
from banen_kit.core.references import RequestId
from banen_kit.core.shapes import Shape
from banen_kit.core.strict_json import json_object_of

AT_ONCE = 32
"""Lines in progress at once: enough to share round trips, few enough not to delay other requests for long."""
MOST_LOADS, MOST_LOADS_OF_ONE = 4, 2
"""How many loads run at once, in total and per subject. Each may use some megabytes."""


Turn: TypeAlias = list[tuple[int, Request]]
"""Numbered lines that run one after the other."""


class BulkLine(BaseModel, frozen=True, extra="forbid"):
    """A line of a bulk load."""

    model_config = ConfigDict(alias_generator=to_camel, hide_input_in_errors=True)

    command: str
    ref: str
    key: RequestId
    body: dict[str, Any]
    known_at: Moment | None = None
    if_match: Annotated[int, Field(ge=0, lt=10**18)] | None = None
    correlation_id: RequestId | None = None


class BulkAnswer(Shape, frozen=True):
    """The result of the command of a line."""

    line: int
    status: int
    version: int
    events: tuple[str, ...]
    repeated: bool
    not_yet_known: tuple[str, ...]


class BulkRefusal(ProblemDetails, frozen=True):
    """Why the command of a line was refused."""

    line: int


@dataclass(eq=False)
class Loads:
    """The bulk loads in progress."""

    _of: Counter[str] = field(default_factory=Counter[str])
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def turn(self) -> None:
        """Lets other work run before the next line. Of several loads, only one line is worked on at a time."""
        if self._of.total() < 2:
            await asyncio.sleep(0)
            return
        async with self._one:
            await asyncio.sleep(0)

    @contextmanager
    def one_more(self, subject: str) -> Generator[None]:
        """Raises `Problem` 429."""
        if self._of[subject] >= MOST_LOADS_OF_ONE or self._of.total() >= MOST_LOADS:
            detail = "Other bulk loads are under way; send this one again when they are done."
            raise Problem(429, "too-many-loads", detail, headers={"Retry-After": "1"})
        self._of[subject] += 1
        try:
            yield
        finally:
            self._of[subject] -= 1
            self._of += Counter()  # forget subjects without loads


async def bulk(
    command_service: CommandService, loads: Loads, lines: Sequence[bytes], principal: Principal
) -> list[dict[str, Any]]:
    """Returns a result per line, in order. Lines about the same aggregate, or about one they depend on, run one after the
    other; the others of a part run together.

    After a line that failed with 503, later lines about the same aggregate are not tried.
    """
    results: list[dict[str, Any]] = []
    away: dict[str, Problem] = {}
    for first in range(0, len(lines), AT_ONCE):
        numbered = enumerate(lines[first : first + AT_ONCE], first + 1)
        results += await _part(command_service, loads, list(numbered), principal, away)
    return results


async def _part(
    command_service: CommandService,
    loads: Loads,
    lines: list[tuple[int, bytes]],
    principal: Principal,
    away: dict[str, Problem],
) -> list[dict[str, Any]]:
    turns: dict[str, Turn] = {}
    results: dict[int, dict[str, Any]] = {}
    entries: dict[int, Entry] = {}
    for number, line in lines:
        await loads.turn()  # one line takes milliseconds, many take seconds
        try:
            request = _parsed(command_service, number, line, principal)
        except Problem as problem:
            results[number] = _line(number, problem)
        else:
            _add(turns, number, request)

    async def take(turn: Turn) -> None:
        for count, (number, request) in enumerate(turn):
            if count:
                await loads.turn()  # a refused line does not wait for anything else
            overtaken = [away[stream] for stream in (request.stream, *request.related) if stream in away]
            if overtaken:
                result: Answer | Problem = overtaken[0]
            else:
                tried, entries[number] = await command_service.execute_line(request)
                result = to_problem(tried) if isinstance(tried, Exception) else tried
            if isinstance(result, Problem) and result.status == 503:
                away[request.stream] = result  # later lines must not overtake it
            results[number] = _line(number, result)

    unique = {id(turn): turn for turn in turns.values()}.values()
    await _one_after_the_other(loads, [partial(take, turn) for turn in unique])
    await command_service.audit.record([entries[number] for number in sorted(entries)])
    return [results[number] for number, _ in lines]


async def _one_after_the_other(
    loads: Loads, works: Sequence[Callable[[], Coroutine[Any, Any, None]]]
) -> None:
    """Starts each in its own turn, because each first validates a command; after that they run together."""
    begun: list[asyncio.Task[None]] = []
    try:
        for work in works:
            await loads.turn()
            begun.append(asyncio.create_task(work()))
        await asyncio.gather(*begun)
    finally:  # stop all when the caller has left
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)


def _add(turns: dict[str, Turn], number: int, request: Request) -> None:
    """Adds a request to the turn of its stream, and joins it with the turns of the other streams it depends on."""
    turn = turns.setdefault(request.stream, [])
    for stream in request.related:
        other = turns.get(stream)
        if other is not None and other is not turn:
            joined = sorted((*turn, *other), key=lambda one: one[0])
            turns.update({name: joined for name, one in turns.items() if one is turn or one is other})
            turn = joined
    turn.append((number, request))


def _parsed(command_service: CommandService, number: int, line: bytes, principal: Principal) -> Request:
    """Raises `Problem`."""
    try:
        json_object_of(line)
        fields = BulkLine.model_validate_json(line, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        raise from_validation(error) from None
    operation = next((one for one in command_service.service.commands if one.name == fields.command), None)
    if operation is None:
        raise invalid(
            [FieldError("command", f"line {number}: {command_service.service.name} has no such command")]
        )
    return Request(
        operation,
        principal,
        checked_ref(operation, fields.ref),
        fields.body,
        fields.key,
        fields.correlation_id,
        fields.if_match,
        fields.known_at,
    )


def _line(number: int, result: Answer | Problem) -> dict[str, Any]:
    if isinstance(result, Problem):
        return {"line": number, **result.to_json()}
    answer = BulkAnswer(
        line=number,
        status=status_of(result),
        version=result.version,
        events=result.events,
        repeated=result.repeated,
        not_yet_known=result.not_yet_known,
    )
    return answer.model_dump(by_alias=True)
