"""From a conversation to work: the same people through all steps. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from banen_contracts.base import partner_of
from banen_contracts.intake import Channel, ContactKind
from banen_reporting.facts.model import CandidateFact, ContactFact
from banen_reporting.figures.activity import FactKey
from banen_reporting.queries import aggregate
from banen_reporting.queries.cells import NONE, percent
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.schemas_views import Bridge, ConversionFunnel, FunnelPart, FunnelStep, Step

STEPS: Final[tuple[Step, ...]] = get_args(Step)
CONVERSATION, REGISTERED, READY, PLACED, COUNTED = range(5)


@dataclass(frozen=True)
class FunnelFilter:
    """None takes all; `none` those of no region or route."""

    partner: str | None = None
    region: str | None = None
    route: str | None = None

    @property
    def is_all(self) -> bool:
        return self == FunnelFilter()

    def __call__(self, day: ProgrammeDay, extent: Extent) -> ConversionFunnel:
        """The funnel of those, as a day keeps it: the same filter has the same answer."""
        return funnel(day, extent, self)


@dataclass(frozen=True)
class Path:
    """How far a person came after a conversation. Each conversation is one person: only a registration says who it was."""

    partner: str
    region: str
    channel: str
    route: str | None
    """None: not registered, so nobody can know it."""
    last: int
    """The last step; whoever came so far went through the steps before, also where they were not recorded."""
    counted: int
    """Placements of this person that count."""


def funnel(day: ProgrammeDay, extent: Extent, wanted: FunnelFilter) -> ConversionFunnel:
    seen = [path for path in paths(day, extent) if takes(path, wanted)]
    definition = day.model.definition
    first = CONVERSATION if wanted.route is None else REGISTERED
    contacts = [
        row.kind
        for key, row in day.met.items()
        if extent.has_source(key[0]) and wanted.partner in (None, partner_of(key[0]))
        and wanted.region in (None, row.region_id or NONE)
    ]  # fmt: skip
    regions = [one.id for one in definition.regions] if definition else []
    is_whole = wanted.is_all and extent.partners is None
    return ConversionFunnel(
        **aggregate.heading(day.heading),
        steps=steps(seen, first),
        contacts=contacts.count(ContactKind.CONTACT),
        conversations=contacts.count(ContactKind.CONVERSATION),
        planned=definition.funnel if definition and is_whole else None,
        partners=parts(seen, lambda path: path.partner, [], first),
        regions=parts(seen, lambda path: path.region, regions, first),
        routes=parts(
            [path for path in seen if path.route is not None],
            lambda path: path.route or NONE,
            day.model.routes,
            REGISTERED,
        ),
        channels=parts(seen, lambda path: path.channel, [*Channel], first),
        bridge=bridge(day, seen) if is_whole else None,
    )


def takes(path: Path, wanted: FunnelFilter) -> bool:
    return (
        wanted.partner in (None, path.partner)
        and wanted.region in (None, path.region)
        and (wanted.route is None or wanted.route == path.route)
    )


def paths(day: ProgrammeDay, extent: Extent) -> list[Path]:
    """One for each conversation that the reader sees."""
    return [
        path_of(day, extent, contact, day.registered.get(contact))
        for contact, row in day.met.items()
        if row.kind is ContactKind.CONVERSATION and extent.has_source(contact[0])
    ]


def path_of(day: ProgrammeDay, extent: Extent, contact: FactKey, candidate: FactKey | None) -> Path:
    met = day.met[contact]
    partner, channel = partner_of(contact[0]), met.channel.value
    if candidate is None:
        return Path(partner, region_of(met, None), channel, None, CONVERSATION, 0)
    row = day.model.candidates[candidate]
    clients = day.clients_of.get(candidate, ())
    placed = [
        key
        for client in clients
        for key in day.model.of_client.get(client, ())
        if key in day.placements and extent.has_unit(day.unit_of(key))
    ]
    counted = sum(day.counts(key) for key in placed)
    if counted:
        last = COUNTED
    elif placed:
        last = PLACED
    elif row.ready_on is not None and row.ready_on <= day.until:
        last = READY
    else:
        last = REGISTERED
    return Path(partner, region_of(met, row), channel, row.route or NONE, last, counted)


def region_of(met: ContactFact | None, candidate: CandidateFact | None) -> str:
    """Where somebody was met, or else was registered."""
    return (met and met.region_id) or (candidate and candidate.region_id) or NONE


def steps(seen: Sequence[Path], first: int) -> tuple[FunnelStep, ...]:
    numbers = [sum(path.last >= at for path in seen) for at in range(len(STEPS))]
    return tuple(
        FunnelStep(
            step=STEPS[at],
            people=numbers[at],
            of_previous=percent(numbers[at], numbers[at - 1]) if at > first else None,
            of_first=percent(numbers[at], numbers[first]),
            dropped=numbers[at - 1] - numbers[at] if at > first else None,
        )
        for at in range(first, len(STEPS))
    )


def parts(
    seen: Iterable[Path], of: Callable[[Path], str], order: Sequence[str], first: int
) -> tuple[FunnelPart, ...]:
    """In a given order, then by name."""
    groups: dict[str, list[Path]] = {}
    for path in seen:
        groups.setdefault(of(path), []).append(path)
    places = {name: at for at, name in enumerate(order)}
    found: list[FunnelPart] = []
    for name in sorted(groups, key=lambda one: (one == NONE, places.get(one, len(places)), one)):
        people: dict[Step, int] = {
            STEPS[at]: sum(path.last >= at for path in groups[name]) for at in range(first, len(STEPS))
        }
        rate = percent(people["counted"], people[STEPS[first]])
        found.append(FunnelPart(id=name, people=people, counted_of_first=rate))
    return tuple(found)


def bridge(day: ProgrammeDay, seen: Sequence[Path]) -> Bridge:
    people = sum(path.last == COUNTED for path in seen)
    placements = sum(path.counted for path in seen)
    counted = sum(one.outcome == "counted" for one in day.chosen.values())
    return Bridge(
        people=people,
        more_of_the_same=placements - people,
        not_through_the_funnel=counted - placements,
        counted=counted,
    )
