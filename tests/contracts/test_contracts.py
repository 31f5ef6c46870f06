"""What partners and integrators rely on: every public event, its examples, its schema and its envelope."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from pkgutil import iter_modules
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings, strategies as st
from pydantic import TypeAdapter, ValidationError, create_model
from pydantic.alias_generators import to_camel

import banen_contracts
from banen_contracts import (
    BY_TYPE,
    EVENTS,
    Envelope,
    PublicEvent,
    base,
    effort,
    employers,
    intake,
    json_schema,
    programme,
    reporting,
)
from banen_contracts.reporting import CountingRuleSetPublished
from banen_contracts.roles import SERVICES
from support.searches import draws

GOLDEN = Path(__file__).parent / "golden"
"""An example per event. A file is never edited: what was published once must be readable for ever."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KEYWORDS = {
    "$schema", "$id", "$defs", "$ref", "additionalProperties", "anyOf", "const", "default", "description", "enum",
    "format", "items", "maximum", "maxItems", "maxLength", "minimum", "minItems", "pattern", "properties", "required", "title", "type",
}  # fmt: skip

CODES = (
    base.Code,
    programme.Zone,
    base.PartnerId,
    base.UnitId,
    base.RuleSetId,
    base.RegionId,
    base.MunicipalityCode,
    base.ReasonCode,
    base.DocumentRef,
    base.Digest,
    base.MethodVersion,
    base.SubjectRef,
    employers.SectorCode,
    intake.ProfessionGroup,
    intake.Month,
    intake.ReachRef,
    effort.EffortRef,
    reporting.OnRoute,
)
ORGANISATIONS = {
    ("employers.employer-registered.v1", "name"),
    ("employers.employer-renamed.v1", "name"),
    ("reporting.partner-admitted.v1", "name"),
    ("reporting.partner-renamed.v1", "name"),
    ("reporting.target-unit-defined.v1", "label"),
    ("reporting.target-unit-amended.v1", "label"),
}
"""The only fields that may hold the name of an organisation."""
TELLING = {
    "name", "names", "surname", "birth", "born", "birthday", "age", "gender", "sex", "nationality", "country", "origin",
    "religion", "phone", "telephone", "mobile", "email", "mail", "address", "street", "postcode", "bsn", "note",
    "notes", "remark", "remarks", "comment", "comments", "text", "description", "reason",
}  # fmt: skip
HARMLESS = {
    ("mediation.client-taken-on.v1", "origin"),  # own intake, handover or walk-in
    ("mediation.client-taken-on.v1", "originRef"),
    ("mediation.placement-end-corrected.v1", "endReason"),  # out of a closed list
    ("reporting.programme-defined.v1", "definition.name.nl"),  # of the programme
    ("reporting.programme-defined.v1", "definition.name.en"),
}
LABELS = {
    ("reporting.programme-defined.v1", f"definition.{path}.{language}")
    for path in (
        "name",
        "routes.label",
        "routes.meaning",
        "kinds.label",
        "funders.label",
        "regions.label",
        "departments.label",
    )
    for language in ("nl", "en")
} | {("reporting.programme-fact-recorded.v1", f"label.{language}") for language in ("nl", "en")}
"""The only fields that may hold what the programme calls its things."""

repeatable = settings(derandomize=True, deadline=None, max_examples=draws(20, nightly=200))
all_events = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.NAME)


def pattern_of(code: Any) -> str:
    return TypeAdapter(code).json_schema()["pattern"]


def golden(event: type[PublicEvent]) -> dict[str, Any]:
    return json.loads((GOLDEN / f"{event.NAME}.json").read_text("utf-8"))


def test_every_event_has_an_example():
    assert {file.stem for file in GOLDEN.glob("*.json")} == {event.NAME for event in EVENTS}


@all_events
def test_an_example_is_read_and_written_as_it_was(event: type[PublicEvent]):
    example = golden(event)
    written = json.loads(event.model_validate_json(json.dumps(example)).to_json())
    assert _within(written, example) == example


def _within(written: Any, example: Any) -> Any:
    """What was written, less the fields that were added after the example."""
    if isinstance(written, dict) and isinstance(example, dict):
        return {name: _within(value, example[name]) for name, value in written.items() if name in example}
    if isinstance(written, list) and isinstance(example, list):
        return [_within(one, other) for one, other in zip(written, example, strict=True)]
    return written


