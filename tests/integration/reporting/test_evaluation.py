"""Figures: what is kept current event by event is what counting afresh gives, and what was said on a day stays said."""

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Literal, get_args, get_origin
from uuid import UUID, uuid5

import pytest

from banen_contracts import PublicEvent
from banen_contracts.base import Precision, source_of
from banen_contracts.intake import CandidateRegistered, DistanceAssessed, EducationBand, HandoverOffered
from banen_contracts.mediation import (
    ClientTakenOn,
    ContractTerm,
    EndReason,
    Origin,
    PlacementCorrected,
    PlacementEndCorrected,
    PlacementEnded,
    PlacementExtended,
    PlacementExtensionCorrected,
    PlacementStarted,
    PlacementVoided,
    ProgrammeTag,
    RetentionConfirmed,
    RetentionMethod,
)
from banen_contracts.months import add_months
from banen_contracts.reporting import (
    CountingPermissionGranted,
    CountingPermissionRevoked,
    CountingRuleSetPublished,
    HistoricFigureImported,
    PartnerAdmitted,
    PartnerAssigned,
    ProgrammeDefined,
    Provenance,
    RegularQuotaSet,
    RuleSetParams,
    SourceDeclaredLive,
    SourceEnded,
    TargetRevised,
    TargetSet,
    TargetUnitDefined,
)
from banen_kit.core.clocks import AMSTERDAM
from banen_kit.messaging.inbox import INSERT
from banen_kit.postgres.connection import Pool
from banen_reporting import counting
from banen_reporting.administration.domain.partner import Received
from banen_reporting.counting import Clause, CountedRoute, tally
from banen_reporting.facts.projection import project
from banen_reporting.facts.store import FactStore
from banen_reporting.figures.evaluation import Evaluation
from banen_reporting.figures.figures import MOST_KEPT, Figures
from banen_reporting.figures.snapshot import RuleSetUnknown
from banen_reporting.queries.queries import FigureQueries
from banen_reporting.queries.state import received
from support.definition import DEFINED, DEFINITION
from support.searches import draws

IDS = UUID("00000000-0000-4000-8000-000000000000")
PARTNERS = ("uaf", "emplooi", "vluchtelingenwerk", "uwv")
UNITS = {"uaf": ("uaf",), "chain": ("emplooi", "vluchtelingenwerk"), "uwv": ("uwv",)}
KINDS = [kind.code for kind in DEFINITION.kinds]
UNTIL = (date(2007, 2, 1), date(2008, 12, 31))
WINDOW: dict[str, Any] = {"window_from": date(2005, 12, 1), "window_to": date(2008, 6, 30)}
RULE_SETS: dict[str, dict[str, Any]] = {
    "published": {},
    "longer-than": {"boundary": "gt", "duration_basis": "contract_only"},
    "realised": {"duration_basis": "realised"},
    "spells": {"duration_basis": "realised", "continuity": "any_employer", "gap_days": 60},
    "snapshot": {"duration_basis": "realised", "continuity": "snapshot"},
    "confirmed": {"duration_basis": "confirmed"},
    "overflow": {"additionality": "overflow"},
    "with-regular": {"additionality": "none", "permissions": "none"},
    "fase": {"route_basis": "candidate_fase", "permissions": "except", "except_units": ("uwv",)},
    "reported": {"route_basis": "as_reported", "self_employment": "separate"},
    "each": {"credit": "each", "count_on": "milestone_date", "self_employment": "excluded"},
    "capped": {"compensation": "capped_by_route", "count_on": "recorded_date"},
    "capped-by-unit": {"compensation": "capped_by_unit_route", "credit": "each"},
    "unit-of-milestone": {"unit_on": "milestone_date", "self_employment": "route_B"},
    "unit-of-record": {"unit_on": "recorded_date"},
}


def midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, AMSTERDAM)


CHANGES = {
    "correct": 5,
    "extend": 3,
    "end": 5,
    "confirm": 3,
    "void": 1,
    "correct-end": 2,
    "correct-extension": 2,
}
"""How often each happens to a placement."""


