"""The models of answers about a person: data held, who viewed it, requests, erasures."""

from typing import Any

from banen_kit.core.shapes import DayText, MomentText, RefText, Shape
from banen_kit.privacy.requests import Kind, NamedCorrection, Reply


class HeldEvent(Shape, frozen=True):
    """A recorded event. Its personal fields are decrypted, or marked as erased.

    `corrected` names those whose value is no longer valid: a later correction replaced or removed it.
    """

    event: str
    record: str
    recorded_at: MomentText
    known_at: MomentText
    data: dict[str, Any]
    corrected: list[str]


class Look(Shape, frozen=True):
    """Who viewed the person's data or tried to, and the outcome."""

    at: MomentText
    subject: str
    partner: str
    roles: list[str]
    action: str
    outcome: str
    purpose: str | None
    correlation_id: RefText


class PersonExport(Shape, frozen=True):
    """All data that one service holds on one person (GDPR art. 15)."""

    partner: str
    service: str
    references: list[RefText]
    events: list[HeldEvent]
    access: list[Look]


class DestroyedKey(Shape, frozen=True):
    reference: RefText
    destroyed_at: MomentText


class ErasureCertificate(Shape, frozen=True):
    """What was destroyed. `certificate` is a signed JWT with the same content."""

    certificate: str
    iss: str
    sub: str
    iat: int
    recorded_at: MomentText
    reason: str
    destroyed: list[DestroyedKey]
    what: str
    last_key_backup_expires_on: DayText


class PersonRequest(Shape, frozen=True):
    """What a person requested, and by when it must be answered."""

    ref: RefText
    person: RefText
    kind: Kind
    received_on: DayText
    answer_by: DayText
    answered_on: DayText | None
    answer: Reply | None
    correction: NamedCorrection | None
    is_overdue: bool


class PersonRequests(Shape, frozen=True):
    count: int
    requests: list[PersonRequest]


class SigningKey(Shape, frozen=True):
    """A public key as a JWK (RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str
