"""The programme of 2005-2008 as its bureau defines it, for tests of what needs no other part of reporting."""

from datetime import date

from banen_contracts.programme import (
    FunderDefinition,
    KindDefinition,
    Labels,
    Period,
    PhaseRoute,
    ProgrammeDefinition,
    RouteDefinition,
)
from banen_contracts.reporting import ProgrammeDefined

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
