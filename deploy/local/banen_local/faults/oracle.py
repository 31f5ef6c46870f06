"""What must hold after every fault, checked by comparing ledger, stores, bus and reporting; pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from banen_local.faults.ledger import Line, Recorded, recounted

NEVER_PUBLISHED = {"handover-received", "handover-settled", "heard"}
"""Events of the load that stay private: what they repeat is public already."""


@dataclass(frozen=True)
class Stored:
    """An event in one store."""

    schema: str
    position: int
    stream: str
    version: int
    type: str
    event_id: str

    @property
    def recorded(self) -> Recorded:
        return self.schema, self.stream, self.version


@dataclass(frozen=True)
class Numbered:
    """An event as numbered by its source: in its publications, on its stream, in the inbox."""

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
    """Number of destroyed keys."""
    counted: int
    excluded: int
    """As the table of targets says nationally."""
    verdicts: Mapping[str, str]
    """On each placement behind the figures, by its reference."""
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
    """Every acknowledged command is recorded once, with what follows from it, published, received and counted."""
    expected = Counter(verdict for verdict in recounted(seen.ledger).values())
    details = {
        "acknowledged": len(seen.ledger), "stored": len(seen.stored), "published": len(seen.published),
        "on_stream": len(seen.on_stream), "received": len(seen.received),
        "counted": (seen.counted, expected["counted"]), "excluded": (seen.excluded, expected["excluded"]),
        "set_aside": seen.set_aside,
    }  # fmt: skip
    erased = sum(one.type.endswith("-erased") for one in seen.stored) + seen.tombstones
    return Verdict(_lost(seen), _doubled(seen), _disordered(seen), erased, _unexplained(seen), details)


def _asked(ledger: Sequence[Line]) -> set[Recorded]:
    """What must be recorded: each command, and what a reactor adds to it."""
    return {line.recorded for line in ledger} | {one for line in ledger for one in line.follows}


def _lost(seen: Evidence) -> int:
    """What was lost at any step: ledger, store, publications, stream, inbox."""
    recorded = {one.recorded for one in seen.stored}
    public = {one.event_id for one in seen.stored if one.type not in NEVER_PUBLISHED}
    numbered, on_stream = set(seen.published), set(seen.on_stream)
    return (
        len(_asked(seen.ledger) - recorded)
        + len(public - {one.event_id for one in seen.published})
        + len(numbered - on_stream)
        + len(on_stream - set(seen.received))
    )


def _doubled(seen: Evidence) -> int:
    """Streams with more events than commands, and events that are on the bus more than once."""
    asked = _asked(seen.ledger)
    ours = {(schema, stream) for schema, stream, _ in asked}
    unasked = [one for one in seen.stored if one.recorded[:2] in ours and one.recorded not in asked]
    repeated = Counter((one.source, one.event_id) for one in seen.on_stream)
    return len(unasked) + sum(count - 1 for count in repeated.values())


def _disordered(seen: Evidence) -> int:
    """Versions of a stream, and sequences of a source, with a gap or out of order."""
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


def _unexplained(seen: Evidence) -> int:
    """Verdicts that differ from the recount, figures that do not match the placements, and events set aside."""
    expected = recounted(seen.ledger)
    differing = sum(
        seen.verdicts.get(ref) != expected.get(ref) for ref in seen.verdicts.keys() | expected.keys()
    )
    rows = Counter(seen.verdicts.values())
    figures = abs(seen.counted - rows["counted"]) + abs(seen.excluded - rows["excluded"])
    return differing + figures + seen.set_aside
