"""What mediation does by itself on a day: it reminds staff to check whether a placement lasted."""

from functools import partial

from banen_kit.application.definition import CommandRoute, Timer
from banen_mediation.domain.placement import PLACEMENT
from banen_mediation.domain.retention import MILESTONES, RemindMilestone, milestone_from

# Not in the table of commands, since no caller may give it.
REMIND_MILESTONE = CommandRoute("/placements/{ref}/remind-milestone", RemindMilestone, "placement", PLACEMENT)


def _timer(name: str, months: int) -> Timer:
    reminder = RemindMilestone(months=months)
    return Timer(f"milestone-{name}", REMIND_MILESTONE, partial(milestone_from, months), lambda _: reminder)


TIMERS = tuple(_timer(name, months) for name, months in MILESTONES.items())
