"""Lists show what was recorded: filtered, sorted, page by page, to those who may see them."""

from typing import Any

import pytest

from banen_contracts.roles import Role
from support.listed import PHONE, Site, ref

HANDOVER: dict[str, Any] = {"consents": [{"scope": "handover", "toPartner": "emplooi"}]}


async def test_a_list_shows_what_was_recorded(site: Site):
    one = await site.register(1, "Synthetica Voorbeeld", phone=PHONE, regionId="noord")
    await site.give(f"candidates/{one}/assign-worker", worker="worker-7")

    answer = await site.ask("candidates")

    assert answer == {
        "items": [
            {
                "ref": one,
                "state": "registered",
                "since": "2009-01-05",
                "registeredOn": "2009-01-05",
                "worker": "worker-7",
                "regionId": "noord",
                "route": None,
                "hasLikelyDouble": False,
                "likelySameAs": [],
                "name": "Synthetica Voorbeeld",
                "birthDate": None,
                "phone": PHONE,
                "email": None,
            }
        ],
        "next": None,
        "behind": 0,
    }


async def test_it_is_filtered_by_its_fields(site: Site):
    one = await site.register(1, "Synthetica Een", regionId="noord")
    two = await site.register(2, "Synthetica Twee", regionId="noord")
    await site.register(3, "Synthetica Drie")
    await site.give(f"candidates/{two}/complete-intake", methodVersion="star-1", occurredOn="2009-01-20")

    assert await site.listed("?regionId=noord") == [one, two]
    assert await site.listed("?regionId=noord&state=intake_done") == [two]
    assert await site.listed("?sinceFrom=2009-01-06&sinceUntil=2009-01-20") == [two]
    assert await site.listed("?worker=worker-7") == []


async def test_pages_follow_each_other_until_the_end(site: Site):
    days = {ref(number): f"2009-01-{number:02}" for number in range(1, 8)}
    for number, day in enumerate(days.values(), 1):
        await site.register(number, f"Synthetica {number}", occurredOn=day)
    found: list[str] = []
    cursor = ""
    pages = 0
    while cursor is not None:
        page = await site.ask(f"candidates?sort=-since&limit=3{cursor and f'&cursor={cursor}'}")
        found += [item["ref"] for item in page["items"]]
        cursor, pages = page["next"], pages + 1

    assert found == list(reversed(days))
    assert pages == 3


