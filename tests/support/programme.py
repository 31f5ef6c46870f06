"""A small programme in a real database, with the pages and the read API in front of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid5

import httpx2
import pytest
from fastapi import Depends, FastAPI

from banen_contracts import PublicEvent
from banen_contracts.base import Precision, source_of
from banen_contracts.mediation import (
    ContractTerm,
    EndReason,
    PlacementEnded,
    PlacementStarted,
    ProgrammeTag,
)
from banen_contracts.reporting import (
    CostRecorded,
    CountingPermissionGranted,
    CountingRuleSetPublished,
    HistoricFigureImported,
    PartnerAdmitted,
    PartnerAssigned,
    Provenance,
    RuleSetParams,
    TargetSet,
    TargetUnitDefined,
)
from banen_contracts.roles import Role
from banen_kit.application import problems
from banen_kit.audit.log import PostgresAudit
from banen_kit.messaging.inbox import INSERT
from banen_kit.postgres.connection import Pool, connect
from banen_kit.security.sessions import Sessions
from banen_kit.testing import FakeIssuer
from banen_kit.web.authentication import Authentication
from banen_kit.web.login import Logins, RelyingParty
from banen_kit.web.middleware import Guard
from banen_reporting.facts.projection import project
from banen_reporting.facts.store import FactStore
from banen_reporting.figures.figures import Figures
from banen_reporting.queries.access import FigureAccess, Programme
from banen_reporting.queries.queries import FigureQueries
from banen_reporting.queries.released import Released, Releasing
from banen_reporting.service import SERVICE
from banen_reporting.web import api as reads, pages
from support.definition import DEFINED

ISSUER = FakeIssuer()
PROGRAMME = Programme("bureau", frozenset({"uaf", "goed-werk", "uwv"}))
DAY = date(2007, 1, 1)
KNOWN = datetime(2007, 2, 1, 12, tzinfo=UTC)
NOW = datetime(2009, 2, 1, 12, tzinfo=UTC)
REFS = UUID("00000000-0000-4000-8000-000000000000")
WINDOW: dict[str, Any] = {"window_from": date(2005, 12, 1), "window_to": date(2008, 12, 31)}


def ref_of(name: str) -> UUID:
    return uuid5(REFS, name)


class Facts:
    """Public events, put where the inbox would have put them."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self._heads: dict[str, int] = {}

    def say(
        self, partner: str, event: PublicEvent, *, known_at: datetime = KNOWN, imported: bool = True
    ) -> None:
        source = source_of(partner, event.NAME.split(".")[0])
        sequence = self._heads[source] = self._heads.get(source, 0) + 1
        type_ = f"nl.banenoffensief.{event.NAME}"
        id_ = uuid5(REFS, f"{source}/{sequence}")
        body = event.to_json().decode()
        self.rows.append((source, sequence, id_, type_, event.ref, NOW, known_at, imported, id_, body))

    def place(
        self,
        name: str,
        partner: str,
        kind: str,
        *,
        imported: bool = True,
        known_at: datetime = KNOWN,
        **more: Any,
    ) -> None:
        self.say(partner, placement(name, partner, kind, **more), known_at=known_at, imported=imported)

    def address(self, name: str) -> str:
        """Of the page of a placement."""
        return f"/nl/plaatsingen/{ref_of(name)}"

    def bureau(self, event: PublicEvent) -> None:
        self.say("bureau", event)

    async def store(self, pool: Pool) -> None:
        await pool.executemany(
            "insert into projected (source, sequence) values ($1, 0)", [(source,) for source in self._heads]
        )
        await pool.execute(INSERT, *map(list, zip(*self.rows, strict=True)))


def placement(name: str, partner: str, kind: str, contract: str = "open_ended", **more: Any) -> PublicEvent:
    terms: dict[str, Any] = {
        "placement_ref": ref_of(name),
        "client_ref": ref_of(f"client of {name}"),
        "kind": kind,
        "contract": ContractTerm(contract),
        "start_date": DAY,
        "paid": True,
        "programme_tag": ProgrammeTag.PROGRAMME,
        "primary_partner": partner,
        "occurred_on": DAY,
    }
    return PlacementStarted(**(terms | more))


def add_programme(facts: Facts, services: tuple[Any, ...] = ("mediation",)) -> None:
    facts.bureau(DEFINED)
    units = (("uaf", "UAF", 4, 5), ("goed-werk", "Goed & Werk", None, None), ("uwv", "UWV", None, None))
    for ref, name, on_a, on_b in units:
        facts.bureau(PartnerAdmitted(partner_id=ref, name=name, services=services, occurred_on=DAY))
        facts.bureau(TargetUnitDefined(unit_id=ref, label=name, occurred_on=DAY))
        facts.bureau(PartnerAssigned(partner_id=ref, unit_id=ref, occurred_on=DAY))
        for route, value in (("A", on_a), ("B", on_b)):
            decided = {"decided_by": "steering-group", "occurred_on": DAY}
            facts.bureau(TargetSet(unit_id=ref, route=route, value=value, **decided))
        if on_a is None:
            granted = {"counts_starts_from": WINDOW["window_from"], "grantor": "ministry", "occurred_on": DAY}
            facts.bureau(CountingPermissionGranted(unit_id=ref, **granted))
    rule_sets = {
        "published": {},
        "each": {"credit": "each"},
        "with-regular": {"additionality": "none"},
        "without-uwv": {"permissions": "except", "except_units": ("uwv",)},
    }
    for ref, params in rule_sets.items():
        approved = {"version": 1, "approved_by": "steering-group", "occurred_on": DAY}
        given = RuleSetParams(**WINDOW, **params)
        facts.bureau(CountingRuleSetPublished(rule_set_id=ref, params=given, **approved))
    facts.bureau(
        HistoricFigureImported(
            figure_ref=ref_of("figure"),
            unit_id="uaf",
            measure="regular_placements",
            year=2006,
            value=150,
            provenance=Provenance.ASSUMED,
            precision=Precision.APPROX,
            document_ref="BOV/report-2009",
            occurred_on=DAY,
        )
    )
    cost = {"amount_euro": 5000, "precision": Precision.EXACT, "occurred_on": DAY}
    facts.bureau(CostRecorded(cost_ref=ref_of("cost"), **cost))


