"""Writes a person's data as Dutch text, for that person to read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from banen_cli.words import LANGUAGE, gettext, pgettext
from banen_kit.core.clocks import day_of

HAPPENED = ("occurred_on", "end_date", "start_date", "received_on", "extended_on", "answered_on")
"""The fields that may hold the day of an event; the first one present is used."""
DATES = {
    *HAPPENED, "planned_end_date", "expires_on", "valid_from", "valid_to", "answer_by", "birth_date", "review_on",
}  # fmt: skip
PLAIN = {
    "name", "phone", "email", "address", "notes", "plan", "provider", "result", "v_number", "worker", "workplace",
    "public_name",
} | {f"contact_{name}" for name in ("name", "phone", "email")}  # fmt: skip
"""Free text, which is never treated as a code."""
AS_ASKED = ("accepted", "shown")
"""Outcomes that need no mention."""
INDENT = " " * 12
day = LANGUAGE.short_day


def readable(held: Sequence[Mapping[str, Any]], kinds: Mapping[str, str]) -> str:
    """The answers of the services, one after the other, each in order of the days on which things happened.

    `kinds` says what the programme calls its kinds of placement; a code that it does not have is shown as it is.
    """
    lines: list[str] = []
    for one in held:
        lines += [gettext("held_by").format(partner=one["partner"], service=one["service"]), ""]
        # Events of one day stay in the order in which they were recorded.
        for event in sorted(one["events"], key=happened_on):
            lines += [heading(event), *(f"{INDENT}{line}" for line in fields(event, kinds))]
        lines += ["", gettext("accesses"), *accesses(one["access"]), ""]
    return "\n".join(lines)


def happened_on(event: Mapping[str, Any]) -> date:
    """The day of an event; without one, the day on which it was recorded."""
    data = event["data"]
    found = next((data[name] for name in HAPPENED if isinstance(data.get(name), str)), None)
    return date.fromisoformat(found) if found else recorded_on(event)


def recorded_on(event: Mapping[str, Any]) -> date:
    return day_of(datetime.fromisoformat(event["recordedAt"]))


def heading(event: Mapping[str, Any]) -> str:
    happened, recorded = happened_on(event), recorded_on(event)
    later = "" if happened == recorded else f" ({gettext('recorded_on').format(day=day(recorded))})"
    return f"{day(happened)}  {said('event', event['event'])}{later}"


def fields(event: Mapping[str, Any], kinds: Mapping[str, str]) -> Iterable[str]:
    """Leaves out references, which mean nothing to the reader, and the day, which is in the heading."""
    for name, value in event["data"].items():
        if name != "occurred_on" and not is_reference(value) and value != []:
            first, *more = words(name, value, kinds)
            since = f" ({gettext('corrected_since')})" if name in event.get("corrected", ()) else ""
            yield f"{said('field', name)}: {first}{since}"
            yield from (f"  {line}" for line in more)


def is_reference(value: object) -> bool:
    """Also what names an event by the reference of its record."""
    if isinstance(value, dict):
        return "ref" in value
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


def words(name: str, value: object, kinds: Mapping[str, str]) -> list[str]:
    """The lines of one value."""
    if value == {"erased": True}:
        return [gettext("erased")]
    if isinstance(value, bool):
        return [gettext("yes") if value else gettext("no")]
    if isinstance(value, dict):
        inside = cast("dict[str, object]", value).items()
        return [" ".join(words(inner, part, kinds)[0] for inner, part in inside if part is not None)]
    if isinstance(value, list):
        found = cast("list[object]", value)
        if found and all(map(is_reference, found)):
            return [str(len(found))]
        parts = [words(name, part, kinds)[0] for part in found]
        return [", ".join(parts) or gettext("none")]
    text = str(value)
    if name in PLAIN:
        return [printable(line) for line in text.splitlines()] or [""]
    if name in DATES:
        return [day(date.fromisoformat(text))]
    if name == "kind" and text in kinds:
        return [kinds[text]]
    return [printable(pgettext("code", text))]


def accesses(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """When, in which role and what. Who exactly is known only to the partner."""
    return [access(row) for row in rows] or [f"{INDENT}{gettext('nobody')}"]


def access(row: Mapping[str, Any]) -> str:
    at = day_of(datetime.fromisoformat(row["at"]))
    roles = ", ".join(said("role", role) for role in row["roles"]) or gettext("system")
    action = said("action", row["action"])
    told = gettext("access").format(roles=roles, partner=row["partner"], action=action)
    outcome = row["outcome"]
    came_of_it = "" if outcome in AS_ASKED else f" ({pgettext('outcome', outcome)})"
    return f"{day(at)}  {told}{came_of_it}"


def said(kind: str, code: str) -> str:
    """A code from a newer service that we do not know is shown as words."""
    found = pgettext(kind, code)
    return code.replace("_", " ").replace("-", " ") if found == code else found


def printable(text: str) -> str:
    """Removes what could control the reader's terminal."""
    return "".join(one if one.isprintable() else " " for one in text)
