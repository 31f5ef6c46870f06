"""Regions beside each other: how far people came in each, and which handovers wait there. Pure."""

from collections.abc import Sequence

from banen_reporting.facts.model import HandoverFact
from banen_reporting.queries import aggregate
from banen_reporting.queries.cells import NONE
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.follow_up import is_open, offers_seen
from banen_reporting.queries.funnel import CONVERSATION, Path, paths, region_of, steps
from banen_reporting.queries.schemas_places import RegionPart, RegionsView

TOTAL = "total"


def regions_view(day: ProgrammeDay, extent: Extent) -> RegionsView:
    """The steps are those of the funnel, of the people whom it takes for each region."""
    people: dict[str, list[Path]] = {}
    for path in paths(day, extent):
        people.setdefault(path.region, []).append(path)
    offers: dict[str, list[HandoverFact]] = {}
    for source, _, row in offers_seen(day, extent):
        offers.setdefault(region_of_candidate(day, (source, row.candidate_ref)), []).append(row)
    named = [one.id for one in day.model.definition.regions] if day.model.definition else []
    others = sorted((people.keys() | offers.keys()) - {*named, NONE})
    last = [NONE] if NONE in people or NONE in offers else []
    return RegionsView(
        **aggregate.heading(day.heading),
        regions=tuple(
            part(name, people.get(name, []), offers.get(name, []), day) for name in (*named, *others, *last)
        ),
        total=part(
            TOTAL,
            [path for of_region in people.values() for path in of_region],
            [row for of_region in offers.values() for row in of_region],
            day,
        ),
    )


def region_of_candidate(day: ProgrammeDay, key: tuple[str, str]) -> str:
    candidate = day.model.candidates.get(key)
    contact = (key[0], candidate.contact_ref or "") if candidate else key
    return region_of(day.met.get(contact), candidate)


def part(name: str, people: Sequence[Path], offers: Sequence[HandoverFact], day: ProgrammeDay) -> RegionPart:
    return RegionPart(
        id=name,
        steps=steps(people, CONVERSATION),
        offered=len(offers),
        open_handovers=sum(is_open(row, day.until) for row in offers),
    )
