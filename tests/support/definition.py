"""The programme of 2005-2008 as its bureau defines it, for tests of what needs no other part of reporting."""

from datetime import UTC, date, datetime
from typing import Any

from banen_contracts.programme import (
    FunderDefinition,
    KindDefinition,
    Labels,
    Period,
    PhaseRoute,
    ProgrammeDefinition,
    RegionDefinition,
    RouteDefinition,
)
from banen_contracts.reporting import ProgrammeDefined
from banen_kit.application.learned import Learned, Newest

FIRST_DAY, LAST_DAY = date(2005, 12, 1), date(2008, 12, 31)


DUTCH = {
    "employment": "baan",
    "temp": "uitzendwerk",
    "secondment": "detachering",
    "self_employment": "eigen bedrijf",
    "internship": "stage",
    "work_experience": "werkervaringsplaats",
    "learn_work": "leerwerktraject",
    "training_guarantee": "opleiding met baangarantie",
    "volunteering": "vrijwilligerswerk",
}


def _label(code: str) -> Labels:
    return Labels(nl=DUTCH.get(code), en=code.replace("_", " "))


def _work(code: str, *, lent: bool = False, employer: bool = True) -> KindDefinition:
    return KindDefinition(
        code=code,
        label=_label(code),
        route="A",
        paid=True,
        employer=employer,
        hiring_employer=lent,
        in_work=True,
    )


def _learning(code: str, *, paid: bool = False) -> KindDefinition:
    return KindDefinition(code=code, label=_label(code), route="B", paid=paid, leaves="on_last_day")


FUNDERS = ("ministry", "european_refugee_fund", "lottery", "partners", "foundation", "other")
DEFINITION = ProgrammeDefinition(
    name=Labels(nl="Banenoffensief Vluchtelingen 2005-2008", en="Jobs offensive for refugees 2005-2008"),
    period=Period(first_day=FIRST_DAY, last_day=LAST_DAY),
    routes=(
        RouteDefinition(
            code="A", label=Labels(nl="Route A"), meaning=Labels(nl="rechtstreeks naar betaald werk")
        ),
        RouteDefinition(
            code="B",
            label=Labels(nl="Route B"),
            meaning=Labels(nl="via stage, werkervaring of opleiding"),
        ),
    ),
    kinds=(
        _work("employment"),
        _work("temp", lent=True),
        _work("secondment", lent=True),
        _work("self_employment", employer=False),
        _learning("internship"),
        _learning("work_experience"),
        _learning("learn_work", paid=True),
        _learning("training_guarantee"),
        _learning("volunteering"),
    ),
    phases=tuple(PhaseRoute(phase=phase, route="A" if phase < 3 else "B") for phase in (1, 2, 3, 4)),
    funders=tuple(FunderDefinition(code=code, label=_label(code)) for code in FUNDERS),
)
"""Nothing has ended, and there are no regions."""
DEFINED = ProgrammeDefined(programme_id="bureau", version=1, definition=DEFINITION, occurred_on=FIRST_DAY)
REGION = RegionDefinition(id="noord-holland", label=Labels(nl="Noord-Holland"))


def learned() -> Learned:
    """What a service knows that heard of this programme before the test began."""
    return Learned({ProgrammeDefined: Newest(DEFINED, 1, datetime(2005, 12, 1, tzinfo=UTC))})


def defined(**changes: Any) -> ProgrammeDefined:
    """The same programme, but for these fields of its definition."""
    return DEFINED.model_copy(update={"definition": DEFINITION.model_copy(update=changes)})


def ending(last_day: date) -> ProgrammeDefined:
    """The same programme, of which every route and kind has this last day."""
    return defined(
        routes=tuple(one.model_copy(update={"last_day": last_day}) for one in DEFINITION.routes),
        kinds=tuple(one.model_copy(update={"last_day": last_day}) for one in DEFINITION.kinds),
    )