@dataclass
class History:
    """Events as they became known; those of `live` at random, from a seed."""

    random: Random = field(default_factory=lambda: Random(0))
    now: datetime = datetime(2006, 1, 2, 9, tzinfo=UTC)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    heads: Counter[str] = field(default_factory=Counter)
    candidates: list[tuple[str, UUID]] = field(default_factory=list)
    handovers: list[tuple[str, UUID]] = field(default_factory=list)
    clients: list[tuple[str, UUID]] = field(default_factory=list)
    placements: list[PlacementStarted] = field(default_factory=list)

    def say(self, partner: str, event: PublicEvent) -> None:
        source = source_of(partner, event.NAME.split(".")[0])
        self.heads[source] += 1
        sequence = self.heads[source]
        id_ = uuid5(IDS, f"{source}/{sequence}")
        type_, body = f"nl.banenoffensief.{event.NAME}", event.to_json().decode()
        self.rows.append((source, sequence, id_, type_, event.ref, self.now, self.now, False, id_, body))

    @property
    def today(self) -> date:
        return self.now.astimezone(AMSTERDAM).date()

    def open(self) -> None:
        """The programme, and its rules."""
        day = self.today
        for partner in PARTNERS:
            services = ("intake", "mediation")
            self.say(
                "bureau",
                PartnerAdmitted(partner_id=partner, name=partner, services=services, occurred_on=day),
            )
        self.say("bureau", DEFINED)
        for unit, members in UNITS.items():
            self.say("bureau", TargetUnitDefined(unit_id=unit, label=unit, occurred_on=day))
            for partner in members:
                self.say("bureau", PartnerAssigned(partner_id=partner, unit_id=unit, occurred_on=day))
        for unit, route, value in (("uaf", "A", 3), ("uaf", "B", 2), ("chain", "A", 4)):
            self.say(
                "bureau",
                TargetSet(unit_id=unit, route=route, value=value, decided_by="board", occurred_on=day),
            )
        for rule_set in RULE_SETS:
            self.publish(rule_set, 1, RULE_SETS[rule_set])

    def publish(self, rule_set: str, version: int, params: dict[str, Any]) -> None:
        given = RuleSetParams(**(WINDOW | params))
        self.say(
            "bureau",
            CountingRuleSetPublished(
                rule_set_id=rule_set,
                version=version,
                params=given,
                approved_by="board",
                occurred_on=self.today,
            ),
        )

    def live(self, steps: int) -> None:
        kinds = (self.start, self.change, self.take_on, self.meet, self.administer)
        for _ in range(steps):
            self.random.choices(kinds, (9, 9, 4, 5, 2))[0]()
            self.now += self.random.choice(
                (timedelta(), timedelta(hours=1), timedelta(days=1), timedelta(days=15))
            )

    def ref(self) -> UUID:
        return UUID(int=self.random.getrandbits(128))

    def day(self, since: date = date(2006, 1, 1), most: int = 800) -> date:
        return since + timedelta(days=self.random.randrange(most))

    def meet(self) -> None:
        """A candidate is registered, assessed, or offered to another partner."""
        what = (
            self.random.choice(("register", "assess", "assess", "offer")) if self.candidates else "register"
        )
        if what == "register":
            partner, ref = self.random.choice(PARTNERS), self.ref()
            self.candidates.append((partner, ref))
            band = EducationBand.UNKNOWN
            self.say(
                partner,
                CandidateRegistered(candidate_ref=ref, education_band=band, occurred_on=self.day()),
            )
            return
        partner, ref = self.random.choice(self.candidates)
        if what == "assess":
            phase = self.random.randint(1, 4)
            self.say(
                partner,
                DistanceAssessed(
                    candidate_ref=ref, distance_phase=phase, assessor=partner, occurred_on=self.day(most=300)
                ),
            )
            return
        to, handover = self.random.choice([one for one in PARTNERS if one != partner]), self.ref()
        self.handovers.append((to, handover))
        offered: dict[str, Any] = {"occurred_on": self.today, "expires_on": self.today + timedelta(days=30)}
        self.say(partner, HandoverOffered(handover_ref=handover, candidate_ref=ref, to_partner=to, **offered))

    def take_on(self) -> None:
        origins = [(Origin.OWN_INTAKE, one) for one in self.candidates]
        origins += [(Origin.HANDOVER, one) for one in self.handovers]
        origins += [(Origin.WALK_IN, (self.random.choice(PARTNERS), None))]
        origin, (partner, origin_ref) = self.random.choice(origins)
        # Some clients have placements already: their events come from the same source in the other order.
        known = {placement.client_ref for placement in self.placements}
        unsaid = [one for one in self.clients if one[0] == partner and one[1] in known]
        ref = unsaid.pop()[1] if unsaid and self.random.random() < 0.3 else self.ref()
        if (partner, ref) in self.clients:
            self.clients.remove((partner, ref))
        else:
            self.clients.append((partner, ref))
        self.say(
            partner,
            ClientTakenOn(client_ref=ref, origin=origin, origin_ref=origin_ref, occurred_on=self.today),
        )

    def terms(self, partner: str, client: UUID) -> dict[str, Any]:
        random = self.random
        start = self.day()
        contract = random.choices(list(ContractTerm), (6, 4, 1))[0]
        kind = random.choice([*KINDS, "holiday"])
        earlier = [one.placement_ref for one in self.placements if one.client_ref == client]
        others = [one for one in PARTNERS if one != partner]
        # Half of the fixed contracts end right at six months, where counting is decided.
        last = random.choice(
            (
                self.day(start + timedelta(days=30), 400),
                add_months(start, 6) - timedelta(random.randint(0, 2)),
            )
        )
        return {
            "client_ref": client,
            "kind": kind,
            "contract": contract,
            "start_date": start,
            "planned_end_date": last if contract is ContractTerm.FIXED else None,
            "paid": True,
            "route_reported": random.choice((None, "A", "B")),
            "programme_tag": random.choices(list(ProgrammeTag), (6, 2, 1))[0],
            "primary_partner": partner,
            "assist_partners": tuple(random.sample(others, random.choice((0, 0, 1, 2)))),
            "employer_ref": random.choice((UUID(int=1), UUID(int=2))),
            "converted_from": random.choice(earlier) if earlier and random.random() < 0.4 else None,
            "occurred_on": start,
        }

    def start(self) -> None:
        if not self.clients:
            self.clients.append((self.random.choice(PARTNERS), self.ref()))
        partner, client = self.random.choice(self.clients[-6:])
        started = PlacementStarted(placement_ref=self.ref(), **self.terms(partner, client))
        self.placements.append(started)
        self.say(partner, started)

    def change(self) -> None:
        if not self.placements:
            return
        started = self.random.choice(self.placements)
        ref, partner = started.placement_ref, started.primary_partner
        on = self.day(started.start_date, 400)
        what = self.random.choices(list(CHANGES), list(CHANGES.values()))[0]
        about: dict[str, Any] = {"placement_ref": ref, "occurred_on": on}
        match what:
            case "correct":
                own = [one for of, one in self.clients if of == partner]
                client = self.random.choice([started.client_ref, started.client_ref, *own[-2:]])
                terms = self.terms(partner, client)
                self.say(partner, PlacementCorrected(placement_ref=ref, reason_code="mistake", **terms))
            case "extend":
                self.say(
                    partner, PlacementExtended(contract=ContractTerm.FIXED, planned_end_date=on, **about)
                )
            case "end":
                self.say(partner, PlacementEnded(end_date=on, reason_code=EndReason.OTHER, **about))
            case "correct-end":
                end, reason = self.random.choice(((on, EndReason.OTHER), (None, None)))
                corrected = {"end_date": end, "end_reason": reason, "reason_code": "mistake"}
                self.say(partner, PlacementEndCorrected.model_validate(about | corrected))
            case "correct-extension":
                contract, end = self.random.choice(((ContractTerm.FIXED, on), (None, None)))
                corrected = {"contract": contract, "planned_end_date": end, "reason_code": "mistake"}
                self.say(partner, PlacementExtensionCorrected.model_validate(about | corrected))
            case "confirm":
                months = self.random.choice((3, 6, 12))
                self.say(partner, RetentionConfirmed(months=months, method=RetentionMethod.REGISTER, **about))
            case _:
                self.say(partner, PlacementVoided(reason_code="mistake", **about))

    def administer(self) -> None:
        random, day = self.random, self.today
        unit = random.choice(list(UNITS))
        match random.choice(("target", "grant", "revoke", "quota", "figure", "assign", "define", "rules")):
            case "target":
                revised = {"route": random.choice(("A", "B")), "value": random.choice((None, 0, 1, 5))}
                self.say(
                    "bureau",
                    TargetRevised(
                        unit_id=unit, decided_by="board", reason_code="demand", occurred_on=day, **revised
                    ),
                )
            case "grant":
                granted = {"counts_starts_from": self.day(), "grantor": "ministry", "occurred_on": day}
                self.say("bureau", CountingPermissionGranted(unit_id="uwv", **granted))
            case "revoke":
                revoked = CountingPermissionRevoked(unit_id="uwv", reason_code="over", occurred_on=day)
                self.say("bureau", revoked)
            case "quota":
                quota = {"per_year": random.choice((None, 1, 3)), "precision": Precision.EXACT}
                self.say("bureau", RegularQuotaSet(unit_id=unit, occurred_on=day, **quota))
            case "figure":
                self.say("bureau", historic(self.ref(), unit, random.choice((2006, 2007)), day))
            case "assign":
                assigned = {"unit_id": random.choice((*UNITS, None)), "first_day": self.day()}
                partner = random.choice(PARTNERS)
                self.say("bureau", PartnerAssigned(partner_id=partner, occurred_on=day, **assigned))
            case "define":
                self.say("bureau", redefined(self.heads[source_of("bureau", "reporting")], random, day))
            case _:
                version = 2 + self.heads[source_of("bureau", "reporting")]
                self.publish("published", version, {"min_months": random.choice((3, 6, 9))})


