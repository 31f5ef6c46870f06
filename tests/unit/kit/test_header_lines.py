"""Headers written as lines: the same, and refused alike, whether or not an envelope was made of each."""

import random
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from banen_contracts import Envelope
from banen_contracts.intake import Channel, ContactKind, ContactMade, IntakeEventSkipped
from banen_kit.application import header_lines as module
from banen_kit.application.header_lines import header_lines
from banen_kit.messaging.wire import lines_of

SOURCE = "urn:nl:banenoffensief:uaf:intake"
MET = ContactMade(
    contact_ref=UUID(int=5), occurred_on=date(2006, 3, 1), channel=Channel.OTHER, kind=ContactKind.CONTACT
)


def by_envelope(**known: Any) -> str:
    public = known["public"]
    envelope = Envelope.model_validate(
        {
            "id": known["event_id"],
            "source": SOURCE,
            "type": f"nl.banenoffensief.{public.NAME}",
            "subject": public.ref,
            "time": known["recorded_at"],
            "partner": "uaf",
            "sequence": known["sequence"],
            "correlationid": known["metadata"]["correlationId"],
            "causationid": known["metadata"]["causationId"],
            "knownat": known["known_at"],
            "imported": known["known_at"] is not None,
        }
    )
    return lines_of(envelope.headers())


def outcome(write: Any, known: dict[str, Any]) -> Any:
    try:
        return write(**known)
    except ValidationError as error:
        return sorted((item["loc"], item["type"]) for item in error.errors())


def generated(choose: random.Random) -> dict[str, Any]:
    """Mostly an event that can be published; the rest is at or beyond an edge."""

    def uuid() -> UUID:
        return UUID(int=choose.getrandbits(128))

    def mostly(plain: Any, *odd: Any) -> Any:
        return choose.choice(odd) if choose.random() < 0.15 else plain

    def reference() -> Any:
        return mostly(str(uuid()), uuid(), str(uuid()).upper(), uuid().hex, f"{uuid()}\n", "%s", "", None)

    slug = choose.choice(
        ["a", "uaf", "a-1", "a" * 64, "a" * 65, "-a", "A", "a b", "a\n", "é", "", "a%s", "%"]
    )
    at = datetime(2006, 3, 1, tzinfo=UTC) + timedelta(microseconds=choose.randrange(10**15))
    return {
        "public": mostly(
            MET.model_copy(update={"contact_ref": uuid()}),
            IntakeEventSkipped.model_construct(about=slug, reason_code="x", occurred_on=MET.occurred_on),
        ),
        "sequence": mostly(choose.randrange(1, 2**53), 0, -1, 1, 2**53 - 1, 2**53),
        "event_id": uuid(),
        "recorded_at": mostly(
            at,
            at.replace(microsecond=0),
            at.replace(tzinfo=None),
            at.astimezone(timezone(timedelta(hours=2))),
            datetime(1900, 1, 1, tzinfo=UTC),
            datetime(1900, 1, 1, 0, 0, 1, tzinfo=UTC),
            datetime(2200, 12, 30, 23, 59, tzinfo=UTC),
            datetime(2200, 12, 31, tzinfo=UTC),
        ),
        "known_at": mostly(None, at, at - timedelta(days=9), at + timedelta(days=9)),
        "metadata": {"correlationId": reference(), "causationId": reference()},
    }


@pytest.mark.parametrize("seed", range(5))
def test_both_ways_agree(seed: int):
    choose = random.Random(seed)
    refused = 0
    for _ in range(1500):
        known = generated(choose)
        expected = outcome(by_envelope, known)
        refused += isinstance(expected, list)
        assert outcome(lambda **one: header_lines(SOURCE, **one), known) == expected, known
    assert 100 < refused < 1000  # else it shows little


def test_no_envelope_is_made_of_what_is_plain(monkeypatch: pytest.MonkeyPatch):
    known = {
        "public": MET,
        "sequence": 7,
        "event_id": UUID(int=1),
        "recorded_at": datetime(2006, 3, 1, tzinfo=UTC),
        "known_at": None,
        "metadata": {"correlationId": str(UUID(int=2)), "causationId": str(UUID(int=3))},
    }
    expected = by_envelope(**known)
    assert header_lines(SOURCE, **known) == expected
    monkeypatch.setattr(module, "Envelope", None)
    assert header_lines(SOURCE, **known) == expected


def test_a_source_that_readers_would_refuse_is_refused():
    with pytest.raises(ValidationError):
        header_lines(
            "urn:nl:banenoffensief:UAF:intake", MET, 1, UUID(int=1), datetime(2006, 3, 1, tzinfo=UTC), None,
            {"correlationId": str(UUID(int=2)), "causationId": str(UUID(int=3))},
        )  # fmt: skip
