"""From the programme in force to the one of a file: the commands that are to be given, in their order. Pure."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from banen_cli.programme.file import Cost, Decided, Funding, Partner, ProgrammeFile
from banen_cli.programme.step import (
    LEFT_OUT,
    Body,
    Conflict,
    Found,
    Step,
    decided_on,
    from_to,
    json_of,
    left_out,
    shown,
)
from banen_cli.programme.units import changed_figures, changed_permissions, changed_units
from banen_cli.words import LANGUAGE
from banen_contracts.base import BUREAU
from banen_contracts.programme import ProgrammeDefinition
from banen_contracts.reporting import RuleSetParams

RECORDS = UUID("b0f3d6a4-7d0f-5c53-9c0e-2f6f0a1a7c11")
"""Namespace of the references of amounts, which follow from what they say."""


@dataclass(frozen=True)
class InForce:
    """What the bureau has decided so far."""

    definition: ProgrammeDefinition | None = None
    decided: Decided = field(default_factory=Decided)


@dataclass(frozen=True)
class Plan:
    """While there are conflicts, nothing is to be done."""

    steps: Sequence[Step]
    conflicts: Sequence[Conflict]


def make_plan(wanted: ProgrammeFile, in_force: InForce) -> Plan:
    """When something was decided, by whom and on which document is not compared: that stays as it was recorded."""
    found = [
        *_definition(wanted, in_force.definition),
        *_partners(wanted, in_force.decided),
        *changed_units(wanted, in_force.decided),
        *_assignments(wanted, in_force.decided),
        *_rule_sets(wanted, in_force.decided),
        *_money(wanted, in_force.decided),
        *changed_figures(wanted, in_force.decided),
        *changed_permissions(wanted, in_force.decided),
    ]
    steps = [one for one in found if isinstance(one, Step)]
    return Plan(steps, [one for one in found if isinstance(one, Conflict)])


def _definition(wanted: ProgrammeFile, before: ProgrammeDefinition | None) -> Found:
    after = wanted.definition
    if before is not None:
        yield from (Conflict(f"{name}.{code}", LEFT_OUT) for name, code in before.left_out_by(after))
    if after != before:
        body = {**decided_on(wanted), "definition": json_of(after)}
        text = ", ".join(_changed_parts(before, after)) if before else after.name.in_language(LANGUAGE.code)
        yield Step("definition", text, f"{BUREAU}/define", body, is_change=before is not None)


def _changed_parts(before: ProgrammeDefinition, after: ProgrammeDefinition) -> Iterator[str]:
    """Codes that are new or changed, and the parts that have none."""
    old, new = json_of(before), json_of(after)
    for part, value in new.items():
        if old[part] == value:
            continue
        key = {"routes": "code", "kinds": "code", "funders": "code", "regions": "id"}.get(part)
        if key is None:
            yield part
        else:
            known = {one[key]: one for one in old[part]}
            changed = [one[key] for one in value if known.get(one[key]) != one]
            yield " ".join([part, *changed])


def _partners(wanted: ProgrammeFile, decided: Decided) -> Found:
    known = {one.id: one for one in decided.partners}
    yield from left_out("partners", known, (one.id for one in wanted.partners))
    for one in wanted.partners:
        before, place, path = known.get(one.id), f"partners.{one.id}", f"partners/{one.id}"
        if before is None:
            body = {**decided_on(wanted, one), "name": one.name, "services": list(one.services)}
            yield Step(place, one.name, f"{path}/admit", body)
            continue
        if set(before.services) != set(one.services):
            yield Conflict(f"{place}.services", "is in force otherwise, and no command changes it")
        if before.name != one.name:
            body = {**decided_on(wanted), "name": one.name}
            text = from_to(before.name, one.name)
            yield Step(f"{place}.name", text, f"{path}/rename", body, is_change=True)


def _assignments(wanted: ProgrammeFile, decided: Decided) -> Found:
    partners = {one.id: one for one in decided.partners}
    for one in wanted.partners:
        before = partners.get(one.id)
        known = {each.since: each.unit for each in (before.units if before else ())}
        for each in one.units:
            place = _assignment_place(one, each.since)
            body = {
                **decided_on(wanted, None if before else one),
                "unitId": each.unit,
                "firstDay": each.since and each.since.isoformat(),
                "reasonCode": None,
            }
            path = f"partners/{one.id}/assign"
            if each.since not in known:
                yield Step(place, shown(each.unit), path, body)
            elif known[each.since] != each.unit:
                yield Step(place, from_to(known[each.since], each.unit), path, body, is_change=True)
        own = {each.since for each in one.units}
        yield from (Conflict(_assignment_place(one, day), LEFT_OUT) for day in known if day not in own)


def _assignment_place(partner: Partner, since: Any) -> str:
    return f"partners.{partner.id}.units" + (f".{since}" if since else "")


def _rule_sets(wanted: ProgrammeFile, decided: Decided) -> Found:
    known = {one.id: one for one in decided.rule_sets}
    yield from left_out("ruleSets", known, (one.id for one in wanted.rule_sets))
    for one in wanted.rule_sets:
        before = known.get(one.id)
        if before is None or before.params != one.params:
            body = {
                **decided_on(wanted, None if before else one),
                "params": json_of(one.params),
                "approvedBy": one.approved_by,
            }
            text = ", ".join(_changed_params(before and before.params, one.params))
            place, path = f"ruleSets.{one.id}", f"rule-sets/{one.id}/publish"
            yield Step(place, text, path, body, is_change=before is not None)


def _changed_params(before: RuleSetParams | None, after: RuleSetParams) -> Iterator[str]:
    if before is None:
        told = after.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        yield from (f"{name} {json.dumps(value)}" for name, value in told.items())
    else:
        old, new = json_of(before), json_of(after)
        yield from (f"{name} {from_to(old[name], new[name])}" for name in new if old[name] != new[name])


def _money(wanted: ProgrammeFile, decided: Decided) -> Found:
    """An amount that stands in the file twice is recorded twice."""
    for name, amounts, in_force in (
        ("funding", wanted.funding, decided.funding),
        ("costs", wanted.costs, decided.costs),
    ):
        left = Counter(_what(one) for one in in_force)
        counts = Counter[str]()
        for at, one in enumerate(amounts):
            what = _what(one)
            counts[what] += 1
            if left[what]:
                left[what] -= 1
            else:
                # References are of the shape of random ones.
                ref = UUID(int=uuid5(RECORDS, f"{name}/{what}/{counts[what]}").int, version=4)
                body = {**decided_on(wanted, one), **_amount(one)}
                yield Step(f"{name}.{at}", what, f"{name}/{ref}/record", body)
        yield from (Conflict(f"{name}: {what}", LEFT_OUT) for what in left.elements())


def _what(one: Cost) -> str:
    """What an amount is told by."""
    told = [one.funder, one.status] if isinstance(one, Funding) else []
    return " ".join([*told, str(one.amount_euro), one.precision, *([one.document] if one.document else [])])


def _amount(one: Cost) -> Body:
    told = {"funder": one.funder, "status": one.status} if isinstance(one, Funding) else {}
    return {
        **told,
        "amountEuro": one.amount_euro,
        "precision": one.precision.value,
        "documentRef": one.document,
    }
