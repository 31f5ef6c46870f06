"""The commands that intake takes, and where."""

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
from banen_kit.application.definition import Operation
from banen_kit.privacy.requests import REQUESTS

KEPT = {
    "contact": Operation("/contacts/{ref}/erase", EraseContact, "contact", CONTACT),
    "candidate": Operation("/candidates/{ref}/erase", EraseCandidate, "candidate", CANDIDATE),
}
"""The kinds of data on persons, each with the command that erases one."""

OPERATIONS: tuple[Operation, ...] = (
    Operation("/contacts/{ref}/record", RecordContact, "contact", CONTACT),
    KEPT["contact"],
    Operation("/candidates/{ref}/register", RegisterCandidate, "candidate", CANDIDATE),
    Operation("/candidates/{ref}/complete-intake", CompleteIntake, "candidate", CANDIDATE),
    Operation("/candidates/{ref}/assess-distance", AssessDistance, "candidate", CANDIDATE),
    Operation("/candidates/{ref}/assign-route", AssignRoute, "candidate", CANDIDATE),
    Operation("/candidates/{ref}/close", CloseCandidate, "candidate", CANDIDATE),
    KEPT["candidate"],
    Operation("/handovers/{ref}/offer", OfferHandover, "handover", HANDOVER),
    *REQUESTS,
)
