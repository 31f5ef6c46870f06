"""Tokens that the local issuer makes without a login, for tests and at the command line."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from joserfc import jwt
from typer.testing import CliRunner

from banen_cli.fault import Fault
from banen_contracts.roles import Role
from banen_kit.messaging.topology import read_partners
from banen_local.cluster.folder import Ports
from banen_local.cluster.programme import PARTNERS_FILE
from banen_local.issuer.keys import NoIssuer, ensure_key, read_keys
from banen_local.issuer.people import demo_people
from banen_local.issuer.testing import Clock
from banen_local.issuer.tokens import mint
from support.cli import app

PARTNERS = read_partners(PARTNERS_FILE)


def claims_of(token: str, folder: Path) -> dict[str, object]:
    return jwt.decode(token, read_keys(folder).public(), algorithms=["ES256"]).claims


def test_mints_a_token_without_a_login(tmp_path: Path) -> None:
    ensure_key(tmp_path)
    at = Clock().now
    roles = [Role.PRIVACY_OFFICER, Role.COACH]
    token = mint(tmp_path, "http://i", "vluchtelingenwerk", roles, partners=PARTNERS, seconds=60, now=at)
    claims = claims_of(token, tmp_path)
    assert claims | {"jti": ""} == {
        "iss": "http://i",
        "sub": "demo-vluchtelingenwerk-coach-privacy-officer",
        "banen_partner": "vluchtelingenwerk",
        "banen_roles": ["coach", "privacy_officer"],
        "client_id": "banen-token",
        "aud": [
            "urn:nl:banenoffensief:bureau:reporting",
            "urn:nl:banenoffensief:vluchtelingenwerk:intake",
            "urn:nl:banenoffensief:vluchtelingenwerk:mediation",
        ],
        "iat": int(at.timestamp()),
        "exp": int(at.timestamp()) + 60,
        "jti": "",
    }
    other = mint(tmp_path, "http://i", "uaf", roles, partners=PARTNERS, audience=["urn:x"])
    assert claims_of(other, tmp_path)["aud"] == ["urn:x"]
    assert claims_of(other, tmp_path)["jti"] != claims["jti"]


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda folder: mint(folder, "i", "nobody", [Role.COACH], partners=PARTNERS), "partner"),
        (lambda folder: mint(folder, "i", "uaf", [], partners=PARTNERS), "roles"),
        (lambda folder: mint(folder, "i", "uaf", [Role.COACH], partners=PARTNERS, seconds=0), "seconds"),
        (lambda folder: mint(folder, "i", "uaf", [Role.COACH], partners=PARTNERS, seconds=3601), "seconds"),
    ],
)
def test_does_not_mint_nonsense(tmp_path: Path, make: Callable[[Path], str], field: str) -> None:
    ensure_key(tmp_path)
    with pytest.raises(ValueError, match=f"^{field}: "):
        make(tmp_path)


def test_does_not_mint_without_an_issuer(tmp_path: Path) -> None:
    with pytest.raises(NoIssuer):
        mint(tmp_path, "http://i", "uaf", [Role.COACH], partners=PARTNERS)
    assert not list(tmp_path.iterdir())


def test_each_partner_has_the_roles_that_go_with_its_services() -> None:
    every = {"partner_data_steward", "partner_manager", "privacy_officer", "ops"}
    found = {group.partner: {str(person.role) for person in group.people} for group in demo_people(PARTNERS)}
    intake, mediation, employers = {"intake_worker", "coach"}, {"adviser", "mediator"}, {"employer_relations"}
    assert found == {
        "bureau": {
            "project_bureau", "steering_group", "auditor", "privacy_officer", "ops", "partner_data_steward",
        },
        "vluchtelingenwerk": intake | mediation | every,
        "emplooi": mediation | employers | every,
        "uaf": intake | mediation | employers | every,
        "uwv": intake | mediation | employers | every,
        "goed-werk": mediation | employers | every,
        "ministry": {"ministry_observer"},
        "integrator": {"integrator"},
    }  # fmt: skip


def token_command(data: Path, *arguments: str) -> str:
    """What it prints. Raises `Fault`."""
    done = CliRunner().invoke(app, ["token", "--data", str(data), *arguments])
    if isinstance(done.exception, Fault):
        assert done.stdout == ""
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_command_prints_the_token_alone(tmp_path: Path) -> None:
    ensure_key(tmp_path / "issuer")
    port = Ports(tmp_path).claim("issuer")
    before = int(time.time())
    printed = token_command(
        tmp_path, "--role", "mediator", "--role", "adviser", "--partner", "emplooi", "--seconds", "5"
    )
    claims = claims_of(printed.removesuffix("\n"), tmp_path / "issuer")
    assert claims["iss"] == f"http://127.0.0.1:{port}"
    assert claims["banen_roles"] == ["adviser", "mediator"]
    assert before <= int(str(claims["iat"])) == int(str(claims["exp"])) - 5


@pytest.mark.parametrize(
    ("role", "partner", "line"),
    [
        (
            "adviser",
            "nobody",
            "There is no partner of that name. There are: bureau, vluchtelingenwerk, emplooi, uaf, uwv, goed-werk, "
            "ministry, integrator.",
        ),
        (
            "coach",
            "emplooi",
            "Not every one of these is a role at emplooi. There are: adviser, mediator, employer_relations, "
            "partner_data_steward, partner_manager, ops, privacy_officer.",
        ),
    ],
)
def test_the_command_lists_what_there_is(tmp_path: Path, role: str, partner: str, line: str) -> None:
    ensure_key(tmp_path / "issuer")
    Ports(tmp_path).claim("issuer")
    with pytest.raises(Fault) as fault:
        token_command(tmp_path, "--role", role, "--partner", partner)
    assert str(fault.value) == line


@pytest.mark.parametrize("has_port", [True, False])
def test_the_command_says_what_to_start_where_there_is_no_issuer(tmp_path: Path, *, has_port: bool) -> None:
    if has_port:
        Ports(tmp_path).claim("issuer")
    with pytest.raises(Fault, match="run banen up or banen demo first"):
        token_command(tmp_path, "--role", "adviser", "--partner", "emplooi")


def test_the_command_makes_no_token_for_whoever_was_removed(tmp_path: Path) -> None:
    ensure_key(tmp_path / "issuer")
    Ports(tmp_path).claim("issuer")
    (tmp_path / "issuer" / "removed.json").write_text('["demo-emplooi-adviser"]')
    with pytest.raises(Fault, match="was removed"):
        token_command(tmp_path, "--role", "adviser", "--partner", "emplooi")
    assert token_command(tmp_path, "--role", "mediator", "--partner", "emplooi")
