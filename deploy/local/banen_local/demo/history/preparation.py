"""What happens to a candidate between registration and mediation, as steps that get their days later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeAlias, TypeVar

from banen_contracts.consent import Consent, ConsentScope
from banen_contracts.intake import ActivityKind, ActivityOutcome
from banen_intake.domain.candidate import AssignWorker, CloseCandidate, ReenterCandidate
from banen_intake.domain.consent import GrantConsent, WithdrawConsent
from banen_intake.domain.preparation import (
    AgreePlan,
    AssessDistance,
    AssignRoute,
    CompleteIntake,
    DeclareReady,
    EndActivity,
    StartActivity,
    StartIntake,
)
from banen_intake.domain.silence import LogConversation, MarkLost
from banen_kit.core.decider import Command
from banen_local.demo.history.book import Book
from banen_local.demo.history.bureau import BY_STEPS, DIRECT

T = TypeVar("T")
Step: TypeAlias = Callable[..., Command]
"""Makes a command when it is told `occurred_on`."""

FULL = ("vluchtelingenwerk", "uaf")
"""The partners that guide people; UWV traced people in its files and placed them."""
HANDOVER = Consent(scope=ConsentScope.HANDOVER, to_partner="emplooi")
LINKAGE, PUBLICITY, STATISTICS = (
    Consent(scope=scope) for scope in (ConsentScope.LINKAGE, ConsentScope.PUBLICITY, ConsentScope.STATISTICS)
)
ALLOWED = {STATISTICS: 0.92, LINKAGE: 0.7, PUBLICITY: 0.03}
HANDOVER_AT_ONCE = 0.8
"""The share that allows the handover at registration; who is offered later allowed it before."""
WORKERS = {"vluchtelingenwerk": ("vwn", 24), "uaf": ("uaf", 9)}
"""What the pseudonyms of its workers begin with, and how many there are."""
WORKERS_FROM = 2008
"""The demo's partners name the responsible worker from this year on."""
MOVED = 0.08
PLANNED = 0.25
PLANS = (
    "First the language course, then a job in care.",
    "Have the diploma valued and look for work at the same level.",
    "Gain Dutch work experience as a volunteer, then apply.",
    "Three days of work beside the language course.",
    "Practise interviews; write to ten employers a month.",
)
PHASES = {DIRECT: (1, 2), BY_STEPS: (3, 3, 4)}
OTHER_ROUTE = {DIRECT: BY_STEPS, BY_STEPS: DIRECT}
REASONS = {DIRECT: "small-distance", BY_STEPS: "large-distance"}
REASONS_CHANGED = {DIRECT: "distance-smaller", BY_STEPS: "no-job-found"}
CHANGED = {DIRECT: 0.05, BY_STEPS: 0.03}
"""The share whose route was another one at first, by the route at the end."""
REASSESSED = 0.1
LOST = 0.03
REENTERED = 0.03
REENTERED_AFTER_ALL = 0.25
"""The share of those closed without a placement who take part again."""

ACTIVITIES: Mapping[tuple[str, str], Mapping[ActivityKind, int]] = {
    ("vluchtelingenwerk", DIRECT): {
        ActivityKind.VOCATIONAL_LANGUAGE: 4, ActivityKind.COACHING: 3, ActivityKind.COMPETENCY_TEST: 2,
        ActivityKind.DIPLOMA_VALUATION: 2, ActivityKind.TRAINING: 1,
    },
    ("vluchtelingenwerk", BY_STEPS): {
        ActivityKind.LANGUAGE: 7, ActivityKind.VOLUNTEERING: 5, ActivityKind.VOCATIONAL_LANGUAGE: 4,
        ActivityKind.INTERNSHIP: 3, ActivityKind.TRAINING: 2, ActivityKind.COACHING: 2,
        ActivityKind.COMPETENCY_TEST: 1, ActivityKind.DIPLOMA_VALUATION: 1,
    },
    ("uaf", DIRECT): {
        ActivityKind.COACHING: 4, ActivityKind.DIPLOMA_VALUATION: 3, ActivityKind.STUDY: 3,
        ActivityKind.VOCATIONAL_LANGUAGE: 1,
    },
    ("uaf", BY_STEPS): {
        ActivityKind.STUDY: 5, ActivityKind.DIPLOMA_VALUATION: 3, ActivityKind.COACHING: 2,
        ActivityKind.INTERNSHIP: 2, ActivityKind.VOCATIONAL_LANGUAGE: 1,
    },
}  # fmt: skip
ACTIVE = {DIRECT: 0.2, BY_STEPS: 0.65}
ACTIVE_AGAIN = 0.25
STILL_RUNNING = 0.15
"""The share of activities that had no end yet, among people who were not ready."""
OUTCOMES = {
    ActivityOutcome.COMPLETED: 80, ActivityOutcome.CANDIDATE_STOPPED: 12,
    ActivityOutcome.PROVIDER_STOPPED: 4, ActivityOutcome.OTHER: 4,
}  # fmt: skip
PROFESSIONS: Mapping[str, tuple[str, ...]] = {
    "uaf": ("21", "22", "23", "24", "25", "26", "31", "33"),
    "vluchtelingenwerk": ("34", "41", "51", "52", "53", "71", "72", "83", "91", "93", "94"),
}


