"""The commands of intake, with their paths."""

from banen_contracts.reporting import ProgrammeDefined
from banen_intake.domain.candidate import (
    CANDIDATE,
    AssessDistance,
    AssignRoute,
    CloseCandidate,
    CompleteIntake,
    EraseCandidate,
    RegisterCandidate,
)
from banen_intake.domain.contact import CONTACT, EraseContact, RecordContact
from banen_intake.domain.handover import HANDOVER, OfferHandover
from banen_intake.domain.reach import REACH, ImportReachEstimate
from banen_intake.permissions import STAFF, STAFF_AND_COACHES, STAFF_AND_STEWARDS
from banen_kit.application.definition import CommandRoute

COMMANDS: tuple[CommandRoute, ...] = (
    CommandRoute(
        "/contacts/{ref}/record",
        RecordContact,
        "contact",
        CONTACT,
        STAFF_AND_COACHES,
        learned=ProgrammeDefined,
    ),
    CommandRoute("/contacts/{ref}/erase", EraseContact, "contact", CONTACT, erases=True),
    CommandRoute(
        "/candidates/{ref}/register",
        RegisterCandidate,
        "candidate",
        CANDIDATE,
        STAFF,
        learned=ProgrammeDefined,
    ),
    CommandRoute("/candidates/{ref}/complete-intake", CompleteIntake, "candidate", CANDIDATE, STAFF),
    CommandRoute("/candidates/{ref}/assess-distance", AssessDistance, "candidate", CANDIDATE, STAFF),
    CommandRoute(
        "/candidates/{ref}/assign-route", AssignRoute, "candidate", CANDIDATE, STAFF, learned=ProgrammeDefined
    ),
    CommandRoute("/candidates/{ref}/close", CloseCandidate, "candidate", CANDIDATE, STAFF),
    CommandRoute("/candidates/{ref}/erase", EraseCandidate, "candidate", CANDIDATE, erases=True),
    CommandRoute("/handovers/{ref}/offer", OfferHandover, "handover", HANDOVER, STAFF),
    CommandRoute(
        "/reach/{ref}/import-estimate", ImportReachEstimate, "reach", REACH, STAFF_AND_STEWARDS, ref="slug"
    ),
)
