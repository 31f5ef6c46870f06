"""Where the marks of a chart stand: numbers for the macros in `templates/kit.html`, which draw them as SVG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import hypot

LABEL_WIDTH = 75.0
"""What a label at the end of a line takes, in the units of the drawing."""
STEPS = (1, 2, 4, 5, 8)


@dataclass(frozen=True)
class Label:
    text: str
    x: float
    y: float
    anchor: str = ""
    """`m` for the middle, `e` for the end; empty for the start."""


@dataclass(frozen=True)
class Line:
    """A line in pieces, each with at least one point: it is broken where nothing is shown."""

    pieces: tuple[tuple[tuple[float, float], ...], ...]

    @property
    def end(self) -> tuple[float, float]:
        return self.pieces[-1][-1]

    @property
    def drawn(self) -> Iterator[str]:
        """Each piece as the `points` of a polyline."""
        for piece in self.pieces:
            yield " ".join(f"{x:.1f},{y:.1f}" for x, y in piece)

    def y_at(self, x: float) -> float:
        """Of the point that is nearest to an x."""
        return min((point for piece in self.pieces for point in piece), key=lambda one: abs(one[0] - x))[1]


@dataclass(frozen=True)
class BurnUp:
    """What is counted, beside its plan, month by month."""

    counted: Line | None
    plan: Line | None
    grid: tuple[tuple[float, int], ...]
    """The height and the number of each line of the grid."""
    months: tuple[Label, ...]
    counted_label: tuple[float, float, str] | None
    plan_label: tuple[float, float, str] | None
    width: float = 360
    height: float = 230
    left: float = 44
    right: float = 352


def burn_up(
    counted: Sequence[float | None], plan: Sequence[float | None], months: Sequence[tuple[int, str]]
) -> BurnUp:
    """`months` are the labels below, each with the number of its point. Points are at equal distances."""
    shape = BurnUp(None, None, (), (), None, None)
    step = step_of(max([value for value in (*counted, *plan) if value is not None], default=0))
    top, bottom, last = 14.0, shape.height - 24, max(len(counted), len(plan)) - 1

    def x(at: float) -> float:
        return shape.left + (shape.right - shape.left) * at / max(last, 1)

    def y(value: float) -> float:
        return top + (bottom - top) * (1 - value / (2 * step))

    line, planned = (line_of([None if one is None else (x(at), y(one)) for at, one in enumerate(values)])
                     for values in (counted, plan))  # fmt: skip
    is_ahead = line is not None and (planned is None or line.end[1] <= planned.y_at(line.end[0]))
    return BurnUp(
        line,
        planned,
        tuple((y(value), value) for value in (0, step, 2 * step)),
        tuple(
            Label(text, x(at), shape.height - 5, "" if at == 0 else "e" if at == last else "m")
            for at, text in months
        ),
        line and label_place(line, shape, is_above=is_ahead),
        planned and label_place(planned, shape, is_above=not is_ahead),
    )


def line_of(points: Sequence[tuple[float, float] | None]) -> Line | None:
    pieces = [
        tuple(p for p in piece if p) for shown, piece in groupby(points, lambda p: p is not None) if shown
    ]
    return Line(tuple(pieces)) if pieces else None


def label_place(line: Line, shape: BurnUp, *, is_above: bool) -> tuple[float, float, str]:
    """At the end of a line, on the side away from the other one: its x and y, and what stands there (`e`: the end)."""
    x, y = line.end
    is_late = x - shape.left > 2 * LABEL_WIDTH
    if is_above:
        # To the left of the end a rising line is lower, so there is room above it.
        return (x, y - 10, "e") if is_late else (x, y - 10, "")
    rise = max(line.y_at(x - LABEL_WIDTH) - y, 0) if is_late else 0
    return (x, min(y + rise + 14, shape.height - 30), "e" if is_late else "")


def step_of(highest: float) -> int:
    """Half of the scale: a round number that is high enough."""
    size = 1
    while True:
        for one in STEPS:
            if 2 * one * size >= highest * 1.02:
                return one * size
        size *= 10


LONGEST_LABEL = 16
"""So many letters have room below a bar; the table beside the chart has the whole name."""


def fitted(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"


@dataclass(frozen=True)
class Bar:
    label: str
    value: int
    x: float
    y: float
    height: float
    kind: str
    """`t` for a total, `a` for a step."""


@dataclass(frozen=True)
class Waterfall:
    """From one number to another, step by step."""

    bars: tuple[Bar, ...]
    target: float | None
    """The height of the line of the target."""
    bottom: float = 190
    width: float = 360
    height: float = 231
    """Names stand below the bars in two lines in turn, so that each has the room of two bars."""
    bar_width: float = 60


def waterfall(
    start: tuple[str, int], steps: Sequence[tuple[str, int]], end: tuple[str, int], target: int | None
) -> Waterfall:
    shape = Waterfall((), None)
    levels = [start[1]]
    for _, step in steps:
        levels.append(levels[-1] + step)
    top = max([*levels, end[1], target or 0, 1])
    size = (shape.bottom - 25) / top
    room = (shape.width - 20) / (len(steps) + 2)

    def bar(at: int, label: str, value: int, low: int, high: int, kind: str) -> Bar:
        x = 10 + room * at + (room - shape.bar_width) / 2
        return Bar(fitted(label), value, x, shape.bottom - size * high, size * (high - low), kind)

    bars = [bar(0, *start, 0, start[1], "t")]
    for at, (label, step) in enumerate(steps):
        bars.append(bar(at + 1, label, step, min(levels[at : at + 2]), max(levels[at : at + 2]), "a"))
    bars.append(bar(len(steps) + 1, *end, 0, end[1], "t"))
    return Waterfall(tuple(bars), None if target is None else shape.bottom - size * target)


@dataclass(frozen=True)
class Tile:
    """A place on a tile map: its label, what stands below it, how dark it is (0 to 4), and where it lies, if that is known."""

    label: str
    text: str
    tint: int
    place: tuple[float, float] | None
    """To the east and to the north, in any unit."""


@dataclass(frozen=True)
class TileMap:
    """Tiles with the left and the top of each. 0 is drawn as an outline, 4 with light letters."""

    tiles: tuple[tuple[Tile, float, float], ...]
    height: float
    width: float = 360
    tile_width: float = 68
    tile_height: float = 56


def tile_map(tiles: Sequence[Tile], columns: int = 5) -> TileMap:
    """Each tile, the first ones first, in the free cell that is nearest to its place; those of unknown place below."""
    placed = [(one, *one.place) for one in tiles if one.place is not None]
    easts, norths = [east for _, east, _ in placed], [north for _, _, north in placed]
    rows = max(3, -(-len(placed) * 2 // columns))
    free = [(column, row) for row in range(rows) for column in range(columns)]
    cells: list[tuple[Tile, int, int]] = []
    for one, east, north in placed:
        x, y = _along(east, easts) * (columns - 1), (1 - _along(north, norths)) * (rows - 1)
        column, row = min(free, key=lambda cell: hypot(cell[0] - x, cell[1] - y))
        free.remove((column, row))
        cells.append((one, column, row))
    used = sorted({row for _, _, row in cells})
    cells = [(one, column, used.index(row)) for one, column, row in cells]
    below = [one for one in tiles if one.place is None]
    cells += [(one, at % columns, len(used) + at // columns) for at, one in enumerate(below)]
    height = 60 * (max((row for _, _, row in cells), default=0) + 1)
    return TileMap(tuple((one, 2.0 + 72 * column, 60.0 * row) for one, column, row in cells), height)


def _along(value: float, values: Sequence[float]) -> float:
    """Where a value lies between the lowest and the highest, from 0 to 1."""
    low, high = min(values), max(values)
    return (value - low) / (high - low) if high > low else 0.5
