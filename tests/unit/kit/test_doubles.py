"""Who is likely a double: an alike name, and the same telephone number, e-mail address or birth date."""

import asyncio
import random

import pytest

from banen_kit.application.read_model import Kind
from banen_kit.readmodel.doubles import Turns, is_likely_double

KINDS = {"name": Kind.NAME, "phone": Kind.PHONE, "email": Kind.EMAIL, "birth_date": Kind.DAY}
PHONE = "+31 97 0042 4242"


def of(name: str | None, **more: str) -> dict[str, str]:
    return {**({"name": name} if name else {}), **more}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (of("Synthetica Voorbeeld", phone=PHONE), of("Voorbeeld Synthetica", phone="097 0042 4242")),
        (of("Mohammed Alizadeh", birth_date="1971-11-23"), of("Muhamad Alizada", birth_date="1971-11-23")),
        (of("Synthetica Voorbeeld", email="S@voorbeeld.invalid"), of("Sinthetica", email="s@voorbeeld.invalid")),
        (of("Abdul Rahman", phone=PHONE), of("Abdulrahman", phone=PHONE)),
        (of("Élise de Voorbeeld", birth_date="1980-01-01"), of("elise vorbeeld", birth_date="1980-01-01")),
        (of("Hassan Voorbeeld", phone=PHONE), of("Hussein Voorbeeld", phone=PHONE)),
        (of("Voorbeeld", phone=PHONE, birth_date="1971-11-23"), of("Voorbeeld", phone=PHONE, birth_date="1972-11-23")),
    ],
)  # fmt: skip
def test_an_alike_name_and_one_thing_in_common_make_a_likely_double(
    one: dict[str, str], other: dict[str, str]
):
    assert is_likely_double(KINDS, one, other)
    assert is_likely_double(KINDS, other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (of("Ahmed Voorbeeld", phone=PHONE), of("Omar Voorbeeld", phone=PHONE)),
        (of("Synthetica Voorbeeld"), of("Synthetica Voorbeeld")),
        (of("Voorbeeld", birth_date="1971-11-23"), of("Voorbeeld", birth_date="1971-11-24")),
        (of("Voorbeeld", phone=PHONE), of("Voorbeeld", email="s@voorbeeld.invalid")),
        (of("Synthetica Voorbeeld", birth_date="1980-01-01"), of("Omar Anders", birth_date="1980-01-01")),
        (of("Samira Samira", phone=PHONE), of("Samira Anders", phone=PHONE)),
        (of(None, phone=PHONE), of("Voorbeeld", phone=PHONE)),
        (of("-", phone=PHONE), of("-", phone=PHONE)),
    ],
)
def test_a_brother_with_the_same_telephone_or_a_namesake_is_none(one: dict[str, str], other: dict[str, str]):
    assert not is_likely_double(KINDS, one, other)
    assert not is_likely_double(KINDS, other, one)


def test_it_does_not_matter_who_was_first():
    seed = random.randrange(2**32)
    draw = random.Random(seed)
    words = ["Ali", "Alia", "Aliya", "Hasan", "Hassan", "Husain", "Samir", "Samira"]

    def person() -> dict[str, str]:
        return of(" ".join(draw.choices(words, k=draw.randrange(1, 5))), phone=PHONE)

    for _ in range(500):
        one, other = person(), person()
        assert is_likely_double(KINDS, one, other) == is_likely_double(KINDS, other, one), (seed, one, other)


async def test_people_with_something_in_common_are_compared_one_after_the_other():
    turns, order = Turns(), list[str]()
    first_may_end = asyncio.Event()

    async def first() -> None:
        async with turns.hold(frozenset({1, 2})):
            order.append("first")
            await first_may_end.wait()

    async def then(name: str, mark: int) -> None:
        async with turns.hold(frozenset({mark})):
            order.append(name)

    begun = [asyncio.create_task(first()), asyncio.create_task(then("same", 2))]
    await asyncio.create_task(then("other", 3))
    assert order == ["first", "other"]
    first_may_end.set()
    await asyncio.gather(*begun)
    assert order == ["first", "other", "same"]
