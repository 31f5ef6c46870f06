"""A load waits for a service that is away, and ends where waiting would not help."""

from datetime import date

import httpx2
import pytest

from banen_local.cluster.folder import LocalError
from banen_local.demo.history import History, make_history
from banen_local.demo.load import Loader, Patience, refused
from support.histories import SOME

AWAY = [
    httpx2.Response(503, json={"status": 503, "code": "store-unavailable"}),
    httpx2.Response(503, text="not JSON"),
    httpx2.Response(200, text='{"status": 503, "code": "store-unavailable"}\n'),
]
FULL = [
    httpx2.Response(503, json={"status": 503, "code": "store-full"}),
    httpx2.Response(200, text='{"status": 503, "code": "store-full"}\n'),
]


@pytest.fixture(scope="module")
def history() -> History:
    return make_history(1, date(2026, 11, 26), SOME)


class Silent:
    def phase(self, name: str, total: int) -> None:
        pass

    def advance(self, count: int) -> None:
        pass


@pytest.mark.parametrize("full", FULL)
async def test_asks_again_while_a_service_is_away_and_ends_where_its_disk_is_full(
    history: History, full: httpx2.Response
):
    """As the answer to a whole chunk, and as the answer to its lines; after an attempt in vain with one line alone."""
    answers, sizes = [*AWAY, full], list[int]()

    def answer(request: httpx2.Request) -> httpx2.Response:
        one = answers.pop(0)
        # A line of the answer for each line of the chunk.
        lines = request.content.count(b"\n") + 1
        sizes.append(lines)
        return httpx2.Response(one.status_code, text=one.text * (lines if one.status_code == 200 else 1))

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
        loader = Loader(http, lambda *_: "http://127.0.0.1:1", Silent())
        with pytest.raises(LocalError, match="The disk of the database of bureau-reporting is full"):
            await loader.load(history)
    assert answers == []
    assert sizes == [len(history.programme), 1, 1, 1]


class Slow:
    """A clock on which every request takes a minute."""

    def __init__(self, *others_take_lines: bool) -> None:
        self.now = 0.0
        self.patience = Patience(lambda: self.now)
        self._others = list(others_take_lines)

    def answer(self, _: httpx2.Request) -> httpx2.Response:
        self.now += 60
        if self._others.pop(0):
            self.patience.renew()
        return AWAY[0]


@pytest.mark.long
async def test_gives_up_when_no_service_took_a_line_for_two_minutes(history: History):
    slow = Slow(True, True, True, False, False, False)
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(slow.answer)) as http:
        loader = Loader(http, lambda *_: "http://127.0.0.1:1", Silent(), slow.patience)
        with pytest.raises(LocalError, match="bureau-reporting takes no lines for 120 s: it answers 503"):
            await loader.load(history)
    assert slow.now == 6 * 60


@pytest.mark.parametrize("command", ["accept-handover", "decline-handover"])
def test_sends_an_answer_again_until_the_offer_has_arrived(history: History, command: str):
    source = ("emplooi", "mediation")
    (line,) = [line for line in history.partners[source][1] if line.command == command][:1]
    assert refused(source, [line], [{"status": 409, "code": "handover-unknown"}]) == [line]
    with pytest.raises(LocalError, match="handover-expired"):
        refused(source, [line], [{"status": 409, "code": "handover-expired"}])
