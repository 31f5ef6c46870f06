"""What a service's people can list and look for, as data: rows that are folded from the service's own events."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel, to_snake
from pydantic.fields import FieldInfo

from banen_kit.core.decider import Command, DomainEvent
from banen_kit.core.records import DetailsCorrected
from banen_kit.crypto.personal_fields import persons_of

NAME = re.compile(r"[a-z]{1,30}")


@dataclass(frozen=True)
class IsInternal:
    """Marks a field of a row that its fold needs and that nobody is shown."""


Internal = IsInternal()


class Row(BaseModel, frozen=True, extra="forbid"):
    """A row of a list, the fold of the events about one reference. Personal fields stay sealed, as in the events."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True, validate_default=True
    )
    ref: str


class Kind(StrEnum):
    """What a personal field holds, as far as it is looked for."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    DAY = "day"


@dataclass(frozen=True)
class ReadModel:
    """A list: `GET /v1/<name>`. Its rows stand in the table `list_<name>` of the service's schema."""

    name: str
    """A plural of lower-case letters, as in the paths of the commands."""
    category: str
    """The streams whose references the rows have. Who may read such a record may see the list."""
    row: type[Row]
    evolve: Callable[[Any, Any, date], Any]
    """Folds an event: takes the row so far or None, the event, and the day on which it was recorded; returns the row
    now, or None. Pure. It gets each event of its streams, and of others those that name a row (`beside`)."""
    sorts: tuple[str, ...]
    """By which fields it can be sorted; the first unless told. Each row has them, but for personal ones."""
    filters: tuple[str, ...] = ()
    """The fields that can be filtered by; a day by `<field>From` and `<field>Until`."""
    searched: Mapping[str, Kind] = field(default_factory=dict[str, Kind])
    """The personal fields by which somebody is found."""
    beside: Mapping[type[DomainEvent], str] = field(default_factory=dict[type[DomainEvent], str])
    """Events of other streams, each with its field that holds the row's reference."""
    recorded_by: type[Command] | None = None
    """The command that records somebody anew: its person is compared with the rows. It has the fields that are searched,
    and its decision uses `DecisionContext.doubles`."""
    version: int = 1
    """Raise it whenever past events make other rows: then all are folded anew."""

    def __post_init__(self) -> None:
        fields = self.row.model_fields.keys()
        named = {*self.sorts, *self.filters, *self.searched}
        if not NAME.fullmatch(self.name) or not self.sorts or named - fields:
            raise ValueError(f"the list {self.name} has no such fields: {sorted(named - fields)}")
        if self.searched.keys() - self.personal or set(self.filters) & self.personal:
            raise ValueError(f"the list {self.name} looks for personal fields, and filters by others")

    @property
    def table(self) -> str:
        return f"list_{self.name}"

    @property
    def mark(self) -> str:
        """Names what was folded."""
        return f"{self.name} {self.version}"

    @cached_property
    def personal(self) -> frozenset[str]:
        return frozenset(persons_of(self.row))

    @cached_property
    def shown(self) -> Mapping[str, FieldInfo]:
        fields = self.row.model_fields.items()
        return {name: one for name, one in fields if not any(isinstance(m, IsInternal) for m in one.metadata)}

    @cached_property
    def columns(self) -> Sequence[str]:
        """The fields that have a column, besides the reference."""
        named = dict.fromkeys((*self.filters, *self.sorts))
        return [name for name in named if name not in self.personal and name != "ref"]

    def kind_of(self, name: str) -> Any:
        """The type of a field, without None."""
        return bare(self.row.model_fields[name].annotation)

    def ref_in(self, event: DomainEvent, category: str, ref: str) -> str | None:
        """Returns the reference of the row that an event of a stream changes."""
        if category == self.category:
            return ref
        name = self.beside.get(type(event))
        named = getattr(event, name) if name is not None else None
        return None if named is None else str(named)


@dataclass(frozen=True)
class Tally:
    """How many rows of a list there are: `GET /v1/<name>`, by some of its fields."""

    name: str
    of: ReadModel
    by: tuple[str, ...]


def corrected(event: DetailsCorrected, details: Sequence[str]) -> dict[str, Any]:
    """What a correction makes of the personal details of a row, which have the same names in it."""
    given = {name: value for name in details if (value := getattr(event, name, None)) is not None}
    removed = set(map(to_snake, event.removed))
    return {**given, **{name: None for name in details if name in removed}}


def bare(annotation: Any) -> Any:
    """`X | None` becomes X."""
    parts = [part for part in getattr(annotation, "__args__", ()) if part is not type(None)]
    is_optional = type(None) in getattr(annotation, "__args__", ())
    return bare(parts[0]) if is_optional and len(parts) == 1 else annotation


def annotated(one: FieldInfo) -> Any:
    """The type of a field with its bounds."""
    kind = bare(one.annotation)
    return Annotated[kind, *one.metadata] if one.metadata else kind
