"""An erasure: whoever was counted stays counted."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from banen_contracts import EVENTS, PublicEvent
from banen_contracts.employers import EmployerErased, EmployerRegistered, LegalKind
from banen_contracts.intake import (
    CandidateErased,
    CandidateRegistered,
    Channel,
    ContactErased,
    ContactKind,
    ContactMade,
    DistanceAssessed,
    EducationBand,
)
from banen_contracts.mediation import ClientErased, ClientTakenOn, Origin
from banen_contracts.reporting import CountingRuleSetPublished, PartnerAdmitted, RuleSetParams
from banen_kit.messaging.inbox import INSERT
from banen_kit.postgres.connection import Pool
from banen_reporting.facts.evolve import CannotFold, Learned
from banen_reporting.facts.kinds import BY_EVENT
from banen_reporting.facts.projection import project
from banen_reporting.facts.store import FactStore
from banen_reporting.figures.figures import Figures
from banen_reporting.queries.queries import FigureQueries
from banen_reporting.queries.schemas import Results, Targets

DAY = date(2007, 1, 1)
ERASED_ON = date(2008, 1, 1)
UNTIL = date(2008, 12, 31)
NOW = datetime(2009, 2, 1, 12, tzinfo=UTC)
CONTACT, CANDIDATE, EMPLOYER, CLIENT, PLACEMENT = (UUID(int=number) for number in range(1, 6))
RULE_SETS = ("published", "each", "with-regular", "by-distance")
ERASURES: tuple[PublicEvent, ...] = (
    ContactErased(contact_ref=CONTACT, occurred_on=ERASED_ON),
    CandidateErased(candidate_ref=CANDIDATE, occurred_on=ERASED_ON),
    EmployerErased(employer_ref=EMPLOYER, occurred_on=ERASED_ON),
    ClientErased(client_ref=CLIENT, occurred_on=ERASED_ON),
)


def add_person(facts: Any) -> None:
    """Somebody who was met, registered, assessed, taken on and placed at an employer."""
    services = ("intake", "mediation", "employers")
    facts.bureau(PartnerAdmitted(partner_id="uaf", name="UAF", services=services, occurred_on=DAY))
    params = RuleSetParams(window_from=date(2005, 12, 1), window_to=UNTIL, route_basis="candidate_fase")
    approved = {"version": 1, "approved_by": "steering-group", "occurred_on": DAY}
    facts.bureau(CountingRuleSetPublished(rule_set_id="by-distance", params=params, **approved))
    events: list[PublicEvent] = [
        ContactMade(
            contact_ref=CONTACT,
            occurred_on=DAY,
            channel=Channel.INFO_SESSION,
            kind=ContactKind.CONVERSATION,
        ),
        CandidateRegistered(
            candidate_ref=CANDIDATE,
            occurred_on=DAY,
            contact_ref=CONTACT,
            education_band=EducationBand.HIGH,
        ),
        DistanceAssessed(candidate_ref=CANDIDATE, occurred_on=DAY, distance_phase=4, assessor="uaf"),
        EmployerRegistered(
            employer_ref=EMPLOYER, occurred_on=DAY, legal_kind=LegalKind.COMPANY, sector_code="C"
        ),
        ClientTakenOn(client_ref=CLIENT, occurred_on=DAY, origin=Origin.OWN_INTAKE, origin_ref=CANDIDATE),
    ]
    for event in events:
        facts.say("uaf", event)
    terms = {"client_ref": CLIENT, "employer_ref": EMPLOYER, "placement_ref": PLACEMENT}
    facts.place("of whom will be erased", "uaf", "employment", **terms)


def answers_of(pool: Pool) -> FigureQueries:
    view = FactStore(pool)
    return FigureQueries(Figures(view), view, lambda: NOW)


async def said(answers: FigureQueries) -> list[tuple[Targets, Results]]:
    """All that the figures say, as known now and then; the position only says how many events were read."""
    found: list[tuple[Targets, Results]] = []
    for rule_set in RULE_SETS:
        for known_on in (None, ERASED_ON, date(2007, 6, 1)):
            asked = answers.asked(rule_set, known_on, UNTIL)
            targets, results = await answers.targets(asked), await answers.results(asked)
            no_position = {"position": 0}
            found.append((targets.model_copy(update=no_position), results.model_copy(update=no_position)))
    return found


async def project_all(pool: Pool) -> None:
    while await project(FactStore(pool)):
        pass


async def test_changes_no_figure_and_sets_nothing_aside(pool: Pool, facts: Any):
    add_person(facts)
    await facts.store(pool)
    await project_all(pool)
    kept = answers_of(pool)
    before = await said(kept)
    # Only who is to be erased was met, and has a distance that makes the job one of route B.
    first, last = before[0][1].funnel, before[-1][0].national
    assert first
    assert first.conversations == 1
    assert last
    assert last.routes["B"].counted == 1
    heard = len(facts.rows)

    for erasure in ERASURES:
        facts.say("uaf", erasure, known_at=datetime(2008, 1, 1, 12, tzinfo=UTC))
    await pool.execute(INSERT, *map(list, zip(*facts.rows[heard:], strict=True)))
    await project_all(pool)

    assert await said(kept) == before
    assert await said(answers_of(pool)) == before
    assert await FactStore(pool).set_aside() == []
    assert {row["projected"] == row["head"] for row in await FactStore(pool).sources()} == {True}


@pytest.mark.parametrize("erasure", ERASURES, ids=lambda erasure: erasure.NAME)
def test_of_somebody_who_is_not_known_cannot_be_folded(erasure: PublicEvent):
    with pytest.raises(CannotFold, match="ref-unknown"):
        BY_EVENT[type(erasure)].fold(None, erasure, Learned(NOW, imported=False))


def test_every_erasure_is_tried_here():
    assert {type(erasure) for erasure in ERASURES} == {
        event for event in EVENTS if event.NAME.endswith("-erased.v1")
    }
