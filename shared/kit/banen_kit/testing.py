"""Given, when, then: how deciders are tested, here and by partners."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from banen_kit.decider import Command, Context, Decider, Refused

E = TypeVar("E")

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Scenario(Generic[E]):
    """`Scenario(PLACEMENT, ref).given(started).when(EndPlacement(...)).then(ended)`; compares exactly, in order."""

    decider: Decider[Any, Any, E]
    ref: str
    partner: str = "uaf"
    partners: frozenset[str] = frozenset(
        {"uaf", "emplooi", "vluchtelingenwerk", "uwv", "goed-werk", "bureau"}
    )
    past: tuple[E, ...] = ()

    def given(self, *past: E) -> "Scenario[E]":
        return replace(self, past=past)

    def when(self, command: Command) -> "Result[E]":
        context = Context(self.ref, NOW, self.partner, self.partners)
        state = self.decider.replay(self.past)
        try:
            return Result(tuple(self.decider.decide(command, state, context)), None, self.decider, self.past)
        except Refused as refused:
            return Result((), refused, self.decider, self.past)


@dataclass(frozen=True)
class Result(Generic[E]):
    events: Sequence[E]
    refused: Refused | None
    decider: Decider[Any, Any, E]
    past: tuple[E, ...]

    def then(self, *expected: E) -> None:
        """These events, exactly, and they can be replayed on top of the past."""
        if self.refused:
            raise AssertionError(f"refused: {self.refused.code}") from self.refused
        assert list(self.events) == list(expected), f"{self.events} != {expected}"
        self.decider.replay([*self.past, *self.events])

    def then_nothing(self) -> None:
        self.then()

    def then_refused(self, code: str, field: str | None = None) -> None:
        assert self.refused is not None, f"accepted: {self.events}"
        assert (self.refused.code, self.refused.field) == (code, field)