async def test_it_is_sorted_by_name_as_people_read_names(site: Site):
    names = ["Zeynep", "élise", "Ahmed", "Elif"]
    for number, name in enumerate(names, 1):
        await site.register(number, name)

    first = await site.ask("candidates?sort=name&limit=3")
    last = await site.ask(f"candidates?sort=name&limit=3&cursor={first['next']}")

    assert [item["name"] for item in [*first["items"], *last["items"]]] == [
        "Ahmed",
        "Elif",
        "élise",
        "Zeynep",
    ]
    assert last["next"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=age", "sort"),
        ("state=asleep", "state"),
        ("sinceFrom=yesterday", "sinceFrom"),
        ("sinceFrom=2009-02-01&sinceUntil=2009-01-01", "sinceUntil"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("cursor=made-up", "cursor"),
        ("colour=red", "colour"),
        ("q=%20-%20", "q"),
    ],
)
async def test_an_unknown_sort_or_an_impossible_filter_is_refused_with_its_field(
    site: Site, query: str, field: str
):
    answer = await site.get(f"candidates?{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_the_cursor_of_another_question_is_refused(site: Site):
    for number in (1, 2):
        await site.register(number, f"Synthetica {number}")
    cursor = (await site.ask("candidates?limit=1"))["next"]

    answer = await site.get(f"candidates?limit=1&sort=-since&cursor={cursor}")

    assert (answer.status_code, answer.json()["field"]) == (400, "cursor")
    assert (await site.get(f"candidates?limit=1&cursor={cursor}")).status_code == 200


async def test_a_list_that_is_behind_says_how_far(site: Site):
    await site.register(1, "Synthetica Voorbeeld")
    behind = (await site.get("candidates")).json()
    assert (behind["items"], behind["behind"]) == ([], 1)
    assert (await site.ask("candidates"))["behind"] == 0


async def test_names_are_opened_for_whoever_may_record_them_and_each_opening_is_noted(site: Site):
    one = await site.register(1, "Synthetica Voorbeeld", phone=PHONE)
    await site.projector.catch_up()
    for role, sees in ((Role.INTAKE_WORKER, True), (Role.COACH, True), (Role.PARTNER_MANAGER, False)):
        site.audit.kept.clear()
        [item] = (await site.get("candidates", role=role)).json()["items"]
        assert (item["name"], item["phone"]) == (("Synthetica Voorbeeld", PHONE) if sees else (None, None))
        noted = [(kept.entry.action, kept.entry.target) for kept in site.audit.kept]
        assert noted == [("list-candidates", None), *([("list-candidates", one)] if sees else [])]


async def test_whoever_records_nothing_here_sees_no_list(site: Site):
    assert (await site.get("candidates", role=Role.EMPLOYER_RELATIONS)).status_code == 403
    assert (await site.get("candidates", partner="emplooi")).status_code == 404


async def test_a_correction_shows_in_the_list(site: Site):
    one = await site.register(1, "Synthetica Voorbeld", phone=PHONE)
    correct: dict[str, Any] = {
        "reasonCode": "typing-error", "name": "Synthetica Voorbeeld", "remove": ["phone"],
    }  # fmt: skip
    await site.give(f"candidates/{one}/correct", headers={"If-Match": "1"}, **correct)

    [item] = (await site.ask("candidates"))["items"]

    assert (item["name"], item["phone"]) == ("Synthetica Voorbeeld", None)
    assert await site.listed("?q=042424242") == []


async def test_an_erased_person_is_in_no_list_and_is_not_found(site: Site):
    contact, candidate = ref(1), ref(2)
    day: dict[str, Any] = {"channel": "municipality", "kind": "conversation"}
    await site.give(f"contacts/{contact}/record", name="Synthetica Voorbeeld", **day)
    await site.register(2, "Synthetica Voorbeeld", contactRef=contact)
    other = await site.register(3, "Iemand Anders")
    assert await site.listed("", of="contacts") == [contact]

    await site.give(f"candidates/{candidate}/erase", role=Role.PARTNER_DATA_STEWARD, reason="request")

    assert await site.listed("") == [other]
    assert await site.listed("", of="contacts") == []
    assert await site.listed("?q=Synthetica") == []
    rows = await site.pool.fetch("select ref from list_tokens union all select ref from list_contacts")
    assert [row["ref"] for row in rows] == [other]


async def test_nobody_sees_a_row_between_the_erasure_and_its_deletion(site: Site):
    candidate = await site.register(1, "Synthetica Voorbeeld")
    assert await site.listed("") == [candidate]
    await site.keys.destroy([candidate])
    assert (await site.get("candidates")).json()["items"] == []
    await site.tidy.once()
    assert await site.pool.fetchval("select count(*) from list_candidates") == 0


async def test_what_an_erasure_deleted_is_taken_off_the_disk(site: Site):
    candidate = await site.register(1, "Synthetica Voorbeeld")
    await site.projector.catch_up()
    files = "select pg_relation_filenode('list_candidates'), pg_relation_filenode('list_tokens_tokens')"
    before = await site.pool.fetchrow(files)
    await site.tidy.once()
    assert await site.pool.fetchrow(files) == before  # nothing was to be done
    await site.give(f"candidates/{candidate}/erase", role=Role.PARTNER_DATA_STEWARD, reason="request")
    await site.projector.catch_up()

    await site.pool.execute("vacuum full list_candidates")
    await site.tidy.once()

    after = await site.pool.fetchrow(files)
    assert after is not None
    assert before is not None
    assert set(after).isdisjoint(before)
    assert await site.pool.fetchval("select max(deleted_at) from list_progress") is None


async def test_lists_are_made_anew_beside_the_live_ones(site: Site):
    one = await site.register(1, "Synthetica Voorbeeld", phone=PHONE)
    assert await site.listed("") == [one]
    await site.pool.execute("update list_candidates set state = 'closed'")
    folded = await site.projector.rebuild()

    assert folded == 1
    assert await site.listed("?state=registered") == [one]
    assert await site.listed("?q=Voorbeeld") == [one]
    rows = await site.pool.fetch(
        "select generation from list_candidates union all select generation from list_progress"
    )
    assert len(rows) == len({row["generation"] for row in rows}) + 1 == 2


async def test_what_is_recorded_during_a_rebuild_is_not_missed(site: Site):
    one = await site.register(1, "Synthetica Een")
    await site.projector.catch_up()
    beside = await site.tables.begin_beside()
    two = await site.register(2, "Synthetica Twee")
    assert await site.listed("") == [one, two]
    await site.tables.show(beside.generation)
    assert (await site.get("candidates")).json()["behind"] == 2
    assert await site.listed("") == [one, two]


async def test_two_processes_fold_each_event_once(site: Site):
    for number in (1, 2, 3):
        await site.register(number, f"Synthetica {number}")
    at = await site.tables.live()
    await site.projector.catch_up()
    async with site.pool.acquire() as connection, connection.transaction():
        assert not await site.tables.lock(connection, at)
    await site.projector.catch_up()
    assert len(await site.listed("")) == 3


async def test_lists_of_another_version_are_folded_anew(site: Site):
    one = await site.register(1, "Synthetica Voorbeeld")
    await site.projector.catch_up()
    await site.pool.execute("update list_progress set models = '{}'")
    assert await site.listed("") == [one]


async def test_lists_of_a_store_that_was_restored_are_folded_anew(site: Site):
    one = await site.register(1, "Synthetica Voorbeeld")
    await site.projector.catch_up()
    await site.pool.execute("update list_progress set event_id = gen_random_uuid()")
    assert await site.listed("") == [one]


async def test_the_caseload_counts_per_worker_and_state(site: Site):
    for number in (1, 2, 3):
        candidate = await site.register(number, f"Synthetica {number}")
        if number < 3:
            await site.give(f"candidates/{candidate}/assign-worker", worker="worker-7")

    answer = await site.ask("caseload", role=Role.PARTNER_MANAGER)

    assert answer["items"] == [
        {"worker": "worker-7", "state": "registered", "count": 2},
        {"worker": None, "state": "registered", "count": 1},
    ]


async def test_handovers_show_to_whom_until_when_and_how_they_ended(site: Site):
    candidate, handover = await site.register(1, "Synthetica Voorbeeld", **HANDOVER), ref(9)
    offer: dict[str, Any] = {"candidateRef": candidate, "toPartner": "emplooi", "expiresOn": "2009-02-05"}
    await site.give(f"handovers/{handover}/offer", **offer)
    [item] = (await site.ask("handovers?state=open"))["items"]
    assert (item["ref"], item["toPartner"], item["expiresOn"]) == (handover, "emplooi", "2009-02-05")
    assert await site.listed("?state=handover_pending") == [candidate]

    await site.give(f"handovers/{handover}/withdraw", reasonCode="found-work")

    [item] = (await site.ask(f"handovers?candidateRef={candidate}"))["items"]
    assert (item["state"], item["settledOn"]) == ("withdrawn", "2009-01-05")
    assert await site.listed("?state=registered") == [candidate]
