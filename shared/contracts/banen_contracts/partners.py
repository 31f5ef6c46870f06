"""Public facts of who takes part in the programme, and whose services are waited for."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from banen_contracts.base import (
    Day,
    OrganisationName,
    PartnerId,
    PublicEvent,
    ReasonCode,
    UnitId,
    each_once,
    source_of,
)
from banen_contracts.roles import SERVICES, Service

Services = Annotated[
    tuple[Service, ...], Field(min_length=1, max_length=len(SERVICES)), AfterValidator(each_once)
]
LastSequence = Annotated[int, Field(ge=0, le=2**53)]
"""How many events a source has published in all."""


class PartnerAdmitted(PublicEvent, frozen=True):
    """An organisation takes part in the programme from this day; events of others are set aside."""

    NAME: ClassVar[str] = "reporting.partner-admitted.v1"
    REF: ClassVar[str] = "partner_id"
    partner_id: PartnerId
    name: OrganisationName
    services: Services


class PartnerRenamed(PublicEvent, frozen=True):
    """A partner has another name from this day; it is the same organisation."""

    NAME: ClassVar[str] = "reporting.partner-renamed.v1"
    REF: ClassVar[str] = "partner_id"
    partner_id: PartnerId
    name: OrganisationName


class PartnerAssigned(PublicEvent, frozen=True):
    """From its first day a partner is in this target unit, or in none, until the first day of another assignment."""

    NAME: ClassVar[str] = "reporting.partner-assigned.v1"
    REF: ClassVar[str] = "partner_id"
    partner_id: PartnerId
    unit_id: UnitId | None
    first_day: Day | None = None
    """None: always."""
    reason_code: ReasonCode | None = None
    """Why it replaces what was recorded for the same first day."""


class SourceDeclaredLive(PublicEvent, frozen=True):
    """From now on this partner's service records as it happens; it may no longer state when a fact was known."""

    NAME: ClassVar[str] = "reporting.source-declared-live.v1"
    REF: ClassVar[str] = "partner_id"
    partner_id: PartnerId
    service: Service

    def declares_live(self) -> str:
        return source_of(self.partner_id, self.service)


class SourceEnded(PublicEvent, frozen=True):
    """This partner's service publishes nothing more. What it said up to its last event goes on counting."""

    NAME: ClassVar[str] = "reporting.source-ended.v1"
    REF: ClassVar[str] = "partner_id"
    partner_id: PartnerId
    service: Service
    sequence: LastSequence
    """Of its last event; 0 where it published none. What it publishes after that is set aside."""
    last_heard_on: Day | None = None
    """The day until which it said itself that it published everything. After that only the bureau says so."""


class SourceResumed(PublicEvent, frozen=True):
    """The end of this partner's service was a mistake, or it works again: what it said since counts as known from now."""

    NAME: ClassVar[str] = "reporting.source-resumed.v1"
    REF: ClassVar[str] = "partner_id"
    partner_id: PartnerId
    service: Service
    reason_code: ReasonCode
