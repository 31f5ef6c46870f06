"""The issuer's settings, and its refusal to be anywhere but on one machine."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from banen_kit.core.errors import SettingsInvalid
from banen_kit.runtime.settings import PREFIX, Environment

LOCAL = "local"


class IssuerSettings(BaseSettings):
    """There is no host: it binds to loopback only, and an unknown `BANEN_` variable is an error."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    profile: Literal["local"]
    issuer_folder: Path
    """Where the key and the clients are kept, for this account alone."""
    issuer_port: int = Field(ge=1, le=65535)
    partners_file: Path
    """`partners.toml`: whose people can log in."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, Environment(settings_cls)


def load() -> IssuerSettings:
    """Raises `SettingsInvalid`."""
    if os.environ.get(f"{PREFIX}PROFILE") != LOCAL:
        raise SettingsInvalid(
            f"{PREFIX}PROFILE is not '{LOCAL}', and this issuer logs anybody in as anyone, without a password: "
            "it is for the demo and the tests on one machine"
        )
    try:
        return IssuerSettings()  # pyright: ignore[reportCallIssue]
    except ValidationError as error:
        lines = [
            f"{PREFIX}{'.'.join(map(str, item['loc'])).upper()}: {item['msg']}" for item in error.errors()
        ]
        raise SettingsInvalid("; ".join(lines)) from error
