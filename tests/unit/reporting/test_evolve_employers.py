"""What reporting knows of employers, agreements, vacancies and groups, from what was published of them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from banen_contracts import PublicEvent, employers as e
from banen_contracts.base import Precision
from banen_reporting.facts.evolve import CannotFold, Learned
from banen_reporting.facts.kinds import BY_EVENT
from banen_reporting.facts.model import Fact
from banen_reporting.facts.model_employers import (
    AgreementFact,
    ApproachFact,
    EmployerFact,
    GroupFact,
    VacancyFact,
)

REF, EMPLOYER = UUID(int=1), UUID(int=2)
FIRST, SECOND, THIRD = date(2006, 3, 1), date(2006, 4, 1), date(2006, 5, 1)
WHEN = Learned(datetime(2006, 3, 2, tzinfo=UTC), imported=False)

registered = e.EmployerRegistered(
    employer_ref=EMPLOYER,
    occurred_on=FIRST,
    legal_kind=e.LegalKind.COMPANY,
    sector_code="C",
    name="Voorbeeld BV",
)
employer = EmployerFact(legal_kind=e.LegalKind.COMPANY, sector_code="C", name="Voorbeeld BV")
signed = e.AgreementSigned(
    agreement_ref=REF,
    occurred_on=FIRST,
    party_kind=e.PartyKind.UNION,
    places_promised=20,
    routes=("A", "B"),
    valid_from=FIRST,
    valid_to=SECOND,
)
agreement = AgreementFact(
    party_kind=e.PartyKind.UNION,
    places_promised=20,
    routes=("A", "B"),
    signed_on=FIRST,
    valid_from=FIRST,
    valid_to=SECOND,
)
opened = e.VacancyOpened(
    vacancy_ref=REF,
    occurred_on=FIRST,
    employer_ref=EMPLOYER,
    places=3,
    kind="employment",
    profession_group="51",
    route="A",
    open_until=THIRD,
)
vacancy = VacancyFact(
    employer_ref=str(EMPLOYER),
    places=3,
    kind="employment",
    profession_group="51",
    route="A",
    opened_on=FIRST,
    open_until=THIRD,
)
planned = e.GroupPlacementPlanned(
    group_ref=REF, occurred_on=FIRST, employer_ref=EMPLOYER, kind="employment", in_guidance=9
)
group = GroupFact(employer_ref=str(EMPLOYER), kind="employment", in_guidance=9, places_planned=None)


def folded(*events: PublicEvent) -> Fact:
    row: Fact | None = None
    for event in events:
        row = BY_EVENT[type(event)].fold(row, event, WHEN)
    assert row is not None
    return row


def of_employer(event: type[PublicEvent], day: date = SECOND, **fields: object) -> PublicEvent:
    return event.model_validate({"employer_ref": EMPLOYER, "occurred_on": day, **fields})


def of_agreement(event: type[PublicEvent], day: date = SECOND, **fields: object) -> PublicEvent:
    return event.model_validate({"agreement_ref": REF, "occurred_on": day, **fields})


def test_an_employer_is_known_from_the_registration_and_after_an_erasure():
    assert folded(registered, of_employer(e.EmployerErased)) == employer


@pytest.mark.parametrize("name", ["Ander Voorbeeld", None])
def test_an_employer_has_its_last_public_name(name: str | None):
    renamed = of_employer(e.EmployerRenamed, name=name, reason_code="merged")
    assert folded(registered, renamed) == replace(employer, name=name)


def test_an_employer_is_closed_until_it_is_reopened():
    closed = of_employer(e.EmployerClosed, reason_code="moved-abroad")
    reopened = of_employer(e.EmployerReopened, THIRD, reason_code="returned")
    assert folded(registered, closed) == replace(employer, closed_on=SECOND)
    assert folded(registered, closed, reopened) == employer


def test_an_employer_was_on_the_platform_between_two_days():
    joined = of_employer(e.PlatformMembershipChanged, joined=True)
    left = of_employer(e.PlatformMembershipChanged, THIRD, joined=False)
    assert folded(registered, joined, left) == replace(employer, platform=((SECOND, True), (THIRD, False)))


def test_each_approach_is_known_by_itself():
    approached = e.EmployerApproached(
        approach_ref=REF,
        occurred_on=FIRST,
        employer_ref=EMPLOYER,
        channel=e.ApproachChannel.JOB_FAIR,
        level=e.ApproachLevel.BOARD,
    )
    assert folded(approached) == ApproachFact(
        employer_ref=str(EMPLOYER),
        channel=e.ApproachChannel.JOB_FAIR,
        level=e.ApproachLevel.BOARD,
        approached_on=FIRST,
    )


def test_an_agreement_has_the_terms_that_were_said_last():
    terms = {"places_promised": None, "routes": ("B",), "valid_from": SECOND, "valid_to": THIRD}
    amended = of_agreement(e.AgreementAmended, reason_code="fewer-places", **terms)
    assert folded(signed) == agreement
    assert folded(signed, amended) == replace(agreement, **terms)


def test_an_agreement_expires_and_is_renewed():
    expired = of_agreement(e.AgreementExpired, date(2006, 4, 2))
    renewed = of_agreement(e.AgreementRenewed, date(2006, 4, 3), valid_to=THIRD)
    assert folded(signed, expired) == replace(agreement, expired_on=date(2006, 4, 2))
    assert folded(signed, expired, renewed) == replace(agreement, valid_to=THIRD)


def test_an_agreement_ends_with_the_number_of_referrals():
    referred = [of_agreement(e.ReferralReceived, number=number) for number in (1, 2)]
    ended = of_agreement(e.AgreementEnded, reason_code="bankruptcy")
    assert folded(signed, *referred, ended) == replace(agreement, referrals=2, ended_on=SECOND)


def test_a_vacancy_and_what_became_of_it():
    unmet = e.UnmetDemandReported(vacancy_ref=REF, occurred_on=SECOND, reason_code="no-candidates")
    closed = e.VacancyClosed(
        vacancy_ref=REF, occurred_on=THIRD, reason_code=e.VacancyClosing.WITHDRAWN, places_filled=1
    )
    assert folded(opened) == vacancy
    assert folded(opened, unmet, closed) == replace(
        vacancy,
        unmet=((SECOND, "no-candidates"),),
        closed_on=THIRD,
        closing=e.VacancyClosing.WITHDRAWN,
        places_filled=1,
    )


def test_a_group_from_planning_to_closing():
    updated = e.GroupPlacementUpdated(group_ref=REF, occurred_on=SECOND, in_guidance=12, places_planned=6)
    closed = e.GroupPlacementClosed(group_ref=REF, occurred_on=THIRD, placed=5, precision=Precision.EXACT)
    assert folded(planned, updated) == replace(group, in_guidance=12, places_planned=6)
    assert folded(planned, updated, closed) == replace(
        group, in_guidance=12, places_planned=6, placed=5, precision="exact", closed_on=THIRD
    )


@pytest.mark.parametrize("first", [registered, signed, opened, planned], ids=lambda event: event.NAME)
def test_what_is_said_twice_is_set_aside(first: PublicEvent):
    with pytest.raises(CannotFold, match="already-known"):
        folded(first, first)


@pytest.mark.parametrize(
    "event",
    [
        of_employer(e.EmployerClosed, reason_code="moved-abroad"),
        of_agreement(e.AgreementExpired),
        e.UnmetDemandReported(vacancy_ref=REF, occurred_on=SECOND, reason_code="no-candidates"),
        e.GroupPlacementUpdated(group_ref=REF, occurred_on=SECOND),
    ],
    ids=lambda event: event.NAME,
)
def test_what_follows_on_nothing_is_set_aside(event: PublicEvent):
    with pytest.raises(CannotFold, match="ref-unknown"):
        folded(event)
