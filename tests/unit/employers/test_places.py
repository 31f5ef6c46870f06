"""The places of groups and vacancies that placements fill, in whatever order mediation's events arrive."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations, permutations
from typing import Any
from uuid import UUID

import pytest

from banen_contracts import Envelope
from banen_contracts.base import source_of
from banen_contracts.mediation import (
    ContractTerm,
    PlacementCorrected,
    PlacementStarted,
    PlacementTerms,
    PlacementVoided,
    ProgrammeTag,
)
from banen_employers.domain.places import PLACEMENT, PLACES, CheckPlace, FollowPlacement
from banen_employers.events import PlaceFilled, PlaceFreed, PlacementGrouped
from banen_employers.reactors import follow
from banen_employers.service import SERVICE
from banen_kit.application.definition import Dispatch
from banen_kit.eventstore.port import StoredRecord
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.testing import Scenario
from support.commands import NOW, Office

GROUP, ELSEWHERE, PLACEMENT_REF, SECOND = (UUID(int=number, version=4) for number in range(1, 5))
DAY = date(2006, 3, 1)
TERMS: dict[str, Any] = {
    "occurred_on": DAY, "client_ref": UUID(int=9, version=4), "kind": "employment", "contract": ContractTerm.UNKNOWN,
    "start_date": DAY, "paid": True, "programme_tag": ProgrammeTag.PROGRAMME, "primary_partner": "uaf",
}  # fmt: skip
Said = tuple[int, PlacementTerms | PlacementVoided]
"""An event of mediation with its sequence."""

placement = Scenario(PLACEMENT, str(PLACEMENT_REF), partner="uaf")
places = Scenario(PLACES, str(GROUP), partner="uaf")
told = FollowPlacement(occurred_on=DAY, group_ref=GROUP, sequence=7)
grouped = PlacementGrouped(placement_ref=PLACEMENT_REF, occurred_on=DAY, group_ref=GROUP, sequence=7)
check = CheckPlace(occurred_on=DAY, placement_ref=PLACEMENT_REF)
filled = PlaceFilled(places_ref=GROUP, occurred_on=DAY, placement_ref=PLACEMENT_REF, places_filled=1)
freed = PlaceFreed(places_ref=GROUP, occurred_on=DAY, placement_ref=PLACEMENT_REF, places_filled=0)
gone = grouped.model_copy(update={"group_ref": None, "sequence": 8})


def started(group: UUID | None, ref: UUID = PLACEMENT_REF) -> PlacementStarted:
    return PlacementStarted(placement_ref=ref, group_ref=group, **TERMS)


def at_vacancy(vacancy: UUID) -> PlacementStarted:
    return PlacementStarted(placement_ref=PLACEMENT_REF, vacancy_ref=vacancy, **TERMS)


def corrected(group: UUID | None) -> PlacementCorrected:
    return PlacementCorrected(
        placement_ref=PLACEMENT_REF, group_ref=group, reason_code="typing-error", **TERMS
    )


voided = PlacementVoided(placement_ref=PLACEMENT_REF, occurred_on=DAY, reason_code="never-was")


def test_notes_the_group_that_was_said_last():
    placement.when(told).then(grouped)
    later = told.model_copy(update={"group_ref": None, "sequence": 8})
    placement.given(grouped).when(later).then(gone)


def test_a_placement_fills_a_place_of_its_group_and_one_of_its_vacancy():
    both = grouped.model_copy(update={"vacancy_ref": ELSEWHERE})
    placement.when(told.model_copy(update={"vacancy_ref": ELSEWHERE})).then(both)
    places.beside(both).when(check).then(filled)
    of_vacancy = filled.model_copy(update={"places_ref": ELSEWHERE})
    Scenario(PLACES, str(ELSEWHERE), partner="uaf").beside(both).when(check).then(of_vacancy)


def test_reads_places_from_before_vacancies_had_any():
    fields: dict[str, Any] = {
        "group_ref": str(GROUP), "occurred_on": "2006-03-01", "placement_ref": str(PLACEMENT_REF),
    }  # fmt: skip
    assert stored("place-filled", {**fields, "places_filled": 1}) == filled
    assert stored("place-freed", {**fields, "places_filled": 0}) == freed
    assert stored("placement-grouped", {**fields, "sequence": 7}) == grouped


def stored(kind: str, fields: dict[str, Any]) -> Any:
    record = StoredRecord(1, "stream", 1, UUID(int=7), kind, 1, json.dumps(fields), "{}", NOW, NOW)
    return EventSerializer(SERVICE.events, SERVICE.upcasters).decode(record)


@pytest.mark.parametrize("sequence", [6, 7])
def test_ignores_what_was_said_before_or_is_told_again(sequence: int):
    placement.given(grouped).when(told.model_copy(update={"sequence": sequence})).then_nothing()


def test_fills_a_place_once():
    places.beside(grouped).when(check).then(filled)
    places.given(filled).beside(grouped).when(check).then_nothing()


def test_frees_a_place_that_was_filled():
    places.given(filled).beside(grouped, gone).when(check).then(freed)
    places.given(filled, freed).beside(grouped, gone).when(check).then_nothing()


def test_counts_the_places_that_are_filled():
    other = filled.model_copy(update={"placement_ref": SECOND})
    second = filled.model_copy(update={"places_filled": 2})
    places.given(other).beside(grouped).when(check).then(second)
    places.given(other, second).beside(gone).when(check).then(freed.model_copy(update={"places_filled": 1}))


@pytest.mark.parametrize("related", [(), (grouped.model_copy(update={"group_ref": ELSEWHERE}),)])
def test_what_belongs_elsewhere_fills_no_place(related: Any):
    places.beside(*related).when(check).then_nothing()


def envelope(sequence: int, event: PlacementTerms | PlacementVoided, partner: str = "uaf") -> Envelope:
    id_ = UUID(int=100 + sequence, version=4)
    return Envelope(
        id=id_, source=source_of(partner, "mediation"), type=f"nl.banenoffensief.{event.NAME}", subject=event.ref,
        time=NOW, partner=partner, sequence=sequence, correlationid=id_, causationid=id_,
    )  # fmt: skip


def steps(said: Said) -> list[Dispatch]:
    """The commands that the reactor gives, one after the other."""
    sequence, event = said
    found: list[Dispatch] = []
    step = follow(envelope(sequence, event), event, "uaf")
    while step is not None:
        found.append(step)
        step = step.then
    return found


async def give(office: Office, step: Dispatch, said: Said, at: int) -> None:
    alone = Dispatch(step.operation, step.ref, step.command, step.to_all_about)
    await office.command_service.send(alone, envelope(*said), f"count-places{'/then' * at}")


async def count(office: Office, group: UUID) -> tuple[int, int]:
    """How many places are filled, as the group's places say it and as their number of events."""
    facts = await office.command_service.repository.read(f"places-{group}")
    events = [fact.event for fact in facts]
    return (events[-1].places_filled if events else 0), len(PLACES.replay(events))


