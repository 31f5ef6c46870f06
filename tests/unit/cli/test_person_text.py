"""A person's data as Dutch text: values that are no single word."""

from typing import Any

import pytest

from banen_cli.person_text import fields

REF, OTHER = "018f0000-0000-4000-8000-000000000001", "018f0000-0000-4000-8000-000000000002"


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (
            {
                "consents": [
                    {"scope": "handover", "to_partner": "uwv"},
                    {"scope": "statistics", "to_partner": None},
                ]
            },
            ["toestemmingen: overdracht uwv, statistiek"],
        ),
        ({"consents": []}, []),
        ({"portraits": [REF, OTHER]}, ["te verwijderen portretten: 2"]),
        ({"plan": "Eerst language.\nDan werk."}, ["plan: Eerst language.", "  Dan werk."]),
        ({"result": "study"}, ["resultaat: study"]),
        ({"worker": "coaching"}, ["verantwoordelijke medewerker: coaching"]),
        ({"review_on": "2006-03-01"}, ["bespreken op: 01-03-2006"]),
        ({"activity_ref": REF, "occurred_on": "2006-03-01"}, []),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_says(data: dict[str, Any], lines: list[str]):
    assert list(fields({"data": data}, {})) == lines
