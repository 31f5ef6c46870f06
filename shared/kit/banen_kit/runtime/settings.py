"""A service's settings: environment variables that begin with `BANEN_`. A secret may be in a file, named by `…_FILE`.

Connections have no defaults, and an unknown setting is an error.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias
from urllib.parse import parse_qs, urlsplit

from pydantic import (
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from banen_contracts.base import PartnerId
from banen_kit.core.errors import SettingsInvalid

PREFIX = "BANEN_"
POSTGRES = ("postgresql", "postgres"), "sslmode=verify-full in the address"
KURRENT_SCHEMES = ("kurrentdb", "kurrentdb+discover", "esdb", "esdb+discover", "kdb", "kdb+discover")
ADDRESSES = {
    "database_url": POSTGRES,
    "keys_url": POSTGRES,
    "bus_url": (("nats", "tls"), "tls://"),
    "store_url": (KURRENT_SCHEMES, "no tls=false and no tlsVerifyCert=false in the address"),
}
"""Of each address the schemes that it may have, and what makes it safe beyond this machine."""
ProgrammeName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,60}$")]


class Environment(PydanticBaseSettingsSource):
    """Reads all variables with our prefix; for `…_FILE`, the content of the file. Unknown ones cause an error later."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        raise NotImplementedError  # all settings are read at once

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields
        found: dict[str, Any] = {}
        for variable, value in os.environ.items():
            if not variable.startswith(PREFIX):
                continue
            name = variable.removeprefix(PREFIX).lower()
            if name not in fields and name.removesuffix("_file") in fields:
                name = name.removesuffix("_file")
                try:
                    value = Path(value).read_text("utf-8").strip()
                except OSError as error:
                    raise SettingsInvalid(f"{variable}: {error.strerror}") from error
                except UnicodeDecodeError:
                    # Not chained with `from`: the first error quotes the file.
                    raise SettingsInvalid(f"{variable}: the file is not UTF-8 text") from None
            if name in found:
                raise SettingsInvalid(f"{PREFIX}{name.upper()}: given twice, as a value and as a file")
            found[name] = value
        return found


