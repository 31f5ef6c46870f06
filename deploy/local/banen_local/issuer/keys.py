"""The issuer's signing key, and the public halves of earlier keys."""

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
"""No token lives longer than this; afterwards a former key is not needed any more."""


class NoIssuer(LocalError):
    """The folder has no key: no issuer was ever started there."""


class Former(BaseModel, frozen=True, extra="forbid"):
    """The public half of a replaced key, and until when it is published."""

    until: datetime
    key: dict[str, str | list[str]]


FORMER = TypeAdapter(list[Former])


@dataclass(frozen=True)
class Keyring:
    """`current` signs; `former` keys only verify."""

    current: ECKey
    former: tuple[ECKey, ...] = ()

    def public(self) -> KeySet:
        """The keys that verify all tokens still in use."""
        return KeySet([ECKey.import_key(key.as_dict(private=False)) for key in (self.current, *self.former)])


def ensure_key(folder: Path) -> None:
    """Creates folder and key if they are missing. Raises `LocalError`."""
    closed_folder(folder)
    try:
        read_keys(folder)
    except NoIssuer:
        _write_new_key(folder)


def read_keys(folder: Path, now: datetime | None = None) -> Keyring:
    """Reads the current keys, which may be rotated at any time. Raises `NoIssuer`, `LocalError`."""
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
    """Signs with a new key from now on; the old key still verifies. Raises `NoIssuer`, `LocalError`."""
    moment = now or datetime.now(UTC)
    old = read_keys(folder, moment).current
    former = [*_read_former(folder, moment), Former(until=moment + LONGEST, key=old.as_dict(private=False))]
    # Write the old public half first: between the two writes it is published twice, but never missing.
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
        # Not chained with `from`: the first error may quote the key.
        raise LocalError(
            f"{path} holds no key; delete it, and a new one is made at the next start."
        ) from None
