"""What long work makes is frozen, so no garbage collection looks at it: it must be freed by itself once nobody keeps it."""

import gc
import weakref
from collections.abc import Iterator
from datetime import date

import pytest

from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.employers import employers_view
from banen_reporting.queries.follow_up import follow_up
from banen_reporting.queries.funnel import FunnelFilter, funnel
from banen_reporting.queries.quality import data_quality
from banen_reporting.queries.supply_and_demand import supply_and_demand
from support.days import client, day_of, placed


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def used_day() -> ProgrammeDay:
    day = day_of(placed("a"), placed("b", end=date(2007, 3, 1)), client("client of a"))
    for view in (employers_view, follow_up, data_quality, supply_and_demand):
        view(day, Extent())
    funnel(day, Extent(), FunnelFilter())
    return day


@pytest.mark.usefixtures("uncollected")
def test_a_day_is_freed_with_its_facts_and_verdicts_when_nobody_keeps_it():
    day = used_day()
    parts = [weakref.ref(one) for one in (day, day.model, day.activity)]
    del day
    assert [part() for part in parts] == [None, None, None]