def redefined(version: int, random: Random, day: date) -> ProgrammeDefined:
    """One kind is moved to the other route."""
    moved = random.choice(KINDS)
    kinds = tuple(
        kind.model_copy(update={"route": "B" if kind.route == "A" else "A"}) if kind.code == moved else kind
        for kind in DEFINITION.kinds
    )
    definition = DEFINITION.model_copy(update={"kinds": kinds})
    return ProgrammeDefined(
        programme_id="bureau", version=2 + version, definition=definition, occurred_on=day
    )


def historic(ref: UUID, unit: str, year: int, day: date) -> HistoricFigureImported:
    said: dict[str, Any] = {"value": 40, "provenance": Provenance.IMPORTED, "precision": Precision.TENS}
    return HistoricFigureImported(
        figure_ref=ref, unit_id=unit, measure="regular_placements", year=year,
        document_ref="BOV/1", occurred_on=day, **said,
    )  # fmt: skip


def random_history(seed: int, steps: int = draws(80, nightly=130)) -> tuple[History, int]:
    """A history, and how many of its events open the programme."""
    history = History(Random(seed))
    history.open()
    opening = len(history.rows)
    history.live(steps)
    return history, opening


async def receive(view: FactStore, rows: Sequence[tuple[Any, ...]]) -> None:
    await view.pool.execute(
        "insert into projected (source, sequence) select distinct s, 0 from unnest($1::text[]) s"
        " on conflict do nothing",
        [row[0] for row in rows],
    )
    await view.pool.execute(INSERT, *map(list, zip(*rows, strict=True)))
    await project(view)


