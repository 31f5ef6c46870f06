"""Builds the headers of a public event as lines of text, the form in which the relay stores and sends them.

Building and validating an `Envelope` took most of the relay's time per event. Most headers are the same for all events
of one name, so those are validated once. The others are written directly if they have the plain form; otherwise the
envelope is used. `tests/unit/kit/test_header_lines.py` checks that both ways give the same lines.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from banen_contracts import Envelope, PublicEvent
from banen_contracts.base import DOMAIN, partner_of

PLAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,63}(?: [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}){2}")
"""Subject, correlation id and causation id in a form that the envelope would not change."""
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 12, 31, tzinfo=UTC)
DIFFERENT = ("ce-id", "ce-subject", "ce-time", "ce-sequence", "ce-correlationid", "ce-causationid")
"""The headers that differ between events of one name, in the order of the lines."""


def header_lines(
    source: str,
    public: PublicEvent,
    sequence: int,
    event_id: UUID,
    recorded_at: datetime,
    known_at: datetime | None,
    metadata: Mapping[str, Any],
) -> str:
    """Raises `ValidationError` if readers would refuse the envelope."""
    subject, correlation, causation = public.ref, metadata["correlationId"], metadata["causationId"]
    if (
        known_at is None
        and recorded_at.tzinfo is UTC
        and EARLIEST < recorded_at < LATEST
        and 0 < sequence < 2**53
        and PLAIN.fullmatch(f"{subject} {correlation} {causation}")
    ):
        different = (event_id, subject, recorded_at.isoformat(), sequence, correlation, causation)
        return same_lines(source, public.NAME) % different
    envelope = Envelope.model_validate(
        {
            **_same(source, public.NAME),
            "id": event_id,
            "subject": subject,
            "time": recorded_at,
            "sequence": sequence,
            "correlationid": correlation,
            "causationid": causation,
            "knownat": known_at,
            "imported": known_at is not None,
        }
    )
    return "".join(f"{name}: {value}\r\n" for name, value in envelope.headers().items())


@lru_cache
def same_lines(source: str, name: str) -> str:
    """Returns the header lines for events of one name, with `%s` for what differs. Raises `ValidationError`."""
    nobody, moment = UUID(int=0), datetime(2000, 1, 1, tzinfo=UTC)
    envelope = Envelope(
        **_same(source, name),
        id=nobody,
        subject=str(nobody),
        time=moment,
        sequence=1,
        correlationid=nobody,
        causationid=nobody,
    )
    lines = (
        f"{name}: {'%s' if name in DIFFERENT else value.replace('%', '%%')}\r\n"
        for name, value in envelope.headers().items()
    )
    return "".join(lines)


def _same(source: str, name: str) -> dict[str, Any]:
    return {"source": source, "type": f"{DOMAIN}.{name}", "partner": partner_of(source)}
