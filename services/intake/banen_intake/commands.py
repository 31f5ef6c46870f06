"""The commands of intake, with their paths."""

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
from banen_kit.application.definition import CommandRoute

COMMANDS: tuple[CommandRoute, ...] = (
    CommandRoute("/contacts/{ref}/record", RecordContact, "contact", CONTACT),
    CommandRoute("/contacts/{ref}/erase", EraseContact, "contact", CONTACT, erases=True),
    CommandRoute("/candidates/{ref}/register", RegisterCandidate, "candidate", CANDIDATE),
    CommandRoute("/candidates/{ref}/complete-intake", CompleteIntake, "candidate", CANDIDATE),
    CommandRoute("/candidates/{ref}/assess-distance", AssessDistance, "candidate", CANDIDATE),
    CommandRoute("/candidates/{ref}/assign-route", AssignRoute, "candidate", CANDIDATE),
    CommandRoute("/candidates/{ref}/close", CloseCandidate, "candidate", CANDIDATE),
    CommandRoute("/candidates/{ref}/erase", EraseCandidate, "candidate", CANDIDATE, erases=True),
    CommandRoute("/handovers/{ref}/offer", OfferHandover, "handover", HANDOVER),
)
