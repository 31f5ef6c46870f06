"""Types for references, keys and correlation ids that callers choose: only UUID versions that are random (or a hash).

They apply to input at a service's own edge. Older events of others may hold different UUIDs and are still read.
"""

from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator

RANDOM: Final = frozenset({4, 7})
"""UUID versions of RFC 9562 made of random bits, or of a time and random bits. Others could contain a person's number."""
RANDOM_OR_DERIVED: Final = RANDOM | {5}
"""Also version 5, a hash: a sender that repeats a request derives the same key."""
SHOULD_BE_RANDOM: Final = "must be a random UUID (version 4 or 7)"
SHOULD_BE_RANDOM_OR_DERIVED: Final = "must be a UUID of version 4, 5 or 7"


def is_random(value: UUID) -> bool:
    return value.version in RANDOM  # None if it is not of the variant of RFC 9562


def refuse_other_key(value: UUID) -> UUID:
    """Raises `ValueError`."""
    if value.version not in RANDOM_OR_DERIVED:
        raise ValueError(SHOULD_BE_RANDOM_OR_DERIVED)
    return value


RequestId = Annotated[UUID, AfterValidator(refuse_other_key)]
"""An idempotency key or a correlation id."""
