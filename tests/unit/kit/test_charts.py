"""Charts: round scales, lines that are broken where nothing is shown, labels on the side away from the other line."""

import pytest

from banen_kit.web.shell.charts import Tile, burn_up, step_of, tile_map, waterfall


@pytest.mark.parametrize(
    ("highest", "step"), [(0, 1), (1.5, 1), (7, 4), (1525, 800), (1807, 1000), (2600, 2000)]
)
def test_the_scale_is_round_and_high_enough(highest: float, step: int):
    assert step_of(highest) == step
    assert 2 * step >= highest


def test_a_line_is_broken_where_nothing_is_shown():
    made = burn_up([1, 2, None, 4, 5], [None] * 5, [])

    assert made.counted is not None
    assert [len(piece) for piece in made.counted.pieces] == [2, 2]
    assert made.plan is None


def test_labels_stand_on_the_side_away_from_the_other_line():
    ahead, behind = burn_up([0, 50, 100], [0, 25, 50], []), burn_up([0, 25, 50], [0, 50, 100], [])

    for made, upper, lower in (
        (ahead, ahead.counted_label, ahead.plan_label),
        (behind, behind.plan_label, behind.counted_label),
    ):
        assert made.counted is not None
        assert made.plan is not None
        assert upper is not None
        assert lower is not None
        top, bottom = sorted((made.counted.end[1], made.plan.end[1]))
        assert upper[1] < top
        assert lower[1] > bottom


def test_a_chart_of_nothing_is_empty():
    made = burn_up([], [], [])
    assert (made.counted, made.plan) == (None, None)


def test_a_name_that_is_longer_than_its_bar_is_cut():
    made = waterfall(
        ("before", 1), [("A name that is too long", 1), ("sixteen long now", 1)], ("after", 3), None
    )
    assert [bar.label for bar in made.bars] == ["before", "A name that is…", "sixteen long now", "after"]


def test_the_steps_of_a_waterfall_lead_from_one_total_to_the_other():
    made = waterfall(("before", 1659), [("one", 610), ("two", 58)], ("after", 2327), 2600)

    before, one, two, after = made.bars
    assert before.y == pytest.approx(one.y + one.height)
    assert one.y == pytest.approx(two.y + two.height)
    assert two.y == pytest.approx(after.y)
    assert made.target is not None
    assert made.target < after.y


def tile(label: str, place: tuple[float, float] | None) -> Tile:
    return Tile(label, "", 1, place)


def test_tiles_stand_as_the_places_lie_and_none_covers_another():
    corners = {"nw": (0, 9), "ne": (9, 9), "sw": (0, 0), "se": (9, 0)}
    made = tile_map([tile(label, place) for label, place in corners.items()])
    found = {one.label: (x, y) for one, x, y in made.tiles}

    assert found["nw"][0] == found["sw"][0] < found["ne"][0] == found["se"][0]
    assert found["nw"][1] == found["ne"][1] < found["sw"][1] == found["se"][1]
    assert all(
        x + made.tile_width <= made.width and y + made.tile_height <= made.height for x, y in found.values()
    )


def test_many_tiles_of_one_place_stand_beside_each_other():
    made = tile_map([tile(str(at), (1, 1)) for at in range(30)])

    cells = [(x, y) for _, x, y in made.tiles]
    assert len({*cells}) == 30
    for at, (x, y) in enumerate(cells):
        assert all(
            abs(x - left) >= made.tile_width or abs(y - top) >= made.tile_height
            for left, top in cells[at + 1 :]
        )


def test_tiles_of_unknown_place_stand_below_the_others():
    made = tile_map([tile("unknown", None), tile("a", (0, 0)), tile("b", (9, 9))])
    found = {one.label: y for one, _, y in made.tiles}

    assert found["unknown"] > max(found["a"], found["b"])
    assert len(tile_map([tile("alone", None)]).tiles) == 1
    assert tile_map([]).tiles == ()
