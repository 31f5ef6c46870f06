"""Figures taken over from documents, without placements behind them: one per unit, measure and year."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeAlias
from uuid import UUID, uuid5

from banen_contracts.base import Count, Day, Precision, ReasonCode, Year
from banen_contracts.reporting import Provenance
from banen_kit.core.decider import Command, DecisionContext, Refused
from banen_kit.core.text import Mark
from banen_reporting.administration.events import HistoricFigureImported, HistoricFigureSuperseded

FIGURES = UUID("3d1f7a52-6c0e-5b7e-9f43-0f1e64a6c2d5")
"""Namespace for references of figures."""
Measure: TypeAlias = Literal["regular_placements"]
Known: TypeAlias = Mapping[tuple[Measure, int], tuple[int, str]]
"""A unit's figures by measure and year: value and document."""


class ImportHistoricFigure(Command, frozen=True):
    NAME: ClassVar[str] = "import-historic-figure"
    occurred_on: Day
    measure: Measure
    year: Year
    value: Count
    provenance: Provenance
    precision: Precision
    document_ref: Mark


class SupersedeHistoricFigure(ImportHistoricFigure, frozen=True):
    """A better document replaces an earlier figure, which stays on record but no longer counts."""

    NAME: ClassVar[str] = "supersede-historic-figure"
    reason_code: ReasonCode


def decide_figure(
    c: ImportHistoricFigure, known: Known, context: DecisionContext
) -> Sequence[HistoricFigureImported]:
    if isinstance(c, SupersedeHistoricFigure):
        return _supersede(c, known, context)
    if (c.measure, c.year) in known:
        raise Refused("figure-exists", "This unit has a figure for that year; supersede it instead.", "year")
    return [HistoricFigureImported(**_fields(c, context))]


def _supersede(
    c: SupersedeHistoricFigure, known: Known, context: DecisionContext
) -> Sequence[HistoricFigureSuperseded]:
    before = known.get((c.measure, c.year))
    if before is None:
        raise Refused("figure-unknown", "This unit has no figure for that year.", "year")
    if before == (c.value, c.document_ref):
        raise Refused("figure-same", "This is the figure already.", "value")
    return [HistoricFigureSuperseded(**_fields(c, context), reason_code=c.reason_code)]


def figure_ref(unit_id: str, measure: str, year: int) -> UUID:
    """The reference of a published figure; a figure that supersedes it has the same one."""
    return uuid5(FIGURES, f"{unit_id}/{measure}/{year}")


def _fields(c: ImportHistoricFigure, context: DecisionContext) -> dict[str, Any]:
    return {
        "figure_ref": figure_ref(context.ref, c.measure, c.year),
        "occurred_on": c.occurred_on,
        "unit_id": context.ref,
        "measure": c.measure,
        "year": c.year,
        "value": c.value,
        "provenance": c.provenance,
        "precision": c.precision,
        "document_ref": c.document_ref,
    }
