"""The local issuer runs in the local profile only, and keeps its secrets for its owner."""

import json
import os
import re
import stat
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from urllib.request import urlopen

import pytest

from banen_local.cluster.folder import LocalError, free_port
from banen_local.cluster.programme import PARTNERS_FILE
from banen_local.issuer.clients import read_clients, register_client
from banen_local.issuer.keys import ensure_key, read_keys, rotate
from banen_local.issuer.testing import CALLBACK, environment, running

STRANGER = 65534


def refused(folder: Path, **other: str | None) -> str:
    """The one line with which it ends."""
    settings = environment(folder / "issuer", free_port(), PARTNERS_FILE) | other
    done = subprocess.run(
        [sys.executable, "-m", "banen_local.issuer"],
        env={name: value for name, value in settings.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (78, "")
    (line,) = done.stdout.splitlines()
    return json.loads(line)["message"]


@pytest.mark.parametrize("profile", [None, "production", "Local", ""])
def test_starts_in_the_local_profile_only(tmp_path: Path, profile: str | None) -> None:
    line = refused(tmp_path, BANEN_PROFILE=profile)
    assert line.startswith(
        "the issuer cannot run: BANEN_PROFILE is not 'local', and this issuer logs anybody in"
    )
    assert not (tmp_path / "issuer").exists()


def test_has_no_setting_for_another_host(tmp_path: Path) -> None:
    line = refused(tmp_path, BANEN_ISSUER_HOST="0.0.0.0")  # noqa: S104 - it is refused
    assert line == "the issuer cannot run: BANEN_ISSUER_HOST: Extra inputs are not permitted"


def test_does_not_start_without_its_settings(tmp_path: Path) -> None:
    line = refused(tmp_path, BANEN_ISSUER_FOLDER=None, BANEN_ISSUER_PORT=None, BANEN_PARTNERS_FILE=None)
    for name in ("BANEN_ISSUER_FOLDER", "BANEN_ISSUER_PORT", "BANEN_PARTNERS_FILE"):
        assert f"{name}: Field required" in line


def test_does_not_start_on_a_key_that_others_can_read(tmp_path: Path) -> None:
    ensure_key(tmp_path / "issuer")
    (tmp_path / "issuer" / "key.json").chmod(0o640)
    assert "key.json can be read by others (mode 640)" in refused(tmp_path)


def test_listens_on_loopback_only(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port, PARTNERS_FILE):
        tables = [Path(f"/proc/net/{name}").read_text() for name in ("tcp", "tcp6")]
        found = re.findall(rf"\d+: ([0-9A-F]+):{port:04X} \S+ 0A", "\n".join(tables))
    assert found == ["0100007F"]


def test_keeps_its_key_over_a_restart(tmp_path: Path) -> None:
    port = free_port()
    told: list[bytes] = []
    for _ in range(2):
        with running(tmp_path, port, PARTNERS_FILE) as url, urlopen(f"{url}/jwks") as answer:  # noqa: S310
            told.append(answer.read())
    assert told[0] == told[1]
    (key,) = json.loads(told[0])["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}


@pytest.fixture
def open_folder() -> Generator[Path]:
    """pytest's own folders are closed to other accounts."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_keeps_its_files_for_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "issuer"
    ensure_key(folder)
    register_client(folder, "uaf-intake", CALLBACK)
    rotate(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("key.json", "clients.json", "former.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def stranger_reads(path: Path) -> bool:
    """By the modes of the file and its folders. Where we are root, another account tries it too."""
    modes = [
        path.stat().st_mode & stat.S_IROTH,
        *(part.stat().st_mode & stat.S_IXOTH for part in path.parents),
    ]
    may = all(modes)
    if os.geteuid() == 0:
        command = ["/bin/cat", str(path)]
        done = subprocess.run(
            command, user=STRANGER, group=STRANGER, extra_groups=[], capture_output=True, check=False
        )
        assert (done.returncode == 0) is may
    return may


def test_its_key_cannot_be_read_by_another_account(open_folder: Path) -> None:
    folder = open_folder / "issuer"
    ensure_key(folder)
    assert not stranger_reads(folder / "key.json")
    folder.chmod(0o755)
    assert not stranger_reads(folder / "key.json")
    (folder / "key.json").chmod(0o644)
    assert stranger_reads(folder / "key.json")


def test_refuses_a_folder_that_others_may_enter(tmp_path: Path) -> None:
    (tmp_path / "issuer").mkdir(mode=0o755)
    for use in (ensure_key, lambda folder: register_client(folder, "uaf-intake", CALLBACK)):
        with pytest.raises(LocalError, match=r"is open to others \(mode 755\); run: chmod 700"):
            use(tmp_path / "issuer")


@pytest.mark.parametrize("name", ["key.json", "clients.json", "former.json"])
@pytest.mark.parametrize("text", ["", "{", '{"kty": "oct", "k": "hush-hush"}', "[1]"])
def test_says_which_file_is_damaged_and_not_what_is_in_it(tmp_path: Path, name: str, text: str) -> None:
    folder = tmp_path / "issuer"
    ensure_key(folder)
    (folder / name).write_text(text)
    (folder / name).chmod(0o600)
    with pytest.raises(LocalError) as refused:
        read_everything(folder)
    assert name in str(refused.value)
    assert "hush" not in str(refused.value)
    assert refused.value.__cause__ is None


def read_everything(folder: Path) -> None:
    read_keys(folder)
    read_clients(folder)


def test_keeps_a_clients_secret_when_its_address_changes(tmp_path: Path) -> None:
    folder = tmp_path / "issuer"
    before = register_client(folder, "uaf-intake", CALLBACK)
    assert register_client(folder, "uaf-intake", "http://127.0.0.1:6001/callback") == before
    assert register_client(folder, "uwv-intake", CALLBACK) != before
    kept = read_clients(folder)["uaf-intake"]
    assert (kept.secret, kept.redirect_uris) == (before, ("http://127.0.0.1:6001/callback",))


@pytest.mark.parametrize(
    ("client_id", "address", "field"),
    [
        ("Uaf Intake", CALLBACK, "client_id"),
        ("uaf-intake", "http://evil.example/callback", "redirect_uri"),
        ("uaf-intake", "http://127.0.0.1@evil.example/callback", "redirect_uri"),
        ("uaf-intake", f"{CALLBACK}#x", "redirect_uri"),
        ("uaf-intake", "javascript:alert(1)", "redirect_uri"),
    ],
)
def test_registers_addresses_on_this_machine_only(
    tmp_path: Path, client_id: str, address: str, field: str
) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        register_client(tmp_path / "issuer", client_id, address)
