"""Whether a sign-in was strong and recent enough for the roles that see or undo the most (RFC 9470)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from banen_kit.core.identity import Principal, SignIn

MAX_AGE: Final = timedelta(hours=12)
UNTOLD: Final = SignIn()
"""A token without any claim about a sign-in is a machine's: issuers set these claims for people (RFC 9068 §2.2.1)."""


@dataclass(frozen=True)
class Strength:
    """The requirements for the sign-in of a strong role."""

    roles: frozenset[str]
    """The strong roles."""
    acr_values: tuple[str, ...] = ()
    """The sign-in's `acr` must be one of these; if empty, any is accepted."""

    def suffices(self, principal: Principal, now: datetime, *, is_person: bool) -> bool:
        """`is_person`: somebody is known to have signed in, even if the issuer says nothing about it."""
        sign_in = principal.sign_in
        if not principal.roles & self.roles or (sign_in == UNTOLD and not is_person):
            return True
        is_recent = sign_in.at is None or now - sign_in.at <= MAX_AGE
        return is_recent and (not self.acr_values or sign_in.acr in self.acr_values)

    def wanted(self) -> dict[str, str]:
        """The parameters with which a client asks the issuer for such a sign-in (OpenID Connect Core §3.1.2.1)."""
        acr = {"acr_values": " ".join(self.acr_values)} if self.acr_values else {}
        return {**acr, "max_age": f"{MAX_AGE.total_seconds():.0f}"}
