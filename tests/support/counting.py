"""Programmes for the counting rules, made of units with their members."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from banen_contracts.programme import ProgrammeDefinition
from banen_reporting.counting import Programme, Unit
from support.definition import DEFINITION

Memberships = Mapping[str, Sequence[tuple[date, str | None]]]


def always_in(*units: tuple[Unit, Iterable[str]]) -> Memberships:
    """Each partner in its unit, always."""
    return {partner: ((date.min, unit.id),) for unit, members in units for partner in members}


def programme_of(
    units: Iterable[Unit],
    memberships: Memberships,
    historic: Mapping[tuple[str, int], int] | None = None,
    definition: ProgrammeDefinition = DEFINITION,
) -> Programme:
    return Programme(
        routes=tuple(route.code for route in definition.routes),
        route_of_kind={kind.code: kind.route for kind in definition.kinds},
        own_firms=definition.own_firms,
        route_of_phase={one.phase: one.route for one in definition.phases},
        units={unit.id: unit for unit in units},
        memberships=memberships,
        historic_regular=historic or {},
    )
