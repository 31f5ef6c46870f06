"""`banen bus`: declares the bus, and lists what was set aside."""

import asyncio
import json
from pathlib import Path

import pytest
from nats.aio.client import Client
from typer.testing import CliRunner, Result

from banen_cli.__main__ import app
from banen_cli.fault import Fault
from banen_kit.bus import EVT_ALL, api, dead_letter, jetstream
from banen_local.nats import Nats
from banen_local.programme import PARTNERS_FILE

runner = CliRunner()


@pytest.fixture
def url_file(nats: Nats, tmp_path: Path) -> str:
    path = tmp_path / "bus-url"
    path.write_text(nats.url)
    return str(path)


async def run(*arguments: str) -> Result:
    return await asyncio.to_thread(runner.invoke, app, ["bus", *arguments])


async def apply(url_file: str, *more: str) -> Result:
    return await run("apply", "--partners", str(PARTNERS_FILE), "--bus-url-file", url_file, *more)


async def test_declares_everything_and_a_second_time_changes_nothing(url_file: str):
    first = await apply(url_file)
    assert first.exit_code == 0
    assert {line.split(": ")[1] for line in first.output.splitlines()} == {"created"}
    second = await apply(url_file)
    assert {line.split(": ")[1] for line in second.output.splitlines()} == {"as declared"}


async def test_says_what_differs_and_leaves_it_until_told_to_change_it(url_file: str, bus: Client):
    await apply(url_file)
    config = (await api(bus, "STREAM.INFO.WMK"))["config"]
    await api(bus, "STREAM.UPDATE.WMK", {**config, "max_msgs_per_subject": 5})

    refused = await apply(url_file)
    assert "WMK: differs: max_msgs_per_subject: is 5; declared 1" in refused.output
    assert isinstance(refused.exception, Fault)
    assert (await api(bus, "STREAM.INFO.WMK"))["config"]["max_msgs_per_subject"] == 5

    assert (await apply(url_file, "--change")).exit_code == 0
    assert (await api(bus, "STREAM.INFO.WMK"))["config"]["max_msgs_per_subject"] == 1


async def test_lists_nothing_where_nothing_was_set_aside(url_file: str):
    await apply(url_file)
    listed = await run("dlq", "list", "--bus-url-file", url_file, "--json")
    assert (listed.exit_code, json.loads(listed.output)) == (0, [])


async def test_lists_what_was_set_aside_with_its_reason_and_without_its_body(url_file: str, bus: Client):
    await apply(url_file)
    await jetstream(bus).publish("evt.uaf.intake.contact-made.v1", b'{"secret": "canary"}')
    subscription = await jetstream(bus).pull_subscribe_bind("bureau-reporting", stream=EVT_ALL)
    (message,) = await subscription.fetch(1, timeout=10)
    await dead_letter(bus, "bureau-reporting", message, "envelope-invalid")

    listed = await run("dlq", "list", "--bus-url-file", url_file, "--json")

    (row,) = json.loads(listed.output)
    assert (row["where"], row["reason"]) == ("bureau-reporting", "envelope-invalid")
    assert "canary" not in listed.output


async def test_a_bus_that_was_not_declared_is_one_line_that_says_what_to_do(url_file: str):
    listed = await run("dlq", "list", "--bus-url-file", url_file)
    assert isinstance(listed.exception, Fault)
    assert "run: banen bus apply" in str(listed.exception)
