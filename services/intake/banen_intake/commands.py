"""The commands of intake, with their paths."""

from banen_contracts.reporting import ProgrammeDefined
from banen_intake.domain import candidate, consent, preparation, silence
from banen_intake.domain.candidate import CANDIDATE
from banen_intake.domain.contact import CONTACT, CorrectContact, EraseContact, RecordContact
from banen_intake.domain.handover import HANDOVER, OfferHandover, WithdrawHandover
from banen_intake.domain.outreach import OUTREACH, RecordOutreach
from banen_intake.domain.reach import REACH, ImportReachEstimate
from banen_intake.permissions import STAFF, STAFF_AND_COACHES, STAFF_AND_MANAGERS, STAFF_AND_STEWARDS
from banen_kit.application.definition import CommandRoute
from banen_kit.core.decider import Command
from banen_kit.security.permissions import Permission


def _of_candidate(
    verb: str, command: type[Command], permission: Permission, *, learns: bool = False
) -> CommandRoute:
    learned = ProgrammeDefined if learns else None
    return CommandRoute(
        f"/candidates/{{ref}}/{verb}", command, "candidate", CANDIDATE, permission, learned=learned
    )


COMMANDS: tuple[CommandRoute, ...] = (
    CommandRoute(
        "/outreach/{ref}/record", RecordOutreach, "outreach", OUTREACH, STAFF, learned=ProgrammeDefined
    ),
    CommandRoute(
        "/contacts/{ref}/record",
        RecordContact,
        "contact",
        CONTACT,
        STAFF_AND_COACHES,
        learned=ProgrammeDefined,
    ),
    CommandRoute(
        "/contacts/{ref}/correct", CorrectContact, "contact", CONTACT, STAFF_AND_COACHES, needs_version=True
    ),
    CommandRoute("/contacts/{ref}/erase", EraseContact, "contact", CONTACT, erases=True),
    _of_candidate("register", candidate.RegisterCandidate, STAFF, learns=True),
    _of_candidate("assign-worker", candidate.AssignWorker, STAFF_AND_MANAGERS),
    _of_candidate("log-conversation", silence.LogConversation, STAFF_AND_COACHES),
    _of_candidate("start-intake", preparation.StartIntake, STAFF),
    _of_candidate("complete-intake", preparation.CompleteIntake, STAFF),
    _of_candidate("agree-plan", preparation.AgreePlan, STAFF),
    _of_candidate("assess-distance", preparation.AssessDistance, STAFF),
    _of_candidate("assign-route", preparation.AssignRoute, STAFF, learns=True),
    _of_candidate("start-activity", preparation.StartActivity, STAFF),
    _of_candidate("end-activity", preparation.EndActivity, STAFF),
    _of_candidate("declare-ready", preparation.DeclareReady, STAFF),
    _of_candidate("grant-consent", consent.GrantConsent, STAFF),
    _of_candidate("withdraw-consent", consent.WithdrawConsent, STAFF_AND_STEWARDS),
    _of_candidate("publish-portrait", consent.PublishPortrait, STAFF),
    _of_candidate("take-down-portrait", consent.TakeDownPortrait, STAFF_AND_STEWARDS),
    _of_candidate("mark-lost", silence.MarkLost, STAFF),
    _of_candidate("close", candidate.CloseCandidate, STAFF),
    _of_candidate("reenter", candidate.ReenterCandidate, STAFF),
    CommandRoute(
        "/candidates/{ref}/correct",
        candidate.CorrectCandidate,
        "candidate",
        CANDIDATE,
        STAFF,
        needs_version=True,
    ),
    CommandRoute("/candidates/{ref}/erase", candidate.EraseCandidate, "candidate", CANDIDATE, erases=True),
    CommandRoute(
        "/handovers/{ref}/offer",
        OfferHandover,
        "handover",
        HANDOVER,
        STAFF,
        related=(("candidate", "candidate_ref"),),
    ),
    CommandRoute("/handovers/{ref}/withdraw", WithdrawHandover, "handover", HANDOVER, STAFF),
    CommandRoute(
        "/reach/{ref}/import-estimate", ImportReachEstimate, "reach", REACH, STAFF_AND_STEWARDS, ref="slug"
    ),
)
