"""Vacancies: those that clients got by way of a proposal and interviews, and those for which nobody was found."""

from datetime import date, timedelta
from uuid import UUID

from banen_contracts.employers import VacancyClosing
from banen_contracts.mediation import InterviewOutcome
from banen_employers.domain.vacancy import CloseVacancy, OpenVacancy, ReportUnmetDemand
from banen_kit.core.decider import Command
from banen_local.demo.history.book import Book, Source
from banen_local.demo.history.bureau import DIRECT
from banen_local.demo.history.employers import Employers
from banen_local.demo.history.plan import EARLIEST, Plan
from banen_local.demo.history.preparation import PROFESSIONS
from banen_mediation.domain.match import ProposeMatch, RecordInterview, WithdrawMatch

TOLD = 0.06
"""The share of the lasting jobs of which the demo tells how they were found."""
SEARCHED = timedelta(days=60)
"""A client is ready so long before a job that was found by a vacancy."""
FIRST_SEARCH = EARLIEST + timedelta(days=30)
IN_VAIN_FIRST = 0.4
"""The share of those who were proposed to another employer before, in vain."""
UNMET = {"emplooi": 14, "uaf": 8, "uwv": 8}
"""How many vacancies remained without anybody: the report says that demand could not be met, not how often."""
WHY_UNMET = ("no-candidates", "language-insufficient", "diploma-not-recognised", "too-far-away")
IN_VAIN = (
    InterviewOutcome.REJECTED, InterviewOutcome.REJECTED, InterviewOutcome.CANDIDATE_DECLINED, InterviewOutcome.NO_SHOW,
)  # fmt: skip


class Vacancies:
    """Each vacancy is opened after its employer is known; a match follows its client, who is taken on before."""

    def __init__(self, book: Book, employers: Employers) -> None:
        self.book = book
        self._employers = employers

    def is_told(self, plan: Plan) -> bool:
        """Whether the demo tells how this job was found, which took the time before it."""
        terms = plan.terms
        employer = terms.hiring_employer_ref or terms.employer_ref
        if employer is None or terms.group_ref or terms.route_reported != DIRECT:
            return False
        searched_from = terms.start_date - SEARCHED
        if searched_from < max(FIRST_SEARCH, self._employers.since[employer]):
            return False
        return self.book.random.random() < TOLD

    def lead_to(self, plan: Plan) -> None:
        """A vacancy, the client's match with it, and the interview after which the client was hired."""
        terms, random = plan.terms, self.book.random
        employer = terms.hiring_employer_ref or terms.employer_ref
        assert employer
        hired = terms.start_date - timedelta(days=random.randint(3, 10))
        proposed = hired - timedelta(days=random.randint(3, 10))
        opened = proposed - timedelta(days=random.randint(1, 20))
        vacancy = self._open(terms.primary_partner, employer, opened, terms.kind, places=1)
        close = CloseVacancy(occurred_on=hired, reason_code=VacancyClosing.FILLED, places_filled=1)
        self._of_employers(terms.primary_partner, vacancy, close)
        if random.random() < IN_VAIN_FIRST:
            self._in_vain(plan, proposed)
        match = ProposeMatch(occurred_on=proposed, client_ref=terms.client_ref, vacancy_ref=vacancy)
        self._write_match(plan, match, RecordInterview(occurred_on=hired, outcome=InterviewOutcome.HIRED))

    def remain_open(self) -> None:
        for partner, number in UNMET.items():
            for opened in self.book.days(date(2006, 4, 3), date(2008, 9, 30), number):
                employer = self._employers.some(partner, opened)
                assert employer
                places = self.book.random.randint(1, 3)
                vacancy = self._open(partner, employer, opened, "employment", places)
                unmet = ReportUnmetDemand(
                    occurred_on=opened + timedelta(days=45), reason_code=self.book.random.choice(WHY_UNMET)
                )
                self._of_employers(partner, vacancy, unmet)
                close = CloseVacancy(
                    occurred_on=opened + timedelta(days=60),
                    reason_code=VacancyClosing.WITHDRAWN,
                    places_filled=0,
                )
                self._of_employers(partner, vacancy, close)

    def _open(self, partner: str, employer: UUID, day: date, kind: str, places: int) -> UUID:
        ref, random = self.book.ref(), self.book.random
        vacancy = OpenVacancy(
            occurred_on=day,
            employer_ref=employer,
            places=places,
            kind=kind,
            profession_group=random.choice(PROFESSIONS["uaf" if partner == "uaf" else "vluchtelingenwerk"]),
            route=DIRECT,
        )
        self._of_employers(partner, ref, vacancy)
        return ref

    def _in_vain(self, plan: Plan, before: date) -> None:
        """Proposed to another employer some weeks before; the interview led to nothing, or there was none."""
        terms, random = plan.terms, self.book.random
        held = before - timedelta(days=random.randint(1, 10))
        proposed = held - timedelta(days=random.randint(3, 15))
        match = ProposeMatch(
            occurred_on=proposed,
            client_ref=terms.client_ref,
            employer_ref=self._employers.some(terms.primary_partner, proposed),
        )
        outcome = random.choice(IN_VAIN)
        what_came_of_it: list[Command] = [RecordInterview(occurred_on=held, outcome=outcome)]
        if outcome is InterviewOutcome.NO_SHOW:
            what_came_of_it.append(WithdrawMatch(occurred_on=held, reason_code="did-not-come"))
        self._write_match(plan, match, *what_came_of_it)

    def _write_match(self, plan: Plan, match: ProposeMatch, *then: Command) -> None:
        ref = self.book.ref()
        for command in (match, *then):
            self.book.write(plan.source, ref, command)

    def _of_employers(self, partner: str, ref: UUID, command: Command) -> None:
        source: Source = (partner, "employers")
        self.book.write(source, ref, command)
