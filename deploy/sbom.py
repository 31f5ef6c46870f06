"""Generates the software bill of materials (CycloneDX): exactly what `requirements.lock` pins, reproducibly."""

# The decorators of cyclonedx-python-lib hide its classes from pyright.
# pyright: reportCallIssue=false, reportUnknownMemberType=false, reportAttributeAccessIssue=false, reportArgumentType=false

import hashlib
import json
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from locked import DIRECT, LOCK, ROOT, Pin, pins, purposes
from packageurl import PackageURL

TARGET = ROOT / "build/sbom.json"


def bill_of(lock: Path, direct: Path) -> str:
    """The document as JSON. Raises `LockInvalid`."""
    pinned = pins(lock)
    wanted_for = purposes(direct)
    shipped = closure("runtime", pinned, wanted_for)
    local = closure("local default", pinned, wanted_for)
    components = {pin: component(pin, wanted_for, scope(pin, shipped, local)) for pin in pinned}

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    root = Component(
        name=project["name"], version=project["version"], type=ComponentType.APPLICATION, bom_ref="banen"
    )
    bom = Bom(
        # Derived from the lock, not random: the same lock gives the same document.
        serial_number=uuid5(
            NAMESPACE_URL, f"requirements.lock:{hashlib.sha256(lock.read_bytes()).hexdigest()}"
        ),
        components=components.values(),
    )
    bom.metadata.component = root
    bom.register_dependency(root, [components[pin] for pin in pinned if pin.name in wanted_for])
    for pin in pinned:
        # A name here stands for all its versions; their markers say which one applies.
        needs = [components[other] for other in pinned if pin.name in other.wanted_by]
        bom.register_dependency(components[pin], needs)

    bom.validate()
    document = json.loads(JsonV1Dot6(bom).output_as_string())
    del document["metadata"]["timestamp"]
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def component(pin: Pin, wanted_for: dict[str, str], scope: ComponentScope) -> Component:
    properties: dict[str, str | None] = {
        "banen:direct": wanted_for.get(pin.name),
        "banen:marker": pin.marker,
    }
    purl = PackageURL("pypi", name=pin.name, version=str(pin.version))
    return Component(
        name=pin.name,
        version=str(pin.version),
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=str(purl),
        scope=scope,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=value) for value in pin.hashes],
        properties=[Property(name=name, value=value) for name, value in properties.items() if value],
    )


def scope(pin: Pin, shipped: set[str], local: set[str]) -> ComponentScope:
    if pin.name in shipped:
        return ComponentScope.REQUIRED
    return ComponentScope.OPTIONAL if pin.name in local else ComponentScope.EXCLUDED


def closure(purpose: str, pinned: Iterable[Pin], wanted_for: dict[str, str]) -> set[str]:
    """The names of everything needed for a purpose, directly or indirectly."""
    names = {name for name, its in wanted_for.items() if its == purpose}
    while more := {pin.name for pin in pinned if pin.wanted_by & names} - names:
        names |= more
    return names


def main() -> None:
    TARGET.parent.mkdir(exist_ok=True)
    document = bill_of(LOCK, DIRECT)
    TARGET.write_text(document, "utf-8")
    count = len(json.loads(document)["components"])
    sys.stdout.write(f"{TARGET.relative_to(ROOT)}: {count} components\n")


if __name__ == "__main__":
    main()
