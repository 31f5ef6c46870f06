"""The sentence that answers what the overview asks, out of the same answers as its tables."""

from collections.abc import Iterator
from dataclasses import dataclass

from banen_reporting.queries.cells import percent
from banen_reporting.queries.schemas import Targets
from banen_reporting.queries.schemas_course import Course
from banen_reporting.web.lines import Part, part_of
from banen_reporting.web.words import ProgrammeWords


@dataclass(frozen=True)
class Key:
    """In bold stands the share of the target, if there is one."""

    lead: str
    share: str
    rest: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join((f"{self.lead} {self.share}." if self.share else self.lead, *self.rest))


def key_of(targets: Targets, course: Course, words: ProgrammeWords) -> Key:
    part = part_of(targets)
    number, total = words.language.number, part.total
    if total.counted is None:
        return Key(words.gettext("key_hidden"), "", ())
    if total.target is None:
        return Key(words.gettext("key_no_target").format(counted=number(total.counted)), "", ())
    lead = words.gettext("key").format(counted=number(total.counted), target=number(total.target))
    share = words.language.percentage(total.attainment)
    return Key(lead, share, tuple(_rest(targets, part, course, words)))


def _rest(targets: Targets, part: Part, course: Course, words: ProgrammeWords) -> Iterator[str]:
    plans = [value for value in course.planned.values() if value is not None]
    if not course.is_over and plans:
        yield words.gettext("key_plan").format(planned=words.language.number(sum(plans)))
    routes = list(_routes(part, course, words))
    if routes:
        yield ", ".join(routes) + "."
    permitted = without_permission(targets)
    if permitted is not None:
        yield words.gettext("key_permission").format(share=words.language.percentage(permitted))


def _routes(part: Part, course: Course, words: ProgrammeWords) -> Iterator[str]:
    for route, cell in part.routes.items():
        goal = cell.target if course.is_over else course.planned.get(route)
        if cell.counted is None or goal is None:
            continue
        number = words.language.number
        aim = (
            words.gettext("aim_target").format(goal=number(goal))
            if course.is_over
            else words.gettext("aim_plan").format(goal=number(goal))
        )
        place = {"route": words.route(route), "gap": number(abs(cell.counted - goal)), "aim": aim}
        if cell.counted > goal:
            yield words.gettext("route_above").format(**place)
        elif cell.counted < goal:
            yield words.gettext("route_below").format(**place)
        else:
            yield words.gettext("route_met").format(**place)


def by_permission(targets: Targets) -> int | None:
    """How many count only by permission of the funder; None if that is not to be seen, or counts twice."""
    cells = [unit.total for unit in targets.units if unit.counted_by == "permission"]
    if targets.national is None or targets.national.duplicates.in_all != 0:
        return None
    if any(cell.counted is None for cell in cells) or targets.national.total.counted is None:
        return None
    return sum(cell.counted or 0 for cell in cells)


def without_permission(targets: Targets) -> float | None:
    """The share of the target without those, if there are any."""
    permitted = by_permission(targets)
    if not permitted or targets.national is None or targets.national.total.counted is None:
        return None
    return percent(targets.national.total.counted - permitted, targets.national.total.target)
