"""What intake's people can list and look for: a module per list, with its row and the fold of it."""

from banen_intake.lists.candidates import CANDIDATES, CASELOAD
from banen_intake.lists.contacts import CONTACTS
from banen_intake.lists.handovers import HANDOVERS
from banen_intake.lists.outreach import OUTREACH
from banen_kit.application.read_model import ReadModel, Tally

LISTS: tuple[ReadModel, ...] = (OUTREACH, CONTACTS, CANDIDATES, HANDOVERS)
TALLIES: tuple[Tally, ...] = (CASELOAD,)
