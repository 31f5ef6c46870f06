"""A kind of service is listed once, in `banen_contracts.roles`; what cannot be derived from there is compared with it."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from banen_cli.installed import services
from banen_contracts.roles import SERVICES, STAFF
from support.applications import OWNERS

ROOT = Path(__file__).parents[3]


def read(path: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / path).read_text())


PROJECT = read("pyproject.toml")["tool"]
LINTER = PROJECT["importlinter"]
CONTRACTS = {contract["name"]: contract for contract in LINTER["contracts"]}
LISTS: dict[str, set[str]] = {
    "services": {file.parent.name for file in ROOT.glob("services/*/pyproject.toml")},
    "STAFF in shared/contracts/banen_contracts/roles.py": {*STAFF},
    "sources in pyproject.toml": {*PROJECT["uv"]["sources"]},
    "root_packages in pyproject.toml": {*LINTER["root_packages"]},
    "layers in pyproject.toml": {
        name
        for layer in CONTRACTS["services never import each other; shared never imports a service"]["layers"]
        for name in layer.split(" | ")
    },
    "the layers inside services in pyproject.toml": {
        name
        for contract in ("inside a service, data flows one way", "the rooms of reporting stand on each other")
        for name in CONTRACTS[contract]["containers"]
    },
    "the pure modules in pyproject.toml": {
        name.split(".")[0] for name in CONTRACTS["the domain is pure"]["source_modules"]
    },
    "dependencies in deploy/local/pyproject.toml": {
        *read("deploy/local/pyproject.toml")["project"]["dependencies"]
    },
    "OWNERS in tests/support/applications.py": {*OWNERS},
}


@pytest.mark.parametrize("service", SERVICES)
def test_every_list_of_services_names_it(service: str):
    names = {service, f"banen-{service}", f"banen_{service}"}
    assert [where for where, listed in LISTS.items() if not names & listed] == []


def test_every_installed_service_is_a_known_kind():
    assert services().keys() == LISTS["services"] == {*SERVICES}
