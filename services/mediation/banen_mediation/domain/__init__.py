"""What mediation decides, one module per stream."""

from typing import Annotated

from pydantic import StringConstraints

PersonalText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""Something about a person. Its fields say `repr=False`, so that no log or error shows it."""
