"""The commands of employers, with their paths."""

from banen_contracts.reporting import ProgrammeDefined
from banen_employers.domain import agreement, employer, vacancy
from banen_employers.domain.agreement import AGREEMENT
from banen_employers.domain.approach import APPROACH, RecordApproach
from banen_employers.domain.employer import EMPLOYER
from banen_employers.domain.group import GROUP, CloseGroup, PlanGroup, UpdateGroup
from banen_employers.domain.vacancy import VACANCY
from banen_employers.permissions import STAFF, STAFF_AND_MANAGERS
from banen_kit.application.definition import CommandRoute
from banen_kit.core.decider import Command

ITS_EMPLOYER = (("employer", "employer_ref"),)


def _of_employer(verb: str, command: type[Command], *, needs_version: bool = False) -> CommandRoute:
    return CommandRoute(
        f"/employers/{{ref}}/{verb}", command, "employer", EMPLOYER, STAFF, needs_version=needs_version
    )


def _of_agreement(verb: str, command: type[Command]) -> CommandRoute:
    return CommandRoute(f"/agreements/{{ref}}/{verb}", command, "agreement", AGREEMENT, STAFF_AND_MANAGERS)


def _of_vacancy(verb: str, command: type[Command]) -> CommandRoute:
    return CommandRoute(f"/vacancies/{{ref}}/{verb}", command, "vacancy", VACANCY, STAFF)


COMMANDS: tuple[CommandRoute, ...] = (
    _of_employer("register", employer.RegisterEmployer),
    _of_employer("rename", employer.RenameEmployer),
    _of_employer("correct", employer.CorrectEmployer, needs_version=True),
    _of_employer("join-platform", employer.JoinPlatform),
    _of_employer("leave-platform", employer.LeavePlatform),
    _of_employer("close", employer.CloseEmployer),
    _of_employer("reopen", employer.ReopenEmployer),
    CommandRoute("/employers/{ref}/erase", employer.EraseEmployer, "employer", EMPLOYER, erases=True),
    CommandRoute(
        "/approaches/{ref}/record", RecordApproach, "approach", APPROACH, STAFF, related=ITS_EMPLOYER
    ),
    CommandRoute(
        "/agreements/{ref}/sign",
        agreement.SignAgreement,
        "agreement",
        AGREEMENT,
        STAFF_AND_MANAGERS,
        related=(("employer", "party_ref"),),
        learned=ProgrammeDefined,
    ),
    CommandRoute(
        "/agreements/{ref}/amend",
        agreement.AmendAgreement,
        "agreement",
        AGREEMENT,
        STAFF_AND_MANAGERS,
        needs_version=True,
        learned=ProgrammeDefined,
    ),
    _of_agreement("renew", agreement.RenewAgreement),
    _of_agreement("end", agreement.EndAgreement),
    CommandRoute(
        "/agreements/{ref}/record-referral", agreement.RecordReferral, "agreement", AGREEMENT, STAFF
    ),
    CommandRoute(
        "/vacancies/{ref}/open",
        vacancy.OpenVacancy,
        "vacancy",
        VACANCY,
        STAFF,
        related=ITS_EMPLOYER,
        learned=ProgrammeDefined,
    ),
    _of_vacancy("report-unmet-demand", vacancy.ReportUnmetDemand),
    _of_vacancy("close", vacancy.CloseVacancy),
    CommandRoute(
        "/groups/{ref}/plan", PlanGroup, "group", GROUP, STAFF, related=ITS_EMPLOYER, learned=ProgrammeDefined
    ),
    CommandRoute("/groups/{ref}/update", UpdateGroup, "group", GROUP, STAFF),
    CommandRoute("/groups/{ref}/close", CloseGroup, "group", GROUP, STAFF),
)
