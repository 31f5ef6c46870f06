"""What must hold after every fault, by comparing the ledger, the stores, the bus and reporting; pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from banen_local.faults.ledger import Line, recounted


@dataclass(frozen=True)
class Stored:
    """An event of one store."""

    schema: str
    position: int
    stream: str
    version: int
    type: str


@dataclass(frozen=True)
class Numbered:
    """An event as a source numbered it: in its publications, on its stream, in the inbox."""

    source: str
    sequence: int
    event_id: str


@dataclass(frozen=True)
class Evidence:
    ledger: Sequence[Line]
    stored: Sequence[Stored]
    published: Sequence[Numbered]
    on_stream: Sequence[Numbered]
    received: Sequence[Numbered]
    tombstones: int
    """Destroyed keys."""
    counted: int
    excluded: int
    set_aside: int
    """Events that reporting cannot count."""


@dataclass(frozen=True)
class Verdict:
    lost: int
    doubled: int
    disordered: int
    wrongly_erased: int
    unexplained: int
    details: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.disordered or self.wrongly_erased or self.unexplained)

    def __str__(self) -> str:
        return (
            f"lost={self.lost} doubled={self.doubled} disordered={self.disordered}"
            f" wrongly_erased={self.wrongly_erased} unexplained={self.unexplained}"
        )


def judge(seen: Evidence) -> Verdict:
    """Every acknowledged command is recorded once, published once, received once, in order, and counted."""
    stored = {(one.schema, one.stream, one.version) for one in seen.stored}
    asked = {(line.schema, line.stream, line.version) for line in seen.ledger}
    published, received = set(seen.published), set(seen.received)
    lost = len(asked - stored) + len(published - set(seen.on_stream)) + len(set(seen.on_stream) - received)
    ours = {(line.schema, line.stream) for line in seen.ledger}
    unasked = [one for one in stored - asked if one[:2] in ours]
    repeated = Counter((one.source, one.event_id) for one in seen.on_stream)
    doubled = len(unasked) + sum(count - 1 for count in repeated.values())
    erased = sum(one.type.endswith("-erased") for one in seen.stored) + seen.tombstones
    counted, excluded = recounted(seen.ledger)
    unexplained = abs(seen.counted - counted) + abs(seen.excluded - excluded) + seen.set_aside
    details = {
        "acknowledged": len(seen.ledger), "stored": len(seen.stored), "published": len(seen.published),
        "on_stream": len(seen.on_stream), "received": len(seen.received),
        "counted": (seen.counted, counted), "excluded": (seen.excluded, excluded), "set_aside": seen.set_aside,
    }  # fmt: skip
    return Verdict(lost, doubled, _disordered(seen), erased, unexplained, details)


def _disordered(seen: Evidence) -> int:
    """Versions of a stream in the order of the store, and numbers of a source on its stream, without a gap."""
    faults = 0
    versions: dict[tuple[str, str], int] = defaultdict(int)
    for one in sorted(seen.stored, key=lambda one: (one.schema, one.position)):
        key = one.schema, one.stream
        faults += one.version != versions[key] + 1
        versions[key] = one.version
    numbers: dict[str, int] = defaultdict(int)
    for one in seen.on_stream:
        faults += one.sequence != numbers[one.source] + 1
        numbers[one.source] = one.sequence
    return faults
