"""The cursor of a list of placements: where the previous page ended."""

import base64
import json

from pydantic import TypeAdapter

from banen_kit.core.problem import FieldError, invalid
from banen_reporting.counting import Verdict

RowOrder = tuple[str, str, str, str]
ROW_ORDER: TypeAdapter[RowOrder] = TypeAdapter(RowOrder)


def row_order(verdict: Verdict) -> RowOrder:
    return verdict.start.isoformat(), verdict.key[1], verdict.key[0], verdict.unit or ""


def write_cursor(order: RowOrder) -> str:
    return base64.urlsafe_b64encode(json.dumps(order).encode()).decode()


def read_cursor(cursor: str) -> RowOrder:
    try:
        return ROW_ORDER.validate_json(base64.urlsafe_b64decode(cursor))
    except ValueError:
        raise invalid([FieldError("cursor", "is not one that this service gave")]) from None