@all_events
def test_unknown_fields_are_ignored(event: type[PublicEvent]):
    example = golden(event)
    newer = {**example, "addedLater": {"by": "a newer writer"}}
    assert event.model_validate_json(json.dumps(newer)) == event.model_validate_json(json.dumps(example))


def test_a_rule_that_a_reader_does_not_know_is_not_ignored():
    """Counting without it would give other figures under the same name."""
    example = golden(CountingRuleSetPublished)
    example["params"]["addedLater"] = True
    with pytest.raises(ValidationError, match="addedLater"):
        CountingRuleSetPublished.model_validate_json(json.dumps(example))


@all_events
def test_says_in_a_sentence_what_it_means(event: type[PublicEvent]):
    assert event.__doc__ is not None
    assert re.match(r"[A-Z].+\.$", event.__doc__.strip().splitlines()[0])


@all_events
def test_its_name_and_reference_are_in_order(event: type[PublicEvent]):
    assert re.fullmatch(rf"({'|'.join(SERVICES)})\.[a-z]+(-[a-z]+)*\.v[1-9]", event.NAME)
    service = import_module(f"banen_contracts.{event.NAME.split('.')[0]}")
    assert getattr(service, event.__name__) is event
    example = golden(event)
    assert event.model_validate(example).ref == example[to_camel(event.REF)]


def test_names_and_classes_are_unique():
    assert len({event.NAME for event in EVENTS}) == len(EVENTS) == len(BY_TYPE)
    assert len({event.__name__ for event in EVENTS}) == len(EVENTS)


def test_the_catalogue_leaves_no_event_out():
    declared = {
        value
        for module in iter_modules(banen_contracts.__path__)
        for value in vars(import_module(f"banen_contracts.{module.name}")).values()
        if isinstance(value, type) and issubclass(value, PublicEvent) and "NAME" in vars(value)
    }
    assert declared == set(EVENTS)


# The schema is what travels to readers without Python, so it is the schema that is searched for places to hide in.


@all_events
def test_its_schema_is_draft_2020_12_and_open_to_new_fields(event: type[PublicEvent]):
    schema = json_schema(event)
    assert schema["$schema"] == DIALECT
    assert schema["$id"] == f"urn:nl:banenoffensief:{event.NAME}"
    assert schema["type"] == "object"
    assert schema.get("additionalProperties", True) is True
    assert set(golden(event)) <= set(schema["properties"])
    assert {keyword for node in _nodes(schema) for keyword in node} <= KEYWORDS
    assert json.loads(json.dumps(schema)) == schema


@all_events
def test_no_field_can_hold_free_text_or_personal_data(event: type[PublicEvent]):
    schema = json_schema(event)
    faults = [
        f"{path}: {fault}"
        for path, node in _leaves(schema, schema, "")
        if (fault := _fault(event.NAME, path, node))
    ]
    assert faults == []


@pytest.mark.parametrize(
    ("annotation", "fault"),
    [
        (str, "free text"),
        (str | None, "free text"),
        (tuple[str, ...], "free text"),
        (int, "unbounded number"),
        (float, "number"),
        (dict[str, str], "open object"),
        (Any, "anything"),
        (base.OrganisationName, "free text"),
        (programme.Label, "free text"),
    ],
)
def test_the_search_for_free_text_finds(annotation: Any, fault: str):
    schema = create_model("Leaking", detail=(annotation, ...)).model_json_schema()
    faults = [_fault("intake.leaking.v1", path, node) for path, node in _leaves(schema, schema, "")]
    assert fault in faults


def test_the_search_for_personal_data_goes_by_the_name_too():
    assert _fault("intake.leaking.v1", "birthDate", {"type": "string", "format": "date"}) == "telling name"


@pytest.mark.parametrize("code", CODES, ids=lambda code: pattern_of(code))
def test_no_code_can_hold_a_sentence(code: Any):
    @repeatable
    @given(st.from_regex(pattern_of(code), fullmatch=True))
    def never_spaces(text: str) -> None:
        assert TypeAdapter(code).validate_python(text) == text
        assert not re.search(r"\s", text)
        assert len(text) <= 64

    never_spaces()


