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
from banen_kit.application.definition import CommandRoute
from banen_kit.privacy.requests import REQUESTS

KEPT = {
    "contact": CommandRoute("/contacts/{ref}/erase", EraseContact, "contact", CONTACT),
    "candidate": CommandRoute("/candidates/{ref}/erase", EraseCandidate, "candidate", CANDIDATE),
}
"""The kinds of data on persons, each with the command that erases one."""

COMMANDS: tuple[CommandRoute, ...] = (
    CommandRoute("/contacts/{ref}/record", RecordContact, "contact", CONTACT),
    KEPT["contact"],
    CommandRoute("/candidates/{ref}/register", RegisterCandidate, "candidate", CANDIDATE),
    CommandRoute("/candidates/{ref}/complete-intake", CompleteIntake, "candidate", CANDIDATE),
    CommandRoute("/candidates/{ref}/assess-distance", AssessDistance, "candidate", CANDIDATE),
    CommandRoute("/candidates/{ref}/assign-route", AssignRoute, "candidate", CANDIDATE),
    CommandRoute("/candidates/{ref}/close", CloseCandidate, "candidate", CANDIDATE),
    KEPT["candidate"],
    CommandRoute("/handovers/{ref}/offer", OfferHandover, "handover", HANDOVER),
    *REQUESTS,
)
