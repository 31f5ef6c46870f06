"""What-if: a rule changed without publishing it, and which placements would begin to count, or stop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args, get_origin

from fastapi import Request, Response

from banen_contracts.reporting import RuleSetParams
from banen_kit.web.shell.router import PageRouter
from banen_reporting.figures.snapshot import FactSnapshot
from banen_reporting.queries.schemas_course import Flip, WhatIf
from banen_reporting.queries.what_if import what_if
from banen_reporting.web.files import Row
from banen_reporting.web.pages.placements import ROWS_ON_A_PAGE, partner_names
from banen_reporting.web.pages.tables import Said
from banen_reporting.web.parameters import Filter, KnownOn, OfForm, RuleSetId, Until
from banen_reporting.web.rule_changes import Changes
from banen_reporting.web.sections import Column, Section, TablesPage
from banen_reporting.web.visit import Visits
from banen_reporting.web.words import ON_ROUTE, ProgrammeWords

NO_CHOICE = "dedupe"
"""The parameter that has one value so far."""


@dataclass(frozen=True)
class Field:
    """A field of the form, for one parameter of the rules."""

    name: str
    label: str
    value: int | str | date | tuple[str, ...]
    options: Sequence[tuple[str, str]] = ()
    """Values and labels, where one of them, or several, must be chosen."""

    @property
    def is_day(self) -> bool:
        return isinstance(self.value, date)

    @property
    def takes_several(self) -> bool:
        return isinstance(self.value, tuple)


def add_what_if(router: PageRouter, visits: Visits) -> None:

    @router.page("page-what-if")
    async def page(
        request: Request,
        changes: Changes,
        rule_set: OfForm[RuleSetId] = None,
        known_on: OfForm[KnownOn] = None,
        until: OfForm[Until] = None,
        file: OfForm[Filter] = None,
    ) -> Response:
        visit = await visits.of(request)
        asked = await visit.asked(rule_set, known_on, until)
        found = await what_if(visit.view, asked, changes)
        model = await visit.view.model(asked)
        said = Said(visit.words, visit.links(asked), partner_names(model))
        page = what_if_page(found, model, said, ROWS_ON_A_PAGE if file is None else len(found.flips))
        if file is not None:
            return visit.file(
                found, file, [one.table for one in page.sections], *changed_words(found, model, said)
            )
        return visit.page(
            "what_if.html",
            asked,
            [visit.overview_crumb(asked)],
            heading=found,
            said=page,
            own_address=visit.links(asked).to("page-what-if"),
            rule_names=await visit.rule_names(asked),
            fields=fields_of(found.rules, model, visit.words),
        )


def fields_of(rules: RuleSetParams, model: FactSnapshot, words: ProgrammeWords) -> list[Field]:
    return [
        Field(str(field.alias), words.pgettext("rule", name), value, options_of(name, field.annotation, model, words))
        for name, field in RuleSetParams.model_fields.items()
        if name != NO_CHOICE and ((value := getattr(rules, name)) is not None)
    ]  # fmt: skip


def options_of(name: str, kind: Any, model: FactSnapshot, words: ProgrammeWords) -> Sequence[tuple[str, str]]:
    if name == "except_units":
        return [(ref, unit.label) for ref, unit in model.units.items()]
    literals = [kind, *get_args(kind)] if get_origin(kind) is not Literal else [kind]
    values = [value for literal in literals if get_origin(literal) is Literal for value in get_args(literal)]
    if name == "self_employment":
        values += [f"{ON_ROUTE}{route}" for route in model.routes]
    return [(value, words.rule(name, value)) for value in values]


def what_if_page(found: WhatIf, model: FactSnapshot, said: Said, most: int) -> TablesPage:
    """`most`: how many placements it names."""
    words = said.words
    return TablesPage(
        "page-what-if",
        words.gettext("what_if_title"),
        lead(found, model, said),
        [cells_section(found, model, said), flips_section(found, said, most)],
    )


def lead(found: WhatIf, model: FactSnapshot, said: Said) -> str:
    words = said.words
    if not found.changed:
        return words.gettext("what_if_unchanged")
    total = found.cells[-1]
    number = words.language.number
    place = {
        "rules": "; ".join(changed_words(found, model, said)),
        "before": number(total.before or 0),
        "after": number(total.after or 0),
        "gained": number(found.gained),
        "lost": number(found.lost),
    }
    if found.gained == found.lost == 0:
        return words.gettext("what_if_same").format(**place)
    return words.gettext("what_if_lead").format(**place)


def changed_words(found: WhatIf, model: FactSnapshot, said: Said) -> list[str]:
    """Each changed parameter with its new value, in words."""
    names = [name for name, field in RuleSetParams.model_fields.items() if field.alias in found.changed]
    return [f"{said.words.pgettext('rule', name)}: {value_words(found, name, model, said)}" for name in names]


def value_words(found: WhatIf, name: str, model: FactSnapshot, said: Said) -> str:
    words, value = said.words, getattr(found.rules, name)
    if name == "except_units":
        return ", ".join(labels_of(model).get(ref, ref) for ref in value) or words.gettext("nobody")
    match value:
        case date():
            return words.language.day(value)
        case int():
            return words.language.number(value)
        case _:
            return words.rule(name, value)


def labels_of(model: FactSnapshot) -> Mapping[str, str]:
    return {ref: unit.label for ref, unit in model.units.items()}


def cells_section(found: WhatIf, model: FactSnapshot, said: Said) -> Section:
    words = said.words
    labels = labels_of(model)
    columns = [
        Column(words.gettext("unit"), "text"), Column(words.gettext("route"), "text"), Column(words.gettext("before")),
        Column(words.gettext("what_if_after")), Column(words.gettext("gap"), "signed"),
    ]  # fmt: skip
    rows: list[Row] = [
        (
            labels.get(cell.unit, cell.unit) if cell.unit else words.gettext("outside"),
            words.route(cell.route), cell.before, cell.after, cell.difference,
        )
        for cell in found.cells[:-1]
    ]  # fmt: skip
    total = found.cells[-1]
    rows.append((words.gettext("total"), None, total.before, total.after, total.difference))
    return Section(
        "cells", words.gettext("what_if_cells"), words.gettext("what_if_cells_caption"), columns, rows,
        has_sum=True,
    )  # fmt: skip


def flips_section(found: WhatIf, said: Said, most: int) -> Section:
    words = said.words
    columns = [
        Column(words.gettext("placement"), "text"), Column(words.gettext("start"), "day"), Column(words.gettext("partner"), "text"),
        Column(words.gettext("kind"), "text"), Column(words.gettext("route"), "text"), Column(words.gettext("what_if_was"), "text"),
        Column(words.gettext("what_if_becomes"), "text"),
    ]  # fmt: skip
    shown, note = found.flips[:most], ""
    if found.gained + found.lost > len(shown):
        count = words.language.number(found.gained + found.lost)
        note = words.gettext("what_if_first").format(count=count, shown=words.language.number(len(shown)))
    return Section(
        "flips", words.gettext("what_if_flips"), words.gettext("what_if_flips_caption"), columns,
        [flip_row(one, said) for one in shown], note,
        [said.links.placement(one.placement.ref, one.placement.source) for one in shown],
        if_empty=words.gettext("what_if_no_flips"),
    )  # fmt: skip


def flip_row(flip: Flip, said: Said) -> Row:
    words, row = said.words, flip.placement
    return (
        row.ref[:8], row.start, said.partner(row.partner), words.kind(row.kind), words.route(row.route),
        words.verdict(flip.was, flip.was_clause), words.verdict(row.verdict, row.clause),
    )  # fmt: skip
