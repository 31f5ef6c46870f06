"""What employers does by itself on a day: an agreement expires, and a vacancy closes."""

from banen_employers.domain import agreement, vacancy
from banen_kit.application.definition import CommandRoute, Timer

# Not in the table of commands, since no caller may give these.
EXPIRE_AGREEMENT = CommandRoute(
    "/agreements/{ref}/expire", agreement.ExpireAgreement, "agreement", agreement.AGREEMENT
)
EXPIRE_VACANCY = CommandRoute("/vacancies/{ref}/expire", vacancy.ExpireVacancy, "vacancy", vacancy.VACANCY)

TIMERS = (
    Timer(
        "agreement-expiry",
        EXPIRE_AGREEMENT,
        agreement.expired_from,
        lambda day: agreement.ExpireAgreement(occurred_on=day),
    ),
    Timer(
        "vacancy-expiry",
        EXPIRE_VACANCY,
        vacancy.expired_from,
        lambda day: vacancy.ExpireVacancy(occurred_on=day),
    ),
)
