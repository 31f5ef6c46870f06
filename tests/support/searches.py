"""How far searches go: `make test` draws a few cases of each, `make nightly` many."""

import os

IS_LONG = os.environ.get("BANEN_SEARCHES") == "long"


def draws(few: int, *, nightly: int) -> int:
    return nightly if IS_LONG else few
