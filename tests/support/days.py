"""A day of a small programme, made of facts in memory: for the views, which are pure."""

from datetime import date
from typing import Any

from banen_contracts.base import source_of
from banen_contracts.mediation import ContractTerm, Origin, ProgrammeTag
from banen_contracts.programme import ProgrammeDefinition
from banen_contracts.reporting import RuleSetParams
from banen_reporting.facts.model import (
    BUREAU,
    ClientFact,
    Fact,
    PartnerFact,
    PlacementFact,
    ProgrammeFact,
    RecordedFact,
    RuleSetFact,
    UnitFact,
)
from banen_reporting.figures.activity import ActivitySnapshot
from banen_reporting.figures.evaluation import Evaluation
from banen_reporting.figures.snapshot import FactSnapshot
from banen_reporting.queries.day import ProgrammeDay
from banen_reporting.queries.schemas import Heading, RuleSetVersion
from support.definition import DEFINITION, FIRST_DAY, LAST_DAY

START = date(2007, 1, 1)
RULES = RuleSetFact(
    version=1,
    params=RuleSetParams(window_from=FIRST_DAY, window_to=LAST_DAY),
    approved_by="steering-group",
    approved_on=START,
)


def bureau(ref: str, row: Fact) -> RecordedFact:
    return RecordedFact(BUREAU, ref, row)


def of(partner: str, service: str, ref: str, row: Fact) -> RecordedFact:
    return RecordedFact(source_of(partner, service), ref, row)


def unit(ref: str, **changes: Any) -> RecordedFact:
    terms: dict[str, Any] = {"label": ref.upper(), "members": (ref,)}
    return bureau(ref, UnitFact(**(terms | changes)))


def placed(ref: str, partner: str = "uaf", **changes: Any) -> RecordedFact:
    """A job without an end, of a person of its own."""
    terms: dict[str, Any] = {
        "client_ref": f"client of {ref}",
        "primary_partner": partner,
        "kind": "employment",
        "contract": ContractTerm.OPEN_ENDED,
        "start": START,
        "programme_tag": ProgrammeTag.PROGRAMME,
        "recorded_on": START,
    }
    return of(partner, "mediation", ref, PlacementFact(**(terms | changes)))


def client(ref: str, partner: str = "uaf") -> RecordedFact:
    row = ClientFact(origin=Origin.WALK_IN, origin_ref=None, taken_on=START)
    return of(partner, "mediation", ref, row)


def day_of(
    *facts: RecordedFact, until: date = LAST_DAY, definition: ProgrammeDefinition = DEFINITION
) -> ProgrammeDay:
    """UAF has targets on both routes; UWV has none and may count."""
    given = (
        bureau("bureau", ProgrammeFact(version=1, definition=definition)),
        bureau("published", RULES),
        *(bureau(ref, PartnerFact(name=ref.upper(), services=("mediation",))) for ref in ("uaf", "uwv")),
        unit("uaf", targets={"A": 3, "B": 1}),
        unit("uwv", targets={"A": None, "B": None}, permission_from=FIRST_DAY),
        *facts,
    )
    model = FactSnapshot()
    for fact in given:
        model.apply(fact)
    judged = Evaluation(model, model.rule_set("published"), until, 0)
    judged.judge_all()
    heading = Heading(
        rule_set=RuleSetVersion(id="published", version=1), known_on=until, happened_until=until,
        provisional=False, position=0,
    )  # fmt: skip
    return ProgrammeDay(heading, model, ActivitySnapshot().after(given), judged.verdicts)