def add_placements(facts: Facts) -> None:
    """UAF: A 2 counted, 1 pending, 2 excluded; B 1. Goed-Werk: A 1 (UAF helped), B none of 1. UWV: A 1, B nothing."""
    short = {"contract": "fixed", "planned_end_date": date(2007, 2, 28)}
    facts.place("job", "uaf", "employment")
    facts.place("firm", "uaf", "self_employment")
    facts.place("unclear", "uaf", "temp", contract="unknown")
    facts.place("short", "uaf", "employment", **short)
    facts.place("broken", "uaf", "employment")
    facts.place("internship", "uaf", "internship")
    facts.place("temp", "goed-werk", "temp", assist_partners=("uaf",))
    facts.place("trial", "goed-werk", "work_experience", **short)
    facts.place("uwv-job", "uwv", "employment")
    ended = {"end_date": date(2007, 3, 1), "reason_code": EndReason.CANDIDATE_ENDED}
    facts.say(
        "uaf",
        PlacementEnded(placement_ref=ref_of("broken"), occurred_on=date(2007, 3, 1), **ended),
        known_at=datetime(2007, 3, 5, 12, tzinfo=UTC),
    )


@pytest.fixture
async def pool(database: Any, new_schema: Callable[..., Awaitable[str]]) -> AsyncIterator[Pool]:
    pool = await connect(database.service_url, await new_schema("banen_kit", "banen_reporting"))
    yield pool
    await pool.close()


@pytest.fixture
def facts() -> Facts:
    """The small programme; a test may say more before it asks for `answers`."""
    facts = Facts()
    add_programme(facts)
    add_placements(facts)
    return facts


@pytest.fixture
async def answers(pool: Pool, facts: Facts) -> FigureQueries:
    await facts.store(pool)
    view = FactStore(pool)
    while await project(view):
        pass
    assert await view.set_aside() == []
    return FigureQueries(Figures(view), view, lambda: NOW)


class Final(Figures):
    """Figures of a programme in which every source is live and past every day."""

    async def is_provisional(self, known_on: date | None) -> bool:
        return known_on is None


@pytest.fixture
def released(pool: Pool) -> Released:
    """No month-end yet; a test that looks at them asks for `month_ends` too."""
    return Released(pool)


_month_ends: dict[int, list[tuple[Any, ...]]] = {}
"""What was released of which facts."""


@pytest.fixture
async def month_ends(pool: Pool, facts: Facts, answers: FigureQueries, released: Released) -> None:
    """All that are over were released. The same facts give the same, so it is worked out once."""
    known = hash(tuple(facts.rows))
    if known in _month_ends:
        await pool.executemany(
            "insert into released (month, rule_set, answer) values ($1, $2, $3)", _month_ends[known]
        )
        await released.read_newest()
        return
    await Releasing(replace(answers, figures=Final(answers.view)), released).work()
    rows = await pool.fetch("select month, rule_set, answer from released")
    _month_ends[known] = [tuple(row) for row in rows]


@pytest.fixture
def authentication(pool: Pool) -> Authentication:
    return ISSUER.authentication(SERVICE, "bureau", PostgresAudit(pool), Sessions(pool, lambda: NOW))


@pytest.fixture
def app(answers: FigureQueries, authentication: Authentication, released: Released) -> FastAPI:
    """Everybody has to pass the gate, as in the running service."""
    assert authentication.sessions is not None
    app = FastAPI(dependencies=[Depends(authentication)])
    app.add_middleware(Guard)
    problems.install(app)
    party = RelyingParty("bureau-reporting", "only-for-tests", "http://bureau")
    readers = FigureAccess(answers, PROGRAMME, authentication, released)
    app.include_router(reads.routes(readers))
    app.include_router(pages.routes(SERVICE, readers, Logins(party, authentication)))
    app.state.sessions = authentication.sessions
    return app


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Asks the application without a network, as a member of the bureau."""
    async with as_reader(app, "bureau", Role.PROJECT_BUREAU) as client:
        yield client


def as_reader(app: FastAPI, partner: str, *roles: Role, **headers: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app),
        base_url="http://bureau",
        headers=ISSUER.bearer(SERVICE, "bureau", *roles, partner=partner) | headers,
    )


@pytest.fixture
def reader(app: FastAPI) -> Callable[..., httpx2.AsyncClient]:
    """Makes a client for somebody in certain roles at a partner."""
    return partial(as_reader, app)
