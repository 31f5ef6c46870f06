"""A person's file: what is on record, with personal values for those who may record some."""

from typing import Any

from banen_contracts.roles import Role
from support.listed import Site, ref

NAME, NOTES = "Synthetica Voorbeeld", "Belt liever niet."


async def filled(site: Site) -> str:
    contact: dict[str, Any] = {
        "channel": "municipality",
        "kind": "conversation",
        "name": NAME,
        "notes": NOTES,
    }
    await site.give(f"contacts/{ref(1)}/record", role=Role.COACH, **contact)
    candidate = await site.register(2, NAME, contactRef=ref(1))
    await site.give(f"candidates/{candidate}/log-conversation", role=Role.COACH, notes=NOTES)
    return candidate


async def test_whoever_may_record_something_reads_it_again(site: Site):
    candidate = await filled(site)
    for role in (Role.INTAKE_WORKER, Role.COACH):
        file = (await site.get(f"candidates/{candidate}", role=role)).json()
        assert [event["personal"] for event in file["events"]] == [{"name": NAME}, {"notes": NOTES}]
    contact = (await site.get(f"contacts/{ref(1)}", role=Role.COACH)).json()
    assert contact["events"][0]["personal"] == {"name": NAME, "notes": NOTES}


async def test_others_read_it_without_personal_values(site: Site):
    candidate = await filled(site)
    for role in (Role.PARTNER_MANAGER, Role.PARTNER_DATA_STEWARD, Role.PRIVACY_OFFICER):
        answer = await site.get(f"candidates/{candidate}", role=role)
        assert answer.status_code == 200
        assert NAME not in answer.text
        assert NOTES not in answer.text


async def test_a_file_holds_what_other_records_say_of_the_person(site: Site):
    candidate = await filled(site)
    file = (await site.get(f"candidates/{candidate}")).json()
    assert [(event["kind"], event["ref"]) for event in file["related"]] == [("contact", ref(1))]
    assert file["related"][0]["personal"] == {"name": NAME, "notes": NOTES}
    coach = (await site.get(f"candidates/{candidate}", role=Role.COACH)).json()
    assert [event["kind"] for event in coach["related"]] == ["contact"]


async def test_each_opening_of_a_file_is_noted_also_for_the_related_records(site: Site):
    candidate = await filled(site)
    site.audit.kept.clear()
    await site.get(f"candidates/{candidate}")
    assert [(kept.entry.action, kept.entry.target) for kept in site.audit.kept] == [
        ("read-candidate", candidate),
        ("read-candidate", ref(1)),
    ]


async def test_what_was_corrected_is_not_shown(site: Site):
    candidate = await site.register(2, "Synthetica Voorbeld")
    correct: dict[str, Any] = {"reasonCode": "typing-error", "name": NAME}
    await site.give(f"candidates/{candidate}/correct", headers={"If-Match": "1"}, **correct)
    file = (await site.get(f"candidates/{candidate}")).json()
    assert [event["personal"] for event in file["events"]] == [{}, {"name": NAME}]


async def test_an_erased_file_holds_nothing_personal(site: Site):
    candidate = await filled(site)
    await site.give(f"candidates/{candidate}/erase", role=Role.PARTNER_DATA_STEWARD, reason="request")
    answer = await site.get(f"candidates/{candidate}")
    assert answer.status_code == 200
    assert NAME not in answer.text
    assert NOTES not in answer.text
