"""Signing an agreement."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from banen_contracts.employers import PartyKind
from banen_employers.domain.agreement import AGREEMENT, SignAgreement
from banen_employers.events import AgreementSigned
from banen_kit.testing import Scenario
from support.definition import DEFINED, ending

REF = UUID(int=1)
DAY = date(2006, 3, 1)

agreement = Scenario(AGREEMENT, str(REF), partner="emplooi").knowing(DEFINED)

sign = SignAgreement(occurred_on=DAY, party_kind=PartyKind.UNION, routes=("A", "B"), valid_from=DAY)
signed = AgreementSigned(
    agreement_ref=REF,
    occurred_on=DAY,
    party_kind=PartyKind.UNION,
    routes=("A", "B"),
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


@pytest.mark.parametrize(
    ("routes", "field"), [(("C",), "routes.0"), (("A", "C"), "routes.1"), (("A", "a", "C"), "routes.1")]
)
def test_refuses_a_route_that_the_programme_does_not_have(routes: tuple[str, ...], field: str):
    agreement.when(sign.model_copy(update={"routes": routes})).then_refused("route-unknown", field)


def test_refuses_a_route_that_is_over_before_it_is_valid():
    agreement.knowing(ending(DAY)).when(sign).then(signed)
    agreement.knowing(ending(DAY - timedelta(days=1))).when(sign).then_refused("route-over", "routes.0")