def test_contracts_know_nothing_of_personal_fields():
    for file in files(banen_contracts).iterdir():
        if file.name.endswith(".py"):
            assert not re.search(r"\bPersonal\b|\bSealed\b|banen_kit", file.read_text("utf-8")), file.name


def _nodes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every schema within a schema."""
    yield schema
    for keyword, value in schema.items():
        if keyword in ("properties", "$defs"):
            for inner in value.values():
                yield from _nodes(inner)
        elif keyword == "items":
            yield from _nodes(value)
        elif keyword == "anyOf":
            for inner in value:
                yield from _nodes(inner)


def _leaves(root: dict[str, Any], node: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every place that can hold a value, with the field it is in."""
    if "$ref" in node:
        yield from _leaves(root, root["$defs"][node["$ref"].rsplit("/", 1)[1]], path)
    elif "anyOf" in node:
        for inner in node["anyOf"]:
            yield from _leaves(root, inner, path)
    elif node.get("type") == "array":
        yield from _leaves(root, node.get("items", {}), path)
    elif "properties" in node:
        for name, inner in node["properties"].items():
            yield from _leaves(root, inner, f"{path}.{name}".removeprefix("."))
    else:
        yield path, node


def _fault(name: str, path: str, node: dict[str, Any]) -> str | None:
    """Why a place could hold what must not travel, or None."""
    field = path.rsplit(".", 1)[-1]
    words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+", field)}
    words -= {"reason"} if field == "reasonCode" else set()
    if words & TELLING and (name, path) not in ORGANISATIONS | HARMLESS:
        return "telling name"
    if "enum" in node or "const" in node:
        choices = node.get("enum", [node.get("const")])
        return None if all(re.fullmatch(r"[A-Za-z0-9_]+", choice) for choice in choices) else "free text"
    match node.get("type"):
        case "null" | "boolean":
            return None
        case "integer":
            return None if {"minimum", "maximum"} <= node.keys() else "unbounded number"
        case "string":
            return _fault_of_string(name, path, node)
        case "object":
            return "open object"
        case None:
            return "anything"
        case other:
            return other


def _fault_of_string(name: str, path: str, node: dict[str, Any]) -> str | None:
    if node.get("format") in ("uuid", "date"):
        return None
    if node.get("pattern") in {pattern_of(code) for code in CODES}:
        return None
    is_organisation = node.get("pattern") == pattern_of(base.OrganisationName)
    is_label = node.get("pattern") == pattern_of(programme.Label)
    is_listed = (is_organisation and (name, path) in ORGANISATIONS) or (is_label and (name, path) in LABELS)
    return None if is_listed else "free text"


MOMENT = datetime(2006, 3, 1, 12, 30, 15, 123456, UTC)
envelope = Envelope(
    id=UUID(int=1),
    source="urn:nl:banenoffensief:emplooi:mediation",
    type="nl.banenoffensief.mediation.placement-started.v1",
    subject="018f0000-0000-7000-8000-000000000050",
    time=MOMENT,
    partner="emplooi",
    sequence=7,
    correlationid=UUID(int=2),
    causationid=UUID(int=3),
)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=zones | st.just(UTC))  # noqa: DTZ001


@repeatable
@given(
    event=st.sampled_from(EVENTS),
    partner=st.from_regex(r"^[a-z][a-z0-9-]{1,30}$", fullmatch=True),
    ids=st.tuples(st.uuids(), st.uuids(), st.uuids()),
    subject=st.uuids().map(str) | st.from_regex(r"[a-z][a-z0-9-]{1,60}", fullmatch=True),
    time=moments,
    ago=st.none() | st.timedeltas(timedelta(0), timedelta(days=5000)),
    sequence=st.integers(1, 2**53 - 1),
    traceparent=st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
)
def test_an_envelope_survives_its_headers(event: type[PublicEvent], partner: str, **drawn: Any):
    ids, time, ago = drawn["ids"], drawn["time"], drawn["ago"]
    sent = Envelope(
        id=ids[0],
        source=base.source_of(partner, event.NAME.split(".")[0]),
        type=f"nl.banenoffensief.{event.NAME}",
        subject=drawn["subject"],
        time=time,
        partner=partner,
        sequence=drawn["sequence"],
        correlationid=ids[1],
        causationid=ids[2],
        traceparent=drawn["traceparent"],
        knownat=None if ago is None else time - ago,
        imported=ago is not None,
    )
    headers = sent.headers()
    for name, value in headers.items():
        assert re.fullmatch(r"(ce-[a-z0-9]+|content-type)", name)
        assert re.fullmatch(r"[\x21-\x7e]*", value)
        assert '"' not in value
    assert Envelope.from_headers(headers) == sent


