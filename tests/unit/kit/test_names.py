"""Names are found however they were written: marks, order, spelling by sound, and one typing slip."""

import random

import pytest

from banen_kit.application.read_model import Kind
from banen_kit.readmodel.names import kept_of, plain, sought_in, words_of


def is_found(kept: str, typed: str) -> bool:
    """Whether each part of what was typed is found in a name."""
    texts = kept_of(Kind.NAME, kept)
    return bool(sought_in(typed)) and all(part.every & texts for part in sought_in(typed))


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("Élise Voorbeeld", "elise voorbeeld"),
        ("Şükrü Örnek", "sukru ornek"),
        ("Søren Łukasz", "soren lukasz"),
        ("Synthetica Voorbeeld", "voorbeeld synthetica"),
        ("Mohammed Alizadeh", "muhamad alizada"),
        ("Joesoef", "yusuf"),
        ("Djamal", "Jamal"),
        ("Achmed", "Ahmed"),
        ("Hussein", "Hoessein"),
        ("Shirin", "Sjirien"),
        ("Aziz", "Asis"),
        ("Al-Hassan", "hasan"),
        ("Abdul O\u2019Voorbeeld", "ovoorbeeld"),
        ("Voorbeeld", "vorbeeld"),
        ("Voorbeeld", "voorbeeldt"),
        ("Voorbeeld", "voorbedel"),
        ("Voorbeeld", "voorbeetd"),
    ],
)
def test_a_name_is_found_however_it_is_written(kept: str, typed: str):
    assert is_found(kept, typed)


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("مثال آزمایشی", "آزمایشی مثال"),
        ("مُثال", "مثال"),
        ("علی یکتا", "علي يكتا"),
        ("فاطمة", "فاطمه"),
        ("مثـــال", "مثال"),
        ("أحمد", "احمد"),
        ("Пример Тестова", "тестова пример"),
        ("Пример Тестов", "Пример Тестов"),
        ("Семён Примеров", "семен примеров"),
        ("ምሳሌ ሙከራ", "ሙከራ ምሳሌ"),
        ("ምሳሌ፡ሙከራ", "ሙከራ"),
        ("ምሳሌያዊት", "ምሳሌያዊ"),
    ],
)
def test_a_name_in_another_alphabet_is_found_by_the_same_letters(kept: str, typed: str):
    assert is_found(kept, typed)


@pytest.mark.parametrize(("kept", "typed"), [("Synthetica", "Voorbeeld"), ("Omar", "Anna"), ("Jan", "Jaap")])
def test_another_name_is_not(kept: str, typed: str):
    assert not is_found(kept, typed)


@pytest.mark.parametrize("typed", ["+31 6 9700 4242", "0031697004242", "06-97004242", "٠٦٩٧٠٠٤٢٤٢"])
def test_a_telephone_number_is_found_with_and_without_the_country(typed: str):
    assert [part.exact for part in sought_in(typed)] == ["phone:697004242"]
    assert kept_of(Kind.PHONE, "+31 (0)6 97004242") == {"phone:697004242"}


@pytest.mark.parametrize("typed", ["1971-11-23", "23-11-1971", "23/11/1971", "23.11.1971"])
def test_a_birth_date_is_found_as_people_write_it(typed: str):
    assert [part.exact for part in sought_in(typed)] == ["day:1971-11-23"]
    assert kept_of(Kind.DAY, "1971-11-23") == {"day:1971-11-23"}


def test_an_e_mail_address_is_found_whatever_the_case():
    assert [part.exact for part in sought_in("Synth@Voorbeeld.Invalid")] == ["email:synth@voorbeeld.invalid"]


def test_several_kinds_can_be_looked_for_at_once():
    assert [part.exact for part in sought_in("voorbeeld 1971-11-23")] == ["day:1971-11-23", "word:voorbeeld"]


def test_any_text_can_be_looked_for():
    seed = random.randrange(2**32)
    draw = random.Random(seed)
    for _ in range(300):
        text = "".join(chr(draw.randrange(1, 0x2FFF)) for _ in range(draw.randrange(1, 40)))
        assert plain(plain(text)) is not None, seed
        assert all(part.exact for part in sought_in(text)), seed
        assert len(kept_of(Kind.NAME, text)) < 500, seed
        assert all(words_of(text)), seed
