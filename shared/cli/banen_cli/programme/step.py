"""What a programme file changes: the commands for it, and what no command can bring about."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

from pydantic import BaseModel

from banen_cli.programme.file import Decision, ProgrammeFile

Body: TypeAlias = dict[str, Any]
LEFT_OUT = "is in force and stays; write it in the file, as banen programme show has it"


@dataclass(frozen=True)
class Step:
    """One command, and what of the file it brings into force."""

    place: str
    text: str
    """What will be, and what was."""
    path: str
    """Of the command, after `/v1/programme/`."""
    body: Body
    """Where it needs a reason, `reasonCode` is to be filled in."""
    is_change: bool = False
    """Of something that is in force."""
    needs_version: bool = False

    @property
    def needs_reason(self) -> bool:
        return self.is_change and "reasonCode" in self.body

    def with_reason(self, reason: str | None) -> "Step":
        return replace(self, body={**self.body, "reasonCode": reason}) if self.needs_reason else self

    @property
    def record(self) -> str:
        """The path of what it is about."""
        return self.path.rpartition("/")[0]

    def __str__(self) -> str:
        return f"{'~' if self.is_change else '+'} {self.place}: {self.text}"


class Conflict(NamedTuple):
    """What no command can bring about."""

    place: str
    reason: str


Found: TypeAlias = Iterator[Step | Conflict]


def left_out(name: str, known: Iterable[str], wanted: Iterable[str]) -> Iterator[Conflict]:
    there = set(wanted)
    return (Conflict(f"{name}.{id_}", LEFT_OUT) for id_ in known if id_ not in there)


def decided_on(wanted: ProgrammeFile, new: Decision | None = None) -> Body:
    """The day of a decision: what is new may have one of its own."""
    return {"occurredOn": ((new and new.on) or wanted.decided_on).isoformat()}


def json_of(model: BaseModel, leaving_out: set[str] | None = None) -> Body:
    return model.model_dump(mode="json", by_alias=True, exclude=leaving_out)


def from_to(before: object, after: object) -> str:
    return f"{shown(before)} -> {shown(after)}"


def shown(value: object) -> str:
    return "null" if value is None else str(value)
