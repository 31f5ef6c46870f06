"""Asks Statistics Netherlands for the numbers of one year, over its OData interface (version 3)."""

import json
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import httpx2

from banen_cli.fault import Fault

MOST_BYTES = 16_000_000
MOST_SECONDS = 60.0
NOTHING = "nothing was written"
NOT_ODATA = f"Statistics Netherlands does not answer as OData does; {NOTHING}."


@dataclass(frozen=True)
class Question:
    """Which numbers: a table, a measure of it, a year, and a filter on its other dimensions."""

    table: str
    measure: str
    year: int
    where: str | None = None

    @property
    def parameters(self) -> Mapping[str, str]:
        period = f"Perioden eq '{self.year}JJ00' and substringof('GM',RegioS)"
        return {
            "$format": "json",
            "$select": f"RegioS,Perioden,{self.measure}",
            "$filter": f"{period} and ({self.where})" if self.where else period,
        }


def numbers(address: str, asked: Question, proxy: str | None = None) -> Mapping[str, int]:
    """Returns a number per municipality code: the sum of the rows, less those without a number. Raises `Fault`.

    Takes no proxy from the environment.
    """
    return _sums(_fetched(f"{address.rstrip('/')}/{asked.table}/TypedDataSet", asked, proxy), asked)


def _fetched(url: str, asked: Question, proxy: str | None) -> bytes:
    seconds = MOST_SECONDS
    late = Fault(f"Statistics Netherlands did not answer within {seconds:g} s; {NOTHING}.")
    until, content = time.monotonic() + seconds, bytearray()
    try:
        with (
            httpx2.Client(timeout=seconds, proxy=proxy, trust_env=False) as client,
            client.stream("GET", url, params=dict(asked.parameters)) as answer,
        ):
            if answer.status_code != 200:
                hint = "; are the table and the measure right?" if answer.status_code in {400, 404} else ","
                raise Fault(f"Statistics Netherlands answers {answer.status_code}{hint} {NOTHING}.")
            for part in answer.iter_bytes():
                content += part
                if time.monotonic() > until:
                    raise late
                if len(content) > MOST_BYTES:
                    raise Fault(f"The answer of Statistics Netherlands is too large; {NOTHING}.")
    except httpx2.TimeoutException:
        raise late from None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise Fault(
            f"Statistics Netherlands cannot be reached from here ({type(error).__name__}); {NOTHING}."
        ) from error
    return bytes(content)


def _sums(content: bytes, asked: Question) -> Mapping[str, int]:
    try:
        answer: Any = json.loads(content)
        rows = cast("list[dict[str, Any]]", answer["value"])
        if "odata.nextLink" in answer:
            raise Fault(f"Statistics Netherlands answers with a part only; filter with --where; {NOTHING}.")
        found = [(_code(row, asked), row[asked.measure]) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Fault(NOT_ODATA) from None
    sums = Counter[str]()
    for code, number in found:
        if number is None:
            continue
        is_whole = type(number) is int or (type(number) is float and number.is_integer())
        if not is_whole:
            raise Fault(f"{asked.measure} holds something else than whole numbers; {NOTHING}.")
        sums[code] += int(number)
    if not sums:
        raise Fault(f"Statistics Netherlands has no such number of {asked.year}; {NOTHING}.")
    return dict(sorted(sums.items()))


def _code(row: Mapping[str, Any], asked: Question) -> str:
    """Returns the code, which the interface fills up with blanks."""
    code = row["RegioS"].strip()
    if row["Perioden"].strip() != f"{asked.year}JJ00" or not re.fullmatch(r"GM[0-9]{4}", code):
        raise ValueError
    return code
