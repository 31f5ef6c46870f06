"""What a programme file changes about target units: their labels, targets, quotas, permissions and earlier figures."""

from banen_cli.programme.file import Decided, ProgrammeFile, Unit
from banen_cli.programme.step import (
    LEFT_OUT,
    Conflict,
    Found,
    Step,
    decided_on,
    from_to,
    json_of,
    left_out,
    shown,
)


def changed_units(wanted: ProgrammeFile, decided: Decided) -> Found:
    known = {one.id: one for one in decided.units}
    yield from left_out("units", known, (one.id for one in wanted.units))
    for one in wanted.units:
        before, place, path = known.get(one.id), f"units.{one.id}", f"units/{one.id}"
        if before is None:
            body = {**decided_on(wanted, one), "label": one.label}
            yield Step(place, one.label, f"{path}/define", body)
        elif before.label != one.label:
            body = {**decided_on(wanted), "label": one.label, "reasonCode": None}
            text = from_to(before.label, one.label)
            yield Step(f"{place}.label", text, f"{path}/amend", body, is_change=True)
        yield from _targets(wanted, one, before)
        yield from _quota(wanted, one, before)


def _targets(wanted: ProgrammeFile, unit: Unit, before: Unit | None) -> Found:
    targets = unit.all_targets()
    known = before.all_targets() if before else dict[tuple[str, int | None], int | None]()
    for (route, year), value in targets.items():
        place = _target_place(unit, route, year)
        body = {
            **decided_on(wanted, None if before else unit),
            "route": route,
            "year": year,
            "value": value,
            "decidedBy": unit.decided_by,
            "documentRef": unit.document,
        }
        if (route, year) not in known:
            yield Step(place, shown(value), f"units/{unit.id}/set-target", body)
        elif known[route, year] != value:
            yield Step(
                place,
                from_to(known[route, year], value),
                f"units/{unit.id}/revise-target",
                {**body, "reasonCode": None},
                is_change=True,
                needs_version=True,
            )
    yield from (Conflict(_target_place(unit, *which), LEFT_OUT) for which in known if which not in targets)


def _target_place(unit: Unit, route: str, year: int | None) -> str:
    return f"units.{unit.id}.targets.{route}" + (f".{year}" if year else "")


def _quota(wanted: ProgrammeFile, unit: Unit, before: Unit | None) -> Found:
    place, known = f"units.{unit.id}.quota", before and before.quota
    if unit.quota is None:
        if known is not None:
            yield Conflict(place, LEFT_OUT)
    elif known is None or (known.per_year, known.precision) != (unit.quota.per_year, unit.quota.precision):
        body = {
            **decided_on(wanted, None if before else unit),
            "perYear": unit.quota.per_year,
            "precision": unit.quota.precision.value,
            "documentRef": unit.quota.document,
        }
        text = shown(unit.quota.per_year)
        if known is not None:
            text = from_to(f"{shown(known.per_year)} {known.precision}", f"{text} {unit.quota.precision}")
        yield Step(place, text, f"units/{unit.id}/set-regular-quota", body, is_change=known is not None)


def changed_figures(wanted: ProgrammeFile, decided: Decided) -> Found:
    known = {(one.unit, one.year): one for one in decided.historic_figures}
    for at, one in enumerate(wanted.historic_figures):
        before = known.pop((one.unit, one.year), None)
        place, path = f"historicFigures.{at}", f"units/{one.unit}"
        body = {
            **decided_on(wanted, None if before else one),
            **json_of(one, leaving_out={"on", "unit", "document"}),
            "documentRef": one.document,
        }
        if before is None:
            text = f"{one.unit} {one.year}: {one.value}"
            yield Step(place, text, f"{path}/import-historic-figure", body)
        elif (before.value, before.document) != (one.value, one.document):
            body["reasonCode"] = None
            text = from_to(f"{before.value} ({before.document})", f"{one.value} ({one.document})")
            path = f"{path}/supersede-historic-figure"
            yield Step(place, text, path, body, is_change=True, needs_version=True)
    yield from (Conflict(f"historicFigures: {unit} {year}", LEFT_OUT) for unit, year in known)


def changed_permissions(wanted: ProgrammeFile, decided: Decided) -> Found:
    known = {one.id: one.permission for one in decided.units}
    for one in wanted.units:
        before, after = known.get(one.id), one.permission
        place, path = f"units.{one.id}.permission", f"units/{one.id}"
        if before and after and before.counts_starts_from == after.counts_starts_from:
            continue
        if before:
            if after is None and "permission" not in one.model_fields_set:
                yield Conflict(place, f"{LEFT_OUT}; null withdraws it")
                continue
            body = {**decided_on(wanted), "reasonCode": None}
            text = from_to(before.counts_starts_from, None)
            yield Step(place, text, f"{path}/revoke-counting-permission", body, is_change=True)
        if after:
            day = after.counts_starts_from.isoformat()
            body = {
                **decided_on(wanted, after),
                "countsStartsFrom": day,
                "grantor": after.grantor,
                "documentRef": after.document,
            }
            yield Step(place, day, f"{path}/grant-counting-permission", body)