class EnvironmentSettings(BaseSettings):
    """Settings from the environment only; an unknown variable with our prefix is an error."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

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

    @classmethod
    def load(cls) -> Self:
        """Raises `SettingsInvalid`."""
        try:
            return cls()
        except ValidationError as error:
            lines = [
                f"{PREFIX}{'.'.join(map(str, item['loc'])).upper()}: {item['msg']}"
                if item["loc"]
                else item["msg"]
                for item in error.errors()
            ]
            raise SettingsInvalid("; ".join(lines)) from error


class Settings(EnvironmentSettings):
    """The settings of every service. There is no host: services bind to loopback, behind a proxy that does TLS."""

    partner: PartnerId
    """Whose service this is."""
    partners_file: Path
    """`partners.toml`: all partners and the services they run."""
    database_url: SecretStr
    """PostgreSQL of the event store, as the service's own role."""
    store_url: SecretStr | None = None
    """EventStoreDB or KurrentDB (`esdb://`, `kurrentdb://`, each also with `+discover`), if the events are there."""
    keys_url: SecretStr
    """PostgreSQL with the persons' keys: another cluster, with a role that may call a few functions and read no table."""
    master_key_file: Path
    """The partner's master key: at least 32 bytes in hexadecimal, readable by this service alone."""
    bus_url: SecretStr
    """NATS, with the credentials of this service; `tls://` beyond this machine."""
    bus_ca_file: Path | None = None
    """The certificate authorities for the bus, if they are not the system's."""
    zone: str = "Europe/Amsterdam"
    """The zone in which moments become days: that of the programme's definition."""
    issuer: str
    """The OpenID issuer whose tokens say who asks, such as https://login.example/realms/banen."""
    access_token_types: str = "at+jwt"  # noqa: S105 - no password
    """The `typ` of its access tokens (RFC 9068); `at+jwt jwt` for an issuer that still writes `JWT` or nothing."""
    programme: ProgrammeName | None = None
    """What its tokens call this programme (`banen_programme`), where one issuer serves several; else they name none."""
    acr_values: str = ""
    """The `acr` values of which stewards, the bureau and auditors need one in their sign-in; empty: any will do."""
    key_backup_days: int = Field(ge=0, le=365)
    """How long backups of the cluster of keys are kept. An erasure is complete when the last one is gone."""
    retention: str = ""
    """For each kind of persons' data, how many months it is kept after the last event, such as `contact=12 candidate=60`."""
    retention_wait: int = Field(default=14, ge=0, le=365)
    """How many days persons are listed as due before they are erased."""
    metrics_token: SecretStr = Field(min_length=32)
    """A random text. As bearer token it gives access to `/metrics` and to the reasons in `/readyz`."""
    port: int = Field(ge=0, le=65535)
    client_id: str | None = None
    """The client id at the issuer. A service with pages needs this and the next two."""
    client_secret: SecretStr | None = None
    public_url: str | None = None
    """Where browsers find this service."""
    profile: Literal["local"] | None = None
    """`local`: everything runs on this machine, so issuer and pages may do without https."""

    @field_validator("database_url", "keys_url", "bus_url", "store_url")
    @classmethod
    def _is_an_address(cls, url: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """Checked before any connection is made. The message never contains the address, which holds a password."""
        if url is None:
            return None
        schemes, wanted = ADDRESSES[info.field_name or ""]
        try:
            parts = urlsplit(url.get_secret_value())
            # Several nodes of one store have no port that can be parsed.
            good = (
                parts.scheme in schemes and bool(parts.hostname) and ("," in parts.netloc or parts.port != 0)
            )
        except ValueError:
            good = False
        if not good:
            raise ValueError(f"must be an address such as {schemes[0]}://user:password@host:port")
        if not is_safe(url.get_secret_value()):
            raise ValueError(f"beyond this machine it needs verified TLS: {wanted}")
        return url

    @field_validator("access_token_types")
    @classmethod
    def _is_of_access_tokens(cls, types: str) -> str:
        if not types.split() or not {*types.split()} <= {"at+jwt", "jwt"}:
            raise ValueError("must be at+jwt, or at+jwt jwt, or jwt")
        return types

    @field_validator("acr_values")
    @classmethod
    def _can_be_asked_for(cls, values: str) -> str:
        if not re.fullmatch(r"[!#-\[\]-~ ]{0,500}", values):
            raise ValueError("must be words with a space between them, without quotes and backslashes")
        return values

    @model_validator(mode="after")
    def _needs_https(self) -> Self:
        local = self.profile == "local"
        for name, url in (("issuer", self.issuer), ("public_url", self.public_url)):
            if url is not None and not (url.startswith("https://") or (local and is_on_this_machine(url))):
                raise ValueError(
                    f"{PREFIX}{name.upper()} must begin with https:// (unless BANEN_PROFILE=local)"
                )
        return self


def is_on_this_machine(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")


LOCAL = {"127.0.0.1", "localhost", "::1"}


def is_safe(url: str) -> bool:
    """Whether nobody can read or change traffic to this address: it is local, or uses verified TLS."""
    parts = urlsplit(url)
    if parts.scheme == "tls":
        return True
    if parts.scheme in KURRENT_SCHEMES:
        options = {name.lower(): values for name, values in parse_qs(parts.query).items()}
        hosts = [host.rpartition("@")[2].split(":")[0] for host in parts.netloc.split(",")]
        is_plain = any("false" in map(str.lower, options.get(name, [])) for name in ("tls", "tlsverifycert"))
        return not is_plain or {*hosts} <= LOCAL
    if parts.hostname in LOCAL:
        return True
    return parse_qs(parts.query).get("sslmode") == ["verify-full"]


def schema_of(partner: str, service: str) -> str:
    """The name of the PostgreSQL schema and role of one service of one partner."""
    return f"{partner}_{service}".replace("-", "_")


def keys_schema_of(partner: str) -> str:
    """The schema of one partner's keys, in the cluster of keys."""
    return f"{partner}_keys".replace("-", "_")
