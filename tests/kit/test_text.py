"""Text that people type."""

import pytest
from pydantic import TypeAdapter, ValidationError

from banen_kit.text import Phone, ShortText, Text

text = TypeAdapter[str](Text)
phone = TypeAdapter[str](Phone)

VALID_BSN = "111222333"  # passes the check digit, and was never issued


@pytest.mark.parametrize(
    "written", [VALID_BSN, "111.22.2333", f"number {VALID_BSN}, she said", "1112 22 333"]
)
def test_refuses_a_citizen_service_number_however_it_is_written(written: str):
    with pytest.raises(ValidationError, match="BSN"):
        text.validate_python(written)


@pytest.mark.parametrize("written", ["123456789", "1112223330", "+31111222333", "room 12, floor 3"])
def test_lets_other_numbers_pass(written: str):
    assert text.validate_python(written) == written


def test_a_telephone_number_is_not_searched_for_a_bsn():
    assert phone.validate_python("06-11122233") == "06-11122233"


def test_a_telephone_number_holds_no_words():
    with pytest.raises(ValidationError):
        phone.validate_python("call after six")


def test_refuses_empty_text():
    with pytest.raises(ValidationError):
        TypeAdapter[str](ShortText).validate_python("   ")
