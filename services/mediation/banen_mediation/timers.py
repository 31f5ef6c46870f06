"""What mediation does by itself on a day: it reminds staff to check whether a placement lasted, and to ask how it goes."""

from functools import partial

from banen_kit.application.definition import CommandRoute, Timer
from banen_mediation.domain.aftercare import DUE, RemindAftercare, due_from
from banen_mediation.domain.placement import PLACEMENT
from banen_mediation.domain.retention import MILESTONES, RemindMilestone, milestone_from

# Not in the table of commands, since no caller may give these.
REMIND_MILESTONE = CommandRoute("/placements/{ref}/remind-milestone", RemindMilestone, "placement", PLACEMENT)
REMIND_AFTERCARE = CommandRoute("/placements/{ref}/remind-aftercare", RemindAftercare, "placement", PLACEMENT)


def _milestone(name: str, months: int) -> Timer:
    reminder = RemindMilestone(months=months)
    return Timer(f"milestone-{name}", REMIND_MILESTONE, partial(milestone_from, months), lambda _: reminder)


def _aftercare(name: str, month: int) -> Timer:
    reminder = RemindAftercare(due_month=month)
    return Timer(f"aftercare-{name}", REMIND_AFTERCARE, partial(due_from, month), lambda _: reminder)


TIMERS = (
    *(_milestone(name, months) for name, months in MILESTONES.items()),
    *(_aftercare(name, month) for name, month in DUE.items()),
)
