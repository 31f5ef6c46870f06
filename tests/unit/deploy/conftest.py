"""The scripts of `deploy/`, which are run and not installed."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "deploy"))


@pytest.fixture
def locked() -> ModuleType:
    return import_module("locked")


@pytest.fixture
def sbom() -> ModuleType:
    return import_module("sbom")


@pytest.fixture
def audit_dependencies() -> ModuleType:
    return import_module("audit_dependencies")
