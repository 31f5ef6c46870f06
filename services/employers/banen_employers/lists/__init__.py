"""What employers' people can list and look for: a module per list, with its row and the fold of it."""

from banen_employers.lists.agreements import AGREEMENTS
from banen_employers.lists.employers import EMPLOYERS
from banen_employers.lists.groups import GROUPS
from banen_employers.lists.vacancies import VACANCIES
from banen_kit.application.read_model import ReadModel

LISTS: tuple[ReadModel, ...] = (EMPLOYERS, AGREEMENTS, VACANCIES, GROUPS)
