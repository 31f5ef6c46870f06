"""What `banen bus apply` declares on a real bus, and that nothing on it is ever changed silently."""

from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from nats.js.errors import APIError

from banen_cli.apply import apply_topology
from banen_kit.messaging.jetstream import EVT_ALL, api
from banen_kit.messaging.topology import (
    Partner,
    TopologyDiffers,
    apply_stream,
    differences,
    inbox_consumer,
    read_partners,
    refuse_other_consumer,
    streams,
)

PARTNERS = [Partner("uaf", ("intake", "mediation")), Partner("bureau", ("reporting",))]
WRITERS = {"EVT_UAF_INTAKE", "EVT_UAF_MEDIATION", "EVT_BUREAU_REPORTING"}
CONSUMERS = {
    "bureau-reporting",
    "bureau-reporting-source-live-source-declared-live",
    "uaf-intake-check-consent-candidate-closed",
    "uaf-intake-check-consent-candidate-erased",
    "uaf-intake-check-consent-consent-withdrawn",
    "uaf-intake-check-consent-handover-offered",
    "uaf-intake-complete-handover-handover-accepted",
    "uaf-intake-settle-declined-handover-declined",
    "uaf-intake-source-live-source-declared-live",
    "uaf-mediation-end-converted-placement-corrected",
    "uaf-mediation-end-converted-placement-started",
    "uaf-mediation-note-reference-agreement-amended",
    "uaf-mediation-note-reference-agreement-ended",
    "uaf-mediation-note-reference-agreement-expired",
    "uaf-mediation-note-reference-agreement-renewed",
    "uaf-mediation-note-reference-agreement-signed",
    "uaf-mediation-note-reference-employer-closed",
    "uaf-mediation-note-reference-employer-erased",
    "uaf-mediation-note-reference-employer-registered",
    "uaf-mediation-note-reference-employer-reopened",
    "uaf-mediation-note-reference-group-placement-closed",
    "uaf-mediation-note-reference-group-placement-planned",
    "uaf-mediation-note-reference-vacancy-closed",
    "uaf-mediation-note-reference-vacancy-opened",
    "uaf-mediation-receive-handover-handover-offered",
    "uaf-mediation-settle-handover-handover-completed",
    "uaf-mediation-settle-handover-handover-ended",
    "uaf-mediation-source-live-source-declared-live",
}


@pytest.fixture
async def applied(bus: Client) -> Client:
    await apply_topology(bus, PARTNERS, change=False)
    return bus


async def config(client: Client, stream: str) -> dict[str, Any]:
    return (await api(client, f"STREAM.INFO.{stream}"))["config"]


async def update(client: Client, stream: str, **changes: Any) -> None:
    await api(client, f"STREAM.UPDATE.{stream}", {**await config(client, stream), **changes})


async def update_consumer(client: Client, name: str, **changes: Any) -> None:
    declared = {**inbox_consumer("bureau", "reporting"), "name": name, **changes}
    request = {"stream_name": EVT_ALL, "config": declared, "action": "update"}
    await api(client, f"CONSUMER.CREATE.{EVT_ALL}.{name}", request)


async def test_creates_every_stream_and_consumer(bus: Client):
    done = await apply_topology(bus, PARTNERS, change=False)
    assert set(done) == WRITERS | {EVT_ALL, "DLQ", "WMK"} | CONSUMERS
    assert set(done.values()) == {"created"}
    assert set((await api(bus, "STREAM.NAMES"))["streams"]) == WRITERS | {EVT_ALL, "DLQ", "WMK"}
    assert set((await api(bus, f"CONSUMER.NAMES.{EVT_ALL}"))["consumers"]) == CONSUMERS


async def test_a_second_time_finds_everything_as_declared(applied: Client):
    before = {name: await config(applied, name) for name in [*WRITERS, EVT_ALL, "DLQ", "WMK"]}
    done = await apply_topology(applied, PARTNERS, change=False)
    assert set(done.values()) == {"as declared"}
    assert {name: await config(applied, name) for name in before} == before


async def test_a_writers_stream_takes_its_own_events_in_batches_and_loses_none(applied: Client):
    found = await config(applied, "EVT_UAF_INTAKE")
    assert found["subjects"] == ["evt.uaf.intake.>"]
    assert (found["allow_atomic"], found["discard"], found["storage"]) == (True, "new", "file")
    assert (found["max_age"], found["deny_delete"], found["deny_purge"]) == (0, True, True)
    assert found["max_bytes"] > 0


