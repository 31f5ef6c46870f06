"""A placement, and the events of its life, for tests of its decisions."""

from datetime import date
from typing import Any
from uuid import UUID

from banen_contracts.mediation import ContractTerm, EndReason, Origin, ProgrammeTag
from banen_kit.crypto.personal_fields import Open
from banen_kit.testing import Scenario
from banen_mediation.domain.placement import PLACEMENT
from banen_mediation.events import (
    ClientTakenOn,
    PlacementEnded,
    PlacementExtended,
    PlacementStarted,
    PlacementVoided,
)
from support.definition import DEFINED

REF = UUID(int=1)
CLIENT = UUID(int=2)
OTHER = UUID(int=3)
START = date(2006, 1, 1)
PLANNED_END = date(2006, 6, 30)
LATER = date(2006, 12, 31)
DAY = date(2006, 5, 1)

FIXED_TERMS: dict[str, Any] = {
    "client_ref": CLIENT,
    "kind": "employment",
    "contract": ContractTerm.FIXED,
    "start_date": START,
    "planned_end_date": PLANNED_END,
    "paid": True,
    "programme_tag": ProgrammeTag.PROGRAMME,
    "primary_partner": "uaf",
}


def fixed(**changes: Any) -> dict[str, Any]:
    return FIXED_TERMS | changes


OPEN_TERMS = fixed(contract=ContractTerm.OPEN_ENDED, planned_end_date=None)

taken_on = ClientTakenOn(
    client_ref=CLIENT, occurred_on=START, origin=Origin.WALK_IN, name=Open("Sanne Voorbeeld")
)
placement = Scenario(PLACEMENT, str(REF), partner="uaf").knowing(DEFINED).beside(taken_on)

started = PlacementStarted(placement_ref=REF, **FIXED_TERMS)
started_open = PlacementStarted(placement_ref=REF, **OPEN_TERMS)
extended = PlacementExtended(
    placement_ref=REF, occurred_on=DAY, contract=ContractTerm.FIXED, planned_end_date=LATER
)
ended = PlacementEnded(placement_ref=REF, end_date=PLANNED_END, reason_code=EndReason.COMPLETED)
voided = PlacementVoided(placement_ref=REF, occurred_on=DAY, reason_code="entered-twice")
