"""A figure of a day is final once nothing more can become known before its end, whatever the sources do afterwards."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from hypothesis import example, given, settings, strategies as st

from banen_contracts import PublicEvent, reporting as r
from banen_contracts.base import source_of
from banen_kit.testing import Scenario
from banen_reporting.administration.domain.partner import PARTNER, SILENT, EndSource, Received, ResumeSource
from banen_reporting.administration.events import PartnerAdmitted, PartnerEvent
from banen_reporting.administration.publish import to_public_event
from banen_reporting.facts.evolve import Learned, fold_partner
from banen_reporting.facts.model import PartnerFact
from banen_reporting.facts.sources import TakingPart, sources_of
from banen_reporting.figures.provisional import NOTHING, Progress, is_complete, is_final
from support.searches import draws

DAY = date(2007, 4, 1)
ABOUT = {"partner_id": "uaf", "occurred_on": DAY}
SOURCE = source_of("uaf", "mediation")
BEGIN = datetime.fromisoformat("2007-04-01T00:00:00+02:00")
MIDNIGHT = BEGIN + timedelta(days=5)
ADMITTED = r.PartnerAdmitted(name="UAF", services=("mediation",), **ABOUT)
LIVE = r.SourceDeclaredLive(service="mediation", **ABOUT)
ENDED = r.SourceEnded(service="mediation", sequence=7, **ABOUT)
RESUMED = r.SourceResumed(service="mediation", reason_code="recorded-wrongly", **ABOUT)


def part_of(*events: PublicEvent) -> TakingPart:
    """What the bureau said, each a day later than the last."""
    row: PartnerFact | None = None
    for number, event in enumerate(events):
        row = fold_partner(row, event, Learned(BEGIN + timedelta(days=number), imported=False))
    assert row is not None
    return sources_of({"uaf": row})[SOURCE]


def heard(counted: int, published: int, through: datetime) -> Progress:
    return Progress(counted, published, through)


def test_a_source_that_has_ended_is_waited_for_no_longer():
    part = part_of(ADMITTED, LIVE, ENDED)
    assert is_complete(MIDNIGHT, part, heard(7, 7, BEGIN))
    assert is_complete(MIDNIGHT + timedelta(days=999), part, heard(7, 7, BEGIN))


def test_a_source_that_never_went_live_and_has_ended_is_waited_for_no_longer():
    assert is_complete(MIDNIGHT, part_of(ADMITTED, ENDED), heard(7, 7, BEGIN))
    none = ENDED.model_copy(update={"sequence": 0})
    assert is_complete(MIDNIGHT, part_of(ADMITTED, none), NOTHING)


@pytest.mark.parametrize("counted", [6, 8])
def test_figures_are_provisional_while_another_number_of_events_is_counted_than_a_source_ended_with(
    counted: int,
):
    assert not is_complete(MIDNIGHT, part_of(ADMITTED, LIVE, ENDED), heard(counted, 7, BEGIN))


def test_a_source_that_was_taken_up_again_is_waited_for_from_then_on():
    part = part_of(ADMITTED, LIVE, ENDED, RESUMED)  # taken up on the fourth day
    resumed = BEGIN + timedelta(days=3)
    assert is_complete(resumed, part, heard(7, 7, BEGIN))
    assert not is_complete(resumed, part, heard(6, 7, BEGIN))
    assert not is_complete(MIDNIGHT, part, heard(7, 7, BEGIN))
    assert is_complete(MIDNIGHT, part, heard(9, 9, MIDNIGHT))


def test_what_a_source_said_after_its_end_is_known_since_it_was_taken_up_again():
    part = part_of(ADMITTED, LIVE, ENDED, RESUMED)
    assert [part.known_since(sequence) for sequence in (7, 8)] == [BEGIN, BEGIN + timedelta(days=3)]


def test_a_source_that_has_ended_is_taken_up_to_its_last_event():
    assert [part_of(ADMITTED, ENDED).most_of(sequence) for sequence in (6, 7, 8)] == [6, 7, 7]
    assert part_of(ADMITTED, ENDED, RESUMED).most_of(8) == 8


def test_another_service_of_the_partner_is_still_waited_for():
    part, other = part_of(ADMITTED, LIVE, ENDED), part_of(ADMITTED, LIVE)
    parts = {SOURCE: part, source_of("uaf", "intake"): other}
    assert not is_final(MIDNIGHT, parts, {SOURCE: heard(7, 7, BEGIN)})


ACTIONS = ("record", "publish", "fold", "say", "wait", "night", "end", "resume")


@dataclass
class World:
    """A source that records, publishes and falls silent as it likes, and a bureau that ends it and takes it up again."""

    now: datetime = BEGIN + timedelta(hours=12)
    recorded: list[datetime] = field(default_factory=list[datetime])
    published: int = 0
    known_at: list[datetime] = field(default_factory=list[datetime])
    """Of each event that is counted, since when."""
    said: tuple[int, datetime] | None = None
    """What its last watermark says."""
    decided: list[PartnerEvent] = field(
        default_factory=lambda: [PartnerAdmitted(name="UAF", services=("mediation",), **ABOUT)]
    )
    row: PartnerFact = field(default_factory=lambda: PartnerFact(name="UAF", services=("mediation",)))
    seen: dict[datetime, list[int]] = field(default_factory=dict[datetime, list[int]])
    """Which events were known before a midnight, wherever that was final."""

    def __post_init__(self) -> None:
        for event in (ADMITTED, LIVE):
            self.row = fold_partner(None if event is ADMITTED else self.row, event, self.learned)

    @property
    def learned(self) -> Learned:
        return Learned(self.now, imported=False)

    @property
    def part(self) -> TakingPart:
        return sources_of({"uaf": self.row})[SOURCE]

    def act(self, action: str) -> None:
        self.now += timedelta(milliseconds=1)
        match action:
            case "record":
                self.recorded.append(self.now)
            case "publish":
                self.published = len(self.recorded)
            case "fold":
                for sequence in range(len(self.known_at) + 1, self.part.most_of(self.published) + 1):
                    self.known_at.append(max(self.recorded[sequence - 1], self.part.known_since(sequence)))
            case "say":
                self.published = len(self.recorded)
                self.said = (self.published, self.now)
            case "wait":
                self.now += SILENT
            case "night":
                self.now += timedelta(days=1)
            case "end":
                if self.decide(EndSource(occurred_on=DAY, service="mediation")):
                    assert len(self.known_at) == self.published
                    assert all(is_complete(moment, self.part, self.progress) for moment in self.midnights)
            case _:
                self.decide(ResumeSource(occurred_on=DAY, service="mediation", reason_code="again"))

    def decide(self, command: EndSource | ResumeSource) -> bool:
        published, through = self.said or (0, None)
        received = Received(len(self.known_at), self.published, published, through)
        asked: Scenario[PartnerEvent] = Scenario(
            PARTNER, "uaf", partner="bureau", past=tuple(self.decided), seen=received, now=self.now
        )
        result = asked.when(command)
        for event in result.events:
            self.decided.append(event)
            self.row = fold_partner(self.row, to_public_event(event), self.learned)
        return bool(result.events)

    @property
    def progress(self) -> Progress:
        published, through = self.said or (None, None)
        return Progress(len(self.known_at), published, through)

    @property
    def midnights(self) -> list[datetime]:
        """Those that are past."""
        return [BEGIN + timedelta(days=n) for n in range(1, (self.now - BEGIN).days + 1)]

    def look(self) -> None:
        for moment in self.midnights:
            if is_complete(moment, self.part, self.progress):
                known = [number for number, known_at in enumerate(self.known_at, 1) if known_at < moment]
                assert self.seen.setdefault(moment, known) == known


@settings(derandomize=True, deadline=None, max_examples=draws(300, nightly=20_000), database=None)
@example(["record", "say", "fold", "wait", "end", "night", "record", "publish", "resume", "fold", "say"])
@example(["record", "publish", "fold", "end", "record", "publish", "night", "resume", "night", "fold", "say"])
@example(["record", "say", "fold", "record", "wait", "end", "night", "publish", "fold", "resume"])
@given(st.lists(st.sampled_from(ACTIONS), max_size=60))
def test_a_figure_that_was_final_never_changes_whatever_a_source_says_after_its_end(actions: list[str]):
    world = World()
    for action in actions:
        world.act(action)
        world.look()
