"""What the endpoints share: the issuer's identity, and the logins and codes in progress."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from banen_kit.messaging.topology import Partner
from banen_local.issuer.once import Clock, OneTime
from banen_local.issuer.people import Person

FORM_LASTS = timedelta(minutes=10)
CODE_LASTS = timedelta(seconds=60)


@dataclass(frozen=True)
class Wanted:
    """A validated login request of a client."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str


@dataclass(frozen=True)
class Granted:
    """A completed login, waiting behind a code for its client."""

    wanted: Wanted
    person: Person
    logged_in: datetime


class Provider:
    """Keys and clients are read from the folder each time, since both may change while this runs."""

    def __init__(self, folder: Path, url: str, partners: Sequence[Partner], clock: Clock) -> None:
        self.folder = folder
        self.url = url
        self.partners = partners
        self.clock = clock
        self.forms: OneTime[Wanted] = OneTime(clock, FORM_LASTS)
        self.codes: OneTime[Granted] = OneTime(clock, CODE_LASTS)
        self.told: set[tuple[str, str]] = set()
        """Which client has been told of which removed person, unless that person signed in again since."""
