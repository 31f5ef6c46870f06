"""Folds a batch of events into what it changes in the lists. Pure, but for what it is given."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeAlias

from banen_kit.application.read_model import ReadModel, Row
from banen_kit.core.clocks import day_of
from banen_kit.core.decider import PersonErased
from banen_kit.crypto.personal_fields import Sealed
from banen_kit.eventstore.port import StoredRecord, ref_of
from banen_kit.eventstore.repository import RecordedEvent
from banen_kit.readmodel.names import kept_of
from banen_kit.readmodel.rows import Keys, opened_in
from banen_kit.readmodel.tokens import token

Steps: TypeAlias = Sequence[tuple[str, RecordedEvent[Any]]]
"""The events that concern a list, in order, each with the reference of the row that it changes."""


class CannotFold(Exception):
    """A list cannot fold an event. It stays as it was before, until the code is mended."""


def category_of(record: StoredRecord) -> str:
    return record.stream.split("-", 1)[0]


@dataclass(frozen=True)
class Followed:
    """Which records of a store some lists follow."""

    categories: frozenset[str]
    types: frozenset[str]

    @classmethod
    def by(cls, models: Iterable[ReadModel], erasing: Iterable[str]) -> "Followed":
        models = list(models)
        beside = {event.TYPE for model in models for event in model.beside}
        return cls(frozenset(model.category for model in models), frozenset({*beside, *erasing}))

    def has(self, record: StoredRecord) -> bool:
        return record.type in self.types or category_of(record) in self.categories


def steps_of(model: ReadModel, facts: Iterable[RecordedEvent[Any]]) -> Steps:
    found = (
        (model.ref_in(fact.event, category_of(fact.record), ref_of(fact.record.stream)), fact)
        for fact in facts
    )
    return [(ref, fact) for ref, fact in found if ref is not None]


def fold(model: ReadModel, steps: Steps, known: dict[str, Row]) -> dict[str, Row | None]:
    """Returns the rows that changed. Raises `CannotFold`."""
    rows: dict[str, Row | None] = {}
    for ref, fact in steps:
        before = rows[ref] if ref in rows else known.get(ref)
        record = fact.record
        try:
            rows[ref] = model.evolve(before, fact.event, day_of(record.recorded_at))
        except Exception as error:
            reason = f"the list {model.name} cannot fold {record.type} at position {record.position}"
            raise CannotFold(f"{reason}: {type(error).__name__}") from error
    return {ref: row for ref, row in rows.items() if row != known.get(ref)}


def found_anew(model: ReadModel, rows: dict[str, Row | None], known: dict[str, Row]) -> dict[str, Row]:
    """The rows by whose personal values something else is looked for than before."""
    return {
        ref: row
        for ref, row in rows.items()
        if row is not None
        and model.searched
        and searched_in(model, row) != searched_in(model, known.get(ref))
    }


def searched_in(model: ReadModel, row: Row | None) -> dict[str, Sealed]:
    if row is None:
        return {}
    values = {name: getattr(row, name) for name in model.searched}
    return {name: value for name, value in values.items() if value is not None}


def tokens_or_gone(
    model: ReadModel, rows: dict[str, Row], keys: Keys, search_key: bytes
) -> tuple[dict[str, list[int]], list[str]]:
    """By what each row is found, and the references of those whose person was erased. Raises `KeyMissing`."""
    found: dict[str, list[int]] = {}
    gone: list[str] = []
    hashed = cache(partial(token, search_key))  # many people have the same first name
    for ref, row in rows.items():
        try:
            opened = opened_in(model, row, keys)
        except PersonErased:
            gone.append(ref)
        else:
            texts = (kept_of(kind, opened[name]) for name, kind in model.searched.items() if name in opened)
            found[ref] = [hashed(text) for text in set[str]().union(*texts)]
    return found, gone
