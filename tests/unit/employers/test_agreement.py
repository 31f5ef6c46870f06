"""Signing an agreement."""

from datetime import date
from uuid import UUID

from banen_contracts.base import Route
from banen_contracts.employers import PartyKind
from banen_employers.domain.agreement import AGREEMENT, SignAgreement
from banen_employers.events import AgreementSigned
from banen_kit.testing import Scenario

REF = UUID(int=1)
DAY = date(2006, 3, 1)

agreement = Scenario(AGREEMENT, str(REF), partner="emplooi")

sign = SignAgreement(occurred_on=DAY, party_kind=PartyKind.UNION, routes=(Route.A, Route.B), valid_from=DAY)
signed = AgreementSigned(
    agreement_ref=REF,
    occurred_on=DAY,
    party_kind=PartyKind.UNION,
    routes=(Route.A, Route.B),
    valid_from=DAY,
)


def test_signs_without_an_end():
    agreement.when(sign).then(signed)


def test_signs_for_a_single_day_with_everything_that_is_known():
    changes = {
        "party_ref": UUID(int=2),
        "places_promised": 20,
        "valid_to": DAY,
        "document_ref": "SZW/2006/12",
    }
    agreement.when(sign.model_copy(update=changes)).then(signed.model_copy(update=changes))


def test_refuses_an_end_before_the_start():
    command = sign.model_copy(update={"valid_to": date(2006, 2, 28)})
    agreement.when(command).then_refused("end-before-start", "validTo")


def test_refuses_to_sign_twice():
    agreement.given(signed).when(sign).then_refused("agreement-exists")
