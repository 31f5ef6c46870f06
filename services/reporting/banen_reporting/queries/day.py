"""Everything that is known of a programme on the asked day: what the views count, read once per state."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TypeVar, cast

from banen_contracts.base import partner_of
from banen_reporting.counting import ClientKey, PlacementKey, Verdict, national_choice
from banen_reporting.facts.model import ContactFact, PlacementFact
from banen_reporting.figures.activity import ActivitySnapshot, FactKey
from banen_reporting.figures.snapshot import FactSnapshot
from banen_reporting.queries.schemas import Answer, Heading

MOST_KEPT = 8
A = TypeVar("A", bound=Answer)


@dataclass(frozen=True)
class Extent:
    """Of whom a reader sees the facts; None: of everybody."""

    partners: frozenset[str] | None = None
    units: frozenset[str] | None = None

    def has_partner(self, partner: str) -> bool:
        return self.partners is None or partner in self.partners

    def has_source(self, source: str) -> bool:
        return self.has_partner(partner_of(source))

    def has_unit(self, unit: str | None) -> bool:
        return self.units is None or unit in self.units


@dataclass(frozen=True)
class ProgrammeDay:
    """The facts and the verdicts as known on one day, of what happened until another."""

    heading: Heading
    model: FactSnapshot
    activity: ActivitySnapshot
    verdicts: Sequence[Verdict]
    _answers: dict[object, object] = field(default_factory=dict[object, object], compare=False, repr=False)

    async def answer(self, make: "Callable[[ProgrammeDay, Extent], A]", extent: Extent) -> A:
        """What a view makes of the day: worked out once, off the loop."""
        key = (make, extent)
        if key not in self._answers:
            self._answers[key] = await asyncio.to_thread(make, self, extent)
        return cast("A", self._answers[key])

    @property
    def until(self) -> date:
        return self.heading.happened_until

    @cached_property
    def chosen(self) -> Mapping[PlacementKey, Verdict]:
        """One verdict for each placement, as the nation counts."""
        return national_choice(self.verdicts)

    @cached_property
    def placements(self) -> Mapping[PlacementKey, PlacementFact]:
        """Those that started by the day and were not declared void."""
        return {
            key: row
            for key, row in self.model.placements.items()
            if not row.voided and row.start <= self.until
        }

    def counts(self, key: PlacementKey) -> bool:
        return key in self.chosen and self.chosen[key].outcome == "counted"

    def unit_of(self, key: PlacementKey) -> str | None:
        return self.chosen[key].unit if key in self.chosen else None

    @cached_property
    def clients_of(self) -> Mapping[FactKey, Sequence[ClientKey]]:
        """The clients who came from a candidate, at the same partner or another."""
        found: dict[FactKey, list[ClientKey]] = {}
        for client in self.model.clients:
            candidate = self.model.candidate_of(client)
            if candidate is not None:
                found.setdefault(candidate, []).append(client)
        return found

    @cached_property
    def registered(self) -> Mapping[FactKey, FactKey]:
        """The candidate who was registered by the day after a contact, by that contact."""
        return {
            (source, row.contact_ref): (source, ref)
            for (source, ref), row in self.model.candidates.items()
            if row.contact_ref is not None and row.registered_on <= self.until
        }

    @cached_property
    def met(self) -> Mapping[FactKey, ContactFact]:
        """Contacts and conversations until the day."""
        contacts = self.activity.of(ContactFact)
        return {key: row for key, row in contacts.items() if row.occurred_on <= self.until}


@dataclass
class KeptDays:
    """The last days that were asked, each until something new is known."""

    _days: dict[tuple[object, ...], ProgrammeDay] = field(
        default_factory=dict[tuple[object, ...], ProgrammeDay]
    )

    def get(self, key: tuple[object, ...]) -> ProgrammeDay | None:
        return self._days.get(key)

    def keep(self, key: tuple[object, ...], day: ProgrammeDay) -> None:
        if len(self._days) >= MOST_KEPT:
            self._days.clear()
        self._days[key] = day
