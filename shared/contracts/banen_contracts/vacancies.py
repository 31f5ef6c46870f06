"""Public facts of vacancies: which places are open, and what became of them."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from banen_contracts.base import Code, Day, PublicEvent, ReasonCode, Ref
from banen_contracts.intake import ProfessionGroup

Places = Annotated[int, Field(ge=1, le=10_000)]
"""How many people can be placed."""


class VacancyClosing(StrEnum):
    """Why a vacancy is no longer open."""

    FILLED = "filled"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    OTHER = "other"


class VacancyOpened(PublicEvent, frozen=True):
    """An employer has places to fill, of one kind."""

    NAME: ClassVar[str] = "employers.vacancy-opened.v1"
    REF: ClassVar[str] = "vacancy_ref"
    vacancy_ref: Ref
    employer_ref: Ref
    places: Places
    kind: Code
    profession_group: ProfessionGroup | None = None
    route: Code | None = None
    open_until: Day | None = None
    """The last day on which it is open."""


class VacancyClosed(PublicEvent, frozen=True):
    """A vacancy is no longer open, and why; how many of its places were filled, if that is known."""

    NAME: ClassVar[str] = "employers.vacancy-closed.v1"
    REF: ClassVar[str] = "vacancy_ref"
    vacancy_ref: Ref
    reason_code: VacancyClosing
    places_filled: Annotated[int, Field(ge=0, le=10_000)] | None = None


class UnmetDemandReported(PublicEvent, frozen=True):
    """Nobody was found for places of a vacancy, and why."""

    NAME: ClassVar[str] = "employers.unmet-demand-reported.v1"
    REF: ClassVar[str] = "vacancy_ref"
    vacancy_ref: Ref
    reason_code: ReasonCode
