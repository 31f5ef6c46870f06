"""Places at employers: vacancies, placements of several people at once, and to which of those a placement belongs."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

from banen_contracts.base import Code, Count, Precision, ReasonCode
from banen_contracts.employers import VacancyClosing
from banen_contracts.intake import ProfessionGroup
from banen_kit.core.decider import DomainEvent
from banen_kit.crypto.personal_fields import Of, Personal, PersonRef


class VacancyOpened(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "vacancy-opened"
    vacancy_ref: UUID
    occurred_on: date
    employer_ref: PersonRef
    places: int
    kind: Code
    profession_group: ProfessionGroup | None = None
    route: Code | None = None
    open_until: date | None = None
    text: Annotated[Personal[str] | None, Of("employer_ref")] = None
    contact: Annotated[Personal[str] | None, Of("employer_ref")] = None


class VacancyClosed(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "vacancy-closed"
    vacancy_ref: UUID
    occurred_on: date
    reason_code: VacancyClosing
    places_filled: int | None = None

    def may_follow_erasure(self) -> bool:
        """Also a vacancy whose contact person was erased is closed, or expires."""
        return True


class UnmetDemandReported(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "unmet-demand-reported"
    vacancy_ref: UUID
    occurred_on: date
    employer_ref: PersonRef
    reason_code: ReasonCode
    notes: Annotated[Personal[str] | None, Of("employer_ref")] = None


class GroupPlanned(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "group-planned"
    group_ref: UUID
    occurred_on: date
    employer_ref: UUID
    kind: Code
    seasonal: bool
    in_guidance: Count | None = None
    places_planned: Count | None = None


class GroupUpdated(DomainEvent, frozen=True):
    """Both numbers, as they are from then on."""

    TYPE: ClassVar[str] = "group-updated"
    group_ref: UUID
    occurred_on: date
    in_guidance: Count | None = None
    places_planned: Count | None = None


class GroupClosed(DomainEvent, frozen=True):
    TYPE: ClassVar[str] = "group-closed"
    group_ref: UUID
    occurred_on: date
    placed: Count | None = None
    precision: Precision


class PlaceFilled(DomainEvent, frozen=True):
    """A placement fills a place of a group or of a vacancy."""

    TYPE: ClassVar[str] = "place-filled"
    VERSION: ClassVar[int] = 2
    places_ref: UUID
    """Of the group or the vacancy."""
    occurred_on: date
    placement_ref: UUID
    places_filled: Count
    """How many there are with this one."""


class PlaceFreed(DomainEvent, frozen=True):
    """A placement that filled a place was voided, or belongs elsewhere."""

    TYPE: ClassVar[str] = "place-freed"
    VERSION: ClassVar[int] = 2
    places_ref: UUID
    occurred_on: date
    placement_ref: UUID
    places_filled: Count
    """How many there are without this one."""


class PlacementGrouped(DomainEvent, frozen=True):
    """To which group and which vacancy a placement belongs, as mediation said last."""

    TYPE: ClassVar[str] = "placement-grouped"
    VERSION: ClassVar[int] = 2
    placement_ref: UUID
    occurred_on: date
    group_ref: UUID | None = None
    """None: to no group, or the placement was voided."""
    vacancy_ref: UUID | None = None
    sequence: int
    """Of the public event that said so."""


def group_became_places(fields: dict[str, Any]) -> dict[str, Any]:
    """The upcaster to the second version of a place: only groups had places."""
    return {"places_ref" if name == "group_ref" else name: value for name, value in fields.items()}
