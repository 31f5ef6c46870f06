"""Folds a batch of one source's events into new versions of facts, or sets them aside with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from asyncpg import Record
from pydantic import ValidationError

from banen_contracts import BY_TYPE, PublicEvent
from banen_contracts.base import EventSkipped, partner_of
from banen_contracts.mediation import PlacementTerms
from banen_reporting.facts.evolve import CannotFold, Learned
from banen_reporting.facts.kinds import BY_EVENT
from banen_reporting.facts.model import BUREAU, Fact
from banen_reporting.facts.sources import TakingPart

Key = tuple[str, str]
"""Kind and reference, within one source."""


@dataclass
class Version:
    known_from: datetime
    imported: bool
    sequence: int
    row: Fact


@dataclass
class Projector:
    """The facts that a batch concerns, while it is folded."""

    known: dict[Key, Fact]
    since: Mapping[Key, datetime]
    """When the versions that were current before this batch became known."""
    parked: set[Key]
    skipped: set[str]
    """References for which an event was skipped: later events about them cannot be counted."""
    versions: dict[Key, list[Version]] = field(default_factory=dict[Key, list[Version]])
    aside: list[tuple[int, str | None, str, str]] = field(
        default_factory=list[tuple[int, str | None, str, str]]
    )

    def last_known_at(self, key: Key) -> datetime | None:
        versions = self.versions.get(key)
        return versions[-1].known_from if versions else self.since.get(key)

    def apply(self, key: Key, version: Version) -> None:
        versions = self.versions.setdefault(key, [])
        if versions and versions[-1].known_from == version.known_from:
            versions[-1] = version  # known from the same moment, so the earlier version never applied
        else:
            versions.append(version)
        self.known[key] = version.row


def fold(folding: Projector, source: str, row: Record, part: TakingPart) -> None:
    """Folds one event, or sets it aside; later events about the same thing are then parked."""
    known_at = max(row["known_at"], part.known_since(row["sequence"]))
    event_type = BY_TYPE.get(row["type"])
    if event_type is None:
        folding.aside.append((row["sequence"], None, row["ref"], "type-unknown"))
        return
    if issubclass(event_type, EventSkipped):
        folding.skipped.add(row["ref"])
        folding.aside.append((row["sequence"], None, row["ref"], "skipped"))
        return
    kind = BY_EVENT.get(event_type)
    if kind is None:
        return  # it changes no fact
    key = (kind.name, row["ref"])
    try:
        event = _readable(event_type, folding, source, row, key, known_at)
        known = kind.fold(folding.known.get(key), event, Learned(known_at, row["imported"]))
    except CannotFold as cannot:
        folding.parked.add(key)
        folding.aside.append((row["sequence"], kind.name, row["ref"], cannot.reason))
    else:
        folding.apply(key, Version(known_at, row["imported"], row["sequence"], known))


def _readable(
    event_type: type[PublicEvent], folding: Projector, source: str, row: Record, key: Key, known_at: datetime
) -> PublicEvent:
    if key in folding.parked or row["ref"] in folding.skipped:
        raise CannotFold("parked")
    if event_type.NAME.startswith("reporting.") and source != BUREAU:
        raise CannotFold("not-the-bureau")
    last = folding.last_known_at(key)
    if last is not None and known_at < last:
        raise CannotFold("known-at-decreasing")
    try:
        event = event_type.model_validate_json(row["body"])
    except ValidationError as error:
        raise CannotFold("body-invalid") from error
    if event.ref != row["ref"]:
        raise CannotFold("ref-differs")
    if isinstance(event, PlacementTerms) and event.primary_partner != partner_of(source):
        raise CannotFold("credit-not-own")
    return event
