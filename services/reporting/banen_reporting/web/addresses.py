"""The addresses of the pages in both languages, and links that keep what was asked."""

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import get_args
from urllib.parse import urlencode

from banen_contracts.programme import NO_ROUTE, OWN_FIRM
from banen_kit.web.shell.frame import filled
from banen_reporting.counting import Clause
from banen_reporting.queries.queries import FigureQuery
from banen_reporting.queries.rows import Order
from banen_reporting.queries.schemas import OUTCOMES

ADDRESSES: Mapping[str, Mapping[str, str]] = {
    "page-start": {"nl": "", "en": ""},
    "page-overview": {"nl": "/overzicht", "en": "/overview"},
    "page-partner": {"nl": "/partners/{unit}", "en": "/partners/{unit}"},
    "page-placements": {"nl": "/plaatsingen", "en": "/placements"},
    "page-placement": {"nl": "/plaatsingen/{ref}", "en": "/placements/{ref}"},
    "page-compare": {"nl": "/vergelijken", "en": "/compare"},
    "page-funnel": {"nl": "/trechter", "en": "/funnel"},
    "page-employers": {"nl": "/werkgevers", "en": "/employers"},
    "page-follow-up": {"nl": "/opvolging", "en": "/follow-up"},
    "page-supply-and-demand": {"nl": "/vraag-en-aanbod", "en": "/supply-and-demand"},
    "page-effort": {"nl": "/inzet", "en": "/effort"},
    "page-money": {"nl": "/geld", "en": "/money"},
    "page-regions": {"nl": "/regios", "en": "/regions"},
    "page-reach": {"nl": "/bereik", "en": "/reach"},
    "page-programme-facts": {"nl": "/feiten", "en": "/facts"},
    "page-what-if": {"nl": "/wat-als", "en": "/what-if"},
    "page-report": {"nl": "/rapport", "en": "/report"},
    "page-workbook": {"nl": "/werkmap", "en": "/workbook"},
    "page-data-quality": {"nl": "/gegevens", "en": "/data-quality"},
    "page-purpose": {"nl": "/doel", "en": "/purpose"},
}
SLUG, DAY = re.compile(r"[a-z][a-z0-9-]{1,60}"), re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TYPED: Mapping[str, re.Pattern[str]] = {
    "ruleSet": SLUG,
    "otherRuleSet": SLUG,
    "unit": SLUG,
    "partner": SLUG,
    "region": SLUG,
    "knownOn": DAY,
    "otherKnownOn": DAY,
    "happenedUntil": DAY,
    "month": re.compile(r"[0-9]{4}-[0-9]{2}"),
    "page": re.compile(r"[0-9]{1,6}"),
    "position": re.compile(r"[0-9]{1,12}"),
}
CHOSEN: Mapping[str, Container[str]] = {
    "verdict": OUTCOMES,
    "clause": get_args(Clause),
    "sort": get_args(Order),
}
"""What the fields of a page's address say, where one of our links has them; a route as the programme names it."""


def is_ours(programme_routes: Callable[[], Container[str]]) -> Callable[[str, str], bool]:
    """Whether one of our own links could contain a parameter with a value."""

    def check(name: str, value: str) -> bool:
        if name == "route":
            return value in (OWN_FIRM, NO_ROUTE) or value in programme_routes()
        return bool(name in TYPED and TYPED[name].fullmatch(value)) or value in CHOSEN.get(name, ())

    return check


@dataclass(frozen=True)
class Links:
    """Links that keep the rule set and the two dates of the current page."""

    code: str
    """The language."""
    asked: FigureQuery

    def to(self, page: str, parts: Mapping[str, str] | None = None, /, **more: str | int | None) -> str:
        asked = self.asked
        query = {
            **more,
            "ruleSet": more.get("ruleSet") or asked.rule_set,
            "knownOn": asked.known_on and asked.known_on.isoformat(),
            "happenedUntil": asked.happened_until.isoformat(),
        }
        path = f"/{self.code}{filled(ADDRESSES[page][self.code], parts or {})}"
        return f"{path}?{urlencode({name: value for name, value in query.items() if value is not None})}"

    def overview(self, **more: str | None) -> str:
        return self.to("page-overview", **more)

    def on(self, day: date) -> str:
        """The overview as known on a day, of what happened until then."""
        return Links(self.code, replace(self.asked, known_on=day, happened_until=day)).overview()

    def now(self, today: date) -> str:
        return Links(self.code, replace(self.asked, known_on=None, happened_until=today)).overview()

    def partner(self, unit: str, **more: str | None) -> str:
        return self.to("page-partner", {"unit": unit}, **more)

    def rows(self, **wanted: str | int | None) -> str:
        return self.to("page-placements", **wanted)

    def placement(self, ref: str, source: str, **back: str | int | None) -> str:
        """`back` are the filters of the list from which it is opened."""
        return self.to("page-placement", {"ref": ref}, source=source, **back)
