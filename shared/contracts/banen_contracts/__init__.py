"""The public events of the programme: what an integrator installs to read the bus."""

from banen_contracts.base import Envelope, PublicEvent
from banen_contracts.catalogue import BY_TYPE, EVENTS, json_schema

__all__ = ["BY_TYPE", "EVENTS", "Envelope", "PublicEvent", "json_schema"]
