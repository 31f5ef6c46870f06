"""Settings come from the environment: all that is needed, nothing that is unknown, and no value in a complaint."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from banen_kit.core.errors import SettingsInvalid
from banen_kit.runtime.settings import Settings, keys_schema_of, schema_of

SECRET = "postgresql://service:very-secret@localhost/banen"
GOOD = {
    "BANEN_PARTNER": "uaf",
    "BANEN_PARTNERS_FILE": "partners.toml",
    "BANEN_DATABASE_URL": SECRET,
    "BANEN_KEYS_URL": SECRET,
    "BANEN_MASTER_KEY_FILE": "master.key",
    "BANEN_BUS_URL": "nats://very-secret@localhost",
    "BANEN_ISSUER": "https://login.example/banen",
    "BANEN_KEY_BACKUP_DAYS": "30",
    "BANEN_METRICS_TOKEN": "very-secret-very-secret-very-secret",
    "BANEN_PORT": "8000",
}


@pytest.fixture(autouse=True)
def good(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment with all that is needed, and nothing else of ours."""
    for variable in [name for name in os.environ if name.startswith("BANEN_")]:
        monkeypatch.delenv(variable)
    for variable, value in GOOD.items():
        monkeypatch.setenv(variable, value)


def complaint() -> str:
    with pytest.raises(SettingsInvalid) as caught:
        Settings.load()
    return str(caught.value)


def test_reads_the_environment():
    settings = Settings.load()

    assert (settings.partner, settings.port) == ("uaf", 8000)
    assert settings.partners_file == Path("partners.toml")
    assert settings.master_key_file == Path("master.key")
    assert settings.database_url.get_secret_value() == SECRET


@pytest.mark.parametrize("variable", sorted(GOOD))
def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch, variable: str):
    monkeypatch.delenv(variable)

    assert complaint() == f"{variable}: Field required"


def test_all_that_is_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch):
    for variable in GOOD:
        monkeypatch.delenv(variable)

    assert {part.split(":")[0] for part in complaint().split("; ")} == set(GOOD)


@pytest.mark.parametrize("variable", ["BANEN_COLOUR", "BANEN_", "BANEN_COLOUR_FILE", "BANEN_PORTS"])
def test_an_unknown_setting_is_named(monkeypatch: pytest.MonkeyPatch, variable: str):
    monkeypatch.setenv(variable, "very-secret")

    assert complaint() == f"{variable}: Extra inputs are not permitted"


def test_a_variable_without_our_prefix_is_not_ours(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "x")
    monkeypatch.setenv("PORT", "1")

    assert Settings.load().port == 8000


def test_a_secret_may_be_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "url").write_text(f"{SECRET}-2\n")
    monkeypatch.delenv("BANEN_DATABASE_URL")
    monkeypatch.setenv("BANEN_DATABASE_URL_FILE", str(tmp_path / "url"))

    assert Settings.load().database_url.get_secret_value() == f"{SECRET}-2"


def test_a_setting_that_is_called_file_is_not_read_as_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "key").write_text("00")
    monkeypatch.setenv("BANEN_MASTER_KEY_FILE", str(tmp_path / "key"))

    assert Settings.load().master_key_file == tmp_path / "key"


def test_a_secret_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("BANEN_BUS_URL")
    monkeypatch.setenv("BANEN_BUS_URL_FILE", str(tmp_path / "none"))

    assert complaint() == "BANEN_BUS_URL_FILE: No such file or directory"


def test_a_secret_file_that_is_no_text_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "url").write_bytes(b"\xff very-secret")
    monkeypatch.delenv("BANEN_BUS_URL")
    monkeypatch.setenv("BANEN_BUS_URL_FILE", str(tmp_path / "url"))

    assert complaint() == "BANEN_BUS_URL_FILE: the file is not UTF-8 text"


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "url").write_text("nats://other")
    monkeypatch.setenv("BANEN_BUS_URL_FILE", str(tmp_path / "url"))

    assert complaint() == "BANEN_BUS_URL: given twice, as a value and as a file"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("BANEN_PORT", "65536"), ("BANEN_PORT", "very-secret"), ("BANEN_PARTNER", "Very-Secret")],
)
def test_a_wrong_value_is_named_and_not_quoted(monkeypatch: pytest.MonkeyPatch, variable: str, value: str):
    monkeypatch.setenv(variable, value)

    text = complaint()
    assert text.startswith(f"{variable}: ")
    assert value not in text


def test_no_value_is_in_a_complaint_or_in_what_is_printed(monkeypatch: pytest.MonkeyPatch):
    assert "very-secret" not in repr(Settings.load())
    monkeypatch.setenv("BANEN_PORT", "-1")
    monkeypatch.setenv("BANEN_SECRET", "very-secret")

    assert "very-secret" not in complaint()


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Settings.load().port = 1  # pyright: ignore[reportAttributeAccessIssue]


