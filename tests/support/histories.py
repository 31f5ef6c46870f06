"""A history of the demo that is short in `make test`, and whole in `make nightly`."""

from collections.abc import Sequence

from banen_local.demo.history.plan import CELLS, Cell
from support.searches import IS_LONG

SOME: Sequence[Cell] = CELLS if IS_LONG else [cell for cell in CELLS if cell.route == "B"]
