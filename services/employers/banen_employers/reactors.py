"""What employers does by itself: it counts the places of its groups and vacancies that placements fill, and closes the vacancies
of an employer that was closed or erased.
"""

from banen_contracts import Envelope, PublicEvent
from banen_contracts.employers import EmployerClosed, EmployerErased, VacancyOpened
from banen_contracts.mediation import PlacementCorrected, PlacementStarted, PlacementTerms, PlacementVoided
from banen_employers.domain.places import PLACEMENT, PLACES, CheckPlace, FollowPlacement
from banen_employers.domain.vacancy import VACANCY, CloseWithEmployer
from banen_kit.application.definition import CommandRoute, Dispatch, Reactor

# Not in the table of commands, since no caller may give these.
FOLLOW_PLACEMENT = CommandRoute("/placements/{ref}/follow", FollowPlacement, "placement", PLACEMENT)
CHECK_PLACE = CommandRoute(
    "/places/{ref}/check", CheckPlace, "places", PLACES, related=(("placement", "placement_ref"),)
)

CLOSE_WITH_EMPLOYER = CommandRoute(
    "/vacancies/{ref}/close-with-employer",
    CloseWithEmployer,
    "vacancy",
    VACANCY,
    related=(("employer", "employer_ref"),),
)


def follow(envelope: Envelope, event: PublicEvent, partner: str) -> Dispatch | None:
    """Notes to which group and vacancy the placement belongs now, has those check it, and then all that counted it.

    The last check comes after the others: where two events about a placement cross, it sees what the other noted.
    """
    if (envelope.partner, envelope.service) != (partner, "mediation"):
        return None
    match event:
        case PlacementStarted(group_ref=None, vacancy_ref=None):
            return None
        case PlacementTerms():
            group, vacancy = event.group_ref, event.vacancy_ref
        case PlacementVoided():
            group = vacancy = None
        case _:
            return None
    check = CheckPlace(occurred_on=event.occurred_on, placement_ref=event.placement_ref)
    look = Dispatch(CHECK_PLACE, event.ref, check, to_all_about=True)
    for ref in (vacancy, group):
        if ref is not None:
            look = Dispatch(CHECK_PLACE, str(ref), check, then=look)
    note = FollowPlacement(
        occurred_on=event.occurred_on, group_ref=group, vacancy_ref=vacancy, sequence=envelope.sequence
    )
    return Dispatch(FOLLOW_PLACEMENT, event.ref, note, then=look)


def close_vacancies(envelope: Envelope, event: PublicEvent, partner: str) -> Dispatch | None:
    """A history says itself when its vacancies were closed.

    A vacancy that is opened while its employer is being closed, or recorded later, is looked at by itself.
    """
    if (envelope.partner, envelope.service) != (partner, "employers") or envelope.imported:
        return None
    if not isinstance(event, EmployerClosed | EmployerErased | VacancyOpened):
        return None
    command = CloseWithEmployer(occurred_on=event.occurred_on, employer_ref=event.employer_ref)
    return Dispatch(
        CLOSE_WITH_EMPLOYER, event.ref, command, to_all_about=not isinstance(event, VacancyOpened)
    )


REACTORS = (
    Reactor(
        "close-vacancies", (EmployerClosed, EmployerErased, VacancyOpened), close_vacancies, only_own=True
    ),
    Reactor("count-places", (PlacementStarted, PlacementCorrected, PlacementVoided), follow, only_own=True),
)
