"""What somebody asks of a list, as SQL: filters, order, where the page before ended, and what is looked for."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Annotated, Any

from pydantic import Field, StringConstraints, TypeAdapter

from banen_kit.application.read_model import ReadModel
from banen_kit.core.problem import FieldError, invalid
from banen_kit.readmodel.names import joined, plain, sought_in, words_of
from banen_kit.readmodel.rows import column_value
from banen_kit.readmodel.tokens import token

MOST_SORTED = 1000
"""So many rows are sorted by a personal field, which stands sealed in them."""
ENOUGH = 10
"""If so many were found, those of which only a part is alike are not looked for."""
MOST_COMPARED = 1000
"""So many rows that are alike, or alike in one part, are ranked."""
GENERATION = "$1"
"""The first argument of each query (`conditions_of`)."""
Said = Annotated[str, StringConstraints(pattern=r"^[^\x00]{0,200}$")]
Number = Annotated[int, Field(ge=0, lt=2**53)]
MARK: TypeAdapter[tuple[Said, Said | Number, Said]] = TypeAdapter(tuple[Said, Said | Number, Said])
"""A cursor: of which question it is, and the last value and reference of the page before."""


@dataclass(frozen=True)
class Question:
    """A question to a list, with its page."""

    model: ReadModel
    filters: Mapping[str, Any]
    """By parameter: a field, or a day's field with `From` or `Until`."""
    sort: str
    """The field, with a minus in front for the last first."""
    limit: int
    cursor: str | None = None
    q: str | None = field(default=None, repr=False)

    @property
    def by(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_down(self) -> bool:
        return self.sort.startswith("-")

    def fingerprint(self) -> str:
        """Tells questions apart, whatever page they ask for."""
        said = [
            self.model.name,
            self.sort,
            {name: str(value) for name, value in self.filters.items()},
            self.q,
        ]
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def next_cursor(self, after: object, ref: str) -> str:
        mark = [self.fingerprint(), after if isinstance(after, int) else str(after), ref]
        return base64.urlsafe_b64encode(json.dumps(mark).encode()).decode()

    def after(self) -> tuple[str | int, str] | None:
        """Where the page before ended. Raises `Problem` 400."""
        if self.cursor is None:
            return None
        try:
            question, after, ref = MARK.validate_json(base64.urlsafe_b64decode(self.cursor))
        except ValueError:
            raise invalid([FieldError("cursor", "is not one that this service gave")]) from None
        if question != self.fingerprint():
            raise invalid([FieldError("cursor", "belongs to another question; ask without it first")])
        return after, ref


@dataclass
class Conditions:
    """Conditions of a query and their arguments."""

    texts: list[str] = field(default_factory=list[str])
    arguments: list[object] = field(default_factory=list[object])

    def argument(self, value: object) -> str:
        """Returns what stands for it in the query."""
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    def add(self, text: str, *arguments: object) -> None:
        """`{}` stands where an argument goes."""
        for value in arguments:
            text = text.replace("{}", self.argument(value), 1)
        self.texts.append(text)

    @property
    def where(self) -> str:
        return " and ".join(self.texts)


def conditions_of(question: Question, generation: int) -> Conditions:
    """What the filters ask for. Raises `Problem` 400 if no row can meet them."""
    conditions = Conditions()
    conditions.add("r.generation = {}", generation)
    refuse_impossible(question)
    for name, value in question.filters.items():
        column, comparison = name, "="
        if name.endswith("_from"):
            column, comparison = name.removesuffix("_from"), ">="
        elif name.endswith("_until"):
            column, comparison = name.removesuffix("_until"), "<="
        conditions.add(f"r.{column} {comparison} {{}}", column_value(value))
    return conditions


def refuse_impossible(question: Question) -> None:
    for name, first in question.filters.items():
        last = question.filters.get(f"{name.removesuffix('_from')}_until")
        if name.endswith("_from") and last is not None and first > last:
            raise invalid([FieldError(f"{name.removesuffix('_from')}Until", "lies before the first day")])


def page_of(question: Question, generation: int) -> tuple[str, list[object]]:
    """The rows of one page and one more, sorted by a field in the clear. Raises `Problem` 400."""
    conditions = conditions_of(question, generation)
    column, way = f"r.{question.by}", "desc" if question.is_down else "asc"
    after = question.after()
    if after is not None:
        compare = "<" if question.is_down else ">"
        conditions.add(f"({column}, r.ref) {compare} ({{}}, {{}})", _value_of(question, after[0]), after[1])
    table, where = question.model.table, conditions.where
    most = conditions.argument(question.limit + 1)
    return (
        f"select r.ref, r.data from {table} r where {where} order by {column} {way}, r.ref {way} limit {most}",
        conditions.arguments,
    )


def _value_of(question: Question, said: str | int) -> object:
    kind = question.model.kind_of(question.by)
    try:
        return date.fromisoformat(str(said)) if kind is date else said
    except ValueError:
        raise invalid([FieldError("cursor", "is not one that this service gave")]) from None


def whole(question: Question, generation: int) -> tuple[str, list[object]]:
    """All rows that the filters leave, if they are few enough to be sorted by a personal field."""
    conditions = conditions_of(question, generation)
    table, where, most = question.model.table, conditions.where, conditions.argument(MOST_SORTED + 1)
    return f"select r.ref, r.data from {table} r where {where} limit {most}", conditions.arguments


def searches_of(question: Question, generation: int, search_key: bytes) -> list[tuple[str, list[object]]]:
    """The queries of a search, the best results first: each part as typed; each part alike; some part alike."""
    assert question.q is not None
    sought = sought_in(question.q)
    exact = [[token(search_key, one.exact)] for one in sought]
    alike = [[token(search_key, text) for text in one.every] for one in sought]
    words = [token(search_key, text) for text in joined(words_of(plain(question.q)))]
    some = [*alike, words] if words else alike
    return [
        _search(question, generation, [[("@>", part) for part in exact]], exact, compared=question.limit),
        _search(question, generation, [[("&&", part) for part in alike]], exact),
        _search(question, generation, [[("&&", part)] for part in some], [*exact, *alike]),
    ]


def _search(
    question: Question,
    generation: int,
    ways: Sequence[Sequence[tuple[str, list[int]]]],
    ranked: Sequence[list[int]],
    compared: int = MOST_COMPARED,
) -> tuple[str, list[object]]:
    """`ways`: what a row is found by. Of each way only some rows are compared, so that a rare name is not lost among those
    of a common one; of the rows themselves only the best are read.
    """
    conditions, table = conditions_of(question, generation), question.model.table
    some, number = "list_tokens t", conditions.argument(compared)
    where = f"t.list = {conditions.argument(question.model.name)} and t.generation = {GENERATION}"
    if question.filters:
        some, where = f"{some} join {table} r on r.ref = t.ref", f"{where} and {conditions.where}"
    found = [
        " and ".join(f"t.tokens {how} {conditions.argument(part)}::bigint[]" for how, part in way)
        for way in ways
    ]
    union = " union ".join(
        f"(select t.ref, t.tokens from {some} where {where} and {way} limit {number})" for way in found
    )
    rank = " + ".join(f"(tokens && {conditions.argument(one)}::bigint[])::int" for one in ranked)
    most = conditions.argument(question.limit)
    return (
        f"select r.ref, r.data from (select ref, {rank} as rank from ({union}) found"
        f" order by rank desc, ref limit {most}) best"
        f" join {table} r on r.ref = best.ref and r.generation = {GENERATION} order by best.rank desc, r.ref",
        conditions.arguments,
    )
