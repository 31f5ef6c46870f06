"""Filters on placements: which ones nothing can pass, and what the audit log keeps of them."""

from typing import get_args

from banen_contracts.programme import OWN_FIRM
from banen_kit.core.problem import FieldError, Problem, invalid
from banen_reporting.counting import Clause
from banen_reporting.figures.snapshot import FactSnapshot
from banen_reporting.queries.cells import NONE
from banen_reporting.queries.rows import DUPLICATES, PlacementFilter
from banen_reporting.queries.schemas import OUTCOMES


def refuse_impossible(wanted: PlacementFilter, model: FactSnapshot, own: frozenset[str] | None) -> None:
    """A filter that nothing can ever pass would look like a figure of zero. Raises `Problem`."""
    known = own if own is not None else frozenset({*model.units, NONE, DUPLICATES})
    if wanted.unit is not None and wanted.unit not in known:
        raise Problem(404, "unit-unknown", "There is no such unit.")
    if wanted.route is not None and wanted.route not in {*model.routes, OWN_FIRM, NONE}:
        raise invalid([FieldError("route", "is no route of the programme")])
    if wanted.clause is not None and wanted.clause not in get_args(Clause):
        raise invalid([FieldError("clause", "is no reason for which a placement does not count")])
    if wanted.clause is not None and wanted.outcome == "counted":
        raise invalid([FieldError("clause", "what counts has no reason for which it does not")])


def known_filters(wanted: PlacementFilter, model: FactSnapshot) -> dict[str, str]:
    """Returns the filters with known values only: anybody can type anything into a filter."""
    words: dict[str, tuple[str | None, frozenset[str]]] = {
        "unit": (wanted.unit, frozenset({*model.units, NONE, DUPLICATES})),
        "route": (wanted.route, frozenset({*model.routes, OWN_FIRM, NONE})),
        "verdict": (wanted.outcome, frozenset(OUTCOMES)),
        "clause": (wanted.clause, frozenset(get_args(Clause))),
    }
    return {name: value for name, (value, ours) in words.items() if value in ours}
