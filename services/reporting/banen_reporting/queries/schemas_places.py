"""The answers of the views by place: regions beside each other, and how many were reached in each municipality."""

from collections.abc import Mapping
from typing import Literal

from banen_contracts.base import Precision
from banen_contracts.intake import ReachSource
from banen_reporting.queries.schemas import Answer, Heading
from banen_reporting.queries.schemas_views import FunnelStep


class RegionPart(Answer, frozen=True):
    """The steps of the people of one region, and the offers of handovers of its candidates."""

    id: str
    steps: tuple[FunnelStep, ...]
    offered: int
    open_handovers: int


class RegionsView(Heading, frozen=True):
    """All regions of the programme in its order; what has no region comes last, and only where there is any."""

    regions: tuple[RegionPart, ...]
    total: RegionPart


class Estimate(Answer, frozen=True):
    """How many people of the target group live in a municipality, as somebody estimated for a year."""

    people: int
    year: int
    precision: Precision
    source: ReachSource


class MunicipalityReach(Answer, frozen=True):
    """Who was met in one municipality. `share` in percent of the estimate; None also where nobody recorded a contact."""

    code: str
    name: str
    estimate: Estimate | None
    contacts: int
    """First signs of life that were no conversation."""
    conversations: int
    share: float | None


class RegionContacts(Answer, frozen=True):
    """What was recorded with a region, or with no place at all, and without a municipality."""

    region: str
    contacts: int
    conversations: int


class ReachSum(Answer, frozen=True):
    """What does not exist for a part is None."""

    municipalities: int | None
    estimate: int | None
    contacts: int
    conversations: int
    share: float | None


ReachOf = Literal["estimated", "not_estimated", "no_municipality", "total"]


class ReachView(Heading, frozen=True):
    """The lowest share first, then those without estimate, then those in which nobody recorded a contact."""

    municipalities: tuple[MunicipalityReach, ...]
    without_municipality: tuple[RegionContacts, ...]
    sums: Mapping[ReachOf, ReachSum]
