"""What mediation's people can list and look for: a module per list, with its row and the fold of it."""

from banen_kit.application.read_model import ReadModel
from banen_mediation.lists.clients import CLIENTS
from banen_mediation.lists.enterprises import ENTERPRISES
from banen_mediation.lists.handovers import HANDOVERS
from banen_mediation.lists.matches import MATCHES
from banen_mediation.lists.placements import PLACEMENTS

LISTS: tuple[ReadModel, ...] = (CLIENTS, HANDOVERS, MATCHES, PLACEMENTS, ENTERPRISES)