def test_nothing_that_connects_has_a_default():
    optional = {name for name, field in Settings.model_fields.items() if not field.is_required()}
    # The first three are asked where a service has pages, the last two where it keeps persons.
    assert optional == {
        "access_token_types",
        "acr_values",
        "bus_ca_file",
        "client_id",
        "client_secret",
        "public_url",
        "profile",
        "programme",
        "retention",
        "retention_wait",
        "store_url",  # without it the events are in PostgreSQL
        "zone",
    }


@pytest.mark.parametrize("variable", ["BANEN_ISSUER", "BANEN_PUBLIC_URL"])
@pytest.mark.parametrize(
    ("url", "profile", "is_good"),
    [
        ("https://login.example", None, True),
        ("http://login.example", None, False),
        ("http://login.example", "local", False),
        ("http://127.0.0.1:9000", None, False),
        ("http://127.0.0.1:9000", "local", True),
        ("http://127.0.0.1.evil.example", "local", False),
        ("http://127.0.0.1@evil.example", "local", False),
        ("ftp://127.0.0.1", "local", False),
    ],
)
def test_whoever_tells_who_asks_is_reached_over_https_or_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, variable: str, url: str, profile: str | None, is_good: bool
):
    monkeypatch.setenv(variable, url)
    if profile:
        monkeypatch.setenv("BANEN_PROFILE", profile)

    if is_good:
        assert Settings.load().profile == profile
    else:
        assert variable in complaint()


def test_there_is_one_other_profile(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BANEN_PROFILE", "production")

    assert complaint().startswith("BANEN_PROFILE: ")


def test_a_schema_belongs_to_one_service_of_one_partner():
    assert schema_of("goed-werk", "mediation") == "goed_werk_mediation"
    assert keys_schema_of("goed-werk") == "goed_werk_keys"


@pytest.mark.parametrize("name", ["", "Work", "-work", "two words", "w" * 62])
def test_the_name_of_a_programme_is_a_word(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setenv("BANEN_PROGRAMME", name)

    assert "BANEN_PROGRAMME: " in complaint()


@pytest.mark.parametrize("types", ["", " ", "logout+jwt", "at+jwt logout+jwt", "JWT", "*"])
def test_access_tokens_are_of_no_other_type(monkeypatch: pytest.MonkeyPatch, types: str):
    monkeypatch.setenv("BANEN_ACCESS_TOKEN_TYPES", types)

    assert "BANEN_ACCESS_TOKEN_TYPES: " in complaint()


def test_access_tokens_say_what_they_are_unless_it_is_set_otherwise(monkeypatch: pytest.MonkeyPatch):
    assert Settings.load().access_token_types == "at+jwt"
    monkeypatch.setenv("BANEN_ACCESS_TOKEN_TYPES", "at+jwt jwt")
    assert Settings.load().access_token_types == "at+jwt jwt"


def test_how_strong_roles_sign_in_is_what_an_issuer_can_be_asked_for(monkeypatch: pytest.MonkeyPatch):
    assert not Settings.load().acr_values
    for good in ("mfa", "urn:mace:incommon:iap:silver  https://refeds.org/profile/mfa"):
        monkeypatch.setenv("BANEN_ACR_VALUES", good)
        assert Settings.load().acr_values == good
    for bad in ('"mfa"', "mfa\\", "mfa\nhardware", "é"):
        monkeypatch.setenv("BANEN_ACR_VALUES", bad)
        with pytest.raises(SettingsInvalid, match=r"BANEN_ACR_VALUES: .*words with a space between"):
            Settings.load()


@pytest.mark.parametrize(
    "url",
    [
        "kurrentdb://very-secret:word@store.example:2113",
        "kurrentdb+discover://very-secret:word@store.example",
        "esdb://very-secret:word@one.example:2113,two.example:2113,three.example:2113?nodePreference=leader",
        "esdb://localhost:2113?tls=false",
        "kurrentdb://127.0.0.1:1,127.0.0.1:2?TLS=False",
    ],
)
def test_events_may_be_in_kurrentdb_over_tls_or_on_this_machine(monkeypatch: pytest.MonkeyPatch, url: str):
    monkeypatch.setenv("BANEN_STORE_URL", url)

    settings = Settings.load()
    assert settings.store_url
    assert settings.store_url.get_secret_value() == url
    assert "very-secret" not in repr(settings)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://very-secret@store.example/x",
        "kurrentdb://",
        "kurrentdb://very-secret@store.example:port",
        "kurrentdb://very-secret@store.example:2113?tls=false",
        "kurrentdb://very-secret@store.example:2113?Tls=False",
        "kurrentdb://very-secret@store.example:2113?tlsVerifyCert=false",
        "esdb+discover://very-secret@store.example?tls=false",
        "kurrentdb://127.0.0.1:2113,very-secret.example:2113?tls=false",
    ],
)
def test_a_wrong_address_of_kurrentdb_is_named_and_not_quoted(monkeypatch: pytest.MonkeyPatch, url: str):
    monkeypatch.setenv("BANEN_STORE_URL", url)

    text = complaint()
    assert text.startswith("BANEN_STORE_URL: ")
    assert "very-secret" not in text
