"""What employers does by itself when others publish."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from banen_contracts import Envelope, PublicEvent
from banen_contracts.base import source_of
from banen_contracts.mediation import ContractTerm, PlacementStarted, PlacementVoided, ProgrammeTag
from banen_contracts.reporting import SourceDeclaredLive
from banen_employers.domain.places import CheckPlace, FollowPlacement
from banen_employers.reactors import CHECK_PLACE, FOLLOW_PLACEMENT
from banen_employers.service import SERVICE
from banen_kit.application.definition import Dispatch
from banen_kit.application.source_live import GO_LIVE, GoLive

DAY = date(2006, 3, 1)
PLACEMENT, GROUP, VACANCY = UUID(int=1), UUID(int=2), UUID(int=4)


def envelope(partner: str, service: str, event: PublicEvent) -> Envelope:
    return Envelope(
        id=UUID(int=9),
        source=source_of(partner, service),
        type=f"nl.banenoffensief.{event.NAME}",
        subject=event.ref,
        time=datetime(2006, 3, 1, 12, tzinfo=UTC),
        partner=partner,
        sequence=7,
        correlationid=UUID(int=9),
        causationid=UUID(int=9),
    )


def sent(event: PublicEvent, by: str, service: str) -> list[Dispatch]:
    """What all reactors that listen to the event make of it."""
    found = [
        one.react(envelope(by, service, event), event, "emplooi")
        for one in SERVICE.reactors
        if type(event) in one.listens_to
    ]
    return [one for one in found if one is not None]


def started(group: UUID | None, vacancy: UUID | None = None) -> PlacementStarted:
    return PlacementStarted(
        placement_ref=PLACEMENT,
        occurred_on=DAY,
        client_ref=UUID(int=3),
        kind="employment",
        contract=ContractTerm.UNKNOWN,
        start_date=DAY,
        paid=True,
        programme_tag=ProgrammeTag.PROGRAMME,
        primary_partner="emplooi",
        group_ref=group,
        vacancy_ref=vacancy,
    )


voided = PlacementVoided(placement_ref=PLACEMENT, occurred_on=DAY, reason_code="never-was")


def test_takes_note_when_the_bureau_declares_it_live():
    live = SourceDeclaredLive(partner_id="emplooi", service="employers", occurred_on=DAY)
    assert sent(live, "bureau", "reporting") == [Dispatch(GO_LIVE, "live", GoLive(occurred_on=DAY))]


def test_notes_the_group_and_the_vacancy_of_a_placement_and_then_has_both_check_it():
    check = CheckPlace(occurred_on=DAY, placement_ref=PLACEMENT)
    all_that_counted = Dispatch(CHECK_PLACE, str(PLACEMENT), check, to_all_about=True)
    of_vacancy = Dispatch(CHECK_PLACE, str(VACANCY), check, then=all_that_counted)
    note = FollowPlacement(occurred_on=DAY, group_ref=GROUP, vacancy_ref=VACANCY, sequence=7)
    of_both = Dispatch(CHECK_PLACE, str(GROUP), check, then=of_vacancy)
    assert sent(started(GROUP, VACANCY), "emplooi", "mediation") == [
        Dispatch(FOLLOW_PLACEMENT, str(PLACEMENT), note, then=of_both)
    ]
    alone = note.model_copy(update={"group_ref": None})
    assert sent(started(None, VACANCY), "emplooi", "mediation") == [
        Dispatch(FOLLOW_PLACEMENT, str(PLACEMENT), alone, then=of_vacancy)
    ]


def test_notes_the_group_of_a_placement_and_then_has_it_checked():
    check = CheckPlace(occurred_on=DAY, placement_ref=PLACEMENT)
    all_that_counted = Dispatch(CHECK_PLACE, str(PLACEMENT), check, to_all_about=True)
    note = FollowPlacement(occurred_on=DAY, group_ref=GROUP, sequence=7)
    expected = Dispatch(
        FOLLOW_PLACEMENT,
        str(PLACEMENT),
        note,
        then=Dispatch(CHECK_PLACE, str(GROUP), check, then=all_that_counted),
    )
    assert sent(started(GROUP), "emplooi", "mediation") == [expected]
    none = note.model_copy(update={"group_ref": None})
    assert sent(voided, "emplooi", "mediation") == [
        Dispatch(FOLLOW_PLACEMENT, str(PLACEMENT), none, then=all_that_counted)
    ]


def test_a_placement_that_starts_in_no_group_and_at_no_vacancy_is_not_followed():
    assert sent(started(None), "emplooi", "mediation") == []


@pytest.mark.parametrize(("partner", "service"), [("uaf", "mediation"), ("emplooi", "intake")])
def test_others_fill_no_place_here(partner: str, service: str):
    assert sent(started(GROUP), partner, service) == []
    assert sent(voided, partner, service) == []
