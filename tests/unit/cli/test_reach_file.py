"""A file of estimates: what it says, and every fault with its line."""

from datetime import date
from importlib.resources import files

import pytest

from banen_cli.reach.file import MOST_BYTES, Estimates, FileFaulty, parse, written
from banen_contracts.base import Precision
from banen_contracts.intake import ReachEstimateImported, ReachSource
from banen_contracts.municipalities import municipalities

DAY = date(2007, 3, 1)
HEADER = '"ID";"RegioS";"Perioden";"Vluchtelingen_1";"Source";"Precision";"MethodVersion"\n'
GOOD = '"0";"GM0363    ";"2007JJ00";"   1200";"assumed";"approx";"synthetic-1"\n'


def read(text: str) -> Estimates:
    return parse(text.encode(), DAY)


def faults(text: str) -> list[str]:
    with pytest.raises(FileFaulty) as caught:
        read(text)
    return [str(one) for one in caught.value.faults]


def test_a_line_is_an_estimate():
    found = read(HEADER + GOOD).found

    assert [(one.line, one.event) for one in found] == [
        (
            2,
            ReachEstimateImported(
                reach_ref="gm0363-2007",
                occurred_on=DAY,
                municipality_code="GM0363",
                year=2007,
                estimate=1200,
                precision=Precision.APPROX,
                source=ReachSource.ASSUMED,
                method_version="synthetic-1",
            ),
        )
    ]


@pytest.mark.parametrize("sign", [".", "       .", ""])
def test_a_line_without_a_number_is_passed_over_and_counted(sign: str):
    read_ = read(HEADER + GOOD + GOOD.replace("   1200", sign).replace("0363", "0599"))
    assert (len(read_.found), read_.skipped) == (1, 1)


def test_what_was_written_is_read():
    events = [one.event for one in read(HEADER + GOOD).found]
    assert written("Vluchtelingen_1", events) == HEADER + GOOD.replace("    ", "").replace("   1", "1")
    assert [one.event for one in read("\ufeff" + written("Vluchtelingen_1", events)).found] == events


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (("GM0363", "NL01"), "2: RegioS: is no municipality, such as GM0363"),
        (("2007JJ00", "2007KW01"), "2: Perioden: is no year, such as 2007JJ00"),
        (("2007JJ00", "1999JJ00"), "2: Perioden: is not as it should be"),
        (("1200", "12.5"), "2: Vluchtelingen_1: is no whole number"),
        (("1200", "-1"), "2: Vluchtelingen_1: is no whole number"),
        (("1200", "10000001"), "2: Vluchtelingen_1: is not as it should be"),
        (("assumed", "guessed"), "2: Source: is none of cbs, partner, assumed"),
        (("approx", "rough"), "2: Precision: is none of exact, approx, at_least, almost, tens"),
        (("synthetic-1", "A Person"), "2: MethodVersion: is not as it should be"),
        ((';"synthetic-1"', ""), "2: has 6 columns, the first line has 7"),
        (
            ("GM0363", "GM0144"),
            "2: RegioS: Bathmen ended on 2004-12-31; it went into GM0150 Deventer. (municipality-over)",
        ),
        (
            ("GM0363", "GM9999"),
            "2: RegioS: Statistics Netherlands has no such municipality code. (municipality-unknown)",
        ),
    ],
    ids=str,
)
def test_a_fault_in_a_line(wrong: tuple[str, str], fault: str):
    assert faults(HEADER + GOOD.replace(*wrong)) == [fault]


def test_all_faults_are_found_at_once():
    assert faults(HEADER + GOOD + GOOD + GOOD.replace("GM", "PV").replace("1200", "x")) == [
        "3: repeats line 2",
        "4: RegioS: is no municipality, such as GM0363",
        "4: Vluchtelingen_1: is no whole number",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1: there is no column RegioS"),
        (HEADER.replace('"Source";', ""), "1: there is no column Source"),
        (HEADER.replace('"ID"', '"More_2"'), "1: one column must hold the numbers, here 2 may"),
        (HEADER.replace('"ID"', '"RegioS"'), "1: a column stands there twice"),
        (HEADER + '"0";"GM', "1: the file is no CSV: a quotation mark is out of place"),
    ],
)
def test_a_fault_of_the_whole_file(text: str, fault: str):
    assert fault in faults(text)


def test_what_is_not_text_or_too_large_is_not_read():
    for content, fault in ((b"\xff\xfe", "not UTF-8"), (b" " * (MOST_BYTES + 1), "larger")):
        with pytest.raises(FileFaulty) as caught:
            parse(content, DAY)
        assert fault in str(caught.value.faults[0])


def test_the_estimates_of_the_demo_are_synthetic_and_say_so():
    """Ten times the last two digits of the code, and ten: for each municipality of 2007, and nothing else."""
    content = files("banen_local").joinpath("demo/reach-assumed-2007.csv").read_bytes()
    found = [one.event for one in parse(content, DAY).found]
    assert {one.municipality_code: one.estimate for one in found} == {
        code: 10 * int(code[-2:]) + 10
        for code, one in municipalities().items()
        if one.existed_on(date(2007, 1, 1))
    }
    assert {(one.source, one.method_version) for one in found} == {(ReachSource.ASSUMED, "synthetic-1")}
