"""Folding what was received into facts: in order, once, whatever arrives when, and dated by what was known."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, cast
from uuid import UUID, uuid5

import pytest

from banen_contracts import BY_TYPE, PublicEvent
from banen_contracts.base import source_of
from banen_contracts.intake import Channel, ContactKind, ContactMade
from banen_contracts.mediation import (
    ClientTakenOn,
    ContractTerm,
    EndReason,
    MediationEventSkipped,
    Origin,
    PlacementEnded,
    PlacementStarted,
    PlacementVoided,
    ProgrammeTag,
)
from banen_contracts.reporting import (
    PartnerAdmitted,
    SourceEnded,
    SourceResumed,
    TargetRevised,
    TargetSet,
    TargetUnitDefined,
)
from banen_kit.messaging.inbox import INSERT
from banen_kit.postgres.connection import Pool
from banen_reporting.facts import projection, projector
from banen_reporting.facts.kinds import BY_EVENT
from banen_reporting.facts.model import BUREAU, PlacementFact, UnitFact
from banen_reporting.facts.projection import forget_what_is_to_be_folded_anew, project
from banen_reporting.facts.store import FactStore, fact_of

UAF = source_of("uaf", "mediation")
UWV = source_of("uwv", "mediation")
UAF_INTAKE = source_of("uaf", "intake")
DAY = date(2006, 3, 1)
NOON = datetime(2006, 3, 1, 12, tzinfo=UTC)
FIRST, SECOND = UUID(int=1), UUID(int=2)
IDS = UUID("00000000-0000-4000-8000-000000000000")
Row = tuple[Any, ...]


def days(count: int) -> datetime:
    return NOON + timedelta(days=count)


def arrival(
    source: str, sequence: int, event: PublicEvent, *, at: datetime = NOON, **columns: object
) -> dict[str, Any]:
    """A row of the inbox; `columns` says what is wrong with it."""
    id_ = uuid5(IDS, f"{source}/{sequence}")
    row: dict[str, Any] = {
        "source": source,
        "sequence": sequence,
        "event_id": id_,
        "type": f"nl.banenoffensief.{event.NAME}",
        "ref": event.ref,
        "recorded_at": at,
        "known_at": at,
        "imported": False,
        "correlation_id": id_,
        "body": event.to_json().decode(),
    }
    return row | columns


def admitted(sequence: int, partner: str, *services: Any) -> dict[str, Any]:
    event = PartnerAdmitted(partner_id=partner, name=partner.upper(), services=services, occurred_on=DAY)
    return arrival(BUREAU, sequence, event)


def started(ref: UUID = FIRST, **more: Any) -> PlacementStarted:
    terms: dict[str, Any] = {
        "placement_ref": ref,
        "client_ref": UUID(int=100),
        "kind": "employment",
        "contract": ContractTerm.OPEN_ENDED,
        "start_date": DAY,
        "paid": True,
        "programme_tag": ProgrammeTag.PROGRAMME,
        "primary_partner": "uaf",
        "occurred_on": DAY,
    }
    return PlacementStarted(**(terms | more))


def ended(ref: UUID = FIRST, on: date = DAY) -> PlacementEnded:
    reason = EndReason.CANDIDATE_ENDED
    return PlacementEnded(placement_ref=ref, end_date=on, reason_code=reason, occurred_on=on)


def voided(ref: UUID = FIRST) -> PlacementVoided:
    return PlacementVoided(placement_ref=ref, reason_code="by-mistake", occurred_on=DAY)


def client(ref: UUID) -> ClientTakenOn:
    return ClientTakenOn(client_ref=ref, origin=Origin.WALK_IN, occurred_on=DAY)


def target(sequence: int, value: int | None, at: datetime) -> dict[str, Any]:
    event = TargetSet(unit_id="uaf", route="A", value=value, decided_by="board", occurred_on=DAY)
    return arrival(BUREAU, sequence, event, at=at)


async def receive(pool: Pool, rows: Sequence[dict[str, Any]]) -> None:
    """As the inbox does it: new sources are entered, what is there already stays."""
    sources = [row["source"] for row in rows]
    await pool.execute(
        "insert into projected (source, sequence) select distinct s, 0 from unnest($1::text[]) s"
        " on conflict do nothing",
        sources,
    )
    columns = zip(*(row.values() for row in rows), strict=True)
    await pool.execute(INSERT, *map(list, columns))


async def facts(pool: Pool) -> list[Row]:
    """All versions of all things; not `change`, which says when a version came."""
    rows = await pool.fetch(
        "select kind, source, ref, known_from, known_to, imported, sequence, data from facts order by 1, 2, 3, 4"
    )
    return [tuple(row) for row in rows]


async def aside(view: FactStore) -> list[Row]:
    return [(row["source"], row["sequence"], row["reason"]) for row in await view.set_aside()]


async def placements(view: FactStore) -> dict[str, PlacementFact]:
    found = {fact.ref: fact.row for fact in await view.current("placement")}
    return {ref: row for ref, row in found.items() if isinstance(row, PlacementFact)}


async def source(view: FactStore, name: str) -> Any:
    return next(row for row in await view.sources() if row["source"] == name)


@pytest.fixture
async def view(pool: Pool) -> FactStore:
    """UAF and UWV take part with mediation."""
    view = FactStore(pool)
    await receive(pool, [admitted(1, "uaf", "mediation"), admitted(2, "uwv", "mediation")])
    await project(view)
    return view


async def test_a_hole_holds_up_what_comes_after_it(view: FactStore):
    await receive(view.pool, [arrival(UAF, 1, started()), arrival(UAF, 3, ended())])

    assert await project(view) == 1

    assert (await placements(view))[str(FIRST)].end is None
    row = await source(view, UAF)
    assert (row["projected"], row["head"], row["has_hole"]) == (1, 3, True)


async def test_a_hole_does_not_hold_up_other_sources(view: FactStore):
    await receive(view.pool, [arrival(UAF, 2, ended()), arrival(UWV, 1, started())])

    assert await project(view) == 1
    assert (await source(view, UWV))["has_hole"] is False


async def test_a_filled_hole_lets_everything_after_it_through(view: FactStore):
    await receive(view.pool, [arrival(UAF, 1, started()), arrival(UAF, 3, voided())])
    await project(view)
    await receive(view.pool, [arrival(UAF, 2, ended())])

    assert await project(view) == 2

    found = (await placements(view))[str(FIRST)]
    assert (found.end, found.voided) == (DAY, True)
    row = await source(view, UAF)
    assert (row["projected"], row["has_hole"]) == (3, False)
    assert await view.backlog() == (5, 5, {})


async def test_what_follows_about_a_thing_that_could_not_be_folded_is_parked(view: FactStore):
    await receive(
        view.pool,
        [
            arrival(UAF, 1, started()),
            arrival(UAF, 2, ended(), body='{"placementRef": 1}'),
            arrival(UAF, 3, voided()),
        ],
    )
    await project(view)

    assert await aside(view) == [(UAF, 2, "body-invalid"), (UAF, 3, "parked")]
    assert (await placements(view))[str(FIRST)].voided is False


async def test_a_parked_thing_does_not_stop_its_source(view: FactStore):
    await receive(view.pool, [arrival(UAF, 1, ended()), arrival(UAF, 2, started(SECOND))])

    assert await project(view) == 2
    assert list(await placements(view)) == [str(SECOND)]


async def test_a_parked_thing_stays_parked_in_later_batches(view: FactStore):
    await receive(view.pool, [arrival(UAF, 1, ended())])
    await project(view)
    await receive(view.pool, [arrival(UAF, 2, started())])
    await project(view)

    assert await aside(view) == [(UAF, 1, "ref-unknown"), (UAF, 2, "parked")]
    assert await placements(view) == {}


async def test_what_follows_about_a_thing_of_which_something_was_skipped_is_parked(view: FactStore):
    """In the same batch and in later ones; what was known of it before stays."""
    marker = MediationEventSkipped(about=str(FIRST), occurred_on=DAY, reason_code="older-data")
    await receive(view.pool, [arrival(UAF, 1, started()), arrival(UAF, 2, marker), arrival(UAF, 3, voided())])
    await project(view)
    await receive(view.pool, [arrival(UAF, 4, ended()), arrival(UAF, 5, started(SECOND))])
    await project(view)

    assert await aside(view) == [(UAF, 2, "skipped"), (UAF, 3, "parked"), (UAF, 4, "parked")]
    assert (await placements(view))[str(FIRST)].voided is False
    assert str(SECOND) in await placements(view)


async def test_a_thing_of_another_kind_with_the_same_reference_is_not_parked(view: FactStore):
    await receive(view.pool, [arrival(UAF, 1, ended()), arrival(UAF, 2, client(FIRST))])
    await project(view)

    assert [fact.ref for fact in await view.current("client")] == [str(FIRST)]


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        ("ref-unknown", arrival(UAF, 2, ended(SECOND))),
        ("already-known", arrival(UAF, 2, started())),
        ("type-unknown", arrival(UAF, 2, ended(), type="nl.banenoffensief.mediation.placement-lost.v1")),
        ("type-unknown", arrival(UAF, 2, ended(), type="nl.banenoffensief.mediation.placement-ended.v2")),
        ("body-invalid", arrival(UAF, 2, ended(), body="no JSON")),
        ("body-invalid", arrival(UAF, 2, ended(), body="{}")),
        ("body-invalid", arrival(UAF, 2, ended(), body="[" * 100_000)),
        ("ref-differs", arrival(UAF, 2, ended(), ref=str(SECOND))),
        ("known-at-decreasing", arrival(UAF, 2, ended(), known_at=NOON - timedelta(seconds=1))),
        ("credit-not-own", arrival(UAF, 2, started(SECOND, primary_partner="uwv"))),
    ],
)
async def test_what_does_not_fit_is_set_aside_with_its_reason(
    view: FactStore, reason: str, row: dict[str, Any]
):
    later = row | {"known_at": row["known_at"] + timedelta(days=1)}
    await receive(view.pool, [arrival(UAF, 1, started(), at=days(1)), later])

    assert await project(view) == 2

    assert await aside(view) == [(UAF, 2, reason)]
    assert (await placements(view))[str(FIRST)].end is None
    assert (await view.backlog())[2] == {reason: 1}


async def test_an_event_of_an_unknown_type_does_not_park_its_thing(view: FactStore):
    newer = arrival(UAF, 2, ended(), type="nl.banenoffensief.mediation.placement-shared.v1")
    await receive(view.pool, [arrival(UAF, 1, started()), newer, arrival(UAF, 3, voided())])
    await project(view)

    assert (await placements(view))[str(FIRST)].voided is True


async def test_an_event_of_an_unknown_type_is_kept_until_a_release_knows_it(
    view: FactStore, monkeypatch: pytest.MonkeyPatch
):
    earlier = {name: event for name, event in BY_TYPE.items() if event is not PlacementEnded}
    with monkeypatch.context() as before:
        before.setattr(projector, "BY_TYPE", earlier)
        before.setattr(projection, "BY_TYPE", earlier)
        await receive(view.pool, [arrival(UAF, 1, started()), arrival(UAF, 2, ended())])
        await project(view)
        await forget_what_is_to_be_folded_anew(view)
        assert await project(view) == 0
        assert await aside(view) == [(UAF, 2, "type-unknown")]

    await forget_what_is_to_be_folded_anew(view)
    assert await project(view) == 2
    assert await aside(view) == []
    assert (await placements(view))[str(FIRST)].end == DAY
    await forget_what_is_to_be_folded_anew(view)
    assert await project(view) == 0


async def test_an_event_of_a_known_type_that_changes_no_fact_is_passed_over(
    view: FactStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delitem(cast("dict[Any, Any]", BY_EVENT), PlacementEnded)
    await receive(
        view.pool, [arrival(UAF, 1, started()), arrival(UAF, 2, ended()), arrival(UAF, 3, voided())]
    )

    assert await project(view) == 3

    assert await aside(view) == []
    assert (await placements(view))[str(FIRST)].voided is True


def ended_after(sequence: int, last: int, *, at: datetime = NOON) -> dict[str, Any]:
    """The bureau's event of this number: the UAF's mediation has ended after its `last`."""
    event = SourceEnded(partner_id="uaf", service="mediation", sequence=last, occurred_on=DAY)
    return arrival(BUREAU, sequence, event, at=at)


async def test_what_a_source_says_after_its_end_is_set_aside_and_shown(view: FactStore):
    await receive(view.pool, [arrival(UAF, 1, started()), ended_after(3, 1)])
    await project(view)
    await receive(view.pool, [arrival(UAF, 2, ended()), arrival(UAF, 3, voided())])
    assert await project(view) == 0

    assert await aside(view) == [(UAF, 2, "source-ended"), (UAF, 3, "source-ended")]
    received, folded, reasons = await view.backlog()
    assert received == folded  # it does not hold the figures up
    assert reasons == {"source-ended": 2}
    found = await placements(view)
    assert (found[str(FIRST)].end, found[str(FIRST)].voided) == (None, False)


async def test_what_a_source_said_after_its_end_counts_once_it_is_taken_up_again_and_is_known_since_then(
    view: FactStore,
):
    await receive(view.pool, [arrival(UAF, 1, started()), ended_after(3, 1, at=days(1))])
    await receive(view.pool, [arrival(UAF, 2, ended(), at=days(2)), arrival(UAF, 3, voided(), at=days(9))])
    await project(view)
    event = SourceResumed(partner_id="uaf", service="mediation", reason_code="again", occurred_on=DAY)
    await receive(view.pool, [arrival(BUREAU, 4, event, at=days(5))])
    await project(view)

    assert await aside(view) == []
    rows = await view.pool.fetch("select known_from from facts where kind = 'placement' order by 1")
    assert [row["known_from"] for row in rows] == [NOON, days(5), days(9)]


@pytest.mark.parametrize("end_first", [True, False])
async def test_facts_are_the_same_whether_the_end_or_what_was_said_after_it_was_folded_first(
    view: FactStore, end_first: bool
):
    """Where something slipped in, the next start folds the source anew."""
    said = [[arrival(UAF, 1, started())], [ended_after(3, 1)], [arrival(UAF, 2, ended())]]
    for rows in said if end_first else [said[0], said[2], said[1]]:
        await receive(view.pool, rows)
        await project(view)
    await forget_what_is_to_be_folded_anew(view)
    await project(view)

    assert await aside(view) == [(UAF, 2, "source-ended")]
    assert (await source(view, UAF))["projected"] == 1
    assert (await placements(view))[str(FIRST)].end is None


async def test_only_the_bureau_decides_about_the_programme(view: FactStore):
    event = PartnerAdmitted(partner_id="third", name="Third", services=("mediation",), occurred_on=DAY)
    unit = TargetUnitDefined(unit_id="uaf", label="UAF", members=("uaf",), occurred_on=DAY)
    await receive(view.pool, [arrival(UAF, 1, event), arrival(UAF, 2, unit)])
    await project(view)

    assert await aside(view) == [(UAF, 1, "not-the-bureau"), (UAF, 2, "not-the-bureau")]
    assert source_of("third", "mediation") not in await view.admitted()
    assert await view.current("unit") == []


@pytest.mark.parametrize("owner_first", [True, False])
async def test_an_event_about_another_sources_thing_is_foreign(view: FactStore, owner_first: bool):
    arrivals = [[arrival(UAF, 1, started())], [arrival(UWV, 1, ended())]]
    for rows in arrivals if owner_first else reversed(arrivals):
        await receive(view.pool, rows)
        await project(view)

    assert await aside(view) == [(UWV, 1, "foreign-ref")]
    assert (await placements(view))[str(FIRST)].end is None


async def test_two_sources_with_the_same_reference_have_a_thing_each(view: FactStore):
    theirs = started(primary_partner="uwv")
    await receive(view.pool, [arrival(UAF, 1, started()), arrival(UWV, 1, theirs), arrival(UWV, 2, voided())])
    await project(view)

    found = {
        fact.source: fact.row.voided
        for fact in await view.current("placement")
        if isinstance(fact.row, PlacementFact)
    }
    assert found == {UAF: False, UWV: True}


async def test_a_source_that_was_not_admitted_is_shown_and_not_counted(view: FactStore):
    stranger = source_of("stranger", "mediation")
    await receive(view.pool, [arrival(stranger, 1, started()), arrival(UAF_INTAKE, 1, client(FIRST))])

    assert await project(view) == 0

    assert await aside(view) == [
        (stranger, 1, "source-not-admitted"),
        (UAF_INTAKE, 1, "source-not-admitted"),
    ]
    assert await placements(view) == {}
    received, folded, reasons = await view.backlog()
    assert received == folded  # whoever is not admitted does not hold the figures up
    assert reasons == {"source-not-admitted": 2}


async def test_a_source_counts_from_the_first_event_once_it_is_admitted(view: FactStore):
    stranger = source_of("stranger", "mediation")
    await receive(
        view.pool, [arrival(stranger, 1, started(primary_partner="stranger")), arrival(stranger, 2, voided())]
    )
    await project(view)
    await receive(view.pool, [admitted(3, "stranger", "mediation")])

    assert await project(view) == 3

    assert (await placements(view))[str(FIRST)].voided is True
    assert await aside(view) == []


async def test_nothing_of_a_source_was_known_before_its_admission_was(view: FactStore):
    """Else a figure that was final would change when a partner is admitted later."""
    newcomer = source_of("newcomer", "mediation")
    mine = started(primary_partner="newcomer")
    await receive(view.pool, [arrival(newcomer, 1, mine), arrival(newcomer, 2, ended(), at=days(5))])
    before = await view.known_at(["placement"], days(8))
    admission = PartnerAdmitted(
        partner_id="newcomer", name="Newcomer", services=("mediation",), occurred_on=DAY
    )
    await receive(view.pool, [arrival(BUREAU, 3, admission, at=days(10))])
    await receive(view.pool, [arrival(newcomer, 3, voided(), at=days(20))])

    assert await project(view) == 4

    assert await view.known_at(["placement"], days(8)) == before == []
    assert await view.known_at(["placement"], days(10)) == []
    known = fact_of((await view.known_at(["placement"], days(11)))[0])
    assert isinstance(known.row, PlacementFact)
    assert (known.row.end, known.row.voided, known.row.recorded_on) == (DAY, False, days(10).date())
    assert (await placements(view))[str(FIRST)].voided


async def test_what_was_known_on_a_day_stays_what_it_was(view: FactStore):
    answered: dict[datetime, Any] = {}
    for number, event in enumerate((started(), ended(on=date(2007, 1, 1)), voided())):
        await receive(view.pool, [arrival(UAF, number + 1, event, at=days(10 * number))])
        await project(view)
        answered[days(10 * number + 5)] = await view.known_at(["placement"], days(10 * number + 5))

    for moment, then in answered.items():
        assert await view.known_at(["placement"], moment) == then
    seen = [fact_of(then[0]).row for then in answered.values()]
    assert [(row.end, row.voided) for row in seen if isinstance(row, PlacementFact)] == [
        (None, False),
        (date(2007, 1, 1), False),
        (date(2007, 1, 1), True),
    ]


async def test_a_fact_is_known_from_its_own_moment_on(view: FactStore):
    await receive(view.pool, [arrival(UAF, 1, started(), at=NOON), arrival(UAF, 2, ended(), at=days(1))])
    await project(view)

    async def known(moment: datetime) -> list[date | None]:
        found = [fact_of(row) for row in await view.known_at(["placement"], moment)]
        return [fact.row.end for fact in found if isinstance(fact.row, PlacementFact)]

    tick = timedelta(microseconds=1)
    assert await known(NOON) == []
    assert await known(NOON + tick) == [None]
    assert await known(days(1)) == [None]
    assert await known(days(1) + tick) == [DAY]


@pytest.mark.parametrize("batches", [1, 3])
async def test_events_known_at_the_same_moment_are_one_version(view: FactStore, batches: int):
    rows = [arrival(UAF, n, event) for n, event in enumerate((started(), ended(), voided()), 1)]
    for batch in [rows] if batches == 1 else [[row] for row in rows]:
        await receive(view.pool, batch)
        await project(view)

    versions = [(fact[3], fact[6]) for fact in await facts(view.pool) if fact[0] == "placement"]
    assert versions == [(NOON, 3)]
    found = (await placements(view))[str(FIRST)]
    assert (found.end, found.voided) == (DAY, True)


async def test_a_decision_of_null_is_no_target_and_not_zero(view: FactStore):
    unit = TargetUnitDefined(unit_id="uaf", label="UAF", members=("uaf",), occurred_on=DAY)
    await receive(view.pool, [arrival(BUREAU, 3, unit), target(4, 0, days(1)), target(5, None, days(2))])
    await project(view)

    zero = [fact_of(row) for row in await view.known_at(["unit"], days(1) + timedelta(hours=1))]
    none = await view.current("unit")
    assert [fact.row.targets for fact in (*zero, *none) if isinstance(fact.row, UnitFact)] == [
        {"A": 0},
        {"A": None},
    ]


async def test_a_delivery_that_is_repeated_changes_nothing(view: FactStore):
    rows = [arrival(UAF, 1, started()), arrival(UAF, 2, ended(), at=days(1)), arrival(UAF, 3, ended(SECOND))]
    await receive(view.pool, rows)
    await project(view)
    before = (await facts(view.pool), await view.set_aside(), await view.position())

    await receive(view.pool, rows)

    assert await project(view) == 0
    assert (await facts(view.pool), await view.set_aside(), await view.position()) == before


def small_history() -> list[dict[str, Any]]:
    """Three partners and the bureau, with events that cannot be folded, and a source that is admitted late."""
    late = source_of("late", "mediation")
    unit = TargetUnitDefined(unit_id="uaf", label="UAF", members=("uaf",), occurred_on=DAY)
    revised = TargetRevised(
        unit_id="uaf", route="A", value=9, decided_by="board", reason_code="more", occurred_on=DAY
    )
    return [
        admitted(1, "uaf", "mediation", "intake"),
        admitted(2, "uwv", "mediation"),
        arrival(BUREAU, 3, unit, at=days(1)),
        target(4, 5, days(1)),
        arrival(BUREAU, 5, revised, at=days(30)),
        admitted(6, "late", "mediation"),
        arrival(UAF, 1, client(UUID(int=100)), at=days(2)),
        arrival(UAF, 2, started(), at=days(2)),
        arrival(UAF, 3, started(SECOND), at=days(3)),
        arrival(UAF, 4, ended(), at=days(9)),
        arrival(UAF, 5, voided(SECOND), at=days(9)),
        arrival(UAF, 6, voided(SECOND), at=days(9), body="{}"),
        arrival(UWV, 1, ended(), at=days(4)),
        arrival(UWV, 2, started(UUID(int=3), primary_partner="uwv"), at=days(4)),
        arrival(UWV, 3, ended(UUID(int=4)), at=days(4)),
        arrival(UWV, 4, started(UUID(int=4), primary_partner="uwv"), at=days(5)),
        arrival(late, 1, started(UUID(int=5), primary_partner="late"), at=days(1)),
        arrival(late, 2, ended(UUID(int=5)), at=days(6)),
        arrival(late, 3, ended(UUID(int=3)), at=days(6)),
    ]


@pytest.mark.parametrize("seed", range(8))
async def test_the_order_of_arrival_makes_no_difference(pool: Pool, seed: int):
    view = FactStore(pool)
    random = Random(seed)
    rows = small_history()
    random.shuffle(rows)
    while rows:
        batch = [rows.pop() for _ in range(min(len(rows), random.randint(1, 4)))]
        await receive(pool, [*batch, random.choice(batch)])
        await project(view)

    found = (await facts(pool), await aside(view))

    await pool.execute("delete from facts; delete from set_aside; delete from inbox; delete from projected")
    for row in small_history():
        await receive(pool, [row])
    await project(view)
    assert found == (await facts(pool), await aside(view))
    assert len(found[1]) == 5


async def test_small_batches_make_the_same_facts_as_large_ones(pool: Pool, monkeypatch: pytest.MonkeyPatch):
    view = FactStore(pool)
    await receive(pool, small_history())
    await project(view)
    large = (await facts(pool), await aside(view))

    await pool.execute("delete from facts; delete from set_aside; update projected set sequence = 0")
    monkeypatch.setattr(projection, "MOST_IN_BATCH", 1)
    await project(view)

    assert (await facts(pool), await aside(view)) == large


async def test_two_that_fold_at_once_fold_every_event_once(view: FactStore, pool: Pool):
    rows = [arrival(UAF, n, started(UUID(int=n)), at=days(n)) for n in range(1, 41)]
    await receive(pool, rows)

    folded = await asyncio.gather(*(project(FactStore(pool)) for _ in range(4)))

    assert sum(folded) == 40
    assert await view.position() == 42
    assert len(await placements(view)) == 40


async def test_the_position_counts_what_was_set_aside_too(view: FactStore):
    before = await view.position()
    await receive(view.pool, [arrival(UAF, 1, started()), arrival(UAF, 2, started())])
    await project(view)

    assert await view.position() == before + 2


async def test_tells_what_changed_since_a_position(view: FactStore):
    await receive(view.pool, [arrival(UAF, 1, started()), arrival(UAF, 2, started(SECOND))])
    await project(view)
    position = await view.position()
    assert await view.changed(["placement"], position) == []

    await receive(view.pool, [arrival(UAF, 3, ended(), at=days(1)), arrival(UAF, 4, client(FIRST))])
    await project(view)

    changed = await view.changed(["placement"], position)
    assert [(row["kind"], row["ref"]) for row in changed] == [("placement", str(FIRST))]


async def test_a_snapshot_does_not_see_what_comes_after_it_began(view: FactStore):
    async with view.snapshot() as frozen:
        before = await frozen.position()
        await receive(view.pool, [arrival(UAF, 1, started())])
        await project(view)

        assert (await frozen.position(), await frozen.current("placement")) == (before, [])

    assert len(await view.current("placement")) == 1


async def test_a_watermark_is_what_was_said_last(view: FactStore):
    await view.save_watermark(UAF, days(1), 9)
    await view.save_watermark(UAF, days(0), 8)
    rows = {row["source"]: (row["through"], row["watermark"]) for row in await view.sources()}
    assert rows[UAF] == (days(0), 8)


async def test_counts_the_conversations_that_were_held_and_known(view: FactStore, pool: Pool):
    def contact(number: int, kind: ContactKind, on: date) -> ContactMade:
        return ContactMade(contact_ref=UUID(int=number), channel=Channel.OTHER, kind=kind, occurred_on=on)

    held = ContactKind.CONVERSATION
    await receive(
        pool,
        [
            admitted(3, "third", "intake"),
            *(
                arrival(source_of("third", "intake"), number, event, at=days(number))
                for number, event in enumerate(
                    (
                        contact(1, held, DAY),
                        contact(2, ContactKind.CONTACT, DAY),
                        contact(3, held, DAY),
                        contact(4, held, date(2006, 4, 1)),
                    ),
                    1,
                )
            ),
        ],
    )
    await project(view)

    assert await view.count_conversations(None, date(2006, 12, 31)) == 3
    assert await view.count_conversations(None, DAY) == 2
    assert await view.count_conversations(days(2), date(2006, 12, 31)) == 1


async def test_tells_the_events_of_one_thing_in_their_order(view: FactStore):
    await receive(
        view.pool, [arrival(UAF, 3, voided()), arrival(UAF, 1, started()), arrival(UAF, 2, started(SECOND))]
    )

    assert [row["sequence"] for row in await view.events_of(UAF, str(FIRST))] == [1, 3]


async def test_a_watermark_that_did_not_hold_is_lowered_when_that_shows(view: FactStore):
    """Its clock had been ahead: recorded before that moment, numbered after what it called complete."""
    await receive(view.pool, [arrival(UAF, 1, started())])
    await view.save_watermark(UAF, days(2), 1)
    await project(view)
    await receive(
        view.pool, [arrival(UAF, 2, voided(), at=days(1)), arrival(UAF, 3, client(SECOND), at=days(3))]
    )
    await project(view)
    rows = {row["source"]: (row["through"], row["watermark"]) for row in await view.sources()}
    assert rows[UAF] == (days(1), 1)


async def test_a_watermark_that_holds_stays(view: FactStore):
    await view.save_watermark(UAF, days(2), 2)
    await receive(view.pool, [arrival(UAF, 1, started()), arrival(UAF, 2, voided(), at=days(1))])
    await receive(view.pool, [arrival(UAF, 3, client(SECOND), at=days(3))])
    await project(view)
    rows = {row["source"]: (row["through"], row["watermark"]) for row in await view.sources()}
    assert rows[UAF] == (days(2), 2)


async def test_how_far_the_sources_are_is_told_without_reading_all_that_was_received(
    pool: Pool, view: FactStore
):
    await receive(pool, [arrival(UAF, number, client(UUID(int=number))) for number in range(1, 1001)])
    rows_read = "select pg_stat_get_xact_tuples_returned('inbox'::regclass)"
    async with view.snapshot() as within:
        before = await within.pool.fetchval(rows_read)  # what this connection did earlier may stand in it
        await within.sources()
        assert await within.pool.fetchval(rows_read) == before
