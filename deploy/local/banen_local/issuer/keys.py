"""The key that the issuer signs with, and the public halves of those before it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from pydantic import BaseModel, TypeAdapter, ValidationError

from banen_kit.security.tokens import LONGEST_SECONDS
from banen_local.cluster.folder import LocalError, write_private
from banen_local.issuer.private import closed_folder, read_private

ALGORITHM = "ES256"
LONGEST = timedelta(seconds=LONGEST_SECONDS)
"""No token is valid for longer: services take none, and after this a former key has nothing left to verify."""


class NoIssuer(LocalError):
    """There is no key in the folder: no issuer was started there."""


class Former(BaseModel, frozen=True, extra="forbid"):
    """The public half of a key that was replaced, and how long it is still told."""

    until: datetime
    key: dict[str, str | list[str]]


FORMER = TypeAdapter(list[Former])


@dataclass(frozen=True)
class Keyring:
    """`current` signs; `former` only verify."""

    current: ECKey
    former: tuple[ECKey, ...] = ()

    def public(self) -> KeySet:
        """What verifies the tokens that may still be about."""
        return KeySet([ECKey.import_key(key.as_dict(private=False)) for key in (self.current, *self.former)])


def ensure_key(folder: Path) -> None:
    """Makes folder and key if they are missing. Raises `LocalError`."""
    closed_folder(folder)
    try:
        read_keys(folder)
    except NoIssuer:
        _write_new_key(folder)


def read_keys(folder: Path, now: datetime | None = None) -> Keyring:
    """As they are now, since they may be rotated at any time. Raises `NoIssuer`, `LocalError`."""
    path = folder / "key.json"
    text = read_private(path)
    if text is None:
        raise NoIssuer(f"There is no issuer in {folder}.")
    current = _imported(path, text)
    if not current.is_private:
        raise LocalError(f"{path} holds no private key; delete it, and a new one is made at the next start.")
    former = (ECKey.import_key(former.key) for former in _read_former(folder, now or datetime.now(UTC)))
    return Keyring(current, tuple(key for key in former if key.kid != current.kid))


def rotate(folder: Path, now: datetime | None = None) -> None:
    """Sign with a new key from here on; what the old one signed still verifies. Raises `NoIssuer`, `LocalError`."""
    moment = now or datetime.now(UTC)
    old = read_keys(folder, moment).current
    former = [*_read_former(folder, moment), Former(until=moment + LONGEST, key=old.as_dict(private=False))]
    # The old key's public half is written first: between the two writes it is told twice, never not at all.
    write_private(folder / "former.json", FORMER.dump_json(former, indent=2).decode())
    _write_new_key(folder)


def _write_new_key(folder: Path) -> None:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    write_private(folder / "key.json", json.dumps(key.as_dict(private=True), indent=2))


def _read_former(folder: Path, now: datetime) -> list[Former]:
    path = folder / "former.json"
    text = read_private(path)
    if text is None:
        return []
    try:
        return [former for former in FORMER.validate_json(text) if former.until > now]
    except ValidationError:
        raise LocalError(f"{path} is damaged; delete it.") from None


def _imported(path: Path, text: str) -> ECKey:
    try:
        return ECKey.import_key(json.loads(text))
    except (ValueError, TypeError, KeyError, JoseError):
        # Not `from` the first error, which may quote the key.
        raise LocalError(
            f"{path} holds no key; delete it, and a new one is made at the next start."
        ) from None
