"""Logs are lines of JSON that say where something failed, and never with which value."""

import json
import logging
from collections.abc import Iterator

import pytest

from banen_kit.core import logs
from banen_kit.core.logs import JsonLines

VALUE = "Synthetica Voorbeeld"


@pytest.fixture
def quiet() -> Iterator[None]:
    """Puts the process's logging back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def record(message: str, *values: object, error: BaseException | None = None) -> logging.LogRecord:
    caught = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("banen.test", logging.WARNING, "path.py", 1, message, values, caught)


def line(given: logging.LogRecord) -> dict[str, str]:
    text = JsonLines().format(given)
    assert "\n" not in text
    return json.loads(text)


def fail() -> None:
    try:
        {}[VALUE]
    except KeyError as error:
        raise ValueError(f"cannot read {VALUE}") from error


def caught() -> BaseException:
    with pytest.raises(ValueError, match=VALUE) as failure:
        fail()
    return failure.value


def test_a_line_says_when_how_bad_where_and_what():
    given = record("set aside a message: %s", "envelope-invalid")
    given.created = 0.25

    assert line(given) == {
        "at": "1970-01-01T00:00:00.250+00:00",
        "level": "warning",
        "logger": "banen.test",
        "message": "set aside a message: envelope-invalid",
    }


def test_an_error_is_named_with_its_place():
    found = line(record("failed", error=caught()))

    assert found["error"] == "ValueError"
    file, _, number = found["where"].partition(":")
    assert file == "test_logs.py"
    assert number.isdigit()


def test_the_message_of_an_error_is_not_in_the_line():
    """Nor that of the error behind it: a library may have put a value in it."""
    assert VALUE not in JsonLines().format(record("failed", error=caught()))


def test_a_message_of_several_lines_is_one_line():
    assert line(record("one\ntwo"))["message"] == "one\ntwo"


@pytest.mark.usefixtures("quiet")
def test_a_caught_error_reaches_standard_output_without_its_message(capsys: pytest.CaptureFixture[str]):
    logs.to_stdout()
    try:
        fail()
    except ValueError:
        logging.getLogger("banen.test").exception("failed")

    (text,) = capsys.readouterr().out.splitlines()
    assert json.loads(text)["error"] == "ValueError"
    assert VALUE not in text


@pytest.mark.usefixtures("quiet")
def test_libraries_that_chat_are_kept_short(capsys: pytest.CaptureFixture[str]):
    logs.to_stdout()

    logging.getLogger("uvicorn.access").info("GET /v1/clients")
    logging.getLogger("banen.test").info("ready")

    assert [json.loads(text)["message"] for text in capsys.readouterr().out.splitlines()] == ["ready"]
