"""What is held on somebody as a text that they can read, in Dutch: for who asked for their own data."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

EVENT: Mapping[str, str] = {
    "contact-made": "Contact met u",
    "contact-erased": "Gegevens van het contact gewist",
    "candidate-registered": "Inschrijving",
    "intake-completed": "Intake afgerond",
    "distance-assessed": "Afstand tot de arbeidsmarkt bepaald",
    "route-assigned": "Route bepaald",
    "candidate-closed": "Dossier gesloten",
    "candidate-erased": "Gegevens van de kandidaat gewist",
    "handover-offered": "Aangeboden aan een andere partner",
    "handover-completed": "Overdracht afgerond",
    "client-taken-on": "In bemiddeling genomen",
    "client-erased": "Gegevens van de cliënt gewist",
    "handover-received": "Aangeboden door een andere partner",
    "handover-accepted": "Overdracht aangenomen",
    "placement-started": "Plaatsing",
    "placement-corrected": "Plaatsing gecorrigeerd",
    "placement-extended": "Plaatsing verlengd",
    "placement-ended": "Plaatsing geëindigd",
    "placement-voided": "Plaatsing ingetrokken",
    "retention-confirmed": "Bevestigd dat u nog werkte",
    "employer-registered": "Werkgever vastgelegd",
    "employer-erased": "Gegevens van de werkgever gewist",
    "request-received": "Uw verzoek ontvangen",
    "request-extended": "Termijn van uw verzoek verlengd",
    "request-answered": "Uw verzoek beantwoord",
}
FIELD: Mapping[str, str] = {
    "name": "naam",
    "phone": "telefoon",
    "email": "e-mail",
    "birth_date": "geboortedatum",
    "v_number": "V-nummer",
    "notes": "aantekeningen",
    "workplace": "werkplek",
    "occurred_on": "datum",
    "start_date": "start",
    "end_date": "laatste dag",
    "planned_end_date": "afgesproken laatste dag",
    "channel": "hoe wij u leerden kennen",
    "region_id": "regio",
    "municipality_code": "gemeente",
    "education_band": "opleiding",
    "distance_phase": "fase",
    "to_partner": "aan",
    "from_partner": "door",
    "answer_by": "antwoord uiterlijk",
    "contact_name": "contactpersoon",
    "contact_phone": "telefoon van de contactpersoon",
    "contact_email": "e-mail van de contactpersoon",
}
ERASED = "(gewist)"


def readable(held: Sequence[Mapping[str, Any]]) -> str:
    """The answers of the services, one after the other."""
    lines: list[str] = []
    for one in held:
        lines += [f"Wat {one['partner']} over u vastlegde ({one['service']})", ""]
        for event in one["events"]:
            lines += [f"{day(event['recordedAt'])}  {EVENT.get(event['event'], event['event'])}"]
            lines += [f"            {name}: {value}" for name, value in fields(event["data"])]
        lines += ["", "Wie uw gegevens bekeek of wijzigde", *accesses(one["access"]), ""]
    return "\n".join(lines)


def fields(data: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in data.items():
        if value == {"erased": True}:
            yield FIELD.get(name, name), ERASED
        elif isinstance(value, list):
            yield FIELD.get(name, name), ", ".join(str(part) for part in value) or "geen"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        elif isinstance(value, bool):
            yield FIELD.get(name, name), "ja" if value else "nee"
        else:
            yield FIELD.get(name, name), str(value)


def accesses(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """When, in which role and what; who exactly is the partner's affair."""
    if not rows:
        return ["            niemand"]
    return [
        f"{day(row['at'])}  {', '.join(row['roles']) or 'het systeem'} van {row['partner']}: {row['action']}"
        for row in rows
    ]


def day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(AMSTERDAM):%d-%m-%Y}"
