"""A login in progress, kept in an encrypted cookie of the browser: starting a login writes nothing to the database."""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LOGIN_COOKIE = "__Host-banen-login"
LOGIN = timedelta(minutes=10)
"""How long somebody may take to sign in."""
NONCE_BYTES = 12


@dataclass(frozen=True)
class Login:
    """What the issuer's answer must match."""

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)
    next: str
    is_strong: bool = False
    """Whether the issuer was asked for a sign-in that is sufficient for strong roles."""


class LoginCookies:
    """Encrypts and decrypts login cookies with a key of this process. A restart only ends logins that are in progress."""

    def __init__(self) -> None:
        self._cipher = AESGCM(AESGCM.generate_key(256))

    def seal(self, login: Login, now: datetime) -> str:
        said = [login.state, login.verifier, login.nonce, login.next, login.is_strong, now.timestamp()]
        nonce = secrets.token_bytes(NONCE_BYTES)
        text = json.dumps(said, ensure_ascii=False).encode()
        sealed = nonce + self._cipher.encrypt(nonce, text, LOGIN_COOKIE.encode())
        return urlsafe_b64encode(sealed).decode().rstrip("=")

    def open(self, cookie: str, state: str, now: datetime) -> Login | None:
        """Returns the login with this state; None if this browser did not start it, or started it too long ago."""
        try:
            sealed = urlsafe_b64decode(cookie.encode("ascii") + b"=" * (-len(cookie) % 4))
            text = self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], LOGIN_COOKIE.encode())
        except (ValueError, InvalidTag):
            return None
        *said, at = json.loads(text)
        login, begun = Login(*said), datetime.fromtimestamp(at, UTC)
        is_same = secrets.compare_digest(login.state.encode(), state.encode())
        return login if is_same and now - LOGIN <= begun <= now else None
