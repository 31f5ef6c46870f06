"""Text that people type."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from banen_kit.core.text import Mark, Method, Phone, PublicName, Region, ShortText, Text, VNumber

text = TypeAdapter[str](Text)
phone = TypeAdapter[str](Phone)
v_number = TypeAdapter[str](VNumber)

VALID_BSN = "111222333"  # passes the check digit, and was never issued
WITHOUT_ZERO = "12345672"  # 012345672 passes it too


@pytest.mark.parametrize(
    "written",
    [
        VALID_BSN,
        "1112.22.333",
        "111.22.2333",
        "1112 22 333",
        "111-222-333",
        "111 - 222 - 333",
        "111/222/333",
        "111_222_333",
        "111  222\t333",
        "111\n222\n333",
        "111\u00a0222\u202f333",
        "111\u2011222\u2013333",
        "1 1 1 2 2 2 3 3 3",
        f"number {VALID_BSN}, she said",
        f"BSN{VALID_BSN}",
        f"BSN:{VALID_BSN}.",
        f"+{VALID_BSN}",
        f"{VALID_BSN} 4",
        f"flat 12 {VALID_BSN}",
        f"123456 {VALID_BSN} 123456",
        "3 1 1 1 2 2 2 3 3 3",
        f"12-{VALID_BSN}",
        "١١١٢٢٢٣٣٣",
        "۱۱۱۲۲۲۳۳۳",
        "१११२२२३३३",
        "\uff11\uff11\uff11\uff12\uff12\uff12\uff13\uff13\uff13",
        "¹¹¹²²²³³³",
        "111\u200b222\u00ad333",
        WITHOUT_ZERO,
        f"BSN {WITHOUT_ZERO} of her father",
        "0" + WITHOUT_ZERO,
        f"call 06-12345672 or write {VALID_BSN}",
        f"+31612345672 {VALID_BSN}",
    ],
)
def test_refuses_a_citizen_service_number_however_it_is_written(written: str):
    with pytest.raises(ValidationError, match="BSN"):
        text.validate_python(written)


@pytest.mark.parametrize(
    "written",
    [
        "123456789",
        "123 456 789",
        "١٢٣٤٥٦٧٨٩",
        "000000000",
        f"0{VALID_BSN}",
        f"{VALID_BSN}0",
        "111, 222, 333",
        "111 of 222 or 333",
        "12.34.56.72",
        "12-34-5672",
        f"+31{VALID_BSN}",
        "06-12345672",
        "06 12345672",
        "+31 6 12345671",
        "+31 (0)6 12345671",
        "0031 612345671",
        "room 12, floor 3",
    ],
)
def test_lets_other_numbers_pass(written: str):
    assert text.validate_python(written) == written


def test_a_telephone_number_would_else_be_taken_for_a_bsn():
    """So that the two tests above do not pass by chance."""
    for written in ("612345671", "6 12345671", WITHOUT_ZERO):
        with pytest.raises(ValidationError):
            text.validate_python(written)


def test_says_what_to_do_when_it_is_none_and_does_not_quote_it():
    with pytest.raises(ValidationError) as refused:
        text.validate_python(f"number {VALID_BSN}")
    message = refused.value.errors()[0]["msg"]
    assert "put it in the field that is meant for it, or write no more than its last four digits" in message
    assert "111" not in message


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (ShortText, f"{VALID_BSN}@example.org"),
        (PublicName, f"Voorbeeld {VALID_BSN}"),
        (Mark, f"BOV/{VALID_BSN}"),
        (Method, f"star-{VALID_BSN}"),
        (Region, f"noord-{VALID_BSN}"),
    ],
    ids=["short text", "name", "mark", "method", "region"],
)
def test_refuses_it_wherever_it_would_fit(kind: Any, written: str):
    with pytest.raises(ValidationError, match="BSN"):
        TypeAdapter(kind).validate_python(written)


def test_a_mark_may_hold_other_numbers():
    assert TypeAdapter[str](Mark).validate_python("BOV/report-2009") == "BOV/report-2009"


def test_a_telephone_number_is_not_searched_for_a_bsn():
    assert phone.validate_python("06-11122233") == "06-11122233"


def test_a_telephone_number_holds_no_words():
    with pytest.raises(ValidationError):
        phone.validate_python("call after six")


@pytest.mark.parametrize("written", [VALID_BSN, "1234567890"])
def test_a_v_number_is_not_searched_for_a_bsn(written: str):
    assert v_number.validate_python(written) == written


@pytest.mark.parametrize("written", ["", "12345678", "12345678901", "V12345678", "123 456 789", "١١١٢٢٢٣٣٣"])
def test_a_v_number_is_nine_or_ten_digits_and_nothing_else(written: str):
    with pytest.raises(ValidationError):
        v_number.validate_python(written)


def test_refuses_empty_text():
    with pytest.raises(ValidationError):
        TypeAdapter[str](ShortText).validate_python("   ")


@pytest.mark.parametrize(
    "written",
    [
        "a\0b",
        "a\x1bb",
        "a\x7fb",
        "a\x85b",
        "a\ud800b",
        "\u200b",
        "\u200d\u200c",
        "\u2060\ufeff",
        "\u00ad",
        "\u034f",
        "\u3164",
        "\u2800\u200b",
        "\u200e\u200f",
        "\u202eab",
        "ab\u202c",
        "\u2066ab",
        "\u2066ab\u202c",
        "\u202aab\u2069",
        "\u2067\u202bab\u2069\u202c",
        "a\U000e0041b",
    ],
    ids=ascii,
)
@pytest.mark.parametrize("kind", [ShortText, Text], ids=["short text", "text"])
def test_refuses_what_nobody_sees_or_what_changes_how_the_rest_looks(kind: Any, written: str):
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(written)
    assert written not in refused.value.errors()[0]["msg"]


@pytest.mark.parametrize("written", ["a\nb", "a\tb", "a\r\nb", "a\u2028b", "a\u2029b"], ids=ascii)
def test_only_a_text_has_several_lines(written: str):
    assert text.validate_python(written) == written
    with pytest.raises(ValidationError, match="more than one line"):
        TypeAdapter(ShortText).validate_python(written)


def test_what_changes_the_direction_is_changed_back_in_the_same_line():
    with pytest.raises(ValidationError, match="direction"):
        text.validate_python("\u202eab\ncd\u202c")


@pytest.mark.parametrize(
    "written",
    [
        "Synthetica van 't Voorbeeld-É",
        "محمد",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u200fمحمد\u200e (A)",
        "\u2067محمد\u2069 (A)",
        "\u202bمحمد\u202c",
        "\u2066a\u202bb\u202cc\u2069",
        "ትግስት",
        "明",
        "e\u0301",
        "7",
        "?",
        "👍🏽",
    ],
    ids=ascii,
)
@pytest.mark.parametrize("kind", [ShortText, Text], ids=["short text", "text"])
def test_takes_the_names_and_signs_of_every_script(kind: Any, written: str):
    assert TypeAdapter(kind).validate_python(written) == written


def test_a_name_of_joiners_alone_is_none():
    """The pattern of a public name takes them for letters."""
    with pytest.raises(ValidationError, match="nothing that can be seen"):
        TypeAdapter(PublicName).validate_python("\u200d\u200c\u200d")