def said(judged: Evaluation) -> tuple[Any, ...]:
    """All that an answer says, copied; cells of zero say nothing."""
    counts = judged.tally
    return (
        judged.rule_set,
        {cell: count for cell, count in counts.cells.items() if count},
        {cell: count for cell, count in counts.duplicates.items() if count},
        Counter(judged.verdicts),
    )


async def everything_said(figures: Figures, known_on: date | None, until: date) -> dict[str, Any]:
    return {rule_set: said(await figures.judged(rule_set, known_on, until)) for rule_set in sorted(RULE_SETS)}


@pytest.fixture
def view(pool: Pool) -> FactStore:
    return FactStore(pool)


def test_the_rule_sets_fit_into_what_is_kept_current():
    """Otherwise the tests below would compare counting afresh with itself."""
    assert len(RULE_SETS) <= MOST_KEPT


@pytest.mark.parametrize("name", RuleSetParams.model_fields)
def test_each_value_of_each_parameter_is_in_a_rule_set(name: str):
    field = RuleSetParams.model_fields[name]
    used = {params.get(name, field.default) for params in RULE_SETS.values()}
    literals = [field.annotation, *get_args(field.annotation)]
    assert {value for one in literals if get_origin(one) is Literal for value in get_args(one)} <= used


def findings_in_code() -> set[tuple[str, str]]:
    """Each outcome with each clause that stand beside each other in the counting rules."""
    found: set[tuple[str, str]] = set()
    for file in Path(counting.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Tuple):
                values = node.elts
            elif isinstance(node, ast.Call):
                values = [keyword.value for keyword in node.keywords if keyword.arg in ("outcome", "clause")]
            else:
                continue
            match [value.value for value in values if isinstance(value, ast.Constant)]:
                case ["excluded" | "pending" as outcome, str(clause)] if clause in get_args(Clause):
                    found.add((outcome, clause))
    return found


