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
from banen_kit.requests import REQUESTS
from banen_kit.service import Operation

OPERATIONS: tuple[Operation, ...] = (
    Operation("/contacts/{ref}/record", RecordContact, "contact", CONTACT),
    Operation("/contacts/{ref}/erase", EraseContact, "contact", CONTACT),
    Operation("/candidates/{ref}/register", RegisterCandidate, "candidate", CANDIDATE),
    Operation("/candidates/{ref}/complete-intake", CompleteIntake, "candidate", CANDIDATE),
    Operation("/candidates/{ref}/assess-distance", AssessDistance, "candidate", CANDIDATE),
    Operation("/candidates/{ref}/assign-route", AssignRoute, "candidate", CANDIDATE),
    Operation("/candidates/{ref}/close", CloseCandidate, "candidate", CANDIDATE),
    Operation("/candidates/{ref}/erase", EraseCandidate, "candidate", CANDIDATE),
    Operation("/handovers/{ref}/offer", OfferHandover, "handover", HANDOVER),
    *REQUESTS,
)
