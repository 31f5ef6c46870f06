"""A programme file: every fault is said at once, each with its line, and what has none is read as it was written."""

from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from banen_cli.programme.file import ProgrammeFile, parse_programme, programme_text
from banen_cli.programme.yaml_tree import MOST_BYTES, FileFaulty, read_tree
from banen_contracts.programme import Labels
from banen_contracts.reporting import RuleSetParams
from banen_local.cluster.define import programme_file
from support.programme_text import GOOD


def faults(text: str | bytes) -> list[str]:
    content = text.encode() if isinstance(text, str) else text
    with pytest.raises(FileFaulty) as error:
        parse_programme(content)
    return sorted({str(one) for one in error.value.faults}, key=lambda one: (int(one.split(":")[0]), one))


def changed(before: str, after: str) -> str:
    assert GOOD.count(before) == 1, before
    return GOOD.replace(before, after)


def test_a_file_without_faults_is_read():
    programme = parse_programme(GOOD.encode())
    assert programme.units[0].all_targets() == {("paid", 2026): 40, ("paid", 2027): 60}
    assert programme.partners[1].units[0].since is None


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("status: planned", "state: planned", "28: funding.0.state: there is no such key"),
        ("    label: Allen\n", "    label: Allen\n    label: Iedereen\n", "19: units.0.label: stands in line 18 already"),
        ("route: paid}", "route: unpaid}", "7: kinds.0.route: there is no route unpaid"),
        (
            "  - {code: paid, label: {nl: betaald werk}}\n",
            "  - {code: paid, label: {nl: betaald werk}}\n  - {code: learn, label: {nl: leren}}\n",
            "6: routes.1.code: no kind of placement belongs to route learn",
        ),
        ("code: paid,", "code: total,", "5: routes.0.code: total is the name of another line in the tables"),
        (
            "units: [{unit: all}]",
            "units: [{unit: all, from: 2026-02-01}, {unit: null, from: 2026-02-01}]",
            "15: partners.1.units.1: this partner is in another unit from 2026-02-01 already",
        ),
        (
            "units: [{unit: all}]",
            "units: [{unit: all}, {unit: null}]",
            "15: partners.1.units.1: this partner is in another unit without a day already",
        ),
        ("units: [{unit: all}]", "units: [{unit: none}]", "15: partners.1.units.0.unit: there is no unit none"),
        ("{paid: {2026: 40, 2027: 60}}", "{learn: 40}", "19: units.0.targets.learn: there is no route learn"),
        ("2027: 60", "2028: 60", "19: units.0.targets.paid.2028: this year is not in the period"),
        ("    decidedBy: board\n", "", "19: units.0.targets: decidedBy is needed where there are targets"),
        ("2026: 40", "2026: many", "19: units.0.targets.paid.2026: Input should be a valid integer"),
        ("{2026: 40, 2027: 60}", "many", "19: units.0.targets.paid: Input should be a valid integer"),
        (
            "units: [{unit: all}]",
            "units: [{unit: all, from: 2028-01-01}]",
            "15: partners.1.units.0.from: 2028-01-01 is not in the period",
        ),
        ("windowTo: 2027-12-31", "windowTo: 2028-01-01", "25: ruleSets.0.params.windowTo: 2028-01-01 is not in the period"),
        (
            "countsStartsFrom: 2026-01-01",
            "countsStartsFrom: 2025-12-31",
            "22: units.0.permission.countsStartsFrom: 2025-12-31 is not in the period",
        ),
        (
            "params: {",
            "params: {permissions: except, exceptUnits: [some], ",
            "25: ruleSets.0.params.exceptUnits.0: there is no unit some",
        ),
        ("params: {", "params: {selfEmployment: route_B, ", "25: ruleSets.0.params.selfEmployment: there is no route B"),
        (
            "params: {",
            "params: {routeBasis: candidate_fase, ",
            "25: ruleSets.0.params.routeBasis: the programme says nothing of phases",
        ),
        ("params: {", "params: {minimum: 6, ", "25: ruleSets.0.params.minimum: there is no such key"),
        ("funder: city", "funder: state", "28: funding.0.funder: there is no funder state"),
        ("amountEuro: 500", "amountEuro: '500'", "30: costs.0.amountEuro: Input should be a valid integer"),
        ("amountEuro: 500", "amountEuro: 5.5", "30: costs.0.amountEuro: Input should be a valid integer"),
        ("unit: all, year", "unit: some, year", "32: historicFigures.0.unit: there is no unit some"),
        ("firstDay: 2026-01-01", "firstDay: 2026-13-01", "2: period.firstDay: Input should be a valid date"),
        ("lastDay: 2027-12-31}", "lastDay: 2025-12-31}", "2: period.lastDay: the period ends before it starts"),
        ("  - {id: bureau, name: Bureau,", "  - {id: north, name: Bureau,", "12: partners.1.id: north stands in the list twice"),
        ("name: {nl: Werk voor nieuwkomers}\n", "", "1: name: is needed"),
        ("    name: Noord\n", "", "12: partners.1.name: is needed"),
        ("name: {nl: Werk voor nieuwkomers}", "name: {}", "1: name: a label in at least one language is needed"),
        ("units: [{unit: all}]", "units: {unit: all}", "15: partners.1.units: Input should be a valid array"),
        ("code: job", "code: no way", "7: kinds.0.code: String should match pattern"),
        ("{amountEuro: 500}", "{amountEuro: &sum 500, document: *sum}", "30: the alias *sum is not taken; write it out"),
        ("amountEuro: 500", "amountEuro: !!int 500", "30: the tag tag:yaml.org,2002:int is not taken"),
        ("name: Noord", "name: !!python/name:os.system Noord", "13: the tag tag:yaml.org,2002:python/name:os.system is not taken"),
        ("    name: Noord\n", "    name: Noord\n   label: North\n", "14: it is no YAML: "),
        ("name: Noord", "[a]: Noord", "13: partners.1: a key must be a text"),
    ],
)  # fmt: skip
def test_a_fault_is_said_with_its_line(before: str, after: str, fault: str):
    found = faults(changed(before, after))
    assert [one for one in found if one.startswith(fault)], found


