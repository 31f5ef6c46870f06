"""What the bureau has decided so far, as the records of reporting say."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError

from banen_cli.ask import ask, get, object_in, refusal_in
from banen_cli.fault import Fault
from banen_cli.programme.file import (
    Cost,
    Decided,
    Funding,
    HistoricFigure,
    Membership,
    Partner,
    Permission,
    ProgrammeFile,
    Quota,
    RuleSet,
    Target,
    Unit,
)
from banen_cli.programme.plan import InForce, make_plan
from banen_contracts import PublicEvent
from banen_contracts.base import BUREAU
from banen_contracts.catalogue import EVENTS
from banen_contracts.reporting import (
    CostRecorded,
    CountingPermissionGranted,
    CountingPermissionRevoked,
    CountingRuleSetPublished,
    FundingRecorded,
    HistoricFigureImported,
    PartnerAdmitted,
    PartnerAssigned,
    PartnerRenamed,
    ProgrammeDefined,
    RegularQuotaSet,
    TargetSet,
    TargetUnitAmended,
    TargetUnitDefined,
)

E = TypeVar("E", bound=PublicEvent)
BY_NAME = {event.NAME: event for event in EVENTS}
LISTS = {
    "partners": "partners",
    "units": "units",
    "ruleSets": "rule-sets",
    "funding": "funding",
    "costs": "costs",
}
"""The lists of what is in force, and where the records of each are."""


@dataclass(frozen=True)
class Records:
    """All that is on record about the programme: the events of each record, and its version."""

    events: Mapping[str, Sequence[PublicEvent]]
    versions: Mapping[str, int]

    def in_force(self) -> InForce:
        defined = _last(self.events.get(BUREAU, ()), ProgrammeDefined)
        units = {ref: events for ref, events in self._of("units")}
        return InForce(
            defined and defined.definition,
            Decided(
                partners=tuple(_partner(events, units.values()) for _, events in self._of("partners")),
                units=tuple(_unit(events) for events in units.values()),
                rule_sets=tuple(_rule_set(events) for _, events in self._of("rule-sets")),
                funding=tuple(_funding(events) for _, events in self._of("funding")),
                costs=tuple(_cost(events) for _, events in self._of("costs")),
                historic_figures=tuple(one for events in units.values() for one in _figures(events)),
            ),
        )

    def file(self) -> ProgrammeFile:
        """Raises `Fault` where no programme was defined."""
        defined = _last(self.events.get(BUREAU, ()), ProgrammeDefined)
        if defined is None:
            raise Fault("No programme was defined yet.")
        decided = self.in_force().decided
        return ProgrammeFile(decided_on=defined.occurred_on, **dict(defined.definition), **dict(decided))

    def _of(self, thing: str) -> Iterator[tuple[str, Sequence[PublicEvent]]]:
        for path, events in self.events.items():
            if path.startswith(f"{thing}/"):
                yield path, events


def read_records(url: str, headers: Mapping[str, str], wanted: ProgrammeFile | None = None) -> Records:
    """Also asks for what the file names, since what was just recorded is not listed yet. Raises `Fault`."""
    events: dict[str, Sequence[PublicEvent]] = {}
    versions: dict[str, int] = {}
    named = [step.record for step in make_plan(wanted, InForce()).steps] if wanted else []
    for path in dict.fromkeys([BUREAU, *_listed(url, headers), *named]):
        record = get(url, f"/v1/programme/{path}", headers)
        if record is not None:
            try:
                events[path] = [
                    BY_NAME[one["event"]].model_validate(one["data"])
                    for one in record["events"]
                    if one["event"] in BY_NAME
                ]
                versions[path] = record["version"]
            except (KeyError, TypeError, ValidationError):
                raise Fault(f"{path} is not recorded as this banen knows it; is reporting newer?") from None
    return Records(events, versions)


def _listed(url: str, headers: Mapping[str, str]) -> list[str]:
    answer = ask("GET", f"{url.rstrip('/')}/v1/programme", headers)
    if answer.status_code != 200:
        raise Fault(refusal_in(answer))
    found = object_in(answer)
    return [
        f"{thing}/{one.get('ref') or one.get('id')}"
        for name, thing in LISTS.items()
        for one in found.get(name, ())
    ]


def _last(events: Sequence[PublicEvent], *kinds: type[E]) -> E | None:
    return next((event for event in reversed(events) if isinstance(event, kinds)), None)


def _first(events: Sequence[PublicEvent], kind: type[E]) -> E:
    return next(event for event in events if isinstance(event, kind))


def _all(events: Iterable[PublicEvent], kind: type[E]) -> Iterator[E]:
    return (event for event in events if isinstance(event, kind))


def _partner(events: Sequence[PublicEvent], units: Iterable[Sequence[PublicEvent]]) -> Partner:
    admitted = _first(events, PartnerAdmitted)
    renamed = _last(events, PartnerRenamed)
    assigned = dict[date | None, str | None]()
    for defined in (event for unit in units for event in _all(unit, TargetUnitDefined)):
        if admitted.partner_id in defined.members:
            assigned[None] = defined.unit_id
    assigned |= {event.first_day: event.unit_id for event in _all(events, PartnerAssigned)}
    days = sorted(assigned, key=lambda day: day or date.min)
    return Partner(
        id=admitted.partner_id,
        name=renamed.name if renamed else admitted.name,
        services=admitted.services,
        units=tuple(Membership(unit=assigned[day], since=day) for day in days),
        on=admitted.occurred_on,
    )


def _unit(events: Sequence[PublicEvent]) -> Unit:
    defined = _first(events, TargetUnitDefined)
    amended = _last(events, TargetUnitAmended)
    decided = _last(events, TargetSet)
    return Unit(
        id=defined.unit_id,
        label=amended.label if amended else defined.label,
        targets=_targets(events),
        decided_by=decided and decided.decided_by,
        document=decided and decided.document_ref,
        quota=_quota(events),
        permission=_permission(events),
        on=defined.occurred_on,
    )


def _targets(events: Sequence[PublicEvent]) -> dict[str, Target]:
    found: dict[str, Any] = {}
    for event in _all(events, TargetSet):
        if event.year is None:
            found[event.route] = event.value
        else:
            found.setdefault(event.route, {})[str(event.year)] = event.value
    return found


def _quota(events: Sequence[PublicEvent]) -> Quota | None:
    last = _last(events, RegularQuotaSet)
    return last and Quota(per_year=last.per_year, precision=last.precision, document=last.document_ref)


def _permission(events: Sequence[PublicEvent]) -> Permission | None:
    last = _last(events, CountingPermissionGranted, CountingPermissionRevoked)
    if not isinstance(last, CountingPermissionGranted):
        return None
    return Permission(
        counts_starts_from=last.counts_starts_from,
        grantor=last.grantor,
        document=last.document_ref,
        on=last.occurred_on,
    )


def _figures(events: Sequence[PublicEvent]) -> Iterable[HistoricFigure]:
    newest = {(event.measure, event.year): event for event in _all(events, HistoricFigureImported)}
    return [
        HistoricFigure(
            unit=event.unit_id,
            measure=event.measure,
            year=event.year,
            value=event.value,
            provenance=event.provenance,
            precision=event.precision,
            document=event.document_ref,
            on=event.occurred_on,
        )
        for event in newest.values()
    ]


def _rule_set(events: Sequence[PublicEvent]) -> RuleSet:
    last = [*_all(events, CountingRuleSetPublished)][-1]
    return RuleSet(id=last.rule_set_id, params=last.params, approved_by=last.approved_by, on=last.occurred_on)


def _funding(events: Sequence[PublicEvent]) -> Funding:
    event = _first(events, FundingRecorded)
    return Funding(funder=event.funder, status=event.status, **_amount(event))


def _cost(events: Sequence[PublicEvent]) -> Cost:
    return Cost(**_amount(_first(events, CostRecorded)))


def _amount(event: FundingRecorded | CostRecorded) -> dict[str, Any]:
    return {
        "amount_euro": event.amount_euro,
        "precision": event.precision,
        "document": event.document_ref,
        "on": event.occurred_on,
    }
