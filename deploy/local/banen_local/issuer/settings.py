"""The issuer's settings. It refuses to run outside the profile `local`."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field

from banen_kit.core.errors import SettingsInvalid
from banen_kit.runtime.settings import PREFIX, EnvironmentSettings

LOCAL = "local"


class IssuerSettings(EnvironmentSettings):
    """There is no host: the issuer binds to loopback only."""

    profile: Literal["local"]
    issuer_folder: Path
    """Where the key and the clients are stored, readable by this account only."""
    issuer_port: int = Field(ge=1, le=65535)
    partners_file: Path
    """`partners.toml`: the partners whose people can sign in."""


def load() -> IssuerSettings:
    """Raises `SettingsInvalid`."""
    if os.environ.get(f"{PREFIX}PROFILE") != LOCAL:
        raise SettingsInvalid(
            f"{PREFIX}PROFILE is not '{LOCAL}', and this issuer logs anybody in as anyone, without a password: "
            "it is for the demo and the tests on one machine"
        )
    return IssuerSettings.load()
