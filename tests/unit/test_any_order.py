"""Commands in any order and on any day: each is refused, or readers can fold what follows from it and know what we know."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from banen_cli.installed import services
from banen_kit.application.definition import CommandRoute, Service
from banen_kit.core.decider import Command, DecisionContext, DomainEvent, Refused
from banen_mediation.domain.history import Started, Voided
from banen_mediation.reactors import END_AS_CONVERTED
from banen_reporting.facts.evolve import Learned
from banen_reporting.facts.kinds import BY_NAME
from banen_reporting.facts.model import PlacementFact
from support.commands import BESIDE, GOOD, NOW, REF, from_policies
from support.definition import DEFINED
from support.searches import draws

DAYS = ("2006-02-28", "2006-03-01", "2006-05-31", "2006-08-31", "2006-09-01", "2007-02-28", "2007-06-30")
WHEN = Learned(NOW, imported=False)
MORE: dict[str, tuple[dict[str, Any], ...]] = {
    "start-placement": ({"contract": "open_ended", "plannedEndDate": None},),
    "correct-placement": ({"contract": "open_ended", "plannedEndDate": None}, {"contract": "unknown", "plannedEndDate": None}),
    "extend-placement": ({"contract": "open_ended", "plannedEndDate": None},),
    "correct-extension": ({"contract": None, "plannedEndDate": None},),
    "correct-end": ({"endDate": None, "endReason": None},),
    "amend-agreement": ({"validTo": None},),
    "sign-agreement": ({"validTo": None},),
}  # fmt: skip
"""Other bodies with which they mean something else."""
BODIES = GOOD | {END_AS_CONVERTED.name: {"endDate": "2006-08-31"}}


@dataclass(frozen=True)
class Given:
    route: CommandRoute
    body: dict[str, Any]


def context(service: Service, route: CommandRoute, ref: str) -> DecisionContext:
    beside: Sequence[DomainEvent] = ()
    if route.name in BESIDE:
        name, other, body = BESIDE[route.name]
        beside = decide(service, Given(routes(service)[name], body), [], other)
    return DecisionContext(ref, NOW, "uaf", frozenset({"uaf", "uwv"}), related=beside, heard=DEFINED)


def decide(
    service: Service, one: Given, past: Sequence[DomainEvent], ref: str = REF
) -> Sequence[DomainEvent]:
    command: Command = one.route.command.model_validate(one.body, by_alias=True, by_name=False)
    decider = one.route.decider
    return decider.decide(command, decider.replay(past), context(service, one.route, ref))


def routes(service: Service) -> dict[str, CommandRoute]:
    own = {one.name: one for one in service.commands} | from_policies(service)
    return own | ({END_AS_CONVERTED.name: END_AS_CONVERTED} if service.name == "mediation" else {})


def dates_in(body: dict[str, Any]) -> list[str]:
    return [
        name
        for name, value in body.items()
        if isinstance(value, str) and value[:2] == "20" and value[4:5] == "-"
    ]


@st.composite
def steps(draw: st.DrawFn, service: Service, category: str) -> list[Given]:
    known = [one for one in routes(service).values() if one.category == category and one.name in BODIES]
    first, *others = known
    found: list[Given] = []
    for route in (first, *draw(st.lists(st.sampled_from(others or known), min_size=1, max_size=12))):
        body = BODIES[route.name]
        body = body | draw(st.sampled_from(({}, *MORE.get(route.name, ()))))
        found.append(Given(route, body | {name: draw(st.sampled_from(DAYS)) for name in dates_in(body)}))
    return found


def categories() -> list[tuple[str, str]]:
    """Of the two services in which most can be contradicted; a record that is written once has no order."""
    names = ("mediation", "employers")
    found = Counter((name, one.category) for name in names for one in services()[name].commands)
    return sorted(one for one, number in found.items() if number > 1)


@pytest.mark.parametrize(("name", "category"), categories())
@settings(max_examples=draws(12, nightly=2000), deadline=None)
@given(data=st.data())
def test_whatever_is_accepted_can_be_folded(name: str, category: str, data: st.DataObject):
    service = services()[name]
    past, fact, row = list[DomainEvent](), BY_NAME.get(category), None
    for one in data.draw(steps(service, category)):
        try:
            events = decide(service, one, past)
        except Refused:
            continue
        past += events
        for public in filter(None, map(service.to_public_event, events)):
            if fact is not None and type(public) in fact.events:
                row = fact.fold(row, public, WHEN)
    if category == "placement":
        agrees(routes(service)["start-placement"].decider.replay(past), row)


def agrees(state: Any, row: Any) -> None:
    """Reporting knows of a placement what its own service knows."""
    if isinstance(state, Voided):
        assert row.voided
        return
    if not isinstance(state, Started):
        assert row is None
        return
    assert isinstance(row, PlacementFact)
    assert (row.start, row.contract, row.planned_end) == (
        state.terms.start_date, state.terms.contract, state.terms.planned_end_date,
    )  # fmt: skip
    assert (row.end, row.end_reason, row.voided) == (state.end_date, state.end_reason, False)
    last = state.agreed_before(len(state.extensions)) if state.extensions else None
    said = (row.extended_contract, row.extended_end)
    assert said == ((last.contract, last.last_day) if last else (None, None))
    assert set(row.confirmed_months) == state.confirmed
    assert (row.pauses[-1][0] if row.pauses and row.pauses[-1][1] is None else None) == state.paused_on
    assert row.end is None or row.end >= row.start
