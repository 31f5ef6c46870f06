"""Defining the programme: what must fit together, what a later definition may not leave out, and what is read of it."""

from datetime import date
from typing import Any

import pytest

from banen_contracts.programme import (
    DepartmentDefinition,
    FunderDefinition,
    FunnelPlan,
    KindDefinition,
    Labels,
    Period,
    PhaseRoute,
    ProgrammeDefinition,
    RegionDefinition,
    RegionFrom,
    RouteDefinition,
)
from banen_kit.core.strict_json import json_object_of
from banen_kit.testing import Scenario
from banen_reporting.administration.domain.programme import PROGRAMME, DefineProgramme
from banen_reporting.administration.events import ProgrammeDefined
from support.definition import DEFINITION

DAY = date(2005, 12, 1)
BUREAU: Scenario[ProgrammeDefined] = Scenario(PROGRAMME, "bureau", partner="bureau")


def define(definition: ProgrammeDefinition) -> DefineProgramme:
    return DefineProgramme(occurred_on=DAY, definition=definition)


def defined(version: int, definition: ProgrammeDefinition) -> ProgrammeDefined:
    return ProgrammeDefined(programme_id="bureau", occurred_on=DAY, version=version, definition=definition)


def changed(**fields: Any) -> ProgrammeDefinition:
    return DEFINITION.model_copy(update=fields)


LABEL = Labels(nl="iets")
ROUTE_C = RouteDefinition(code="C", label=LABEL)
ON_C = KindDefinition(code="holiday", label=LABEL, route="C")


def test_defines_the_programme():
    BUREAU.when(define(DEFINITION)).then(defined(1, DEFINITION))


def test_the_same_definition_again_changes_nothing():
    BUREAU.given(defined(1, DEFINITION)).when(define(DEFINITION)).then_nothing()


def test_another_definition_is_the_next_version():
    wider = changed(routes=(*DEFINITION.routes, ROUTE_C), kinds=(*DEFINITION.kinds, ON_C))
    BUREAU.given(defined(1, DEFINITION)).when(define(wider)).then(defined(2, wider))


def test_a_bureau_defines_its_own_programme_alone():
    other: Scenario[ProgrammeDefined] = Scenario(PROGRAMME, "uaf", partner="bureau")
    other.when(define(DEFINITION)).then_refused("programme-of-another")


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"kinds": DEFINITION.kinds[1:]}, "definition.kinds"),
        ({"funders": DEFINITION.funders[:-1]}, "definition.funders"),
    ],
)
def test_a_code_that_was_defined_stays_so_that_its_history_can_be_read(fields: dict[str, Any], place: str):
    BUREAU.given(defined(1, DEFINITION)).when(define(changed(**fields))).then_refused("code-left-out", place)


def test_a_region_stays_too():
    with_region = changed(regions=(RegionDefinition(id="noord", label=LABEL),))
    BUREAU.given(defined(1, with_region)).when(define(DEFINITION)).then_refused(
        "code-left-out", "definition.regions"
    )


def test_a_code_may_end():
    last = DEFINITION.kinds[-1].model_copy(update={"last_day": date(2007, 1, 31)})
    ended = changed(kinds=(*DEFINITION.kinds[:-1], last))
    BUREAU.given(defined(1, DEFINITION)).when(define(ended)).then(defined(2, ended))
    assert not last.is_over_on(date(2007, 1, 31))
    assert last.is_over_on(date(2007, 2, 1))


def test_the_zone_of_its_days_is_that_of_the_service_and_never_changes():
    elsewhere = changed(zone="America/Paramaribo")
    BUREAU.when(define(elsewhere)).then_refused("zone-differs", "definition.zone")
    BUREAU.given(defined(1, elsewhere)).when(define(DEFINITION)).then_refused("zone-fixed", "definition.zone")


