"""The counting rules as pure code: which placements count, which do not, and which clause decided it."""

from banen_reporting.counting.evaluate import judge, judge_group, needs_whole_set
from banen_reporting.counting.inputs import (
    Clause,
    ClientKey,
    CountedRoute,
    Outcome,
    Placement,
    PlacementKey,
    Programme,
    RuleSet,
    Unit,
    Verdict,
)
from banen_reporting.counting.totals import Tally, national_choice, tally

__all__ = [
    "Clause",
    "ClientKey",
    "CountedRoute",
    "Outcome",
    "Placement",
    "PlacementKey",
    "Programme",
    "RuleSet",
    "Tally",
    "Unit",
    "Verdict",
    "judge",
    "judge_group",
    "national_choice",
    "needs_whole_set",
    "tally",
]