async def test_everything_is_sourced_from_the_writers_alone(applied: Client):
    found = await config(applied, EVT_ALL)
    assert {source["name"] for source in found["sources"]} == WRITERS
    assert (found.get("subjects"), found["max_age"], found["discard"]) == (None, 0, "new")
    assert not found.get("allow_atomic", False)
    assert (found["deny_delete"], found["deny_purge"]) == (True, True)


async def test_a_new_partner_adds_its_streams_once_change_is_allowed(applied: Client):
    more = [*PARTNERS, Partner("uwv", ("intake",))]
    done = await apply_topology(applied, more, change=False)
    assert done["EVT_UWV_INTAKE"] == "created"
    assert done[EVT_ALL].startswith("differs: sources: is EVT_BUREAU_REPORTING")
    done = await apply_topology(applied, more, change=True)
    assert done[EVT_ALL].startswith("changed: sources:")
    assert {source["name"] for source in (await config(applied, EVT_ALL))["sources"]} == {
        *WRITERS,
        "EVT_UWV_INTAKE",
    }


async def test_a_stream_changed_by_hand_is_named_and_left_as_it_is(applied: Client):
    await update(applied, "EVT_UAF_INTAKE", max_bytes=12345678)
    done = await apply_topology(applied, PARTNERS, change=False)
    assert done["EVT_UAF_INTAKE"] == "differs: max_bytes: is 12345678; declared 1073741824"
    assert (await config(applied, "EVT_UAF_INTAKE"))["max_bytes"] == 12345678
    assert {what for name, what in done.items() if name != "EVT_UAF_INTAKE"} == {"as declared"}


@pytest.mark.parametrize("stream", ["EVT_UAF_INTAKE", EVT_ALL])
@pytest.mark.parametrize("limit", ["max_age", "max_msgs", "max_msgs_per_subject"])
async def test_a_stream_that_was_made_to_forget_is_named(applied: Client, stream: str, limit: str):
    await update(applied, stream, **{limit: 10**12})
    done = await apply_topology(applied, PARTNERS, change=False)
    assert done[stream].startswith(f"differs: {limit}: is 1000000000000; declared ")


async def test_a_stream_changed_by_hand_is_changed_back_when_told_to(applied: Client):
    await update(applied, "EVT_UAF_INTAKE", max_bytes=12345678, description="by hand")
    done = await apply_topology(applied, PARTNERS, change=True)
    assert done["EVT_UAF_INTAKE"] == "changed: max_bytes: is 12345678; declared 1073741824"
    found = await config(applied, "EVT_UAF_INTAKE")
    assert (found["max_bytes"], found["description"]) == (1073741824, "by hand")


async def test_says_what_to_do_where_the_server_refuses_a_change(bus: Client):
    declared = streams(PARTNERS, max_bytes=2**20)[0]
    await api(bus, f"STREAM.CREATE.{declared['name']}", {**declared, "storage": "memory"})
    with pytest.raises(
        TopologyDiffers, match=r"EVT_UAF_INTAKE cannot be changed in place.*storage: is memory"
    ):
        await apply_stream(bus, declared, change=True)
    assert (await config(bus, declared["name"]))["storage"] == "memory"


async def test_says_what_the_server_has_against_a_new_stream(bus: Client):
    declared = streams(PARTNERS, max_bytes=2**60)[0]
    with pytest.raises(TopologyDiffers, match=r"EVT_UAF_INTAKE cannot be created \(insufficient storage"):
        await apply_stream(bus, declared, change=False)


async def test_a_consumer_changed_by_hand_is_named_left_and_changed_back_when_told_to(applied: Client):
    await update_consumer(applied, "bureau-reporting", ack_wait=10**9)
    differs = "ack_wait: is 1000000000; declared 20000000000"
    done = await apply_topology(applied, PARTNERS, change=False)
    assert done["bureau-reporting"] == f"differs: {differs}"
    done = await apply_topology(applied, PARTNERS, change=False)
    assert done["bureau-reporting"] == f"differs: {differs}"
    done = await apply_topology(applied, PARTNERS, change=True)
    assert done["bureau-reporting"] == f"changed: {differs}"
    done = await apply_topology(applied, PARTNERS, change=False)
    assert done["bureau-reporting"] == "as declared"


