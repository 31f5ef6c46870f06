"""Whoever is likely on record already is not recorded again without a word."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest

from banen_contracts.roles import Role
from support.listed import DAY, PHONE, Site, ref

NAME, BORN = "Synthetica Voorbeeld", "1971-11-23"
ALIKE: dict[str, Any] = {"name": "Voorbeelt, Synthetica", "educationBand": "low", "phone": "097 0042 4242"}
CONTACT: dict[str, Any] = {"channel": "other", "kind": "contact"}


async def test_a_likely_double_is_refused_with_the_references(site: Site):
    one = await site.register(1, NAME, phone=PHONE)
    two = await site.register(2, NAME, birthDate=BORN)
    await site.register(3, "Omar Voorbeeld", phone=PHONE, birthDate=BORN)

    answer = await site.try_to(f"candidates/{ref(4)}/register", **ALIKE, birthDate=BORN)

    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (409, "likely-double", "notTheSameAs")
    assert problem["references"] == [one, two]
    assert not [text for text in ("oorbee", "ynthetica", "0042", BORN) if text in answer.text]


@pytest.mark.parametrize(
    ("language", "said"),
    [("nl", "noem ze dan allemaal in notTheSameAs"), ("en", "all of them in notTheSameAs")],
)
async def test_it_says_what_to_do_about_a_brother(site: Site, language: str, said: str):
    await site.register(1, "Hassan Voorbeeld", phone=PHONE)
    brother: dict[str, Any] = {"name": "Hussein Voorbeeld", "educationBand": "low", "phone": PHONE}
    answer = await site.try_to(
        f"candidates/{ref(2)}/register", headers={"Accept-Language": language}, **brother
    )
    assert said in answer.json()["detail"]


async def test_it_is_recorded_once_all_of_them_are_said_to_be_others(site: Site):
    one = await site.register(1, NAME, phone=PHONE)
    two = await site.register(2, NAME, phone=PHONE, notTheSameAs=[one])
    path, key = f"candidates/{ref(3)}/register", {"Idempotency-Key": str(uuid4())}

    first = await site.try_to(path, headers=key, **ALIKE)
    some = await site.try_to(path, headers=key, **ALIKE, notTheSameAs=[one])
    every = await site.try_to(path, headers=key, **ALIKE, notTheSameAs=[two, one])
    again = await site.try_to(path, headers=key, **ALIKE, notTheSameAs=[two, one])
    other = await site.try_to(path, headers=key, **ALIKE)

    assert [set(answer.json()["references"]) for answer in (first, some)] == [{one, two}, {two}]
    assert (every.status_code, again.status_code) == (201, 201)
    assert again.json() == {**every.json(), "repeated": True}
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")


async def test_a_contact_is_compared_with_contacts(site: Site):
    await site.register(1, NAME, phone=PHONE)
    await site.give(f"contacts/{ref(2)}/record", **CONTACT, name=NAME, phone=PHONE)
    await site.give(f"contacts/{ref(3)}/record", **CONTACT)
    await site.give(f"contacts/{ref(4)}/record", **CONTACT, phone=PHONE)

    answer = await site.try_to(
        f"contacts/{ref(5)}/record", role=Role.COACH, **CONTACT, name="Synthetica", phone=PHONE
    )

    assert (answer.status_code, answer.json()["references"]) == (409, [ref(2)])


@pytest.mark.parametrize("role", [Role.COACH, Role.PARTNER_MANAGER, Role.PRIVACY_OFFICER])
async def test_who_may_not_register_learns_nothing(site: Site, role: Role):
    await site.register(1, NAME, phone=PHONE)
    answer = await site.try_to(f"candidates/{ref(2)}/register", role=role, **ALIKE)
    assert answer.status_code == 403
    assert ref(1) not in answer.text


async def test_what_was_corrected_is_compared(site: Site):
    one = await site.register(1, "Synthetica Anders", phone=PHONE)
    assert (await site.try_to(f"candidates/{ref(2)}/register", **ALIKE)).status_code == 201
    await site.give(
        f"candidates/{one}/correct", headers={"If-Match": "1"}, reasonCode="typing-error", name="Omar Nieuw"
    )
    answer = await site.try_to(
        f"candidates/{ref(3)}/register", name="Nieuw Omar", educationBand="low", phone=PHONE
    )
    assert (answer.status_code, answer.json()["references"]) == (409, [one])


async def test_the_erased_are_nobodys_doubles(site: Site):
    one, two = await site.register(1, NAME, phone=PHONE), ref(2)
    await site.give(f"candidates/{one}/erase", role=Role.PARTNER_DATA_STEWARD, reason="request")
    await site.give(f"candidates/{two}/register", **ALIKE)
    await site.keys.destroy([two])  # by another service of the partner
    await site.give(f"candidates/{ref(3)}/register", **ALIKE)


async def test_of_two_at_once_one_is_refused(site: Site):
    answers = await asyncio.gather(
        *(site.try_to(f"candidates/{ref(number)}/register", **ALIKE) for number in (1, 2))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_the_load_of_a_history_notes_likely_doubles_for_the_steward(site: Site):
    one = await site.register(1, NAME, phone=PHONE)
    body = {**ALIKE, "occurredOn": DAY.isoformat()}
    lines = [
        {"command": "register-candidate", "ref": ref(number), "key": str(uuid4()), "body": body, "knownAt": known}
        for number, known in ((2, "2009-01-20T12:00:00Z"), (3, "2009-01-20T12:00:00Z"), (4, None))
    ]  # fmt: skip
    headers = {**site.bearer, "Content-Type": "application/x-ndjson"}
    loaded = await site.http.post("/v1/bulk", content="\n".join(map(json.dumps, lines)), headers=headers)
    answers = [json.loads(line) for line in loaded.text.splitlines()]

    assert [answer["status"] for answer in answers] == [201, 201, 409]
    found = (await site.ask("candidates?hasLikelyDouble=true", role=Role.PARTNER_DATA_STEWARD))["items"]
    assert {item["ref"]: set(item["likelySameAs"]) for item in found} == {
        ref(2): {one},
        ref(3): {one, ref(2)},
    }
