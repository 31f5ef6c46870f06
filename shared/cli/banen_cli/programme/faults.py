"""What does not fit together in a programme file. It also looks at files in which something has the wrong shape."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias, cast

from pydantic import ValidationError

from banen_cli.programme.yaml_tree import Path
from banen_contracts.programme import ProgrammeDefinition

Found: TypeAlias = tuple[Path, str]
Row: TypeAlias = Mapping[str, Any]


def faults_of(data: Any) -> Iterator[Found]:
    """The path of a part, and why it cannot be."""
    programme = _row(data)
    yield from _faults_of_definition(programme)
    yield from _faults_of_partners(programme)
    yield from _faults_of_units(programme)
    yield from _faults_of_rule_sets(programme)
    yield from _faults_of_money(programme)
    yield from _faults_of_figures(programme)


def _faults_of_definition(programme: Row) -> Iterator[Found]:
    own = {name.alias or at for at, name in ProgrammeDefinition.model_fields.items()}
    try:
        definition = ProgrammeDefinition.model_validate({at: programme[at] for at in own if at in programme})
    except ValidationError:
        return
    for path, reason in definition.faults():
        yield tuple(int(part) if part.isdigit() else part for part in path.split(".")), reason


def _faults_of_partners(programme: Row) -> Iterator[Found]:
    units = _ids(programme, "units")
    yield from _doubles(programme, "partners", "id")
    for path, partner in _rows(programme, "partners"):
        days: set[Any] = set()
        for place, one in _rows(partner, "units"):
            day = one.get("from")
            if day in days:
                since = f"from {day}" if day else "without a day"
                yield (*path, *place), f"this partner is in another unit {since} already"
            days.add(day)
            if day is not None:
                yield from _outside(programme, (*path, *place, "from"), day)
            if one.get("unit") is not None:
                yield from _absent((*path, *place, "unit"), one["unit"], units, "unit")


def _faults_of_units(programme: Row) -> Iterator[Found]:
    routes, years = _ids(programme, "routes", "code"), _years(programme)
    yield from _doubles(programme, "units", "id")
    for path, unit in _rows(programme, "units"):
        for route, target in _row(unit.get("targets")).items():
            yield from _absent((*path, "targets", route), route, routes, "route")
            for year in _row(target):
                if years and year.isdigit() and year not in years:
                    yield (*path, "targets", route, year), "this year is not in the period"
        if unit.get("targets") and not unit.get("decidedBy"):
            yield (*path, "targets"), "decidedBy is needed where there are targets"
        permission = _row(unit.get("permission"))
        if "countsStartsFrom" in permission:
            yield from _outside(
                programme, (*path, "permission", "countsStartsFrom"), permission["countsStartsFrom"]
            )


def _faults_of_rule_sets(programme: Row) -> Iterator[Found]:
    routes, units = _ids(programme, "routes", "code"), _ids(programme, "units")
    yield from _doubles(programme, "ruleSets", "id")
    for path, rule_set in _rows(programme, "ruleSets"):
        params, place = _row(rule_set.get("params")), (*path, "params")
        for at, unit in enumerate(_list(params.get("exceptUnits"))):
            yield from _absent((*place, "exceptUnits", at), unit, units, "unit")
        own_firms = str(params.get("selfEmployment"))
        if own_firms.startswith("route_"):
            yield from _absent((*place, "selfEmployment"), own_firms.removeprefix("route_"), routes, "route")
        if params.get("routeBasis") == "candidate_fase" and not programme.get("phases"):
            yield (*place, "routeBasis"), "the programme says nothing of phases"
        for name in ("windowFrom", "windowTo"):
            if name in params:
                yield from _outside(programme, (*place, name), params[name])


def _faults_of_money(programme: Row) -> Iterator[Found]:
    funders = _ids(programme, "funders", "code")
    for path, one in _rows(programme, "funding"):
        yield from _absent((*path, "funder"), one.get("funder"), funders, "funder")


def _faults_of_figures(programme: Row) -> Iterator[Found]:
    units = _ids(programme, "units")
    seen: set[Any] = set()
    for path, one in _rows(programme, "historicFigures"):
        yield from _absent((*path, "unit"), one.get("unit"), units, "unit")
        what = (str(one.get("unit")), str(one.get("year")))
        if what in seen:
            yield path, "this unit has a figure for that year already"
        seen.add(what)


def _row(value: Any) -> Row:
    return cast("Row", value) if isinstance(value, dict) else {}


def _list(value: Any) -> Sequence[Any]:
    return cast("Sequence[Any]", value) if isinstance(value, list) else ()


def _rows(part: Row, name: str) -> Iterator[tuple[Path, Row]]:
    for at, one in enumerate(_list(part.get(name))):
        yield (name, at), _row(one)


def _ids(programme: Row, name: str, key: str = "id") -> set[str]:
    return {str(row.get(key)) for _, row in _rows(programme, name)}


def _doubles(programme: Row, name: str, key: str) -> Iterator[Found]:
    seen: set[str] = set()
    for path, row in _rows(programme, name):
        if key in row:
            if str(row[key]) in seen:
                yield (*path, key), f"{row[key]} stands in the list twice"
            seen.add(str(row[key]))


def _absent(path: Path, code: Any, known: set[str], what: str) -> Iterator[Found]:
    if isinstance(code, str) and code not in known:
        yield path, f"there is no {what} {code}"


def _outside(programme: Row, path: Path, day: Any) -> Iterator[Found]:
    """Days are compared as they are written: what is no day is another fault."""
    period = _row(programme.get("period"))
    first, last = period.get("firstDay"), period.get("lastDay")
    if all(isinstance(one, str) for one in (first, day, last)) and not first <= day <= last:
        yield path, f"{day} is not in the period"


def _years(programme: Row) -> set[str]:
    """Those of the period; empty where it is not known."""
    period = _row(programme.get("period"))
    years = [str(period.get(name))[:4] for name in ("firstDay", "lastDay")]
    if not all(one.isdigit() for one in years):
        return set()
    return {str(year) for year in range(int(years[0]), int(years[1]) + 1)}
