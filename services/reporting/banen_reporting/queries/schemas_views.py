"""The answers of the views beside the figures."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from banen_contracts.programme import FunnelPlan
from banen_reporting.queries.schemas import Answer, Heading

Step = Literal["conversation", "registered", "ready", "placed", "counted"]


class FunnelStep(Answer, frozen=True):
    """How many people came so far; everybody in a step is in the one before it too."""

    step: Step
    people: int
    of_previous: float | None
    of_first: float | None
    dropped: int | None


class FunnelPart(Answer, frozen=True):
    """The same steps for a part of the people; a step that cannot be known of the part is not there."""

    id: str
    people: Mapping[Step, int]
    counted_of_first: float | None


class Bridge(Answer, frozen=True):
    """From the people at the end of the funnel to the placements that count."""

    people: int
    more_of_the_same: int
    not_through_the_funnel: int
    counted: int


class ConversionFunnel(Heading, frozen=True):
    """The same people through all steps. `bridge` is of the whole programme alone."""

    steps: tuple[FunnelStep, ...]
    contacts: int
    conversations: int
    planned: FunnelPlan | None
    partners: tuple[FunnelPart, ...]
    regions: tuple[FunnelPart, ...]
    routes: tuple[FunnelPart, ...]
    channels: tuple[FunnelPart, ...]
    """By the channel through which the conversation came about."""
    bridge: Bridge | None


class GroupPlacement(Answer, frozen=True):
    """Several people at one employer: what was promised, guided and placed. None: not recorded."""

    ref: str
    partner: str
    employer: str | None
    """Its name, where it agreed that it is published."""
    kind: str
    planned: int | None
    in_guidance: int | None
    reported: int | None
    """What the partner reported as placed when the group was closed."""
    precision: str | None
    placed: int
    """Placements on record that name the group."""
    counted: int
    is_open: bool


class AgreementYield(Answer, frozen=True):
    """Agreements with one kind of party, and what came of them."""

    party_kind: str
    partner: str
    agreements: int
    in_force: int
    ends_soon: int
    promised: int
    without_number: int
    placed: int | None
    """At the employers with which they were signed, while they held; None: they name no employer."""
    referrals: int


class ApproachYield(Answer, frozen=True):
    """Employers who were approached through one channel; one who was through two stands under both."""

    channel: str
    approaches: int
    employers: int
    with_agreement: int
    """Employers with whom an agreement was signed by the day."""
    with_placement: int
    """Employers at whom somebody was placed by the day."""


class OwnFirms(Answer, frozen=True):
    """Tracks to an own firm, by where the support came from."""

    support_source: str
    tracks: int
    started: int
    running: int
    stopped: int


class EmployersView(Heading, frozen=True):
    """Employers, group placements, agreements and own firms."""

    employers: int
    approached: int
    on_platform: int
    approaches: tuple[ApproachYield, ...]
    groups: tuple[GroupPlacement, ...]
    agreements: tuple[AgreementYield, ...]
    own_firms: tuple[OwnFirms, ...]


class ProfessionBalance(Answer, frozen=True):
    """Who waits for work in a profession, and which places there are."""

    profession_group: str | None
    """Two digits of ISCO-08; None: not recorded, or not public."""
    waiting: int
    """People who are ready for mediation, whose file is open, and who were not placed."""
    places: int
    """Of all vacancies until the day."""
    open: int
    """Places of vacancies that are open on the day."""
    filled: int
    """Places that were filled when a vacancy was closed."""
    unmet: int
    """Places of vacancies for which a partner reported that nobody was found."""


class UnmetDemand(Answer, frozen=True):
    reason: str
    vacancies: int
    places: int


class VacanciesEnded(Answer, frozen=True):
    """Vacancies by what became of them."""

    outcome: str
    """How they were closed; `open` or `past` (nobody closed it, and its last day is over) where they were not."""
    vacancies: int
    places: int
    filled: int | None
    """None: nobody said."""


class SupplyAndDemand(Heading, frozen=True):
    """People who wait for work beside the places that employers have."""

    waiting: int
    professions: tuple[ProfessionBalance, ...]
    unmet: tuple[UnmetDemand, ...]
    """By the reason that was reported last."""
    vacancies: tuple[VacanciesEnded, ...]


class EffortOf(Answer, frozen=True):
    """The hours of a partner's people of one role, over all months until the day."""

    partner: str
    role: str
    months: int
    """With hours on record, also where they were too few people to say how many."""
    kept_back: int
    """Of those months: too few people to publish."""
    hours: int | None
    """None: nothing that may be published."""
    people: int | None
    """In the last month that says it."""


class EffortMonth(Answer, frozen=True):
    month: date
    """Its first day."""
    hours: int | None
    people: int | None
    kept_back: int
    """How many partners' roles say nothing of it, since they were too few people."""


class MeetingsOf(Answer, frozen=True):
    """Trainings and peer reviews of a partner's own people, by how many came."""

    partner: str
    kind: str
    held: int
    attendance: Mapping[str, int]
    """By band, with all bands."""


class Effort(Heading, frozen=True):
    """What people gave: hours by role, and the meetings at which they learned."""

    effort: tuple[EffortOf, ...]
    months: tuple[EffortMonth, ...]
    meetings: tuple[MeetingsOf, ...]


class HandoverCounts(Answer, frozen=True):
    """What became of the offers of one partner to another."""

    from_partner: str
    to_partner: str
    offered: int
    open: int
    accepted: int
    completed: int
    declined: int
    expired: int
    withdrawn: int
    median_days_to_answer: float | None


class OpenHandover(Answer, frozen=True):
    """An offer that was neither completed nor ended."""

    ref: str
    from_partner: str
    to_partner: str
    offered_on: date
    expires_on: date
    age_days: int
    answered_on: date | None


class MilestoneMonth(Answer, frozen=True):
    """The placements that reach a number of months in a calendar month."""

    month: date
    """Its first day."""
    due: int
    confirmed: int
    denied: int


class AftercarePart(Answer, frozen=True):
    """Of placements that still run, or ran so long: contacts of aftercare by the month in which they were due."""

    due_month: int
    due: int
    done: int
    not_done: int
    not_recorded: int


class FollowUp(Heading, frozen=True):
    """Handovers between partners, aftercare and the calendar of milestones."""

    milestone_months: int
    handovers: tuple[HandoverCounts, ...]
    open_handovers: tuple[OpenHandover, ...]
    overdue: int
    """Placements that should have reached the milestone by then, and of which nobody said whether they did."""
    calendar: tuple[MilestoneMonth, ...]
    aftercare: tuple[AftercarePart, ...]


Severity = Literal["warn", "info"]


class QualityFinding(Answer, frozen=True):
    """What one check found. `found` None: it cannot be checked, since nothing of it was recorded."""

    check: str
    severity: Severity
    found: int | None
    of: int | None


class DataQuality(Heading, frozen=True):
    """All checks of the catalogue, those that found something first."""

    findings: tuple[QualityFinding, ...]
