"""The lists of employers, folded from events."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from banen_contracts.base import ErasureReason, Precision
from banen_contracts.employers import (
    ApproachChannel,
    ApproachLevel,
    LegalKind,
    PartyKind,
    SizeBand,
    VacancyClosing,
)
from banen_employers.events import (
    AgreementAmended,
    AgreementEnded,
    AgreementExpired,
    AgreementRenewed,
    AgreementSigned,
    EmployerApproached,
    EmployerClosed,
    EmployerDetailsCorrected,
    EmployerErased,
    EmployerRegistered,
    EmployerRenamed,
    EmployerReopened,
    GroupClosed,
    GroupPlanned,
    GroupUpdated,
    PlaceFilled,
    PlaceFreed,
    PlatformMembershipChanged,
    ReferralReceived,
    UnmetDemandReported,
    VacancyClosed,
    VacancyOpened,
)
from banen_employers.lists.agreements import AGREEMENTS
from banen_employers.lists.employers import EMPLOYERS
from banen_employers.lists.groups import GROUPS
from banen_employers.lists.vacancies import VACANCIES
from banen_kit.application.read_model import ReadModel
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Open

DAY, NEXT, LAST = date(2006, 3, 1), date(2006, 4, 1), date(2006, 5, 1)
REF, EMPLOYER, PLACEMENT = (UUID(int=number) for number in (1, 2, 3))
registered = EmployerRegistered(
    employer_ref=EMPLOYER, occurred_on=DAY, legal_kind=LegalKind.COMPANY, sector_code="C", size_band=SizeBand.UNKNOWN,
    name=Open("Voorbeeld & Zonen"), contact_name=Open("Sanne Voorbeeld"), contact_phone=Open("0697004242"),
)  # fmt: skip
closed = EmployerClosed(employer_ref=EMPLOYER, occurred_on=NEXT, reason_code="moved-abroad")
signed = AgreementSigned(
    agreement_ref=REF, occurred_on=DAY, party_kind=PartyKind.UNION, routes=("A", "B"), valid_from=DAY, valid_to=NEXT,
    places_promised=20,
)  # fmt: skip
opened = VacancyOpened(vacancy_ref=REF, occurred_on=DAY, employer_ref=EMPLOYER, places=3, kind="employment")
planned = GroupPlanned(
    group_ref=REF, occurred_on=DAY, employer_ref=EMPLOYER, kind="employment", seasonal=False, in_guidance=50
)
filled = PlaceFilled(places_ref=REF, occurred_on=NEXT, placement_ref=PLACEMENT, places_filled=1)
freed = PlaceFreed(places_ref=REF, occurred_on=LAST, placement_ref=PLACEMENT, places_filled=0)


def row(model: ReadModel, *events: DomainEvent) -> Any:
    found: Any = None
    for event in events:
        found = model.evolve(found, event, DAY)
    return found


def test_an_employer_is_open_until_it_is_closed_and_again_when_it_is_reopened():
    reopened = EmployerReopened(employer_ref=EMPLOYER, occurred_on=LAST, reason_code="returned")
    shown = [row(EMPLOYERS, registered, *more) for more in ([], [closed], [closed, reopened])]
    assert [(one.state, one.since) for one in shown] == [("open", DAY), ("closed", NEXT), ("open", LAST)]


def test_an_employer_shows_the_last_approach_and_whether_it_is_on_the_platform():
    on_days = [
        EmployerApproached(
            approach_ref=REF, occurred_on=day, employer_ref=EMPLOYER, channel=ApproachChannel.JOB_FAIR, level=ApproachLevel.HR
        )
        for day in (LAST, NEXT)
    ]  # fmt: skip
    joined = PlatformMembershipChanged(employer_ref=EMPLOYER, occurred_on=DAY, joined=True)
    found = row(EMPLOYERS, registered, *on_days, joined)
    assert (found.last_approached_on, found.is_on_platform) == (LAST, True)
    assert not row(EMPLOYERS, registered, joined, joined.model_copy(update={"joined": False})).is_on_platform


def test_an_employers_name_and_contact_are_those_that_were_said_last():
    renamed = EmployerRenamed(
        employer_ref=EMPLOYER, occurred_on=NEXT, reason_code="merged", name=Open("Ander Voorbeeld")
    )
    corrected = EmployerDetailsCorrected(
        employer_ref=EMPLOYER, occurred_on=NEXT, reason_code="left", contact_name=Open("Iemand Anders"),
        removed=("contactPhone",),
    )  # fmt: skip
    found = row(EMPLOYERS, registered, renamed, corrected)
    assert (found.name, found.contact_name, found.contact_phone) == (renamed.name, corrected.contact_name, None)  # fmt: skip


def test_an_employers_name_is_shown_to_everybody_only_while_it_may_be_published():
    public = registered.model_copy(update={"public_name": "Voorbeeld BV"})
    renamed = EmployerRenamed(
        employer_ref=EMPLOYER, occurred_on=NEXT, reason_code="merged", name=Open("Ander Voorbeeld")
    )
    shown = [row(EMPLOYERS, *events).public_name for events in ([registered], [public], [public, renamed])]
    assert shown == [None, "Voorbeeld BV", None]


def test_an_erased_employer_is_in_no_list():
    erased = EmployerErased(employer_ref=EMPLOYER, occurred_on=NEXT, reason=ErasureReason.REQUEST)
    assert row(EMPLOYERS, registered, erased, closed) is None


def test_an_agreement_shows_its_terms_as_amended_and_what_it_yielded():
    amended = AgreementAmended(
        agreement_ref=REF, occurred_on=NEXT, routes=("A",), valid_from=DAY, valid_to=LAST, reason_code="fewer"
    )
    referred = ReferralReceived(agreement_ref=REF, occurred_on=NEXT, number=2)
    found = row(AGREEMENTS, signed, amended, referred)
    assert (found.routes, found.valid_to, found.places_promised, found.referrals) == (("A",), LAST, None, 2)


def test_an_expired_agreement_that_is_amended_holds_again():
    expired = AgreementExpired(agreement_ref=REF, occurred_on=NEXT)
    amended = AgreementAmended(
        agreement_ref=REF, occurred_on=DAY, routes=("A",), valid_from=DAY, reason_code="typing-error"
    )
    found = row(AGREEMENTS, signed, expired, amended)
    assert (found.state, found.valid_to) == ("signed", None)


def test_an_agreement_is_signed_until_it_expires_or_ends_and_again_when_it_is_renewed():
    expired = AgreementExpired(agreement_ref=REF, occurred_on=NEXT)
    renewed = AgreementRenewed(agreement_ref=REF, occurred_on=NEXT, valid_to=LAST)
    stopped = AgreementEnded(agreement_ref=REF, occurred_on=NEXT, reason_code="bankruptcy")
    shown = [row(AGREEMENTS, signed, *more) for more in ([], [expired], [expired, renewed], [stopped])]
    assert [one.state for one in shown] == ["signed", "expired", "signed", "ended"]
    assert shown[2].valid_to == LAST


def test_a_vacancy_shows_how_many_of_its_places_are_filled_and_how_it_closed():
    assert row(VACANCIES, opened, filled).places_filled == 1
    assert row(VACANCIES, opened, filled, freed).places_filled == 0
    over = VacancyClosed(
        vacancy_ref=REF, occurred_on=LAST, reason_code=VacancyClosing.FILLED, places_filled=3
    )
    found = row(VACANCIES, opened, over)
    assert (found.state, found.closed_on, found.reason_code) == ("closed", LAST, VacancyClosing.FILLED)
    unmet = UnmetDemandReported(
        vacancy_ref=REF, occurred_on=NEXT, employer_ref=EMPLOYER, reason_code="no-candidates"
    )
    assert row(VACANCIES, opened, unmet).has_unmet_demand


def test_a_group_shows_how_many_are_guided_planned_and_placed():
    updated = GroupUpdated(group_ref=REF, occurred_on=NEXT, in_guidance=40, places_planned=12)
    over = GroupClosed(group_ref=REF, occurred_on=LAST, placed=10, precision=Precision.APPROX)
    found = row(GROUPS, planned, updated, filled, over)
    assert (found.state, found.in_guidance, found.places_planned, found.places_filled, found.placed) == (
        "closed", 40, 12, 1, 10,
    )  # fmt: skip


@pytest.mark.parametrize("model", [VACANCIES, GROUPS], ids=lambda model: model.name)
def test_places_of_something_else_make_no_row(model: ReadModel):
    assert model.ref_in(filled, "places", "x") == str(REF)
    assert row(model, filled) is None
