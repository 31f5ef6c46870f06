"""As `commands.py`, for matches, tracks to an own firm, effort and meetings."""

from typing import Any

OTHER = "00000000-0000-4000-8000-000000000002"
OWNER = "00000000-0000-4000-8000-000000000003"
"""A client who has a track."""
ON = {"occurredOn": "2006-03-01"}
GOOD: dict[str, dict[str, Any]] = {
    "close-client": {**ON, "reasonCode": "withdrawn"},
    "reopen-client": {**ON, "reasonCode": "returned"},
    "propose-match": {**ON, "clientRef": OTHER, "employerRef": OTHER, "letter": "Geachte werkgever,"},
    "note-reference": {**ON, "kind": "employer", "state": "closed", "ofPartner": "uaf", "sequence": 7},
    "record-interview": {**ON, "outcome": "another_interview", "feedback": "Een tweede keer."},
    "withdraw-match": {**ON, "reasonCode": "vacancy-filled"},
    "take-back-match-step": {**ON, "reasonCode": "typing-error"},
    "take-back-enterprise-step": {**ON, "reasonCode": "typing-error"},
    "start-enterprise-track": {**ON, "clientRef": OWNER, "supportSource": "bank", "guidedBy": "uaf", "firmName": "Voorbeeld"},
    "record-microcredit": {**ON, "granted": True, "amountEuro": 5000},
    "start-enterprise": {**ON, "firmName": "Voorbeeld"},
    "confirm-enterprise": ON,
    "stop-enterprise": {**ON, "reasonCode": "too-few-orders"},
    "record-effort": {**ON, "month": "2006-02", "role": "adviser", "hours": 120, "people": 6},
    "record-meeting": {**ON, "kind": "training", "attendance": "under_10"},
}  # fmt: skip
BEFORE: dict[str, tuple[str, ...]] = {
    "close-client": ("take-on-client",),
    "reopen-client": ("take-on-client", "close-client"),
    **dict.fromkeys(("record-interview", "withdraw-match"), ("propose-match",)),
    **dict.fromkeys(
        ("record-microcredit", "start-enterprise", "stop-enterprise"), ("start-enterprise-track",)
    ),
    **dict.fromkeys(
        ("confirm-enterprise", "take-back-enterprise-step"), ("start-enterprise-track", "start-enterprise")
    ),
    "take-back-match-step": ("propose-match", "record-interview"),
}
CLIENT = {**ON, "origin": "walk_in", "name": "Synthetica Voorbeeld"}
BESIDE: dict[str, tuple[str, str, dict[str, Any]]] = {
    **dict.fromkeys(
        ("propose-match", "record-interview", "withdraw-match", "take-back-match-step"),
        ("take-on-client", OTHER, CLIENT),
    ),
    **dict.fromkeys(
        (
            "start-enterprise-track",
            "record-microcredit",
            "start-enterprise",
            "confirm-enterprise",
            "stop-enterprise",
            "take-back-enterprise-step",
        ),
        ("take-on-client", OWNER, CLIENT),
    ),
}
