"""The views beside the figures: page, JSON and files say the same, and each reader sees their own."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import httpx2
import pytest

from banen_contracts import employers as e, intake as i, mediation as m
from banen_contracts.base import Precision
from banen_contracts.programme import Labels
from banen_contracts.reporting import FactTopic, FundingRecorded, ProgrammeFactRecorded
from banen_contracts.roles import Role
from banen_reporting.web.words import LANGUAGES
from support.programme import DAY, KNOWN, Facts, add_placements, add_programme, ref_of
from support.workbooks import check_rows, check_same, sheets_of

Reader = Callable[..., httpx2.AsyncClient]
DATES = "happenedUntil=2008-12-31"
PAGES = {
    "funnel": ("/nl/trechter", "/en/funnel"),
    "employers": ("/nl/werkgevers", "/en/employers"),
    "data-quality": ("/nl/gegevens", "/en/data-quality"),
    "effort": ("/nl/inzet", "/en/effort"),
    "money": ("/nl/geld", "/en/money"),
    "programme-facts": ("/nl/feiten", "/en/facts"),
    "supply-and-demand": ("/nl/vraag-en-aanbod", "/en/supply-and-demand"),
    "follow-up": ("/nl/opvolging", "/en/follow-up"),
    "regions": ("/nl/regios", "/en/regions"),
    "reach": ("/nl/bereik", "/en/reach"),
}


@pytest.fixture
def facts() -> Facts:
    """The small programme, in which UAF met four people, registered three, and found work for one."""
    facts = Facts()
    add_programme(facts, ("intake", "mediation", "employers"))
    add_placements(facts)
    add_people(facts)
    add_relations(facts)
    add_places(facts)
    return facts


def add_people(facts: Facts) -> None:
    for name, kind, town in (
        ("first", "conversation", "GM0344"), ("second", "conversation", None), ("third", "conversation", None),
        ("fourth", "conversation", None), ("leaflet", "contact", "GM0344"),
    ):  # fmt: skip
        channel = i.Channel.WORD_OF_MOUTH if name == "first" else i.Channel.MUNICIPALITY
        contact: dict[str, Any] = {"contact_ref": ref_of(name), "channel": channel}
        place = {"region_id": "utrecht", "municipality_code": town}
        facts.say("uaf", i.ContactMade(**contact, kind=i.ContactKind(kind), **place, occurred_on=DAY))
    for name in ("first", "second", "third"):
        candidate = {"candidate_ref": ref_of(f"candidate {name}"), "occurred_on": DAY}
        facts.say("uaf", i.CandidateRegistered(**candidate, contact_ref=ref_of(name), education_band=i.EducationBand.HIGH))  # fmt: skip
        facts.say("uaf", i.RouteAssigned(**candidate, route="A", reason_code="own-wish"))
    facts.say("uaf", i.CandidateReadyForMediation(candidate_ref=ref_of("candidate second"), occurred_on=DAY, available_from="2007-02", profession_group="53"))  # fmt: skip
    taken = {"client_ref": ref_of("client of job"), "origin": m.Origin.OWN_INTAKE}
    facts.say("uaf", m.ClientTakenOn(**taken, origin_ref=ref_of("candidate first"), occurred_on=DAY))
    offer: dict[str, Any] = {"handover_ref": ref_of("offer"), "candidate_ref": ref_of("candidate second")}
    facts.say("uaf", i.HandoverOffered(**offer, to_partner="goed-werk", dossier_hash="0" * 64, expires_on=date(2007, 2, 1), occurred_on=DAY))  # fmt: skip


def add_places(facts: Facts) -> None:
    """An estimate of forty for Utrecht, where two people were met, and one of ten for Almere, where nobody was."""
    for code, estimate in (("GM0344", 40), ("GM0034", 10)):
        terms: dict[str, Any] = {
            "precision": Precision.APPROX,
            "source": i.ReachSource.CBS,
            "method_version": "synthetic-1",
        }
        facts.say("uaf", i.ReachEstimateImported(reach_ref=i.reach_ref_of(code, 2006), municipality_code=code, year=2006, estimate=estimate, occurred_on=DAY, **terms))  # fmt: skip


def add_relations(facts: Facts) -> None:
    employer = {"employer_ref": ref_of("employer"), "occurred_on": DAY}
    facts.say("uaf", e.EmployerRegistered(**employer, legal_kind=e.LegalKind.COMPANY, sector_code="G", name="Bakkerij"))  # fmt: skip
    for number, channel in enumerate(
        (e.ApproachChannel.JOB_FAIR, e.ApproachChannel.REGIONAL, e.ApproachChannel.JOB_FAIR)
    ):
        approach = {"approach_ref": ref_of(f"approach {number}"), "employer_ref": ref_of("employer")}
        facts.say(
            "uaf",
            e.EmployerApproached(**approach, channel=channel, level=e.ApproachLevel.HR, occurred_on=DAY),
        )
    for name, places, profession, open_until in (
        ("care", 4, "53", None), ("builders", 3, "71", None), ("any", 1, None, None), ("old", 2, "53", date(2007, 6, 1)),
    ):  # fmt: skip
        vacancy = {"vacancy_ref": ref_of(name), "employer_ref": ref_of("employer"), "kind": "employment"}
        facts.say("uaf", e.VacancyOpened(**vacancy, places=places, profession_group=profession, open_until=open_until, occurred_on=DAY))  # fmt: skip
    builders = {"vacancy_ref": ref_of("builders"), "occurred_on": DAY}
    facts.say("uaf", e.UnmetDemandReported(**builders, reason_code="no-candidates"))
    facts.say("uaf", e.UnmetDemandReported(**builders, reason_code="too-far-away"))
    facts.say("uaf", e.VacancyClosed(**builders, reason_code=e.VacancyClosing.FILLED, places_filled=1))
    for status, euro, precision in (("planned", 6000, Precision.APPROX), ("received", 2000, Precision.EXACT)):
        funded = {"funding_ref": ref_of(status), "funder": "ministry", "status": status}
        facts.bureau(FundingRecorded(**funded, amount_euro=euro, precision=precision, occurred_on=DAY))
    add_stated(facts)
    add_effort(facts)
    group: dict[str, Any] = {"group_ref": ref_of("group"), "occurred_on": DAY}
    facts.say("uaf", e.GroupPlacementPlanned(**group, employer_ref=ref_of("employer"), kind="employment", in_guidance=9))  # fmt: skip
    facts.say("uaf", e.GroupPlacementClosed(**group, placed=4, precision=Precision.APPROX))
    facts.place("baker", "uaf", "employment", group_ref=ref_of("group"), employer_ref=ref_of("employer"))
    agreed: dict[str, Any] = {"agreement_ref": ref_of("agreement"), "party_kind": e.PartyKind.EMPLOYER}
    facts.say("uaf", e.AgreementSigned(**agreed, party_ref=ref_of("employer"), places_promised=6, routes=("A",), valid_from=DAY, occurred_on=DAY))  # fmt: skip


def add_effort(facts: Facts) -> None:
    for role, month, hours, people in (
        (m.EffortRole.ADVISER, "2007-01", 300, 30), (m.EffortRole.ADVISER, "2007-02", 340, 33),
        (m.EffortRole.STAFF, "2007-02", None, None),
    ):  # fmt: skip
        ref = m.effort_ref_of(role, month)
        facts.say(
            "uaf",
            m.EffortRecorded(
                effort_ref=ref, month=month, role=role, hours=hours, people=people, occurred_on=DAY
            ),
        )
    for number, attendance in enumerate(
        (i.AttendanceBand.FROM_10_TO_24, i.AttendanceBand.FROM_10_TO_24, i.AttendanceBand.FROM_50)
    ):
        facts.say(
            "uaf",
            m.MeetingHeld(
                meeting_ref=ref_of(f"meeting {number}"),
                kind=m.MeetingKind.TRAINING,
                attendance=attendance,
                occurred_on=DAY,
            ),
        )


def add_stated(facts: Facts) -> None:
    later = datetime(2007, 3, 1, 12, tzinfo=UTC)
    numbers: tuple[tuple[FactTopic, str, int, int, datetime], ...] = (
        ("locations", "locations", 58, 2007, KNOWN), ("locations", "locations", 59, 2008, KNOWN),
        ("locations", "locations", 60, 2008, later), ("money", "norm-euro-per-person", 5000, 2008, KNOWN),
        ("money", "benefit-euro-per-year", 10000, 2008, KNOWN),
    )  # fmt: skip
    for topic, code, value, year, known_at in numbers:
        stated = ProgrammeFactRecorded(
            fact_ref=ref_of(f"{code} {value}"), topic=topic, code=code, label=Labels(nl=code, en=code.capitalize()),
            value=value, precision=Precision.APPROX, period_from=date(year, 1, 1), period_until=date(year, 12, 31),
            document_ref="REPORT-2009", occurred_on=DAY,
        )  # fmt: skip
        facts.say("bureau", stated, known_at=known_at)


def tables(page: str) -> dict[str, list[list[str]]]:
    """The rows of each table by the name of its section, as text; without the column of bars."""
    found: dict[str, list[list[str]]] = {}
    for name, table in re.findall(r'aria-labelledby="([a-z-]+)"><table.*?>(.*?)</table>', page, re.DOTALL):
        body = table.partition("<tbody")[2]
        rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
        found[name] = [
            [unescape(" ".join(re.sub(r"<[^>]+>", " ", cell).split()))
             for kind, cell in re.findall(r'<t[hd]([^>]*)>(.*?)</t[hd]>', row, re.DOTALL) if 'class="w"' not in kind]
            for row in rows
        ]  # fmt: skip
    return found


async def get(client: httpx2.AsyncClient, address: str) -> str:
    answer = await client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("view", PAGES)
async def test_a_file_says_what_its_table_on_the_page_says(browser: httpx2.AsyncClient, view: str):
    address = f"{PAGES[view][1]}?{DATES}"
    shown = tables(await get(browser, address))
    assert shown
    for name, rows in shown.items():
        text = (await get(browser, f"{address}&file={name}.csv")).removeprefix(
            "\N{ZERO WIDTH NO-BREAK SPACE}"
        )
        read = list(csv.reader(io.StringIO(text)))
        written = read[read.index([]) + 2 :]
        assert [
            [as_on_page(value, on_page=shown) for value, shown in zip(row, of_page, strict=True)]
            for row, of_page in zip(written, rows, strict=True)
        ] == [[re.sub(r"[,%]", "", value) for value in row] for row in rows]
        workbook = (await browser.get(f"{address}&file={name}.xlsx")).content
        check_same(workbook, read)


def as_on_page(value: str, on_page: str) -> str:
    """Numbers without the signs between their digits, whole euros, days and months as people write them."""
    if on_page.startswith("€"):
        return f"€ {round(float(value))}"
    day = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", value)
    if day is None:
        return re.sub(r"[,%]", "", value)
    given, say = date.fromisoformat(value), LANGUAGES["en"]
    return say.month(given) if on_page == say.month(given) else say.form_day(given)


async def test_the_workbook_has_all_tables_of_the_pages_as_their_files_have_them(browser: httpx2.AsyncClient):
    sheets = sheets_of((await browser.get(f"/en/workbook?{DATES}")).content)
    about = {row[0]: row[1] for row in sheets.pop("About") if len(row) == 2}
    expected: dict[str, list[list[str]]] = {}
    for address in ("/en/overview", *(of[1] for of in PAGES.values())):
        page = await get(browser, f"{address}?{DATES}")
        for name in re.findall(r"file=([a-z-]+)\.csv", page):
            text = (await get(browser, f"{address}?{DATES}&file={name}.csv")).partition("\r\n\r\n")[2]
            expected[f"{address.removeprefix('/en/')} {name}"[:31]] = list(csv.reader(io.StringIO(text)))

    assert (about["Counting rules"], about["Happened until"]) == ("published", date(2008, 12, 31))
    assert sheets.keys() == expected.keys()
    for name, rows in expected.items():
        check_rows(sheets[name], rows)


async def test_the_workbook_of_a_reader_has_only_what_they_may_see(reader: Reader):
    async with reader("uwv", Role.MEDIATOR) as client:
        names = sheets_of((await client.get(f"/nl/werkmap?{DATES}")).content).keys()
    assert {"overzicht targets", "werkgevers relations"} <= names
    assert not any(name.startswith("geld") for name in names)


@pytest.mark.usefixtures("month_ends")
async def test_the_workbook_of_an_aggregate_reader_has_the_figures_of_the_overview_alone(reader: Reader):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        sheets = sheets_of((await client.get("/en/workbook?month=2008-12")).content)
        text = (await client.get("/en/overview?month=2008-12&file=targets.csv")).text.partition("\r\n\r\n")[2]
    assert {name.partition(" ")[0] for name in sheets} == {"About", "overview"}
    check_rows(sheets["overview targets"], list(csv.reader(io.StringIO(text))))


async def test_the_funnel_counts_the_same_people_through_all_steps(browser: httpx2.AsyncClient):
    found = (await browser.get(f"/v1/funnel?{DATES}")).json()

    assert [(one["step"], one["people"]) for one in found["steps"]] == [
        ("conversation", 4), ("registered", 3), ("ready", 2), ("placed", 1), ("counted", 1),
    ]  # fmt: skip
    assert (found["contacts"], found["conversations"]) == (1, 4)
    assert found["bridge"] == {"people": 1, "moreOfTheSame": 0, "notThroughTheFunnel": 5, "counted": 6}
    (route,) = found["routes"]
    assert route == {
        "id": "A", "people": {"registered": 3, "ready": 2, "placed": 1, "counted": 1}, "countedOfFirst": 33.3
    }  # fmt: skip


async def test_the_key_sentence_of_the_funnel_says_what_its_table_says(browser: httpx2.AsyncClient):
    page = await get(browser, f"/en/funnel?{DATES}")

    steps = tables(page)["steps"]
    assert [row[:2] for row in (steps[0], steps[-1])] == [["Conversation held", "4"], ["Counts", "1"]]
    assert "From 4 people who had a conversation to a placement that counts: 1, which is 25.0%." in page


async def test_a_filter_of_the_funnel_stays_in_its_form_and_its_files(browser: httpx2.AsyncClient):
    page = await get(browser, f"/en/funnel?route=A&{DATES}")
    text = await get(browser, f"/en/funnel?route=A&{DATES}&file=steps.csv")

    assert '<option value="A" selected>' in page
    assert tables(page)["steps"][0][:2] == ["Registered", "3"]
    assert "Chosen,Route A" in text


@pytest.mark.parametrize(
    ("query", "status"), [("partner=nobody", 404), ("region=atlantis", 400), ("route=Z", 400)]
)
async def test_a_filter_that_nothing_can_pass_is_refused(
    browser: httpx2.AsyncClient, query: str, status: int
):
    assert (await browser.get(f"/v1/funnel?{query}")).status_code == status
    assert (await browser.get(f"/nl/trechter?{query}")).status_code == status


async def test_a_group_shows_what_was_reported_and_what_is_on_record(browser: httpx2.AsyncClient):
    found = (await browser.get(f"/v1/employers?{DATES}")).json()

    (group,) = found["groups"]
    assert {name: group[name] for name in ("employer", "planned", "inGuidance", "reported", "precision", "placed", "counted")} == {
        "employer": "Bakkerij", "planned": None, "inGuidance": 9, "reported": 4, "precision": "approx", "placed": 1, "counted": 1,
    }  # fmt: skip
    (agreement,) = found["agreements"]
    assert (agreement["promised"], agreement["placed"], agreement["inForce"]) == (6, 1, 1)


async def test_an_employer_who_was_approached_through_two_channels_stands_under_both(
    browser: httpx2.AsyncClient,
):
    found = (await browser.get(f"/v1/employers?{DATES}")).json()

    assert found["approached"] == 1
    assert found["approaches"] == [
        {"channel": "job_fair", "approaches": 2, "employers": 1, "withAgreement": 1, "withPlacement": 1},
        {"channel": "regional", "approaches": 1, "employers": 1, "withAgreement": 1, "withPlacement": 1},
    ]


async def test_who_is_placed_no_longer_waits_and_places_are_counted_by_profession(
    browser: httpx2.AsyncClient,
):
    found = (await browser.get(f"/v1/supply-and-demand?{DATES}")).json()

    assert found["waiting"] == 1
    assert found["professions"] == [
        {"professionGroup": "53", "waiting": 1, "places": 6, "open": 4, "filled": 0, "unmet": 0},
        {"professionGroup": "71", "waiting": 0, "places": 3, "open": 0, "filled": 1, "unmet": 3},
        {"professionGroup": None, "waiting": 0, "places": 1, "open": 1, "filled": 0, "unmet": 0},
    ]
    assert found["unmet"] == [{"reason": "too-far-away", "vacancies": 1, "places": 3}]
    assert found["vacancies"] == [
        {"outcome": "open", "vacancies": 2, "places": 5, "filled": None},
        {"outcome": "filled", "vacancies": 1, "places": 3, "filled": 1},
        {"outcome": "past", "vacancies": 1, "places": 2, "filled": None},
    ]
    page = await get(browser, f"/en/supply-and-demand?{DATES}")
    assert (
        "1 people are ready for work and were not placed; vacancies that are open have 5 places. "
        "For 3 places of vacancies nobody was found."
    ) in page
    assert [row[0] for row in tables(page)["professions"]] == [
        "Personal care workers", "Building and related trades workers, excluding electricians",
        "No profession recorded",
    ]  # fmt: skip
    assert tables(page)["unmet"][0] == ["Too far away", "1", "3"]


async def test_of_conversations_each_channel_shows_what_came_of_them(browser: httpx2.AsyncClient):
    found = (await browser.get(f"/v1/funnel?{DATES}")).json()

    assert [(one["id"], one["people"]["conversation"], one["people"]["counted"]) for one in found["channels"]] == [
        ("municipality", 3, 0), ("word_of_mouth", 1, 1),
    ]  # fmt: skip


async def test_what_nobody_recorded_is_not_shown_as_zero(browser: httpx2.AsyncClient):
    page = await get(browser, f"/en/employers?{DATES}")

    assert tables(page)["groups"][0][3] == "not recorded"
    assert "own-firms" not in tables(page)
    assert "No partner has recorded any of this yet." in page


async def test_a_handover_that_waits_is_shown_with_its_age(browser: httpx2.AsyncClient):
    found = (await browser.get("/v1/follow-up?happenedUntil=2007-01-11")).json()
    page = await get(browser, "/en/follow-up?happenedUntil=2007-01-11")

    (waiting,) = found["openHandovers"]
    assert (waiting["ageDays"], waiting["fromPartner"], waiting["toPartner"]) == (10, "uaf", "goed-werk")
    assert "Handovers that wait: 1." in page
    assert "The oldest handover is 10 days old." in page


async def test_the_receiver_of_a_handover_sees_it_and_nobody_else_does(reader: Reader):
    for partner, seen in (("goed-werk", 1), ("uwv", 0)):
        async with reader(partner, Role.MEDIATOR) as client:
            found = (await client.get("/v1/follow-up?happenedUntil=2007-01-11")).json()
        assert len(found["openHandovers"]) == seen


async def test_a_partner_sees_what_its_own_units_did(reader: Reader):
    async with reader("uwv", Role.MEDIATOR) as client:
        found = (await client.get(f"/v1/funnel?{DATES}")).json()
        page = await get(client, f"/nl/trechter?{DATES}")
        others = await client.get(f"/v1/funnel?partner=uaf&{DATES}")

    assert found["steps"][0]["people"] == 0
    assert found["bridge"] is None
    assert "Over deze mensen is geen gesprek vastgelegd." in page
    assert others.status_code == 404


async def test_money_is_spread_over_placements_people_and_conversations_each_with_a_number_of_its_own(
    browser: httpx2.AsyncClient,
):
    found = (await browser.get(f"/v1/money?{DATES}")).json()
    page = await get(browser, f"/en/money?{DATES}")

    assert (found["spent"], found["planned"], found["spentOfPlannedPercent"]) == (5000, 6000, 83.3)
    assert found["funders"] == [
        {"funder": "ministry", "planned": 6000, "committed": None, "received": 2000, "isExact": False}
    ]
    assert found["costs"] == [{"year": 2007, "euro": 5000, "isExact": True}]
    assert [(one["what"], one["number"], one["euro"], one["plannedNumber"], one["plannedEuro"]) for one in found["per"]] == [
        ("placement", 6, 833.33, 9, 666.67), ("person", 6, 833.33, None, None), ("conversation", 4, 1250, None, None),
    ]  # fmt: skip
    assert (
        "The programme has cost € 5,000 so far. That is 83.3% of the € 6,000 that was planned. "
        "For each of the 6 placements that count it is € 833."
    ) in page.replace("\N{NO-BREAK SPACE}", " ")


async def test_what_is_stated_again_for_the_same_period_replaces_what_was_stated_before(
    browser: httpx2.AsyncClient,
):
    found = (await browser.get(f"/v1/programme-facts?{DATES}")).json()["facts"]
    page = await get(browser, f"/en/facts?{DATES}")

    assert [(one["code"], one["value"]) for one in found] == [
        ("locations", 58), ("locations", 60), ("benefit-euro-per-year", 10000), ("norm-euro-per-person", 5000),
    ]  # fmt: skip
    assert tables(page)["locations"][1][:5] == [
        "Locations",
        "60",
        "about",
        "1-1-2008 to 31-12-2008",
        "REPORT-2009",
    ]
    assert "Numbers that no event counts: 4. Documents they come from: 1." in page


async def test_what_was_stated_is_shown_from_the_day_on_which_it_is_known(browser: httpx2.AsyncClient):
    before = (await browser.get("/v1/programme-facts?knownOn=2007-02-02&happenedUntil=2008-12-31")).json()

    assert [(one["code"], one["value"]) for one in before["facts"] if one["code"] == "locations"] == [
        ("locations", 58), ("locations", 59)
    ]  # fmt: skip


async def test_costs_are_laid_beside_the_norm_and_the_assumed_benefit(browser: httpx2.AsyncClient):
    found = (await browser.get(f"/v1/money?{DATES}")).json()
    page = await get(browser, f"/en/money?{DATES}")

    assert (found["norm"]["value"], found["ofNormPercent"]) == (5000, 16.7)
    assert (found["benefit"]["value"], found["earnedBackMonths"]) == (10000, 1.0)
    assert [row[-1] for row in tables(page)["stated"]] == [
        "cost 16.7% of it", "is earned back in 1 months without benefit"
    ]  # fmt: skip


async def test_hours_of_too_few_people_are_kept_back_and_not_zero(browser: httpx2.AsyncClient):
    found = (await browser.get(f"/v1/effort?{DATES}")).json()
    page = await get(browser, f"/en/effort?{DATES}")

    assert found["effort"] == [
        {"partner": "uaf", "role": "adviser", "months": 2, "keptBack": 0, "hours": 640, "people": 33},
        {"partner": "uaf", "role": "staff", "months": 1, "keptBack": 1, "hours": None, "people": None},
    ]
    assert [(one["month"], one["hours"], one["keptBack"]) for one in found["months"]] == [
        ("2007-01-01", 300, 0), ("2007-02-01", 340, 1),
    ]  # fmt: skip
    (meetings,) = found["meetings"]
    assert (meetings["held"], meetings["attendance"]["10_to_24"], meetings["attendance"]["from_50"]) == (
        3,
        2,
        1,
    )
    assert "Volunteers and staff gave 640 hours, as far as that may be published; 3 trainings" in page
    assert tables(page)["roles"][1][2] == "too few people"


async def test_hours_after_the_day_are_not_counted(browser: httpx2.AsyncClient):
    found = (await browser.get("/v1/effort?happenedUntil=2007-01-31")).json()

    assert [one["month"] for one in found["months"]] == ["2007-01-01"]


async def test_costs_that_nobody_recorded_are_not_zero(browser: httpx2.AsyncClient):
    page = await get(browser, "/en/money?happenedUntil=2006-01-01")
    found = (await browser.get("/v1/money?happenedUntil=2006-01-01")).json()

    assert (found["spent"], found["per"][0]["euro"]) == (None, None)
    assert "No cost was recorded." in page
    assert tables(page)["per"][0] == [
        "placement that counts",
        "not recorded",
        "not recorded",
        "9",
        "not planned",
    ]


async def test_money_is_for_the_people_of_the_programme(reader: Reader):
    for partner, role, status in (
        ("bureau", Role.AUDITOR, 200), ("bureau", Role.PARTNER_MANAGER, 403), ("uaf", Role.PARTNER_MANAGER, 404),
        ("uaf", Role.STEERING_GROUP, 404), ("ministry", Role.MINISTRY_OBSERVER, 404),
    ):  # fmt: skip
        async with reader(partner, role) as client:
            for address in ("/v1/money", *PAGES["money"]):
                answer = await client.get(address)
                assert (partner, role, answer.status_code) == (partner, role, status)


async def test_a_region_is_shown_with_its_steps_its_shares_and_what_waits(browser: httpx2.AsyncClient):
    day = "happenedUntil=2007-01-11"
    found = (await browser.get(f"/v1/regions?{day}")).json()
    page = tables(await get(browser, f"/en/regions?{day}"))

    (region,) = [one for one in found["regions"] if one["id"] == "utrecht"]
    assert [one["people"] for one in region["steps"]] == [4, 3, 2, 1, 1]
    assert (region["offered"], region["openHandovers"]) == (1, 1)
    assert ["utrecht", "4", "3", "2", "1", "1", "1"] in page["regions"]
    assert page["regions"][-1] == ["Total", "4", "3", "2", "1", "1", "1"]
    assert ["utrecht", "75.0%", "50.0%", "25.0%", "25.0%"] in page["shares"]
    assert ["utrecht", "75.0%", "66.7%", "50.0%", "100.0%"] in page["steps"]


async def test_a_region_that_the_programme_does_not_have_leads_to_no_funnel(browser: httpx2.AsyncClient):
    for address in (f"/en/regions?{DATES}", f"/en/funnel?{DATES}"):
        page = await get(browser, address)
        assert ">utrecht</th>" in page
        assert "region=utrecht" not in page


async def test_the_reach_is_said_of_the_estimates_and_the_rest_beside_it(browser: httpx2.AsyncClient):
    found = (await browser.get(f"/v1/reach?{DATES}")).json()
    page = await get(browser, f"/en/reach?{DATES}")

    utrecht, almere = found["municipalities"]
    assert (utrecht["contacts"], utrecht["conversations"], utrecht["share"]) == (1, 1, 2.5)
    assert (almere["name"], almere["share"]) == ("Almere", None)
    assert "Of an estimated 50 people in 2 municipalities, 1 were spoken with: 2.0%." in page
    assert "The reach is lowest in Utrecht: 2.5%. Besides: 3 conversations without" in page
    assert tables(page)["municipalities"] == [["Utrecht", "Utre", "40", "2006, CBS, about", "1", "1", "2.5%"]]
    assert tables(page)["not-met"] == [["Almere", "10", "2006, CBS, about"]]
    assert tables(page)["no-municipality"][-1] == ["Total", "0", "3"]
    assert tables(page)["sums"][-1] == ["Total", "", "", "1", "4", ""]


async def test_the_map_says_what_its_table_says(browser: httpx2.AsyncClient):
    page = await get(browser, f"/nl/bereik?{DATES}")
    drawn = re.search(r"<figure>(.*?)</figure>", page, re.DOTALL)

    assert drawn is not None
    assert re.findall(r"<text[^>]*>([^<]*)</text>", drawn[1]) == ["Utre", "2,5%"]
    assert "Het laagst is Utrecht met 2,5%, het hoogst Utrecht met 2,5%." in drawn[1]


async def test_without_an_estimate_there_is_no_share_and_no_map(browser: httpx2.AsyncClient):
    before = "knownOn=2007-02-01&happenedUntil=2006-12-31"
    page = await get(browser, f"/en/reach?{before}")

    assert "Nobody recorded how many people live in municipalities" in page
    assert "<figure>" not in page
    assert "No contact is recorded with a municipality." in page


@pytest.mark.parametrize("view", [view for view in PAGES if view != "money"])
async def test_an_aggregate_reader_sees_no_view_of_few_people(reader: Reader, view: str):
    for partner, role in (("ministry", Role.MINISTRY_OBSERVER), ("somebody", Role.INTEGRATOR)):
        async with reader(partner, role) as client:
            for address in (f"/v1/{view}", *PAGES[view]):
                assert (await client.get(address)).status_code == 403
    async with reader("bureau", Role.PARTNER_MANAGER) as client:
        assert (await client.get(f"/v1/{view}")).json()["code"] == "rows-not-yours"


async def test_a_view_shows_what_was_known_on_a_day(browser: httpx2.AsyncClient):
    before = await browser.get("/v1/funnel?knownOn=2007-01-31")
    found = (await browser.get("/v1/funnel?knownOn=2007-02-01")).json()

    assert before.json()["code"] == "rule-set-unknown"
    assert [one["people"] for one in found["steps"]] == [4, 3, 2, 1, 1]
    assert found["knownOn"] == found["happenedUntil"] == "2007-02-01"


async def test_the_overview_says_what_to_look_at_as_the_checks_found_it(browser: httpx2.AsyncClient):
    page = await get(browser, f"/en/overview?{DATES}")
    checks = {
        one["check"]: one for one in (await browser.get(f"/v1/data-quality?{DATES}")).json()["findings"]
    }

    permitted = checks["by-permission"]
    assert permitted["found"] > 0
    assert f"{permitted['found']} of the {permitted['of']} placements count only by permission" in page


@pytest.mark.usefixtures("month_ends")
async def test_an_aggregate_reader_is_told_of_no_finding(reader: Reader):
    async with reader("ministry", Role.MINISTRY_OBSERVER) as client:
        page = await get(client, "/en/overview?month=2008-12")

    assert 'id="warnings"' not in page