def test_all_faults_are_said_at_once():
    text = changed("route: paid}", "route: unpaid}").replace("amountEuro: 500", "amount: 500")
    assert faults(text) == [
        "5: routes.0.code: no kind of placement belongs to route paid",
        "7: kinds.0.route: there is no route unpaid",
        "30: costs.0.amount: there is no such key",
        "30: costs.0.amountEuro: is needed",
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "1: it is empty"),
        (b"# nothing but this\n", "1: it is empty"),
        (b"- a list\n", "1: Input should be an object"),
        (b"name: {nl: een\n", "2: it is no YAML: "),
        (b"name: a\n---\nname: b\n", "2: it is no YAML: "),
        (b"name: a\nlabel: \xff\n", "2: it is not UTF-8"),
        (b"name: a\nlabel: \x07\n", "2: it holds a character that YAML does not take"),
        (b"name: " + b"a" * MOST_BYTES, "1: it is larger than 256 KiB"),
        (b"name:\n  " + b"[" * 1000 + b"]" * 1000, "2: it is nested more than 12 deep"),
        (b"- " * 40 + b"a", "1: it is nested more than 12 deep"),
    ],
)  # fmt: skip
def test_what_is_no_programme_at_all_is_said_too(content: bytes, fault: str):
    assert faults(content)[0].startswith(fault)


def test_aliases_that_explode_are_refused_before_anything_is_made_of_them():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 30)]
    assert len(faults("\n".join(lines))) == 29


def test_plain_words_are_texts_as_in_yaml_1_2():
    tree = read_tree(
        b"{on: no, yes: off, day: 2026-01-01, time: 12:30, octal: 010, none: ~, is: true, half: .5}"
    )
    assert tree.data == {
        "on": "no", "yes": "off", "day": "2026-01-01", "time": "12:30", "octal": 10, "none": None, "is": True, "half": 0.5
    }  # fmt: skip


@pytest.mark.parametrize("name", ["banenoffensief-2005-2008", "one-partner", "three-partners"])
def test_the_programmes_that_come_along_have_no_faults(name: str):
    programme = programme_file(name)
    assert parse_programme(programme_text(programme).encode()) == programme


def test_what_is_written_reads_as_the_same():
    programme = parse_programme(changed("label: Allen", "label: 'no'").encode())
    text = programme_text(programme)
    assert isinstance(programme, ProgrammeFile)
    assert parse_programme(text.encode()) == programme
    assert "label: no\n" in text
    assert " on: " not in text


def test_the_page_on_programmes_names_every_key():
    page = (Path(__file__).parents[3] / "docs/programme.md").read_text("utf-8").partition("## Everything")[2]
    parts: list[type[BaseModel]] = [ProgrammeFile]
    for part in parts:
        for field in part.model_fields.values():
            found = [kind for kind in models_in(field.annotation) if kind not in parts]
            parts += [kind for kind in found if kind not in (Labels, RuleSetParams)]
    keys = {field.alias or name for part in parts for name, field in part.model_fields.items()}
    assert len(parts) > 15
    assert sorted(key for key in keys if f"`{key}`" not in page) == []


def models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [kind for part in get_args(annotation) for kind in models_in(part)]
