"""Figures taken over from documents as they stand, with no placements behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

from banen_contracts.base import Count, Day, Precision, UnitId
from banen_contracts.reporting import Provenance, Year
from banen_kit.decider import Command, Context, Decider, Refused
from banen_kit.text import Mark
from banen_reporting.events import HistoricFigureImported


class ImportHistoricFigure(Command, frozen=True):
    NAME: ClassVar[str] = "import-historic-figure"
    occurred_on: Day
    unit_id: UnitId
    measure: Literal["regular_placements"]
    year: Year
    value: Count
    provenance: Provenance
    precision: Precision
    document_ref: Mark


@dataclass(frozen=True)
class Figure:
    is_imported: bool = False


def decide(c: ImportHistoricFigure, state: Figure, context: Context) -> Sequence[HistoricFigureImported]:
    if state.is_imported:
        raise Refused("figure-exists", "This figure was imported before.")
    return [
        HistoricFigureImported(
            figure_ref=UUID(context.ref),
            occurred_on=c.occurred_on,
            unit_id=c.unit_id,
            measure=c.measure,
            year=c.year,
            value=c.value,
            provenance=c.provenance,
            precision=c.precision,
            document_ref=c.document_ref,
        )
    ]


def evolve(state: Figure, event: HistoricFigureImported) -> Figure:
    if state.is_imported:
        raise AssertionError(f"{event.TYPE} cannot follow {state}")
    return Figure(is_imported=True)


FIGURE: Decider[ImportHistoricFigure, Figure, HistoricFigureImported] = Decider(Figure(), decide, evolve)