@pytest.mark.parametrize("seed", range(3))
async def test_figures_kept_current_are_those_counted_afresh(view: FactStore, seed: int):
    history, opening = random_history(seed)
    await receive(view, history.rows[:opening])
    kept = {until: Figures(view) for until in UNTIL}
    rest = history.rows[opening:]
    while rest:
        count = history.random.choice((1, 1, 1, 5))
        await receive(view, rest[:count])
        rest = rest[count:]

        afresh = Figures(view)
        for until, figures in kept.items():
            now = await everything_said(figures, None, until)
            assert now == await everything_said(afresh, None, until)


async def test_the_random_histories_meet_every_clause(view: FactStore):
    """Otherwise the comparisons would compare little."""
    history, _ = random_history(3, steps=400)
    await receive(view, history.rows)

    figures = Figures(view)
    verdicts = [
        verdict
        for until in UNTIL
        for rule_set in RULE_SETS
        for verdict in (await figures.judged(rule_set, None, until)).verdicts
    ]

    assert {verdict.clause for verdict in verdicts} == {None, *get_args(Clause)}
    assert {(one.outcome, one.clause) for one in verdicts} == findings_in_code() | {("counted", None)}
    assert {verdict.route for verdict in verdicts} == {None, "A", "B", "self_employment"}


async def test_a_change_is_taken_in_without_counting_all_over(view: FactStore):
    history, opening = random_history(0)
    await receive(view, history.rows[:opening])
    figures = Figures(view)
    first = await figures.judged("published", None, UNTIL[1])
    rows = [row for row in history.rows[opening:] if "mediation" in row[0]]

    await receive(view, rows)

    assert await figures.judged("published", None, UNTIL[1]) is first
    assert len(first.verdicts) > 0


@pytest.mark.parametrize("seed", range(2))
async def test_every_figure_is_a_count_of_its_verdicts(view: FactStore, seed: int):
    history, _ = random_history(seed)
    await receive(view, history.rows)
    figures = Figures(view)
    model, _ = await figures.model(None)

    for rule_set in RULE_SETS:
        judged = await figures.judged(rule_set, None, UNTIL[1])
        assert judged.tally == tally(judged.verdicts)
        assert sum(judged.tally.cells.values()) == len(judged.verdicts)
        assert {verdict.key for verdict in judged.verdicts} == set(model.placements)
        routes: set[CountedRoute | None] = {route for _, route, _ in judged.tally.cells}
        national = sum(judged.tally.national(route, "counted") for route in routes)
        assert national == len({one.key for one in judged.verdicts if one.outcome == "counted"})


@pytest.mark.parametrize("seed", range(2))
async def test_figures_as_known_on_a_day_are_what_was_said_on_that_day(view: FactStore, seed: int):
    history, opening = random_history(seed)
    await receive(view, history.rows[:opening])
    figures = Figures(view)
    answered: dict[date, dict[str, Any]] = {}
    rest = history.rows[opening:]
    while rest:
        day = rest[0][6].astimezone(AMSTERDAM).date()
        count = sum(1 for row in rest if row[6] < midnight_after(day))
        await receive(view, rest[:count])
        rest = rest[count:]
        answered[day] = await everything_said(figures, None, UNTIL[1])

    assert len(answered) > 20
    for day, then in answered.items():
        assert await everything_said(figures, day, UNTIL[1]) == then


