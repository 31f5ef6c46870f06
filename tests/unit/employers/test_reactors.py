"""What employers does by itself when others publish."""

import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from banen_contracts import Envelope, PublicEvent
from banen_contracts.base import source_of
from banen_contracts.employers import EmployerClosed, EmployerErased, VacancyOpened
from banen_contracts.mediation import ContractTerm, PlacementStarted, PlacementVoided, ProgrammeTag
from banen_contracts.reporting import SourceDeclaredLive
from banen_employers.domain.places import CheckPlace, FollowPlacement
from banen_employers.domain.vacancy import CloseWithEmployer
from banen_employers.reactors import CHECK_PLACE, CLOSE_WITH_EMPLOYER, FOLLOW_PLACEMENT, close_vacancies
from banen_employers.service import SERVICE
from banen_kit.application.definition import Dispatch
from banen_kit.application.source_live import GO_LIVE, GoLive
from support.commands import GOOD, Office

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


EMPLOYER = UUID(int=5, version=4)
GONE = [
    EmployerClosed(employer_ref=EMPLOYER, occurred_on=DAY, reason_code="moved-abroad"),
    EmployerErased(employer_ref=EMPLOYER, occurred_on=DAY),
]
each_end = pytest.mark.parametrize("gone", GONE, ids=lambda event: event.NAME)


@each_end
def test_the_vacancies_of_an_employer_close_with_it(gone: PublicEvent):
    command = CloseWithEmployer(occurred_on=DAY, employer_ref=EMPLOYER)
    expected = Dispatch(CLOSE_WITH_EMPLOYER, str(EMPLOYER), command, to_all_about=True)
    assert sent(gone, "emplooi", "employers") == [expected]
    assert sent(gone, "uaf", "employers") == []
    assert sent(gone, "emplooi", "intake") == []


async def test_a_vacancy_that_is_recorded_after_its_employer_was_closed_closes_on_that_day():
    office, vacancy = Office(SERVICE), str(UUID(int=11, version=4))
    await office.give("register-employer", GOOD["register-employer"], thing=str(EMPLOYER))
    closed = {**GOOD["close-employer"], "occurredOn": "2006-04-02"}
    await office.give("close-employer", closed, thing=str(EMPLOYER))
    await office.give("open-vacancy", {**GOOD["open-vacancy"], "employerRef": str(EMPLOYER)}, thing=vacancy)
    opened = VacancyOpened(
        vacancy_ref=UUID(vacancy), employer_ref=EMPLOYER, occurred_on=DAY, places=3, kind="internship"
    )
    (dispatch,) = sent(opened, "emplooi", "employers")
    await office.command_service.send(dispatch, envelope("emplooi", "employers", opened), "close-vacancies")
    records = await office.store.read(f"vacancy-{vacancy}")
    assert [one.type for one in records] == ["vacancy-opened", "vacancy-closed"]
    assert json.loads(records[-1].data)["occurred_on"] == "2006-04-02"


@each_end
def test_a_history_says_itself_when_its_vacancies_were_closed(gone: PublicEvent):
    told = envelope("emplooi", "employers", gone)
    imported = told.model_copy(update={"imported": True, "knownat": told.time})
    assert close_vacancies(imported, gone, "emplooi") is None


@each_end
async def test_closes_every_vacancy_of_that_employer_and_no_other(gone: PublicEvent):
    office, other = Office(SERVICE), str(UUID(int=6, version=4))
    vacancies = [str(UUID(int=number, version=4)) for number in (11, 12, 13)]
    for employer in (str(EMPLOYER), other):
        await office.give("register-employer", GOOD["register-employer"], thing=employer)
    for vacancy, employer in zip(vacancies, (str(EMPLOYER), str(EMPLOYER), other), strict=True):
        await office.give("open-vacancy", {**GOOD["open-vacancy"], "employerRef": employer}, thing=vacancy)
    name = "erase-employer" if isinstance(gone, EmployerErased) else "close-employer"
    await office.give(name, GOOD[name], thing=str(EMPLOYER))
    for _ in range(2):
        (dispatch,) = sent(gone, "emplooi", "employers")
        await office.command_service.send(dispatch, envelope("emplooi", "employers", gone), "close-vacancies")
    versions = [len(await office.store.read(f"vacancy-{one}")) for one in vacancies]
    assert versions == [2, 2, 1]
