"""Who asks: a person or a machine, for which partner, in which roles."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SignIn:
    """What the issuer tells of how somebody signed in; None where it does not tell."""

    acr: str | None = None
    """How strongly, in a word of the issuer's own."""
    at: datetime | None = None
    session: str | None = None
    """The issuer's own session, which it may end."""


@dataclass(frozen=True)
class Principal:
    """Whoever a request comes from, as the issuer vouches for it."""

    subject: str
    """A pseudonym that the issuer gave: no name, no number of a person."""
    partner: str
    roles: frozenset[str]
    """None but those that the service knows."""
    sign_in: SignIn = SignIn()
