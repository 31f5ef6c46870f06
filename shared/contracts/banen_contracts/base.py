"""What every public event has in common: safe field types, the base class and the CloudEvents envelope."""

import re
from collections.abc import Hashable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, TypeVar
from urllib.parse import quote, unquote
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.alias_generators import to_camel

DOMAIN = "nl.banenoffensief"
URN = "urn:nl:banenoffensief"

BUREAU = "bureau"
"""The partner that is the project bureau."""

# The allow-list of field types. A test walks every event and fails on any other.
Ref = UUID
"""A random reference, meaningless outside the partner that made it."""
PartnerId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
UnitId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
RuleSetId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,60}$")]
RegionId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
MunicipalityCode = Annotated[str, StringConstraints(pattern=r"^GM[0-9]{4}$")]
"""The municipality's code as Statistics Netherlands writes it."""
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,30}$")]
"""A route, a kind of placement or a funder, as the programme's definition names it (`programme.py`)."""
ReasonCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{1,40}$")]
"""A code from a list that the partners keep; never a sentence."""
DocumentRef = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9./-]{1,60}$")]
"""The registration mark of a document that is kept elsewhere."""
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in hexadecimal."""
MethodVersion = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.-]{0,30}$")]
OrganisationName = Annotated[str, StringConstraints(pattern=r"^[^\W\d_][\w &().,'/-]{1,79}$")]
"""The name of an organisation, never of a person; only fields on a short list in the tests may use it."""
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]
"""A business date. The limits keep typing errors from breaking readers' calculations."""
Year = Annotated[int, Field(ge=2000, le=2100)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
Euro = Annotated[int, Field(ge=0, le=10_000_000_000)]
"""Whole euros."""


class Precision(StrEnum):
    """How exact a stated number is."""

    EXACT = "exact"
    APPROX = "approx"
    AT_LEAST = "at_least"
    ALMOST = "almost"
    TENS = "tens"


H = TypeVar("H", bound=Hashable)


def each_once(values: tuple[H, ...]) -> tuple[H, ...]:
    """Raises `ValueError` if a list contains something twice."""
    if len(set(values)) < len(values):
        raise ValueError("names something twice")
    return values


# Lists have an end, so that no event outgrows what readers take.
Routes = Annotated[tuple[Code, ...], Field(min_length=1, max_length=6), AfterValidator(each_once)]
PartnerIds = Annotated[tuple[PartnerId, ...], Field(max_length=100), AfterValidator(each_once)]
UnitIds = Annotated[tuple[UnitId, ...], Field(max_length=100), AfterValidator(each_once)]


class ErasureReason(StrEnum):
    """Why a person was erased. Stays with the partner, never published."""

    REQUEST = "request"
    """The person asked for it."""
    RETENTION = "retention"
    """The retention period is over."""
    WITHDRAWN = "withdrawn"
    """The person withdrew a consent on which the data was kept."""
    OTHER = "other"


class PublicEvent(BaseModel, frozen=True, extra="ignore"):
    """A public fact, in the past tense. Within a major version fields may be added, never renamed or removed.

    JSON uses camelCase. Unknown fields are ignored, so that a reader survives a newer writer.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    NAME: ClassVar[str]
    """`<service>.<event>.v<major>`: the last three tokens of both the CloudEvents type and the subject."""
    REF: ClassVar[str]
    """The field that holds the reference of the aggregate, which becomes the CloudEvents subject."""

    occurred_on: Day
    """The business date: the day on which it happened, whenever it was recorded."""

    @property
    def ref(self) -> str:
        """The reference of the aggregate that this event is about."""
        return str(getattr(self, self.REF))

    def to_json(self) -> bytes:
        """The body as published: JSON in camelCase."""
        return self.model_dump_json(by_alias=True).encode()

    def declares_live(self) -> str | None:
        """The source that this event declares live. It may no longer state when a fact was known."""
        return None


SubjectRef = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
"""A reference, as in the CloudEvents subject."""


class EventSkipped(PublicEvent, frozen=True):
    """A recorded fact about this could not be published, and a human let it be left out.

    What readers know about it is incomplete from here on.
    """

    REF: ClassVar[str] = "about"
    about: SubjectRef
    reason_code: ReasonCode


Moment = Annotated[
    AwareDatetime,
    Field(gt=datetime(1900, 1, 1, tzinfo=UTC), lt=datetime(2200, 12, 31, tzinfo=UTC)),
]
"""With its offset from UTC. The limits keep out values that overflow in a reader's database or calendar."""


def source_of(partner: str, service: str) -> str:
    """The CloudEvents source of a partner's service."""
    return f"{URN}:{partner}:{service}"


def partner_of(source: str) -> str:
    """The partner whose service a source is."""
    return source.split(":")[3]


def subject_of(partner: str, name: str) -> str:
    """The NATS subject on which a partner publishes the event called `name`."""
    return f"evt.{partner}.{name}"


_PLAIN = re.compile(r"[!#-$&-~]*")
"""Printable ASCII without space, double quote and per cent: characters that a header holds unencoded."""


def _encoded(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else quote(text, safe="!#$&'()*+,/:;<=>?@[\\]^`{|}")


class Envelope(BaseModel, frozen=True, extra="ignore"):
    """The CloudEvents 1.0 attributes of a public event (binary mode: one `ce-` header each).

    `sequence` is gapless per source and starts at 1. `time` is when the fact was recorded. `knownat` is present,
    with `imported` true, only where a historic load stated an earlier moment at which the fact was known.
    Raises `ValidationError` when an attribute is missing or malformed.
    """

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: Annotated[str, Field(pattern=rf"^{URN}:[a-z][a-z0-9-]{{1,30}}:[a-z]+$")]
    type: Annotated[str, Field(pattern=r"^nl\.banenoffensief\.[a-z]+\.[a-z-]+\.v[0-9]+$")]
    subject: SubjectRef
    """A reference; neither a name nor a control character is possible."""
    time: Moment
    datacontenttype: Literal["application/json"] = "application/json"
    partner: PartnerId
    sequence: Annotated[int, Field(ge=1, lt=2**53)]
    sequencetype: Literal["Integer"] = "Integer"
    correlationid: UUID
    causationid: UUID
    traceparent: str | None = None
    knownat: Moment | None = None
    imported: bool = False

    @model_validator(mode="after")
    def _says_that_it_was_imported(self) -> "Envelope":
        """A fact known earlier than recorded must be marked as imported; none is known later than recorded."""
        if self.imported != (self.knownat is not None):
            raise ValueError("knownat and imported go together")
        if self.knownat is not None and self.knownat > self.time:
            raise ValueError("a fact is known at the latest when it is recorded")
        return self

    @property
    def name(self) -> str:
        """`<service>.<event>.v<major>`, as in `PublicEvent.NAME`."""
        return self.type.removeprefix(f"{DOMAIN}.")

    @property
    def service(self) -> str:
        return self.source.rsplit(":", 1)[1]

    @property
    def known_at(self) -> datetime:
        """The moment from which this fact counts as known."""
        return self.knownat or self.time

    def headers(self) -> dict[str, str]:
        """The attributes as NATS headers, percent-encoded as the CloudEvents NATS binding requires."""
        headers = {
            "content-type": self.datacontenttype,
            "ce-specversion": self.specversion,
            "ce-id": str(self.id),
            "ce-source": self.source,
            "ce-type": self.type,
            "ce-subject": _encoded(self.subject),
            "ce-time": self.time.isoformat(),
            "ce-partner": self.partner,
            "ce-sequence": str(self.sequence),
            "ce-sequencetype": self.sequencetype,
            "ce-correlationid": str(self.correlationid),
            "ce-causationid": str(self.causationid),
        }
        if self.traceparent is not None:
            headers["ce-traceparent"] = _encoded(self.traceparent)
        if self.knownat is not None:
            headers["ce-knownat"] = self.knownat.isoformat()
        if self.imported:
            headers["ce-imported"] = "true"
        return headers

    @classmethod
    def from_headers(cls, headers: dict[str, str]) -> "Envelope":
        """Parses the `ce-` headers of a message. Raises `ValidationError`."""
        fields = {"specversion": ""}  # required in a message; an envelope made in Python has a default
        content_type = None
        for name, value in headers.items():
            lowered = name.lower()
            if lowered.startswith("ce-"):
                fields[lowered[3:]] = unquote(value) if "%" in value else value
            elif lowered == "content-type":
                content_type = value
        if content_type is not None:
            fields["datacontenttype"] = content_type
        return cls.model_validate(fields)
