"""References, keys and correlation ids as callers may choose them: of a version that says that chance made them.

What others published before this was asked is read as it is: these are for what comes in at a service's own edge.
"""

from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator

RANDOM: Final = frozenset({4, 7})
"""Of RFC 9562: nothing but chance, or a moment and chance. In others a number of somebody could stand."""
RANDOM_OR_DERIVED: Final = RANDOM | {5}
"""And a hash: whoever sends something again makes the same key again."""
SHOULD_BE_RANDOM: Final = "must be a random UUID (version 4 or 7)"
SHOULD_BE_RANDOM_OR_DERIVED: Final = "must be a UUID of version 4, 5 or 7"


def is_random(value: UUID) -> bool:
    return value.version in RANDOM  # None where it is not of the variant of RFC 9562


def refuse_other_key(value: UUID) -> UUID:
    """Raises `ValueError`."""
    if value.version not in RANDOM_OR_DERIVED:
        raise ValueError(SHOULD_BE_RANDOM_OR_DERIVED)
    return value


RequestId = Annotated[UUID, AfterValidator(refuse_other_key)]
"""An idempotency key or a correlation id."""
