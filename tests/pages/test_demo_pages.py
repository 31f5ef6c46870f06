"""The main pages with the demo's history: what they say, and the pictures of them that the documents show."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from banen_reporting.queries.queries import FigureQueries
from pages.devtools import browser
from pages.faults import faults
from support.histories import SEED, world_of
from support.programme import Facts, Final

pytestmark = [pytest.mark.pages, pytest.mark.long]

ROOT = Path(__file__).parents[2]
TAKEN = ROOT / "build/images"
"""`make images` copies them into the documents."""
DATES = "knownOn=2009-01-31&happenedUntil=2008-12-31"
WAY = "knownOn=2009-01-14&happenedUntil=2008-12-31&otherKnownOn=2009-01-22"


@dataclass(frozen=True)
class Shown:
    name: str
    path: str
    says: str
    width: int = 1280
    height: int = 860
    is_in_documents: bool = True


PAGES = (
    Shown("overview", f"/nl/overzicht?{DATES}", "2.327 van de 2.600 plaatsingen: 89,5%.", height=1230),
    Shown("overview-phone", f"/en/overview?{DATES}", "2,327 of 2,600 placements: 89.5%.", width=375, height=800),
    Shown("partner", f"/en/partners/uaf?{DATES}", "609 of 940 placements: 64.8%.", is_in_documents=False),
    Shown("figure", f"/en/placements?unit=uaf&verdict=excluded&{DATES}", "98 placements"),
    Shown("compare", f"/en/compare?{WAY}", "63.8%"),
    Shown("what-if", f"/en/what-if?minMonths=12&{DATES}", "1,070 count instead of 2,327"),
    Shown("funnel", f"/en/funnel?{DATES}", "From 4,000 people who had a conversation to a placement that counts: 2,252, which is 56.3%."),
    Shown("regions", f"/en/regions?{DATES}", "56.3% came to a placement that counts: most in Nijmegen (61.2%), fewest in Amsterdam (50.2%).", is_in_documents=False),
    Shown("regions-phone", f"/nl/regios?{DATES}", "het meest in Nijmegen (61,2%), het minst in Amsterdam (50,2%).", width=375, is_in_documents=False),
    Shown("reach", f"/en/reach?{DATES}", "Of an estimated 31,940 people in 18 municipalities, 3,751 were spoken with: 11.7%.", is_in_documents=False),
    Shown("reach-phone", f"/nl/bereik?{DATES}", "Het bereik is het laagst in Amsterdam: 4,1%.", width=375, is_in_documents=False),
    Shown("employers", f"/en/employers?{DATES}", "Group placements: 12, with 220 placements of which 211 count.", is_in_documents=False),
    Shown("supply-and-demand", f"/en/supply-and-demand?{DATES}", "97 people are ready for work and were not placed", is_in_documents=False),
    Shown("money", f"/en/money?{DATES}", "The programme has cost € 5,800,000 so far.", is_in_documents=False),
    Shown("follow-up", "/en/follow-up?knownOn=2008-06-30", "Handovers that wait"),
    Shown("data-quality", f"/en/data-quality?{DATES}", "Checks that found something: 14 of 22. Not to be checked yet: 1.", is_in_documents=False),
)  # fmt: skip


@pytest.fixture
def facts() -> Facts:
    """All that was published in the demo's history."""
    facts = Facts()
    for one in world_of(SEED).published:
        facts.say(one.source[0], one.event, known_at=one.known_at)
    return facts


@pytest.fixture
async def answers(answers: FigureQueries) -> FigureQueries:
    """Every source is live and past every day, as in the demo."""
    return replace(answers, figures=Final(answers.view))


async def test_the_main_pages_say_what_was_published_and_have_their_picture_taken(
    chromium: str, address_for: Callable[..., str], tmp_path: Path
):
    TAKEN.mkdir(parents=True, exist_ok=True)
    wrong: list[tuple[str, str]] = []
    async with browser(chromium, tmp_path / "profile") as tab:
        for page in PAGES:
            await tab.shape(page.width, height=page.height)
            await tab.go(address_for(page.path))
            text = " ".join((await tab.look("document.querySelector('main').innerText")).split())
            if page.says not in text:
                wrong.append((page.name, text[:400]))
            wrong += [(page.name, str(fault)) for fault in await faults(tab)]
            if page.is_in_documents:
                (TAKEN / f"{page.name}.png").write_bytes(await tab.picture(whole=False))
    assert wrong == []


def test_the_documents_show_these_pictures_and_no_others():
    shown = {path.stem for path in (ROOT / "docs/images").glob("*.png")}
    assert shown == {page.name for page in PAGES if page.is_in_documents}
    told = (ROOT / "docs/pages.md").read_text() + (ROOT / "README.md").read_text()
    assert [name for name in sorted(shown) if f"images/{name}.png)" not in told] == []
