"""Employers and what came of working with them: groups, agreements, own firms. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from banen_contracts.base import partner_of
from banen_reporting.counting import PlacementKey
from banen_reporting.facts.model import PlacementFact
from banen_reporting.facts.model_employers import AgreementFact, ApproachFact, EmployerFact, GroupFact
from banen_reporting.facts.model_matching import EnterpriseFact
from banen_reporting.figures.activity import FactKey
from banen_reporting.queries import aggregate
from banen_reporting.queries.cells import sum_of
from banen_reporting.queries.day import Extent, ProgrammeDay
from banen_reporting.queries.schemas_views import (
    AgreementYield,
    ApproachYield,
    EmployersView,
    GroupPlacement,
    OwnFirms,
)

SOON = timedelta(days=90)
"""An agreement that ends within this time after the day ends soon."""


def employers_view(day: ProgrammeDay, extent: Extent) -> EmployersView:
    employers = {key: row for key, row in day.activity.of(EmployerFact).items() if extent.has_source(key[0])}
    approached = [
        row
        for key, row in day.activity.of(ApproachFact).items()
        if extent.has_source(key[0]) and row.approached_on <= day.until
    ]
    return EmployersView(
        **aggregate.heading(day.heading),
        employers=len(employers),
        approached=len({row.employer_ref for row in approached}),
        on_platform=sum(is_on_platform(row, day) for row in employers.values()),
        approaches=approaches(day, approached),
        groups=groups(day, extent),
        agreements=agreements(day, extent),
        own_firms=own_firms(day, extent),
    )


def is_on_platform(row: EmployerFact, day: ProgrammeDay) -> bool:
    """Whether the last thing that is known of it by the day is that it joined."""
    known = [joined for on, joined in row.platform if on <= day.until]
    return bool(known) and known[-1]


def approaches(day: ProgrammeDay, rows: Sequence[ApproachFact]) -> tuple[ApproachYield, ...]:
    """By channel, the one with most employers first."""
    agreed = {row.party_ref for row in day.activity.of(AgreementFact).values() if row.signed_on <= day.until}
    placed = {ref for row in day.placements.values() for ref in (row.employer_ref, row.hiring_employer_ref)}
    by_channel: dict[str, list[str]] = {}
    for row in rows:
        by_channel.setdefault(row.channel.value, []).append(row.employer_ref)
    found = [
        ApproachYield(
            channel=channel,
            approaches=len(refs),
            employers=len(set(refs)),
            with_agreement=len(agreed.intersection(refs)),
            with_placement=len(placed.intersection(refs)),
        )
        for channel, refs in by_channel.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.employers, one.channel)))


def groups(day: ProgrammeDay, extent: Extent) -> tuple[GroupPlacement, ...]:
    placed: Counter[str | None] = Counter()
    counted: Counter[str | None] = Counter()
    for key, row in day.placements.items():
        placed[row.group_ref] += 1
        counted[row.group_ref] += day.counts(key)
    names = {ref: row.name for (_, ref), row in day.activity.of(EmployerFact).items()}
    found = [
        GroupPlacement(
            ref=ref,
            partner=partner_of(source),
            employer=names.get(row.employer_ref),
            kind=row.kind,
            planned=row.places_planned,
            in_guidance=row.in_guidance,
            reported=row.placed,
            precision=row.precision,
            placed=placed[ref],
            counted=counted[ref],
            is_open=row.closed_on is None or row.closed_on > day.until,
        )
        for (source, ref), row in day.activity.of(GroupFact).items()
        if extent.has_source(source)
    ]
    return tuple(sorted(found, key=lambda one: (-one.placed, one.employer or "", one.ref)))


def agreements(day: ProgrammeDay, extent: Extent) -> tuple[AgreementYield, ...]:
    """One row for each kind of party and partner."""
    at_employer: dict[str, list[PlacementKey]] = {}
    for key, row in day.placements.items():
        for employer in {row.employer_ref, row.hiring_employer_ref} - {None}:
            at_employer.setdefault(employer or "", []).append(key)
    by_kind: dict[tuple[str, str], list[AgreementFact]] = {}
    for (source, _), row in day.activity.of(AgreementFact).items():
        if extent.has_source(source) and row.signed_on <= day.until:
            by_kind.setdefault((row.party_kind.value, partner_of(source)), []).append(row)
    return tuple(
        agreement_yield(kind, partner, rows, at_employer, day)
        for (kind, partner), rows in sorted(by_kind.items())
    )


def agreement_yield(
    kind: str,
    partner: str,
    rows: Sequence[AgreementFact],
    at_employer: Mapping[str, Sequence[PlacementKey]],
    day: ProgrammeDay,
) -> AgreementYield:
    in_force = [row for row in rows if is_in_force(row, day)]
    placed = {
        key
        for row in rows
        for key in at_employer.get(row.party_ref or "", ())
        if holds_on(row, day.placements[key])
    }
    return AgreementYield(
        party_kind=kind,
        partner=partner,
        agreements=len(rows),
        in_force=len(in_force),
        ends_soon=sum(row.valid_to is not None and row.valid_to <= day.until + SOON for row in in_force),
        promised=sum_of(row.places_promised for row in rows) or 0,
        without_number=sum(row.places_promised is None for row in rows),
        placed=len(placed) if any(row.party_ref for row in rows) else None,
        referrals=sum(row.referrals for row in rows),
    )


def is_in_force(row: AgreementFact, day: ProgrammeDay) -> bool:
    is_ended = row.ended_on is not None and row.ended_on <= day.until
    return (
        not is_ended and row.valid_from <= day.until and (row.valid_to is None or row.valid_to >= day.until)
    )


def holds_on(row: AgreementFact, placement: PlacementFact) -> bool:
    """Whether a placement started while an agreement held; it may end before its last day."""
    last = min([one for one in (row.valid_to, row.ended_on) if one is not None], default=placement.start)
    return row.valid_from <= placement.start <= last


def own_firms(day: ProgrammeDay, extent: Extent) -> tuple[OwnFirms, ...]:
    by_support: dict[str, list[EnterpriseFact]] = {}
    tracks: Mapping[FactKey, EnterpriseFact] = day.activity.of(EnterpriseFact)
    for (source, _), row in tracks.items():
        if extent.has_source(source) and row.track_started_on <= day.until:
            by_support.setdefault(row.support_source.value, []).append(row)
    return tuple(
        own_firms_of(support, rows, day)
        for support, rows in sorted(by_support.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def own_firms_of(support: str, rows: Sequence[EnterpriseFact], day: ProgrammeDay) -> OwnFirms:
    started = [row for row in rows if row.started_on is not None and row.started_on <= day.until]
    stopped = [row for row in started if row.stopped_on is not None and row.stopped_on <= day.until]
    return OwnFirms(
        support_source=support,
        tracks=len(rows),
        started=len(started),
        running=len(started) - len(stopped),
        stopped=len(stopped),
    )
