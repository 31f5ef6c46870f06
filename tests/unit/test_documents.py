"""The documents say what the code does."""

import re
from pathlib import Path

import lists_table
import pytest

from banen_cli.installed import services
from banen_contracts import EVENTS
from banen_kit.runtime.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DECISIONS = sorted((ROOT / "docs/adr").glob("*.md"))


@pytest.mark.parametrize("name", sorted(services()))
def test_a_services_page_lists_its_commands_its_events_and_what_it_listens_to(name: str):
    service = services()[name]
    page = (ROOT / f"services/{name}/README.md").read_text()
    expected = [f"`POST /v1{operation.path}` | `{operation.name}`" for operation in service.commands]
    expected += [f"- `{event.NAME}`" for event in EVENTS if event.NAME.startswith(f"{name}.")]
    expected += [f"`{event.NAME}`" for policy in service.reactors for event in policy.listens_to]
    expected += [f"- `{one.event.NAME}` of the {one.partner}" for one in service.learns]
    assert [line for line in expected if line not in page] == []


@pytest.mark.parametrize("name", sorted(name for name, one in services().items() if one.lists))
def test_a_services_page_lists_its_lists(name: str):
    service = services()[name]
    current = lists_table.page_of(service).read_text()
    assert current == lists_table.written(service), "run: python deploy/lists_table.py"


def test_the_operators_page_lists_every_setting():
    page = (ROOT / "docs/operating.md").read_text()
    listed = set(re.findall(rf"`({PREFIX}[A-Z_]+[A-Z])`", page))
    assert listed == {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}


def test_every_make_target_of_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text()
    for document in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        for target in re.findall(r"make ([a-z-]+)", (ROOT / document).read_text()):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{document}: make {target}"


def test_links_between_documents_lead_somewhere():
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_names_what_enforces_it(decision: Path):
    enforced = decision.read_text().split("## Enforced by")[1]
    for path in re.findall(r"`(tests/[^`]+)`", enforced):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-tools.lock"])
def test_the_lock_has_hashes_and_no_index_address(name: str):
    lock = (ROOT / name).read_text()
    assert "--hash=sha256:" in lock
    assert not re.search(r"https?://|file:|--index-url|--find-links", lock)


def test_every_file_that_the_architecture_names_is_there():
    page = (ROOT / "docs/architecture.md").read_text()
    named = re.findall(r"`((?:services|shared|deploy|tests|docs)/[^` ]+)`", page)
    assert len(named) > 40
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_architecture_draws_every_package_of_the_kit_and_of_reporting():
    page = (ROOT / "docs/architecture.md").read_text()
    for folder in ("shared/kit/banen_kit", "services/reporting/banen_reporting"):
        rooms = {file.parent.name for file in (ROOT / folder).glob("*/__init__.py")} - {"testing"}
        assert {room for room in rooms if not re.search(rf"^.*\b{room}\b.*$", page, re.MULTILINE)} == set()
