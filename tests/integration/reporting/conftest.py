"""A small programme, and who reads it."""

from support.programme import (
    answers,
    app,
    authentication,
    browser,
    facts,
    month_ends,
    pool,
    reader,
    released,
)
