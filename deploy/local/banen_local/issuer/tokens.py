"""The two kinds of token: an ID token tells a service's pages who signed in, an access token opens the services' APIs."""

import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from joserfc import jwt

from banen_contracts.base import source_of
from banen_contracts.roles import Role
from banen_kit.messaging.topology import Partner
from banen_local.issuer.keys import ALGORITHM, LONGEST, Keyring, read_keys
from banen_local.issuer.people import OUTSIDE, REPORTING, Person, subject

ID_SECONDS = 5 * 60
ACCESS_SECONDS = 15 * 60
ACCESS_TYPE = "at+jwt"
ID_TYPE = "JWT"
LOGOUT_SECONDS = 2 * 60
LOGOUT_TYPE = "logout+jwt"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
MINTED = "banen-token"
"""The client in tokens that were made without a login."""


def mint(  # noqa: PLR0913 - a token has this many parts
    folder: Path,
    issuer: str,
    partner: str,
    roles: Collection[Role],
    *,
    partners: Sequence[Partner],
    seconds: int = ACCESS_SECONDS,
    audience: Sequence[str] | None = None,
    programme: str | None = None,
    now: datetime | None = None,
) -> str:
    """Makes an access token without a login, signed with the key in the issuer's folder.

    Any role and partner can be combined, even if nobody in the demo has that role there. Raises `ValueError`, `NoIssuer`,
    `LocalError`.
    """
    if partner not in {known.id for known in partners} | OUTSIDE.keys():
        raise ValueError("partner: unknown")
    if not roles:
        raise ValueError("roles: at least one")
    if not 0 < seconds <= LONGEST.total_seconds():
        raise ValueError(f"seconds: from 1 to {LONGEST.total_seconds():.0f}")
    at = now or datetime.now(UTC)
    claims = {
        **_who(issuer, partner, roles, programme),
        "client_id": MINTED,
        "aud": list(audience_of(partner, partners) if audience is None else audience),
    }
    return _signed(read_keys(folder, at), ACCESS_TYPE, claims, at, seconds)


def access_token(
    keys: Keyring,
    issuer: str,
    person: Person,
    client_id: str,
    partners: Sequence[Partner],
    now: datetime,
    *,
    programme: str | None,
) -> str:
    claims = {
        **_who(issuer, person.partner, [person.role], programme),
        "client_id": client_id,
        "aud": audience_of(person.partner, partners),
    }
    return _signed(keys, ACCESS_TYPE, claims, now, ACCESS_SECONDS)


def id_token(  # noqa: PLR0913 - as above
    keys: Keyring,
    issuer: str,
    person: Person,
    client_id: str,
    nonce: str,
    logged_in: datetime,
    now: datetime,
    *,
    programme: str | None,
) -> str:
    claims = {
        **_who(issuer, person.partner, [person.role], programme),
        "aud": client_id,
        "nonce": nonce,
        "auth_time": int(logged_in.timestamp()),
    }
    return _signed(keys, ID_TYPE, claims, now, ID_SECONDS)


def logout_token(keys: Keyring, issuer: str, subject: str, client_id: str, now: datetime) -> str:
    """Tells a client that all sessions of a person end (OpenID Connect Back-Channel Logout 1.0 §2.4)."""
    claims: dict[str, object] = {
        "iss": issuer,
        "sub": subject,
        "aud": client_id,
        "events": {LOGOUT_EVENT: {}},
    }
    return _signed(keys, LOGOUT_TYPE, claims, now, LOGOUT_SECONDS)


def audience_of(partner: str, partners: Sequence[Partner]) -> list[str]:
    """Where a person's token is valid: every service of the own partner, and reporting."""
    return [
        source_of(known.id, service)
        for known in partners
        for service in known.services
        if known.id == partner or service == REPORTING
    ]


def _who(issuer: str, partner: str, roles: Collection[Role], programme: str | None) -> dict[str, object]:
    named = {} if programme is None else {"banen_programme": programme}
    return {
        "iss": issuer,
        "sub": subject(partner, roles),
        "banen_partner": partner,
        "banen_roles": sorted(roles),
        **named,
    }


def _signed(keys: Keyring, kind: str, claims: dict[str, object], now: datetime, seconds: int) -> str:
    ends = now + timedelta(seconds=seconds)
    times = {"iat": int(now.timestamp()), "exp": int(ends.timestamp())}
    header = {"alg": ALGORITHM, "typ": kind, "kid": keys.current.kid}
    numbered = {} if kind == ID_TYPE else {"jti": secrets.token_urlsafe(16)}
    return jwt.encode(header, {**claims, **times, **numbered}, keys.current, algorithms=[ALGORITHM])
