"""Placements by their fate: as many counted ones as were published, and others that do not count."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from banen_contracts.mediation import (
    ContractTerm,
    EndReason,
    HoursBand,
    ProgrammeTag,
    RetentionMethod,
)
from banen_kit.core.decider import Command
from banen_local.demo.history.book import Book, Source
from banen_local.demo.history.bureau import BY_STEPS, DIRECT, LENT, OWN_FIRM, route_of
from banen_local.demo.history.employers import Employers, Group
from banen_local.demo.history.intake import People
from banen_local.demo.history.own_firms import OwnFirms
from banen_local.demo.history.plan import (
    DAY,
    EARLIEST,
    ENDED_IN_GROUP,
    LAST_DAY,
    MINIMUM,
    Cell,
    Fate,
    Plan,
    fixed,
    with_terms,
)
from banen_local.demo.history.vacancies import SEARCHED, Vacancies
from banen_mediation.domain.ending import EndPlacement, ExtendPlacement
from banen_mediation.domain.history import last_day_of_month
from banen_mediation.domain.placement import CorrectPlacement, StartPlacement, VoidPlacement
from banen_mediation.domain.retention import ConfirmRetention
from banen_mediation.events import Terms

STARTS_UNTIL = {
    Fate.ENDED_EARLY: date(2008, 7, 31),
    Fate.EXTENDED: date(2008, 7, 31),
    Fate.THEN_A_JOB: date(2008, 3, 31),
    Fate.CORRECTED: date(2008, 11, 30),
    Fate.TAGGED_LATER: date(2008, 11, 30),
    Fate.REGULAR_AFTER_ALL: date(2008, 11, 30),
    Fate.VOIDED: date(2008, 11, 30),
}
STARTS_FROM = {
    Fate.OWN_FIRM: date(2006, 7, 3),
    Fate.FIRM_GIVEN_UP: date(2006, 7, 3),
    # Imported figures cover their regular work; those are shown separately and never added.
    Fate.REGULAR: date(2006, 1, 2),
    Fate.REGULAR_AFTER_ALL: date(2006, 1, 2),
    Fate.STEP_TO_JOB: date(2006, 5, 1),
}
FIRST_START = {"goed-werk": date(2007, 10, 1)}
AT_VLUCHTELINGENWERK = ("vluchtelingenwerk", "volunteering")
"""Its volunteers work at the partner itself."""


class Placements:
    """Writes placements, each with its client."""

    def __init__(self, book: Book, people: People, employers: Employers) -> None:
        self.book = book
        self.random = book.random
        self._people = people
        self._employers = employers
        self._firms = OwnFirms(book, people)
        self.vacancies = Vacancies(book, employers)
        self.in_groups: Counter[tuple[Source, UUID]] = Counter()
        """How many placements fill places of each group, by the service that keeps the group."""

    def fill(self, cell: Cell) -> None:
        """As many that count as were published, and the others."""
        left = cell.result
        for group in self._employers.groups:
            if group.partner == cell.partner and route_of(group.figures.kind) == cell.route:
                left -= self._group(group)
        for fate, number in (*cell.counted.items(), *cell.other.items()):
            for _ in range(number):
                self._one(cell, fate)
        for _ in range(left - sum(cell.counted.values())):
            self._one(cell, Fate.LASTING)

    def _group(self, group: Group) -> int:
        """How many of them count."""
        ended = group.placed if group.figures.seasonal else ENDED_IN_GROUP.get(group.figures.employer, 0)
        for number in range(group.placed):
            (start,) = self.book.days(group.first, group.last, 1)
            is_hired_out = group.partner == "goed-werk"
            plan = self._plan(
                group.partner,
                group.figures.kind,
                start,
                seasonal=group.figures.seasonal,
                group_ref=group.ref,
                employer_ref=self._employers.agency if is_hired_out else group.employer_ref,
                hiring_employer_ref=group.employer_ref if is_hired_out else None,
                employer_is_partner=group.employer_is_partner,
            )
            self.in_groups[(group.partner, "employers"), group.ref] += 1
            fate = Fate.LASTING
            if number < ended:
                fate = Fate.TOO_SHORT if group.figures.seasonal else Fate.ENDED_EARLY
            self._write(fate, plan)
        return group.placed - ended

    def _one(self, cell: Cell, fate: Fate) -> None:
        kind = OWN_FIRM if fate is Fate.OWN_FIRM else self.random.choice(cell.kinds)
        first = max(FIRST_START.get(cell.partner, EARLIEST), STARTS_FROM.get(fate, EARLIEST))
        start = self._start(first, STARTS_UNTIL.get(fate, LAST_DAY))
        employer = None if fate is Fate.OWN_FIRM else self._employers.some(cell.partner, start)
        hiring = None
        if employer and kind in LENT:
            hiring = self._employers.some(cell.partner, start)
        helper = "uaf" if cell.partner == "emplooi" else "emplooi"
        others: dict[str, Any] = {"assist_partners": (helper,)} if fate is Fate.ASSISTED else {}
        plan = self._plan(
            cell.partner,
            kind,
            start,
            employer_ref=employer,
            hiring_employer_ref=hiring,
            employer_is_partner=(cell.partner, kind) == AT_VLUCHTELINGENWERK,
            **others,
        )
        self._write(fate, plan)

    def _start(self, first: date, last: date) -> date:
        """A start date; later dates are more frequent."""
        days = (last - first).days
        return first + timedelta(days=int(self.random.triangular(0, days + 1, 0.7 * days)))

    def _plan(self, partner: str, kind: str, start: date, **others: Any) -> Plan:
        """A placement with a contract that lasts long enough."""
        route = route_of(kind)
        is_open_ended = kind == OWN_FIRM or (route == DIRECT and self.random.random() < 0.3)
        months = self.random.choice((6, 6, 7, 8, 9, 12, 12, 12) if route == DIRECT else (6, 6, 6, 9, 10))
        hours = (HoursBand.FROM_12_TO_24, HoursBand.FROM_24_TO_32, HoursBand.FROM_32, HoursBand.FROM_32)
        terms = Terms(
            client_ref=self.book.ref(),
            kind=kind,
            contract=ContractTerm.OPEN_ENDED if is_open_ended else ContractTerm.FIXED,
            start_date=start,
            planned_end_date=None if is_open_ended else last_day_of_month(start, months),
            paid=route == DIRECT,
            benefit_retained=route == BY_STEPS,
            hours_band=self.random.choice(hours),
            route_reported=route,
            programme_tag=ProgrammeTag.PROGRAMME,
            primary_partner=partner,
            **others,
        )
        return Plan((partner, "mediation"), self.book.ref(), terms)

    def _write(self, fate: Fate, plan: Plan) -> None:
        ways: dict[Fate, Callable[[Plan], None]] = {
            Fate.LASTING: self._lasting,
            Fate.OWN_FIRM: self._firms.start,
            Fate.FIRM_GIVEN_UP: self._firm_given_up,
            Fate.ASSISTED: self._lasting,
            Fate.CORRECTED: self._too_short_by_mistake,
            Fate.TAGGED_LATER: self._tagged_later,
            Fate.STEP_TO_JOB: self._step_to_job,
            Fate.THEN_A_JOB: self._then_a_job,
            Fate.TOO_SHORT: self._too_short,
            Fate.EXTENDED: self._extended,
            Fate.ENDED_EARLY: self._ended_early,
            Fate.REGULAR: self._regular,
            Fate.REGULAR_AFTER_ALL: self._regular_after_all,
            Fate.VOIDED: self._voided,
        }
        ways[fate](plan)

    def _started(self, plan: Plan, before: timedelta = timedelta()) -> Plan:
        """The placement with its new client, who was ready so long before it."""
        terms = plan.terms
        client = self._people.client(
            terms.primary_partner, terms.route_reported or DIRECT, terms.start_date - before
        )
        started = with_terms(plan, client_ref=client)
        self._start_of(started)
        return started

    def _start_of(self, plan: Plan) -> None:
        self.book.write(plan.source, plan.ref, StartPlacement(**plan.terms.terms()))

    def _tell(self, plan: Plan, command: Command) -> None:
        self.book.write(plan.source, plan.ref, command)

    def _lasting(self, plan: Plan) -> None:
        if self.vacancies.is_told(plan):
            started = self._started(plan, SEARCHED)
            self.vacancies.lead_to(started)
        else:
            started = self._started(plan)
        self._after_half_a_year(started)

    def _firm_given_up(self, plan: Plan) -> None:
        started = self._firms.give_up(plan)
        self._start_of(started)
        self._after_half_a_year(started)

    def _after_half_a_year(self, plan: Plan) -> None:
        """Some are confirmed to be still running, and some end."""
        start, planned = plan.terms.start_date, plan.terms.planned_end_date
        reached = last_day_of_month(start, MINIMUM)
        asked = reached + self.random.randint(0, 20) * DAY
        if self.random.random() < 0.2 and asked <= LAST_DAY:
            method = self.random.choice((RetentionMethod.EMPLOYER_CONFIRMATION, RetentionMethod.CONTRACT))
            self._tell(plan, ConfirmRetention(occurred_on=asked, months=MINIMUM, method=method))
        if self.random.random() < 0.35 and planned and planned <= LAST_DAY:
            self._tell(plan, EndPlacement(end_date=planned, reason_code=EndReason.COMPLETED))

    def _too_short_by_mistake(self, plan: Plan) -> None:
        wrong = last_day_of_month(plan.terms.start_date, 2)
        self._corrected(fixed(plan, 12), "wrong-end-date", planned_end_date=wrong)

    def _tagged_later(self, plan: Plan) -> None:
        self._corrected(plan, "tag-missing", programme_tag=ProgrammeTag.UNSPECIFIED)

    def _regular(self, plan: Plan) -> None:
        self._lasting(with_terms(plan, programme_tag=ProgrammeTag.REGULAR))

    def _regular_after_all(self, plan: Plan) -> None:
        regular = with_terms(plan, programme_tag=ProgrammeTag.REGULAR)
        self._corrected(regular, "wrong-tag", programme_tag=ProgrammeTag.PROGRAMME)

    def _too_short(self, plan: Plan) -> None:
        self._started(fixed(plan, self.random.randint(1, 5)))

    def _corrected(self, right: Plan, reason: str, **wrong: Any) -> None:
        """Recorded wrongly, and corrected within a month."""
        started = self._started(with_terms(right, **wrong))
        terms = right.terms.model_copy(update={"client_ref": started.terms.client_ref})
        corrected_on = min(terms.start_date + self.random.randint(5, 30) * DAY, LAST_DAY)
        correct = CorrectPlacement(occurred_on=corrected_on, reason_code=reason, **terms.terms())
        self._tell(right, correct)

    def _extended(self, plan: Plan) -> None:
        started = self._started(fixed(plan, 4))
        planned = started.terms.planned_end_date
        assert planned
        extend = ExtendPlacement(
            occurred_on=planned - 10 * DAY,
            contract=ContractTerm.FIXED,
            planned_end_date=last_day_of_month(started.terms.start_date, 9),
        )
        self._tell(started, extend)

    def _ended_early(self, plan: Plan) -> None:
        self._started(plan)
        reason = self.random.choice((EndReason.EMPLOYER_ENDED, EndReason.CANDIDATE_ENDED, EndReason.OTHER))
        last = plan.terms.start_date + self.random.randint(20, 150) * DAY
        self._tell(plan, EndPlacement(end_date=last, reason_code=reason))

    def _voided(self, plan: Plan) -> None:
        self._started(plan)
        noticed = plan.terms.start_date + self.random.randint(3, 30) * DAY
        self._tell(plan, VoidPlacement(occurred_on=noticed, reason_code="recorded-twice"))

    def _step_to_job(self, job: Plan) -> None:
        """An internship for half a year that became a job after about three months."""
        partner = job.terms.primary_partner
        start = job.terms.start_date - self.random.randint(70, 120) * DAY
        first = self._plan(partner, "internship", start, employer_ref=self._employers.some(partner, start))
        self._converted(self._started(first), job)

    def _then_a_job(self, plan: Plan) -> None:
        """A full half year, and from the next day a job at the same employer."""
        first = self._started(fixed(plan, 7))
        assert first.terms.planned_end_date
        job = self._plan(
            first.terms.primary_partner,
            "employment",
            first.terms.planned_end_date + DAY,
            employer_ref=first.terms.employer_ref,
        )
        self._converted(first, job)

    def _converted(self, first: Plan, second: Plan) -> None:
        job = with_terms(second, converted_from=first.ref, client_ref=first.terms.client_ref)
        self._start_of(job)
        self.book.public[second.source] += 1  # a reactor ends the first one