PHASES = DEFINITION.phases
NOORD = RegionDefinition(id="noord", label=LABEL)
DEPARTMENT = DepartmentDefinition(
    id="noord-west", partner="uaf", label=LABEL, regions=(RegionFrom(region="noord"),)
)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"period": Period(first_day=DAY, last_day=date(2005, 11, 30))}, "period.lastDay"),
        ({"name": Labels()}, "name"),
        ({"routes": (*DEFINITION.routes, ROUTE_C)}, "routes.2.code"),
        ({"routes": (*DEFINITION.routes, DEFINITION.routes[0])}, "routes.2.code"),
        ({"kinds": (*DEFINITION.kinds, ON_C)}, "kinds.9.route"),
        ({"kinds": (*DEFINITION.kinds, DEFINITION.kinds[0])}, "kinds.9.code"),
        ({"kinds": (*DEFINITION.kinds, DEFINITION.kinds[0].model_copy(update={"code": "Employment"}))}, "kinds.9.code"),
        ({"kinds": (DEFINITION.kinds[0].model_copy(update={"label": Labels()}), *DEFINITION.kinds[1:])}, "kinds.0.label"),
        ({"phases": PHASES[:3]}, "phases"),
        ({"phases": (*PHASES[:3], PHASES[0])}, "phases.3.phase"),
        ({"phases": (*PHASES[:3], PhaseRoute(phase=4, route="C"))}, "phases.3.route"),
        ({"funders": (FunderDefinition(code="ministry", label=Labels()),)}, "funders.0.label"),
        ({"reporting_days": (DAY, DAY)}, "reportingDays.1"),
        ({"departments": (DEPARTMENT,)}, "departments.0.regions.0.region"),
        ({"departments": (DEPARTMENT,) * 2, "regions": (NOORD,)}, "departments.1.id"),
        ({"departments": (DEPARTMENT.model_copy(update={"regions": DEPARTMENT.regions * 2}),), "regions": (NOORD,)}, "departments.0.regions.1.firstDay"),
        ({"regions": (RegionDefinition(id="noord", label=LABEL),) * 2}, "regions.1.id"),
    ],
)  # fmt: skip
def test_refuses_what_does_not_fit_together_and_names_the_field(fields: dict[str, Any], path: str):
    assert path in [place for place, _ in changed(**fields).faults()]
    BUREAU.when(define(changed(**fields))).then_refused("definition-invalid", f"definition.{path}")


@pytest.mark.parametrize("code", ["none", "total", "self_employment", "Total"])
def test_no_route_has_the_name_of_another_line_of_the_tables(code: str):
    route = RouteDefinition(code=code, label=LABEL)
    definition = changed(
        routes=(*DEFINITION.routes, route), kinds=(*DEFINITION.kinds, ON_C.model_copy(update={"route": code}))
    )
    BUREAU.when(define(definition)).then_refused("definition-invalid", "definition.routes.2.code")


@pytest.mark.parametrize("text", ["Route 123456782", "Route 1234 56 782"])
def test_a_label_may_not_hold_a_citizen_service_number(text: str):
    BUREAU.when(define(changed(name=Labels(nl=text)))).then_refused("definition-invalid", "definition")


def test_all_faults_are_found_at_once():
    broken = changed(name=Labels(), phases=PHASES[:3], kinds=(*DEFINITION.kinds, ON_C))
    assert [path for path, _ in broken.faults()] == ["name", "kinds.9.route", "phases"]


def test_a_missing_language_falls_back():
    assert Labels(nl="baan").in_language("en") == "baan"
    assert Labels(en="job").in_language("nl") == "job"
    assert Labels(nl="baan", en="job").in_language("en") == "job"


def test_the_largest_definition_fits_into_one_command():
    """Otherwise a programme that is allowed could not be defined."""
    labels = Labels(nl="é" * 60, en="é" * 60)
    code, last = "c" * 29, date(2008, 1, 1)
    largest = ProgrammeDefinition(
        name=labels,
        period=DEFINITION.period,
        routes=tuple(RouteDefinition(code=f"{code}{n:02}", label=labels, last_day=last, meaning=labels) for n in range(6)),
        kinds=tuple(KindDefinition(code=f"{code}{n:02}", label=labels, last_day=last, route=f"{code}{n % 6:02}") for n in range(20)),
        phases=tuple(PhaseRoute(phase=n, route=f"{code}00") for n in (1, 2, 3, 4)),
        funders=tuple(FunderDefinition(code=f"{code}{n:02}", label=labels, last_day=last) for n in range(12)),
        regions=tuple(RegionDefinition(id=f"{code}{n:02}", label=labels) for n in range(36)),
        departments=tuple(
            DepartmentDefinition(id=f"{code}{n:02}", partner="p" * 31, label=labels, regions=(RegionFrom(region=f"{code}{n:02}"), RegionFrom(region=f"{code}{n:02}", first_day=last)))
            for n in range(20)
        ),
        funnel=FunnelPlan(contacts=10_000_000, conversations=10_000_000, placeable_percent=100),
        reporting_days=tuple(date(2008, month, day) for month in range(1, 13) for day in (1, 15)),
    )  # fmt: skip
    assert not list(largest.faults())
    body = define(largest).model_dump_json(by_alias=True).encode()
    assert DefineProgramme.model_validate(json_object_of(body)) == define(largest)


def test_stops_loudly_at_a_version_that_does_not_follow():
    with pytest.raises(AssertionError, match="version 3 cannot follow version 1"):
        PROGRAMME.replay([defined(1, DEFINITION), defined(3, changed(funders=()))])
