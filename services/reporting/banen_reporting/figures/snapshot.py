"""All facts that verdicts depend on, from all sources, as known at one moment."""

from dataclasses import dataclass, field
from datetime import date

from banen_contracts.base import partner_of, source_of
from banen_contracts.mediation import Origin
from banen_contracts.programme import ProgrammeDefinition
from banen_reporting.administration.domain.figure import figure_ref
from banen_reporting.counting import (
    ClientKey,
    PlacementKey,
    Placements,
    Programme,
    RuleSet,
    Unit,
    client_of,
)
from banen_reporting.facts.model import (
    CandidateFact,
    ClientFact,
    CostFact,
    Fact,
    FigureFact,
    HandoverFact,
    PartnerFact,
    PlacementFact,
    ProgrammeFact,
    RecordedFact,
    RuleSetFact,
    UnitFact,
)


class RuleSetUnknown(Exception):
    """No rule set of that name had been published by then."""


@dataclass
class FactSnapshot:
    """All facts that verdicts depend on, as known at one moment."""

    placements: dict[PlacementKey, PlacementFact] = field(default_factory=dict[PlacementKey, PlacementFact])
    of_client: dict[ClientKey, set[PlacementKey]] = field(default_factory=dict[ClientKey, set[PlacementKey]])
    clients: dict[ClientKey, ClientFact] = field(default_factory=dict[ClientKey, ClientFact])
    handovers: dict[str, list[tuple[str, HandoverFact]]] = field(
        default_factory=dict[str, list[tuple[str, HandoverFact]]]
    )
    candidates: dict[tuple[str, str], CandidateFact] = field(
        default_factory=dict[tuple[str, str], CandidateFact]
    )
    defined: dict[str, ProgrammeFact] = field(default_factory=dict[str, ProgrammeFact])
    """The definition of the programme, by the bureau's id: one, or none yet."""
    units: dict[str, UnitFact] = field(default_factory=dict[str, UnitFact])
    rule_sets: dict[str, RuleSetFact] = field(default_factory=dict[str, RuleSetFact])
    figures: dict[str, FigureFact] = field(default_factory=dict[str, FigureFact])
    costs: dict[str, CostFact] = field(default_factory=dict[str, CostFact])
    partners: dict[str, PartnerFact] = field(default_factory=dict[str, PartnerFact])

    def apply(self, fact: RecordedFact) -> ClientKey | None:
        """Adds or replaces a fact; returns the client whose placements it affects."""
        source, ref = fact.source, fact.ref
        match fact.row:
            case PlacementFact() as row:
                return self._apply_placement((source, ref), row)
            case ClientFact() as row:
                self.clients[source, ref] = row
                return source, ref
            case HandoverFact() as row:
                others = [one for one in self.handovers.get(ref, []) if one[0] != source]
                self.handovers[ref] = [*others, (source, row)]
            case CandidateFact() as row:
                self.candidates[source, ref] = row
            case _:
                self._apply_decision(ref, fact.row)
        return None

    def _apply_decision(self, ref: str, decided: Fact) -> None:
        """What the bureau decided; every other kind of fact is not read here."""
        match decided:
            case ProgrammeFact() as row:
                self.defined[ref] = row
            case PartnerFact() as row:
                self.partners[ref] = row
            case UnitFact() as row:
                self.units[ref] = row
            case RuleSetFact() as row:
                self.rule_sets[ref] = row
            case FigureFact() as row:
                self.figures[ref] = row
            case CostFact() as row:
                self.costs[ref] = row
            case _:
                pass

    def _apply_placement(self, key: PlacementKey, row: PlacementFact) -> ClientKey:
        before = self.placements.get(key)
        if before is not None:
            self.of_client[client_of(key, before)].discard(key)
        client = client_of(key, row)
        self.placements[key] = row
        self.of_client.setdefault(client, set()).add(key)
        return client

    def copy(self) -> "FactSnapshot":
        """Copies the facts for a thread; later changes do not affect the copy."""
        copied = FactSnapshot(**{name: dict(kept) for name, kept in vars(self).items()})
        copied.of_client = {client: set(keys) for client, keys in self.of_client.items()}
        return copied

    @property
    def definition(self) -> ProgrammeDefinition | None:
        return next((row.definition for row in self.defined.values()), None)

    @property
    def routes(self) -> tuple[str, ...]:
        """The codes of the programme's routes, in its order."""
        return tuple(route.code for route in self.definition.routes) if self.definition else ()

    def programme(self) -> Programme:
        units = {
            ref: Unit(ref, row.label, row.targets, row.regular_per_year, row.permission_from)
            for ref, row in self.units.items()
        }
        definition = self.definition
        return Programme(
            routes=self.routes,
            route_of_kind={kind.code: kind.route for kind in definition.kinds} if definition else {},
            own_firms=definition.own_firms if definition else frozenset(),
            route_of_phase={one.phase: one.route for one in definition.phases} if definition else {},
            units=units,
            memberships=self.memberships(),
            historic_regular={(row.unit_id, row.year): row.value for row in self.figures.values()},
        )

    def memberships(self) -> dict[str, tuple[tuple[date, str | None], ...]]:
        """Of each partner: the first day in a unit, or in none, until the next; in order."""
        found: dict[str, dict[date, str | None]] = {
            partner: {date.min: unit}
            for unit, row in sorted(self.units.items(), reverse=True)
            for partner in row.members
        }
        for partner, row in self.partners.items():
            found[partner] = {**found.get(partner, {}), **row.units}
        return {
            partner: tuple(
                (first, unit if unit in self.units else None) for first, unit in sorted(of.items())
            )
            for partner, of in found.items()
        }

    def members(self, unit: str, day: date) -> tuple[str, ...]:
        """The partners that are in a unit on a day."""
        programme = self.programme()
        return tuple(one for one in programme.memberships if programme.unit_of(one, day) == unit)

    def rule_set(self, rule_set_id: str) -> RuleSet:
        row = self.rule_sets.get(rule_set_id)
        if row is None:
            raise RuleSetUnknown(rule_set_id)
        return RuleSet(rule_set_id, row.version, row.params)

    def regular_figures(self, until: date) -> list[FigureFact]:
        """Returns regular placements taken over from documents, for past years and units of the programme.

        One per unit and year: older versions of this software could publish several, under any reference.
        """
        found: dict[tuple[str, int], FigureFact] = {}
        for ref, row in sorted(self.figures.items()):
            is_the_one = ref == str(figure_ref(row.unit_id, row.measure, row.year))
            if row.last_day <= until and row.unit_id in self.units:
                place = row.unit_id, row.year
                found[place] = row if is_the_one else found.get(place, row)
        return [found[place] for place in sorted(found)]

    def placements_of(self, client: ClientKey) -> Placements:
        return {key: self.placements[key] for key in self.of_client.get(client, ())}

    def assessments(self, key: PlacementKey) -> tuple[tuple[date, int], ...]:
        """The assessments of the candidate from whom a placement's client came, through our own intake or a handover."""
        found = self.candidate_of(client_of(key, self.placements[key]))
        return self.candidates[found].assessments if found in self.candidates else ()

    def candidate_of(self, key: ClientKey) -> tuple[str, str] | None:
        """The candidate from whom a client came, through the partner's own intake or a handover, if known."""
        client, partner = self.clients.get(key), partner_of(key[0])
        if client is None or client.origin_ref is None:
            return None
        if client.origin is Origin.OWN_INTAKE:
            return source_of(partner, "intake"), client.origin_ref
        return next(
            (
                (source, handover.candidate_ref)
                for source, handover in self.handovers.get(client.origin_ref, [])
                if handover.to_partner == partner and (source, handover.candidate_ref) in self.candidates
            ),
            None,
        )