@dataclass(frozen=True)
class Way:
    """Who prepares somebody, for which route, until when at the latest."""

    partner: str
    route: str
    until: date
    is_ready: bool
    is_offered: bool = False
    """To Emplooi."""


@dataclass(frozen=True)
class Preparation:
    consents: tuple[Consent, ...]
    """At registration."""
    steps: list[Step]
    """After it, in order."""


def preparation(book: Book, way: Way) -> Preparation:
    random = book.random
    consents, later = consents_of(book, way)
    steps: list[Step] = [*worker(book, way), *interview(book, way), *guidance(book, way)]
    if way.partner in FULL and random.random() < LOST:
        steps += [MarkLost, LogConversation]
    if way.is_ready and random.random() < REENTERED:
        steps += [*closing(book), *taken_up_again(way.route)]
    steps += later
    if way.is_ready and way.partner in FULL:
        steps.append(ready(random.choice(PROFESSIONS[way.partner])))
    return Preparation(consents, steps)


def consents_of(book: Book, way: Way) -> tuple[tuple[Consent, ...], list[Step]]:
    """At registration, and what was allowed or withdrawn later."""
    random = book.random
    given = [consent for consent, share in ALLOWED.items() if random.random() < share]
    later: list[Step] = []
    if way.partner == "vluchtelingenwerk":
        if random.random() < HANDOVER_AT_ONCE:
            given.append(HANDOVER)
            if not way.is_offered and random.random() < 0.1:
                later.append(of_consent(WithdrawConsent, HANDOVER))
        elif way.is_offered:
            later.append(of_consent(GrantConsent, HANDOVER))
    if STATISTICS not in given and random.random() < 0.2:
        later.append(of_consent(GrantConsent, STATISTICS))
    elif STATISTICS in given and random.random() < 0.01:
        later.append(of_consent(WithdrawConsent, STATISTICS))
    return tuple(given), later


def of_consent(command: type[GrantConsent | WithdrawConsent], consent: Consent) -> Step:
    return partial(command, **consent.model_dump(exclude_none=True))


def worker(book: Book, way: Way) -> list[Step]:
    """The responsible worker, and the colleague who took over."""
    if way.partner not in WORKERS or way.until.year < WORKERS_FROM:
        return []
    short, number = WORKERS[way.partner]
    names = [f"{short}-worker-{at:02}" for at in range(1, number + 1)]
    is_moved = book.random.random() < MOVED
    return [partial(AssignWorker, worker=name) for name in book.random.sample(names, 2 if is_moved else 1)]


def interview(book: Book, way: Way) -> list[Step]:
    """VluchtelingenWerk's intake takes several conversations, so its start is recorded too."""
    steps: list[Step] = [StartIntake] if way.partner == "vluchtelingenwerk" else []
    steps.append(partial(CompleteIntake, method_version="star-1"))
    if way.partner in FULL and book.random.random() < PLANNED:
        steps.append(partial(AgreePlan, plan=book.random.choice(PLANS)))
    return steps


def guidance(book: Book, way: Way) -> list[Step]:
    """Distance and route, activities, and what they changed."""
    random = book.random
    is_changed = way.partner in FULL and random.random() < CHANGED[way.route]
    first = OTHER_ROUTE[way.route] if is_changed else way.route
    steps = [assessed(book, first), partial(AssignRoute, route=first, reason_code=REASONS[first])]
    if way.partner in FULL and random.random() < ACTIVE[first]:
        steps += activity(book, way, first)
        if random.random() < ACTIVE_AGAIN:
            steps += activity(book, way, first)
    if is_changed:
        reason = REASONS_CHANGED[way.route]
        steps += [assessed(book, way.route), partial(AssignRoute, route=way.route, reason_code=reason)]
    elif way.route == BY_STEPS and random.random() < REASSESSED:
        steps.append(assessed(book, way.route))
    return steps


def assessed(book: Book, route: str) -> Step:
    return partial(AssessDistance, distance_phase=book.random.choice(PHASES[route]))


def activity(book: Book, way: Way, route: str) -> list[Step]:
    """Started and ended; of some people who were not ready it was still running."""
    ref, random = book.ref(), book.random
    kind, outcome = drawn(book, ACTIVITIES[way.partner, route]), drawn(book, OUTCOMES)
    start = partial(StartActivity, activity_ref=ref, kind=kind)
    if not way.is_ready and random.random() < STILL_RUNNING:
        return [start]
    return [start, partial(EndActivity, activity_ref=ref, outcome=outcome)]


def ready(profession: str) -> Step:
    def declare(occurred_on: date) -> DeclareReady:
        return DeclareReady(
            occurred_on=occurred_on, available_from=f"{occurred_on:%Y-%m}", profession_group=profession
        )

    return declare


def closing(book: Book) -> list[Step]:
    reason = book.random.choice(("moved-away", "lost-contact", "found-work", "withdrew"))
    lost: list[Step] = [MarkLost] if reason == "lost-contact" else []
    return [*lost, partial(CloseCandidate, reason_code=reason)]


def taken_up_again(route: str) -> list[Step]:
    """The steps begin anew."""
    return [
        partial(ReenterCandidate, reason_code="asked-again"),
        partial(CompleteIntake, method_version="star-1"),
        partial(AssignRoute, route=route, reason_code=REASONS[route]),
    ]


def drawn(book: Book, shares: Mapping[T, int]) -> T:
    (one,) = book.random.choices(list(shares), list(shares.values()))
    return one
