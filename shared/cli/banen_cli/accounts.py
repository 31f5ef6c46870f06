"""The operator's folder of bus users: their passwords, and the configuration that NATS reads."""

import json
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from banen_cli.installed import services
from banen_kit.messaging.bus_users import GUARD, BusUser, bus_users
from banen_kit.messaging.topology import read_integrators, read_partners

Generations = dict[str, str]
"""Passwords by number. While a password is being changed there are two, and both are valid."""


@dataclass(frozen=True)
class Accounts:
    """`users.json` holds the passwords, `users.conf` is included by NATS; only their owner can read them."""

    folder: Path
    partners_file: Path

    @property
    def configuration(self) -> Path:
        return self.folder / "users.conf"

    def users(self) -> list[BusUser]:
        """Returns everybody who may have a user, with or without a password. Raises `ValueError`."""
        return bus_users(read_partners(self.partners_file), read_integrators(self.partners_file), services())

    def names_of(self, partner: str) -> list[str]:
        """Returns the users of one partner or integrator, or the operator, or the guard."""
        if partner == GUARD:
            return [GUARD]
        return [user.name for user in self.users() if user.name.partition("_")[0] == partner]

    def add(self, names: Iterable[str]) -> None:
        """Gives these users a password, unless they have one."""
        kept = self._kept()
        for name in names:
            kept.setdefault(name, {"1": secrets.token_urlsafe(24)})
        self._keep(kept)

    def rotate(self, names: Iterable[str]) -> None:
        """Gives these users one more password; the former one is valid until `finish`."""
        kept = self._kept()
        for name in names:
            generations = kept[name]
            newest = max(map(int, generations))
            kept[name] = {str(newest): generations[str(newest)], str(newest + 1): secrets.token_urlsafe(24)}
        self._keep(kept)

    def finish(self, names: Iterable[str]) -> None:
        """Makes only the newest password of these users valid."""
        kept = self._kept()
        for name in names:
            newest = max(kept[name], key=int)
            kept[name] = {newest: kept[name][newest]}
        self._keep(kept)

    def revoke(self, names: Iterable[str]) -> None:
        """Removes these users' access."""
        kept = self._kept()
        for name in names:
            kept.pop(name, None)
        self._keep(kept)

    def url(self, name: str, host: str, scheme: str = "nats") -> str:
        """Returns a user's address of the bus, with its newest password. Raises `KeyError`."""
        generations = self._kept()[name]
        newest = max(generations, key=int)
        return f"{scheme}://{login(name, newest)}:{generations[newest]}@{host}"

    def has(self, name: str) -> bool:
        return name in self._kept()

    def _kept(self) -> dict[str, Generations]:
        file = self.folder / "users.json"
        return json.loads(file.read_text("utf-8")) if file.exists() else {}

    def _keep(self, kept: dict[str, Generations]) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self.folder / "users.json", json.dumps(kept, indent=2))
        _write(self.configuration, configuration(self.users(), kept))


def configuration(users: Sequence[BusUser], kept: dict[str, Generations]) -> str:
    """Returns what NATS includes: each user that has a password, with its rights, once per password."""

    def entries(name: str, more: dict[str, Any]) -> list[dict[str, Any]]:
        generations = sorted(kept.get(name, {}).items(), key=lambda one: int(one[0]))
        return [
            {"user": login(name, number), "password": password, **more} for number, password in generations
        ]

    known = [entry for user in users for entry in entries(user.name, {"permissions": user.permissions()})]
    # NATS' system account shows who is connected, but no messages.
    system = {"$SYS": {"users": entries(GUARD, {})}}
    parts = {"authorization": {"users": known}, "accounts": system}
    return "".join(f"{name}: {json.dumps(value, indent=2)}\n" for name, value in parts.items())


def login(name: str, generation: str) -> str:
    """The name in NATS, which allows one password per name."""
    return name if generation == "1" else f"{name}.{generation}"


def _write(path: Path, text: str) -> None:
    """Writes the whole file or nothing, readable by the owner only."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