def test_headers_are_percent_encoded():
    odd = envelope.model_copy(update={"traceparent": 'één "100%" dag\n'})
    assert odd.headers()["ce-traceparent"] == "%C3%A9%C3%A9n%20%22100%25%22%20dag%0A"


def test_headers_are_those_of_the_binary_mode():
    assert envelope.headers() == {
        "content-type": "application/json",
        "ce-specversion": "1.0",
        "ce-id": "00000000-0000-0000-0000-000000000001",
        "ce-source": "urn:nl:banenoffensief:emplooi:mediation",
        "ce-type": "nl.banenoffensief.mediation.placement-started.v1",
        "ce-subject": "018f0000-0000-7000-8000-000000000050",
        "ce-time": "2006-03-01T12:30:15.123456+00:00",
        "ce-partner": "emplooi",
        "ce-sequence": "7",
        "ce-sequencetype": "Integer",
        "ce-correlationid": "00000000-0000-0000-0000-000000000002",
        "ce-causationid": "00000000-0000-0000-0000-000000000003",
    }


def test_header_names_are_read_in_any_case_and_unknown_attributes_are_ignored():
    headers = {name.upper(): value for name, value in envelope.headers().items()}
    assert Envelope.from_headers({**headers, "ce-addedlater": "x", "Nats-Batch-Id": "y"}) == envelope


@pytest.mark.parametrize(
    "name",
    ["specversion", "id", "source", "type", "subject", "time", "partner", "sequence", "correlationid", "causationid"],
)  # fmt: skip
def test_a_missing_attribute_is_refused(name: str):
    headers = envelope.headers()
    del headers[f"ce-{name}"]
    with pytest.raises(ValidationError):
        Envelope.from_headers(headers)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ce-specversion": "0.3"},
        {"ce-id": "one"},
        {"ce-source": "urn:nl:banenoffensief:emplooi"},
        {"ce-source": "urn:nl:other:emplooi:mediation"},
        {"ce-type": "mediation.placement-started.v1"},
        {"ce-subject": ""},
        {"ce-subject": "x" * 65},
        {"ce-subject": "Anna%20de%20Vries"},
        {"ce-subject": "a%00b"},
        {"ce-time": "2006-03-01T12:00:00"},
        {"ce-time": "0001-01-01T00:00:00%2B14:00"},
        {"ce-time": "9999-12-31T23:59:59Z"},
        {"ce-time": "yesterday"},
        {"ce-partner": "Emplooi"},
        {"ce-sequence": "0"},
        {"ce-sequence": "-1"},
        {"ce-sequence": "one"},
        {"ce-sequence": "9223372036854775808"},
        {"ce-sequencetype": "Random"},
        {"content-type": "text/plain"},
        {"ce-imported": "true"},
        {"ce-knownat": "2006-02-01T00:00:00Z"},
        {"ce-knownat": "2006-02-01T00:00:00", "ce-imported": "true"},
        {"ce-knownat": "2006-03-02T00:00:00Z", "ce-imported": "true"},
    ],
    ids=lambda wrong: ",".join(f"{name}={value[:40]}" for name, value in wrong.items()),
)
def test_a_malformed_attribute_is_refused(wrong: dict[str, str]):
    with pytest.raises(ValidationError):
        Envelope.from_headers({**envelope.headers(), **wrong})


def test_is_known_since_it_was_recorded_unless_a_historic_load_says_otherwise():
    assert envelope.known_at == MOMENT
    earlier = MOMENT - timedelta(days=30)
    loaded = Envelope.from_headers(
        {**envelope.headers(), "ce-knownat": earlier.isoformat(), "ce-imported": "true"}
    )
    assert (loaded.known_at, loaded.time) == (earlier, MOMENT)