async def test_says_what_to_do_where_a_consumer_cannot_be_changed(applied: Client):
    await api(applied, f"CONSUMER.DELETE.{EVT_ALL}.bureau-reporting")
    declared = {**inbox_consumer("bureau", "reporting"), "deliver_policy": "new"}
    request = {"stream_name": EVT_ALL, "config": {**declared, "name": "bureau-reporting"}}
    await api(applied, f"CONSUMER.CREATE.{EVT_ALL}.bureau-reporting", request)
    with pytest.raises(TopologyDiffers, match=r"bureau-reporting cannot be changed in place: deliver_policy"):
        await apply_topology(applied, PARTNERS, change=True)


async def test_a_service_starts_with_the_consumer_it_expects(applied: Client):
    await refuse_other_consumer(applied, inbox_consumer("bureau", "reporting"))


async def test_a_service_refuses_a_consumer_that_drifted(applied: Client):
    await update_consumer(applied, "bureau-reporting", max_deliver=5)
    with pytest.raises(
        TopologyDiffers, match=r"bureau-reporting is not ours: max_deliver: is 5; declared -1"
    ):
        await refuse_other_consumer(applied, inbox_consumer("bureau", "reporting"))


async def test_a_service_refuses_a_consumer_that_sees_only_a_part(applied: Client):
    await update_consumer(applied, "bureau-reporting", filter_subject="evt.uaf.>")
    with pytest.raises(TopologyDiffers, match=r"filter_subject: is evt\.uaf\.>; declared "):
        await refuse_other_consumer(applied, inbox_consumer("bureau", "reporting"))


async def test_a_service_refuses_to_start_without_its_consumer(applied: Client):
    with pytest.raises(TopologyDiffers, match="uwv-reporting does not exist; run: banen bus apply"):
        await refuse_other_consumer(applied, inbox_consumer("uwv", "reporting"))


async def test_a_deleted_stream_for_everything_is_created_again(applied: Client):
    await api(applied, f"STREAM.DELETE.{EVT_ALL}")
    done = await apply_topology(applied, PARTNERS, change=False)
    assert {name for name, what in done.items() if what == "created"} == {EVT_ALL, *CONSUMERS}


async def test_the_server_refuses_what_would_make_a_stream_for_everything_lose_batches(bus: Client):
    """Why EVT_ALL does not allow atomic batches: they cannot go together with being written behind."""
    with pytest.raises(APIError):
        await api(
            bus,
            "STREAM.CREATE.X",
            {"name": "X", "subjects": ["x"], "allow_atomic": True, "persist_mode": "async"},
        )


def test_settings_that_are_not_declared_are_left_to_the_server():
    assert differences({"name": "X"}, {"name": "X", "description": "anything"}) == []


@pytest.mark.parametrize("nothing", [False, 0, "", []])
def test_what_the_server_leaves_out_is_nothing(nothing: object):
    assert differences({"setting": nothing}, {}) == []


def test_partners_are_read_in_their_order(tmp_path: Path):
    file = tmp_path / "partners.toml"
    file.write_text('[uaf]\nservices = ["intake", "mediation"]\n[bureau]\nservices = ["reporting"]\n')
    assert read_partners(file) == PARTNERS


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[uaf", "Expected ']'"),
        ("[uaf]\n[uaf]\n", "uaf"),
        ("[uaf]\n", "uaf.services: Field required"),
        ("[uaf]\nservices = []\n", "uaf.services: Tuple should have at least 1 item"),
        ('[uaf]\nservices = ["intake", "payroll"]\n', "uaf.services.1: Input should be 'intake'"),
        ('[uaf]\nservices = ["intake", "intake"]\n', "uaf.services: .*names a service twice"),
        ('[uaf]\nservices = "intake"\n', "uaf.services: Input should be a valid tuple"),
        ('[uaf]\nservices = ["intake"]\nport = 1\n', "uaf.port: Extra inputs are not permitted"),
        ('[UAF]\nservices = ["intake"]\n', r"UAF.\[key\]: String should match pattern"),
        ('["u.a"]\nservices = ["intake"]\n', r"u.a.\[key\]: String should match pattern"),
        ("services = 1\n", "services: Input should be a valid dictionary"),
    ],
)
def test_a_fault_in_the_list_of_partners_is_named(tmp_path: Path, text: str, fault: str):
    file = tmp_path / "partners.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=rf"partners\.toml: .*{fault}"):
        read_partners(file)


def test_a_missing_list_of_partners_is_named(tmp_path: Path):
    with pytest.raises(ValueError, match=r"partners\.toml: No such file"):
        read_partners(tmp_path / "partners.toml")


def test_a_list_of_partners_that_is_no_text_is_named(tmp_path: Path):
    (tmp_path / "partners.toml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ValueError, match=r"partners\.toml: "):
        read_partners(tmp_path / "partners.toml")