async def test_between_two_days_with_news_the_figures_are_those_of_the_first(view: FactStore):
    history, _ = random_history(0)
    await receive(view, history.rows)
    days = sorted({row[6].astimezone(AMSTERDAM).date() for row in history.rows})
    gap = next(day for day, following in pairwise(days) if (following - day).days > 1)
    figures = Figures(view)

    assert await everything_said(figures, gap, UNTIL[1]) == await everything_said(
        figures, gap + timedelta(days=1), UNTIL[1]
    )


@pytest.mark.parametrize("seed", range(4))
async def test_the_order_of_arrival_makes_no_difference_to_the_figures(view: FactStore, seed: int):
    history, opening = random_history(seed)
    middle = history.rows[opening + len(history.rows[opening:]) // 2][6].astimezone(AMSTERDAM).date()
    await receive(view, history.rows)
    in_order = [await everything_said(Figures(view), day, UNTIL[1]) for day in (None, middle)]
    await view.pool.execute(
        "delete from facts; delete from set_aside; delete from inbox; delete from projected;"
        " update projection set events = 0"
    )
    figures = Figures(view)
    shuffled = history.random.sample(history.rows, len(history.rows))
    while shuffled:
        count = history.random.randint(1, 40)
        await receive(view, shuffled[:count])
        shuffled = shuffled[count:]
        model, _ = await figures.model(None)
        for rule_set in model.rule_sets:
            await figures.judged(rule_set, None, UNTIL[1])

    assert [await everything_said(figures, day, UNTIL[1]) for day in (None, middle)] == in_order


async def test_a_rule_set_is_unknown_until_it_is_published(view: FactStore):
    history, _ = random_history(0, steps=0)
    await receive(view, history.rows)
    figures = Figures(view)

    with pytest.raises(RuleSetUnknown):
        await figures.judged("another", None, UNTIL[1])
    with pytest.raises(RuleSetUnknown):
        await figures.judged("published", history.today - timedelta(days=1), UNTIL[1])
    assert (await figures.judged("published", history.today, UNTIL[1])).rule_set.version == 1


async def test_a_new_version_of_the_rules_counts_at_once_and_not_in_the_past(view: FactStore):
    history, _ = random_history(0, steps=0)
    await receive(view, history.rows)
    figures = Figures(view)
    first = history.today
    await figures.judged("published", None, UNTIL[1])
    history.now += timedelta(days=3)
    history.publish("published", 2, {"min_months": 3})
    await receive(view, history.rows[-1:])

    assert (await figures.judged("published", None, UNTIL[1])).rule_set.params.min_months == 3
    assert (await figures.judged("published", first, UNTIL[1])).rule_set.params.min_months == 6


async def test_a_placement_corrected_to_another_client_leaves_the_chain_of_the_first(view: FactStore):
    """A conversion counts once; its second link counts by itself when it turns out to be somebody else's."""
    history = History()
    history.open()
    open_ended = {"contract": ContractTerm.OPEN_ENDED, "planned_end_date": None}
    plain: dict[str, Any] = open_ended | {
        "kind": "employment",
        "programme_tag": ProgrammeTag.PROGRAMME,
        "start_date": date(2006, 3, 1),
    }
    anna, bram, first, second = (UUID(int=number) for number in (11, 12, 21, 22))
    linked: dict[str, Any] = history.terms("uaf", anna) | plain | {"converted_from": first}
    alone: dict[str, Any] = linked | {"converted_from": None}
    history.say("uaf", PlacementStarted(placement_ref=first, **alone))
    history.say("uaf", PlacementStarted(placement_ref=second, **linked))
    await receive(view, history.rows)
    figures = Figures(view)
    judged = await figures.judged("published", None, UNTIL[1])
    assert judged.tally.national("A", "counted") == 1

    terms: dict[str, Any] = linked | {"client_ref": bram}
    history.say("uaf", PlacementCorrected(placement_ref=second, reason_code="mistake", **terms))
    await receive(view, history.rows[-1:])

    judged = await figures.judged("published", None, UNTIL[1])
    assert judged.tally.national("A", "counted") == 2
    model, _ = await figures.model(None)
    assert {client[1]: {key[1] for key in keys} for client, keys in model.of_client.items()} == {
        str(anna): {str(first)},
        str(bram): {str(second)},
    }


async def test_a_corrected_end_counts_from_when_it_was_known(view: FactStore):
    history = History()
    history.open()
    ref = UUID(int=21)
    terms: dict[str, Any] = history.terms("uaf", UUID(int=11)) | {
        "kind": "employment",
        "contract": ContractTerm.OPEN_ENDED,
        "planned_end_date": None,
        "programme_tag": ProgrammeTag.PROGRAMME,
        "start_date": date(2006, 3, 1),
    }
    about: dict[str, Any] = {"placement_ref": ref, "occurred_on": date(2006, 5, 1)}
    history.say("uaf", PlacementStarted(placement_ref=ref, **terms))
    history.say("uaf", PlacementEnded(end_date=date(2006, 4, 30), reason_code=EndReason.OTHER, **about))
    await receive(view, history.rows)
    figures = Figures(view)
    wrong = history.today

    async def counted(known_on: date | None) -> int:
        return (await figures.judged("published", known_on, UNTIL[1])).tally.national("A", "counted")

    assert await counted(None) == 0
    for end, count in ((date(2006, 12, 31), 1), (date(2006, 4, 29), 0), (None, 1)):
        history.now += timedelta(days=3)
        reason = EndReason.OTHER if end else None
        corrected = PlacementEndCorrected(
            end_date=end, end_reason=reason, reason_code="typing-error", **about
        )
        history.say("uaf", corrected)
        await receive(view, history.rows[-1:])
        assert await counted(None) == count
    assert await counted(wrong) == 0
    assert await counted(wrong + timedelta(days=3)) == 1


async def test_an_answer_never_claims_a_later_position_than_its_figures(view: FactStore):
    """Otherwise who asks again with its ETag is told that nothing changed."""
    history, _ = random_history(0, steps=40)
    late = history.rows.pop()
    await receive(view, history.rows)

    class Busy(FactStore):
        """While this answer is made, an event comes in, and somebody else asks."""

        async def count_conversations(self, known_on: datetime | None, happened_until: date) -> int:
            await receive(view, [late])
            await figures.judged("published", None, UNTIL[1])
            return await super().count_conversations(known_on, happened_until)

    busy = Busy(view.pool)
    figures = Figures(busy)
    answers = FigureQueries(figures, busy, lambda: history.now)
    before = await view.position()

    answer = await answers.results(answers.asked(None, None, UNTIL[1]))

    assert answer.position == before
    assert await view.position() == before + 1


class Watched:
    """One partner with one service, and the bureau; and what is known of their watermarks."""

    def __init__(self, view: FactStore) -> None:
        self.view = view
        self.history = History()
        self.day = self.history.today

    async def admit(self, partner: str, *services: Any, live: Sequence[Any] = ()) -> None:
        count = len(self.history.rows)
        about: dict[str, Any] = {"partner_id": partner, "occurred_on": self.day}
        self.history.say("bureau", PartnerAdmitted(name=partner, services=services, **about))
        for service in live:
            self.history.say("bureau", SourceDeclaredLive(service=service, **about))
        await receive(self.view, self.history.rows[count:])

    async def end(self, partner: str, service: Any, so_far: Received) -> None:
        """As the bureau's decision ends it."""
        assert so_far.counted == so_far.arrived
        last = so_far.counted
        event = SourceEnded(partner_id=partner, service=service, sequence=last, occurred_on=self.day)
        self.history.say("bureau", event)
        await receive(self.view, self.history.rows[-1:])

    async def mark(self, partner: str, service: str, through: datetime, sequence: int = 0) -> None:
        await self.view.save_watermark(source_of(partner, service), through, sequence)

    async def is_provisional(self, day: date | None) -> bool:
        return await Figures(self.view).is_provisional(day)


@pytest.fixture
async def watched(view: FactStore) -> Watched:
    watched = Watched(view)
    await watched.admit("bureau", "reporting", live=["reporting"])
    await watched.mark("bureau", "reporting", midnight_after(watched.day), 2)
    return watched


async def start_one(watched: Watched) -> None:
    terms = watched.history.terms("uaf", UUID(int=9))
    watched.history.say("uaf", PlacementStarted(placement_ref=UUID(int=8), **terms))
    await receive(watched.view, watched.history.rows[-1:])


async def test_figures_of_a_day_are_final_once_every_live_source_has_passed_it(watched: Watched):
    await watched.admit("uaf", "mediation", live=["mediation"])
    await watched.mark("bureau", "reporting", midnight_after(watched.day), 4)
    await start_one(watched)
    await watched.mark("uaf", "mediation", midnight_after(watched.day) - timedelta(seconds=1), 1)
    assert await watched.is_provisional(watched.day)

    await watched.mark("uaf", "mediation", midnight_after(watched.day), 1)

    assert not await watched.is_provisional(watched.day)
    assert await watched.is_provisional(watched.day + timedelta(days=1))


async def test_figures_of_today_are_always_provisional(watched: Watched):
    assert await watched.is_provisional(None)


async def test_figures_are_provisional_while_a_source_is_not_live(watched: Watched):
    await watched.admit("uaf", "mediation")
    await watched.mark("uaf", "mediation", midnight_after(watched.day), 1)
    await start_one(watched)

    assert await watched.is_provisional(watched.day)


async def test_figures_are_provisional_while_what_a_source_published_is_not_counted(watched: Watched):
    await watched.admit("uaf", "mediation", live=["mediation"])
    await watched.mark("uaf", "mediation", midnight_after(watched.day), 2)
    await start_one(watched)

    assert await watched.is_provisional(watched.day)


async def test_figures_are_provisional_until_the_bureau_itself_has_passed_the_day(view: FactStore):
    """Its decisions change figures too, also where it has not admitted itself."""
    watched = Watched(view)
    await watched.admit("uaf", "mediation", live=["mediation"])
    await watched.mark("uaf", "mediation", midnight_after(watched.day), 1)
    await start_one(watched)

    assert await watched.is_provisional(watched.day)


async def test_figures_stay_final_when_a_partner_is_admitted_later(watched: Watched):
    """It was not known on that day that it takes part, so that nothing of it can belong to that day."""
    assert not await watched.is_provisional(watched.day)

    watched.history.now += timedelta(days=1)
    await watched.admit("uaf", "mediation")

    assert not await watched.is_provisional(watched.day)
    await watched.mark("bureau", "reporting", midnight_after(watched.day + timedelta(days=1)), 3)
    assert await watched.is_provisional(watched.day + timedelta(days=1))


async def test_figures_are_final_once_a_source_that_stopped_has_ended(watched: Watched):
    await watched.admit("uaf", "mediation", live=["mediation"])
    await start_one(watched)
    await watched.mark("bureau", "reporting", midnight_after(watched.day + timedelta(days=9)), 4)
    await watched.mark("uaf", "mediation", midnight_after(watched.day), 1)
    later = watched.day + timedelta(days=9)
    assert not await watched.is_provisional(watched.day)
    assert await watched.is_provisional(later)

    await watched.end("uaf", "mediation", await received(watched.view, source_of("uaf", "mediation")))
    await watched.mark("bureau", "reporting", midnight_after(later), 5)

    assert not await watched.is_provisional(watched.day)
    assert not await watched.is_provisional(later)
    placements = await watched.view.current("placement")
    assert len(placements) == 1, "what it published before goes on counting"


async def test_figures_stay_final_when_a_source_that_has_ended_speaks_again(watched: Watched):
    await watched.admit("uaf", "mediation", live=["mediation"])
    await watched.mark("bureau", "reporting", midnight_after(watched.day), 4)
    await watched.end("uaf", "mediation", Received())
    await watched.mark("bureau", "reporting", midnight_after(watched.day), 5)
    assert not await watched.is_provisional(watched.day)

    await start_one(watched)
    await watched.mark("uaf", "mediation", midnight_after(watched.day), 1)

    assert not await watched.is_provisional(watched.day)
    assert await watched.view.current("placement") == []


async def test_figures_are_provisional_while_nobody_was_admitted(view: FactStore):
    assert await Watched(view).is_provisional(date(2006, 1, 2))


async def test_a_source_that_never_published_does_not_keep_figures_provisional(watched: Watched):
    """Its watermark says so: it recorded nothing until then."""
    await watched.admit("uaf", "employers", live=["employers"])
    await watched.mark("bureau", "reporting", midnight_after(watched.day), 4)
    await watched.mark("uaf", "employers", midnight_after(watched.day), 0)

    assert not await watched.is_provisional(watched.day)
