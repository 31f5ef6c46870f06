"""Moments become days in the zone of the process."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from banen_kit.core.clocks import day_of, end_of, start_of, use_zone, zone
from banen_kit.core.language import Language

DAY = date(2007, 7, 1)


@pytest.fixture
def paramaribo() -> Iterator[None]:
    before = zone().key
    use_zone("America/Paramaribo")
    yield
    use_zone(before)


def test_days_are_those_of_amsterdam_until_another_zone_is_set():
    assert zone().key == "Europe/Amsterdam"
    assert day_of(datetime(2007, 6, 30, 22, tzinfo=UTC)) == DAY
    assert day_of(datetime(2007, 6, 30, 21, 59, tzinfo=UTC)) == DAY - timedelta(days=1)


@pytest.mark.usefixtures("paramaribo")
def test_days_are_those_of_the_zone_that_was_set():
    assert day_of(datetime(2007, 7, 1, 2, 59, tzinfo=UTC)) == DAY - timedelta(days=1)
    assert day_of(datetime(2007, 7, 1, 3, tzinfo=UTC)) == DAY
    assert start_of(DAY) == datetime(2007, 7, 1, tzinfo=timezone(timedelta(hours=-3)))
    assert end_of(DAY) == start_of(DAY + timedelta(days=1))


@pytest.mark.usefixtures("paramaribo")
def test_a_page_writes_a_moment_as_its_day():
    assert Language("banen_reporting.web", "nl").day(datetime(2007, 7, 1, 2, tzinfo=UTC)) == "30 juni 2007"


@pytest.mark.parametrize("name", ["Mars/One", "", "/etc/passwd", "../zone"])
def test_a_zone_that_is_not_there_is_refused_and_nothing_changes(name: str):
    before = zone()
    with pytest.raises(ValueError, match="BANEN_ZONE: there is no zone"):
        use_zone(name)
    assert zone() is before
