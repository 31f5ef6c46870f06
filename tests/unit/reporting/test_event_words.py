"""What the page of a placement says of an event's fields."""

from banen_reporting.web.pages.placement import event_lines
from banen_reporting.web.words import LANGUAGES, ProgrammeWords
from support.definition import DEFINITION

DUTCH = LANGUAGES["nl"]


def test_an_end_and_its_correction_give_reasons_in_words():
    corrected = {"endDate": "2006-12-31", "endReason": "completed", "reasonCode": "typing-error"}
    assert event_lines(corrected, {}, ProgrammeWords(DUTCH, DEFINITION)) == [
        ("Laatste dag", "31 december 2006"),
        ("Reden van het einde", "afgerond"),
        ("Reden", "typing-error"),
    ]


def test_terms_name_the_funder_and_the_level():
    terms = {"level": "mid", "employerIsPartner": True, "fundingSource": "ministry"}
    label = DEFINITION.funders[0].label.in_language("nl")
    assert event_lines(terms, {}, ProgrammeWords(DUTCH, DEFINITION)) == [
        ("Niveau van het werk", "midden"),
        ("In dienst van een partner", "ja"),
        ("Betaald door", label),
    ]


def test_a_funder_is_named_by_its_code_where_no_programme_is_known():
    assert event_lines({"fundingSource": "city"}, {}, ProgrammeWords(DUTCH, None)) == [
        ("Betaald door", "city")
    ]


def test_aftercare_says_when_it_was_due():
    assert event_lines({"dueMonth": 3, "done": False}, {}, ProgrammeWords(DUTCH, None)) == [
        ("Gepland in maand", "3"),
        ("Contact gehad", "nee"),
    ]