HISTORIES: list[tuple[list[Said], int, int]] = [
    ([(5, started(GROUP))], 1, 0),
    ([(5, started(GROUP)), (6, started(GROUP, SECOND))], 2, 0),
    ([(5, started(GROUP)), (6, voided)], 0, 0),
    ([(5, at_vacancy(GROUP))], 1, 0),
    ([(5, at_vacancy(GROUP)), (6, corrected(ELSEWHERE))], 0, 1),
    ([(5, at_vacancy(GROUP)), (6, voided)], 0, 0),
    ([(5, started(GROUP)), (6, corrected(ELSEWHERE))], 0, 1),
    ([(5, started(None)), (6, corrected(GROUP))], 1, 0),
    ([(5, started(GROUP)), (6, corrected(None)), (7, corrected(GROUP))], 1, 0),
    ([(5, started(GROUP)), (6, corrected(ELSEWHERE)), (7, voided)], 0, 0),
    ([(5, started(GROUP)), (6, corrected(ELSEWHERE)), (7, corrected(GROUP))], 1, 0),
]


@pytest.mark.parametrize(("history", "here", "there"), HISTORIES)
async def test_counts_the_same_in_whatever_order_and_however_often_it_arrives(
    history: list[Said], here: int, there: int
):
    for order in permutations(history):
        office = Office(SERVICE)
        for said in (*order, *order):
            event = said[1]
            sent = follow(envelope(*said), event, "uaf")
            if sent is not None:
                await office.command_service.send(sent, envelope(*said), "count-places")
        assert (await count(office, GROUP), await count(office, ELSEWHERE)) == ((here, here), (there, there))


def crossings(one: Sequence[Any], other: Sequence[Any]) -> Iterable[list[Any]]:
    """All ways in which two sequences of steps cross, each in its own order."""
    total = len(one) + len(other)
    for chosen in combinations(range(total), len(one)):
        first, second = iter(one), iter(other)
        yield [next(first) if at in chosen else next(second) for at in range(total)]


@pytest.mark.parametrize(
    ("later", "here", "there"), [(voided, 0, 0), (corrected(ELSEWHERE), 0, 1), (corrected(GROUP), 1, 0)]
)
async def test_counts_the_same_where_two_events_cross_half_way(later: Any, here: int, there: int):
    pair: list[Said] = [(5, started(GROUP)), (6, later)]
    one, other = ([(step, said, at) for at, step in enumerate(steps(said))] for said in pair)
    tried = 0
    for crossing in crossings(one, other):
        office = Office(SERVICE)
        for step, said, at in crossing:
            await give(office, step, said, at)
        assert (await count(office, GROUP), await count(office, ELSEWHERE)) == ((here, here), (there, there))
        tried += 1
    assert tried >= 10
