"""The table of processes is complete and says what the commands do."""

import asyncio
from functools import cache

import processes_table
from banen_cli.installed import services
from banen_contracts import EVENTS
from support.causes import Causes, find_causes, operations


@cache
def causes() -> Causes:
    return asyncio.run(find_causes())


def test_every_command_of_every_service_stands_in_the_table_and_no_other():
    named = {
        one
        for chapter in processes_table.read()["chapters"]
        for row in chapter["rows"]
        for one in row.get("commands", ())
    }
    assert named == {f"{one.name}/{command}" for one in services().values() for command in operations(one)}


def test_every_stored_event_is_caused_by_some_command():
    caused = {(service, event) for (service, _), events in causes().events.items() for event in events}
    assert caused == {(one.name, event.TYPE) for one in services().values() for event in one.events}


def test_every_public_event_stands_in_the_table():
    document = processes_table.document(causes())
    assert [event.NAME for event in EVENTS if f"`{event.NAME}`" not in document] == []


def test_every_reactor_gives_a_command_after_each_event_that_it_listens_to():
    expected = {
        (service.name, reactor.name, event.NAME)
        for service in services().values()
        for reactor in service.reactors
        for event in reactor.listens_to
    }
    assert causes().reacted == expected


def test_no_row_is_empty():
    for chapter in processes_table.read()["chapters"]:
        empty = [row["process"] for row in chapter["rows"] if not row.keys() & {"commands", "later", "says"}]
        assert empty == []


def test_no_command_is_without_an_event():
    assert [key for key, events in causes().events.items() if not events] == []
    assert causes().events.keys() == processes_table.how_given(causes()).keys()


def test_the_document_is_as_generated():
    current = processes_table.DOCUMENT.read_text("utf-8")
    assert current == processes_table.document(causes()), "run: python tests/processes_table.py"
