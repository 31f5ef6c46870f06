"""What Schemathesis sends, so that it gets past the edge of a service as well as against it.

Left to itself it repeats one key, a correlation id that is none, and references of which nothing is known: nearly all it asks
is then refused before anything is decided. What it breaks on purpose stays as it made it.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import count, cycle
from typing import Any
from uuid import UUID

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation

UUIDS = tuple(str(UUID(int=number, version=4)) for number in range(1, 4))
NAMES = ("uaf", "goed-werk", "uwv")
SLUGS = ("/partners/", "/units/", "/rule-sets/", "/reach/", "/effort/")
_keys = (str(UUID(int=number, version=4)) for number in count(1000))
_refs: defaultdict[str, Iterator[tuple[str, str]]] = defaultdict(
    lambda: cycle(zip(UUIDS, NAMES, strict=True))
)
_versions = cycle(("1", '"2"', "3"))


def is_broken(case: Any, place: ParameterLocation) -> bool:
    """Whether this part is wrong on purpose.

    In its phase of coverage a broken body comes with a header that was left over from before: there it says itself which
    part it means.
    """
    if case.meta is None:
        return False
    meant = getattr(case.meta.phase.data, "parameter_location", None)
    part = case.meta.components.get(place)
    return meant is place if meant is not None else part is not None and part.mode.is_negative


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """A key of its own, a correlation id that is one, and one of a few references, where they are not what is broken."""
    fits = {
        place for place in (ParameterLocation.PATH, ParameterLocation.HEADER) if not is_broken(case, place)
    }
    if ParameterLocation.PATH in fits and case.path_parameters and "ref" in case.path_parameters:
        uuid, slug = next(_refs[case.operation.label])
        is_slug = any(one in case.operation.path for one in SLUGS)
        is_programme = case.operation.path.startswith("/v1/programme/{ref}")
        case.path_parameters["ref"] = "bureau" if is_programme else slug if is_slug else uuid
    if ParameterLocation.HEADER in fits:
        for name in ("Idempotency-Key", "Correlation-Id"):
            if name in case.headers:
                case.headers[name] = next(_keys)
        if "If-Match" in case.headers:
            case.headers["If-Match"] = next(_versions)


_LINES = st.fixed_dictionaries(
    {
        "command": st.sampled_from(
            ["register-candidate", "take-on-client", "register-employer", "admit-partner"]
        ),
        "ref": st.sampled_from(UUIDS + NAMES),
        "key": st.uuids(version=4).map(str),
        "body": st.dictionaries(
            st.sampled_from(["occurredOn", "name", "label"]), st.text(max_size=20) | st.none()
        ),
    }
).map(json.dumps)
_OTHERS = st.text(max_size=40) | st.sampled_from(["{}", "[]", "", '{"command": 1}'])
schemathesis.openapi.media_type(
    "application/x-ndjson",
    st.lists(_LINES | _OTHERS, max_size=5).map(lambda lines: "\n".join(lines).encode()),
)
schemathesis.openapi.format("date", st.dates(date(2005, 1, 1), date(2008, 12, 31)).map(str))
