"""Who is asking: a person or a machine, for which partner, in which roles."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SignIn:
    """How somebody signed in, according to the issuer; None if it does not say."""

    acr: str | None = None
    """How strong the sign-in was, as a value defined by the issuer."""
    at: datetime | None = None
    session: str | None = None
    """The issuer's own session, which it may end."""


@dataclass(frozen=True)
class Principal:
    """The person or machine that sent a request, as the issuer identified it."""

    subject: str
    """A pseudonym given by the issuer: not a name, not a number of a person."""
    partner: str
    roles: frozenset[str]
    """Only roles that the service knows."""
    sign_in: SignIn = SignIn()
