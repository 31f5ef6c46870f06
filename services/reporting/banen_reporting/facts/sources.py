"""Which events of a source are taken, and since when they can be known: what the bureau said of it, as a pure function."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from banen_contracts.base import source_of
from banen_reporting.facts.model import BUREAU, PartnerFact


@dataclass(frozen=True)
class TakingPart:
    """A source that was admitted."""

    since: tuple[tuple[int, datetime], ...]
    """After which event, since when: its admission, and whenever it was taken up again after an end."""
    until: int | None = None
    """Its last event that is taken, if it has ended. Later ones wait, and count if it is taken up again."""
    is_live: bool = False

    def known_since(self, sequence: int) -> datetime:
        """An event is known from this moment at the earliest, so that final figures do not change."""
        return max(moment for after, moment in self.since if after < sequence)

    def most_of(self, sequence: int) -> int:
        """The last event that is taken of so many."""
        return sequence if self.until is None else min(sequence, self.until)


def sources_of(partners: Mapping[str, PartnerFact]) -> dict[str, TakingPart]:
    """The services of all admitted partners. The bureau's own reporting always takes part, since it admits the others."""
    found = dict(part for ref, row in partners.items() for part in _of_partner(ref, row))
    is_live = BUREAU in found and found[BUREAU].is_live
    return {**found, BUREAU: TakingPart(((0, datetime.min.replace(tzinfo=UTC)),), is_live=is_live)}


def _of_partner(ref: str, row: PartnerFact) -> Iterator[tuple[str, TakingPart]]:
    for service, admitted in row.admitted.items():
        since = ((0, admitted), *row.resumed.get(service, ()))
        yield source_of(ref, service), TakingPart(since, row.ended.get(service), service in row.live)
