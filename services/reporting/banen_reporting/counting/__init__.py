"""The counting rules as pure code: which placements count, which do not, and which clause decided it."""

from banen_reporting.counting.duration import known_last_day, last_day_of_minimum
from banen_reporting.counting.evaluate import judge, judge_group, needs_whole_set
from banen_reporting.counting.inputs import (
    AssessmentsOf,
    Clause,
    ClientKey,
    CountedRoute,
    Outcome,
    PlacementKey,
    Placements,
    Programme,
    RuleSet,
    Unit,
    Verdict,
    client_of,
)
from banen_reporting.counting.totals import Tally, national_choice, tally

__all__ = [
    "AssessmentsOf",
    "Clause",
    "ClientKey",
    "CountedRoute",
    "Outcome",
    "PlacementKey",
    "Placements",
    "Programme",
    "RuleSet",
    "Tally",
    "Unit",
    "Verdict",
    "client_of",
    "judge",
    "judge_group",
    "known_last_day",
    "last_day_of_minimum",
    "national_choice",
    "needs_whole_set",
    "tally",
]
