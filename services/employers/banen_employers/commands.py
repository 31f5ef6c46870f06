"""The commands of employers, with their paths."""

from banen_contracts.reporting import ProgrammeDefined
from banen_employers.domain.agreement import AGREEMENT, SignAgreement
from banen_employers.domain.employer import EMPLOYER, CorrectEmployer, EraseEmployer, RegisterEmployer
from banen_employers.domain.group import GROUP, CloseGroup, PlanGroup
from banen_employers.permissions import STAFF, STAFF_AND_MANAGERS
from banen_kit.application.definition import CommandRoute

COMMANDS: tuple[CommandRoute, ...] = (
    CommandRoute("/employers/{ref}/register", RegisterEmployer, "employer", EMPLOYER, STAFF),
    CommandRoute(
        "/employers/{ref}/correct", CorrectEmployer, "employer", EMPLOYER, STAFF, needs_version=True
    ),
    CommandRoute("/employers/{ref}/erase", EraseEmployer, "employer", EMPLOYER, erases=True),
    CommandRoute(
        "/agreements/{ref}/sign",
        SignAgreement,
        "agreement",
        AGREEMENT,
        STAFF_AND_MANAGERS,
        learned=ProgrammeDefined,
    ),
    CommandRoute("/groups/{ref}/plan", PlanGroup, "group", GROUP, STAFF, learned=ProgrammeDefined),
    CommandRoute("/groups/{ref}/close", CloseGroup, "group", GROUP, STAFF),
)
