"""The reference in a path, in its canonical form."""

import re
from uuid import UUID

from banen_kit.application.definition import CommandRoute
from banen_kit.core.problem import FieldError, invalid
from banen_kit.core.references import SHOULD_BE_RANDOM, is_random

SLUG = re.compile(r"[a-z][a-z0-9-]{1,60}")


def checked_ref(operation: CommandRoute, ref: str) -> str:
    """Returns the reference in its canonical form. Raises `Problem`."""
    if operation.ref == "slug":
        if not SLUG.fullmatch(ref):
            raise invalid([FieldError("ref", "use lower-case letters, digits and hyphens")])
        return ref
    return as_uuid(ref)


def as_uuid(ref: str) -> str:
    """Returns a random UUID in its canonical form. Raises `Problem`."""
    try:
        found = UUID(ref)
    except ValueError:
        found = None
    if found is None or not is_random(found):
        raise invalid([FieldError("ref", SHOULD_BE_RANDOM)])
    return str(found)
