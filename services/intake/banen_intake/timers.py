"""What intake does by itself on a day: an offer expires, and a silence becomes a lost contact."""

from banen_intake.domain.candidate import CANDIDATE
from banen_intake.domain.handover import HANDOVER, ExpireHandover, expired_from
from banen_intake.domain.silence import MarkSilent, silent_from
from banen_kit.application.definition import CommandRoute, Timer

# Not in the table of commands, since no caller may give these.
EXPIRE_HANDOVER = CommandRoute("/handovers/{ref}/expire", ExpireHandover, "handover", HANDOVER)
MARK_SILENT = CommandRoute("/candidates/{ref}/mark-silent", MarkSilent, "candidate", CANDIDATE)

TIMERS = (
    Timer("handover-expiry", EXPIRE_HANDOVER, expired_from, lambda day: ExpireHandover(occurred_on=day)),
    Timer("lost-contact", MARK_SILENT, silent_from, lambda day: MarkSilent(occurred_on=day)),
)
