"""What the programme calls its things, in the language of the pages."""

from dataclasses import dataclass
from datetime import date

from banen_contracts.programme import NO_ROUTE, OWN_FIRM, ProgrammeDefinition
from banen_kit.core.language import Language

LANGUAGE = Language("banen_reporting.web", "nl")
gettext, pgettext = LANGUAGE.gettext, LANGUAGE.pgettext


@dataclass(frozen=True)
class ProgrammeWords:
    """Labels out of the definition that is in force; of what it does not know, the code as it was given."""

    definition: ProgrammeDefinition | None

    @property
    def name(self) -> str:
        return self.definition.name.in_language(LANGUAGE.code) if self.definition else gettext("no_programme")

    @property
    def reporting_days(self) -> tuple[date, ...]:
        return self.definition.reporting_days if self.definition else ()

    @property
    def routes_explained(self) -> list[str]:
        routes = self.definition.routes if self.definition else ()
        return [
            f"{route.label.in_language(LANGUAGE.code)}: {route.meaning.in_language(LANGUAGE.code)}."
            for route in routes
            if route.meaning is not None
        ]

    def route(self, code: str | None) -> str:
        if code in (None, NO_ROUTE):
            return gettext("route_unknown")
        if code == OWN_FIRM:
            return gettext("own_firm")
        found = self.definition.route(code or "") if self.definition else None
        return found.label.in_language(LANGUAGE.code) if found else code or ""

    def kind(self, code: str) -> str:
        found = self.definition.kind(code) if self.definition else None
        return found.label.in_language(LANGUAGE.code) if found else code

    def funder(self, code: str) -> str:
        found = self.definition.funder(code) if self.definition else None
        return found.label.in_language(LANGUAGE.code) if found else code
