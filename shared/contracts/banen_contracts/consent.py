"""What a candidate allows, each thing by itself."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from banen_contracts.base import PartnerId


class ConsentScope(StrEnum):
    """What a candidate allows."""

    HANDOVER = "handover"
    """To be offered to one named partner."""
    LINKAGE = "linkage"
    """That match keys are compared with those of other partners."""
    PUBLICITY = "publicity"
    """A portrait."""
    STATISTICS = "statistics"
    """That education, profession and municipality stand in public events."""


class Consent(BaseModel, frozen=True):
    """One thing that a candidate allows. Raises `ValidationError` unless a partner is named for a handover, and only then."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    scope: ConsentScope
    to_partner: PartnerId | None = None

    @model_validator(mode="after")
    def _names_a_partner_for_a_handover(self) -> "Consent":
        if (self.scope is ConsentScope.HANDOVER) != (self.to_partner is not None):
            raise ValueError("a handover names a partner, and nothing else does")
        return self
