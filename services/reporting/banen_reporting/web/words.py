"""What the programme calls its things, in the language of a page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from banen_contracts.programme import NO_ROUTE, OWN_FIRM, ProgrammeDefinition
from banen_contracts.reporting import RuleSetParams
from banen_kit.core.language import Language
from banen_kit.web.shell.languages import texts
from banen_reporting.figures.figures import Figures
from banen_reporting.figures.snapshot import FactSnapshot

PACKAGE = "banen_reporting.web"
LANGUAGES = texts(PACKAGE)
ON_ROUTE = "route_"
"""How a rule set names the route of own firms (R12)."""


@dataclass(frozen=True)
class ProgrammeWords:
    """Labels out of the definition that is in force; of what it does not know, the code as it was given."""

    language: Language
    definition: ProgrammeDefinition | None

    @property
    def gettext(self) -> Callable[[str], str]:
        return self.language.gettext

    @property
    def pgettext(self) -> Callable[[str, str], str]:
        return self.language.pgettext

    @property
    def reporting_days(self) -> tuple[date, ...]:
        return self.definition.reporting_days if self.definition else ()

    def meaning(self, route: str) -> str:
        """What a route stands for; empty if the programme does not say it."""
        found = self.definition.route(route) if self.definition else None
        return found.meaning.in_language(self.language.code) if found and found.meaning else ""

    def route(self, code: str | None) -> str:
        if code in (None, NO_ROUTE):
            return self.language.gettext("route_unknown")
        if code == OWN_FIRM:
            return self.language.gettext("own_firm")
        found = self.definition.route(code or "") if self.definition else None
        return found.label.in_language(self.language.code) if found else code or ""

    def kind(self, code: str) -> str:
        found = self.definition.kind(code) if self.definition else None
        return found.label.in_language(self.language.code) if found else code

    def funder(self, code: str) -> str:
        found = self.definition.funder(code) if self.definition else None
        return found.label.in_language(self.language.code) if found else code

    def region(self, code: str) -> str:
        found = [one.label for one in self.definition.regions if one.id == code] if self.definition else []
        if code == NO_ROUTE:
            return self.language.gettext("no_region")
        return found[0].in_language(self.language.code) if found else code

    def exactness(self, precision: str) -> str:
        return self.gettext("exact") if precision == "exact" else self.pgettext("precision", precision)

    def clause(self, clause: str, outcome: str | None) -> str:
        """Why a placement does not count, or not yet."""
        return self.pgettext("pending" if outcome == "pending" else "excluded", clause)

    def verdict(self, outcome: str, clause: str | None) -> str:
        """What becomes of a placement, and why if it does not count."""
        said = self.pgettext("outcome", outcome)
        return said if clause is None else f"{said}: {self.clause(clause, outcome)}"

    def rule(self, name: str, value: str) -> str:
        """One value of a parameter of the counting rules."""
        if value.startswith(ON_ROUTE):
            return self.gettext("own_firm_on").format(route=self.route(value.removeprefix(ON_ROUTE)))
        return self.pgettext(f"rule {name}", value).format(units=self.gettext("these_units"))

    def rule_set(self, given: RuleSetParams, labels: Mapping[str, str]) -> str:
        """What a rule set does other than the default."""
        return "; ".join(self._differences(given, labels)) or self.language.gettext("as_published")

    def _differences(self, given: RuleSetParams, labels: Mapping[str, str]) -> list[str]:
        except_units = ", ".join(labels.get(unit, unit) for unit in given.except_units)
        defaults = {name: field.default for name, field in RuleSetParams.model_fields.items()}
        found = [
            self.pgettext(f"rule {name}", value).format(units=except_units)
            for name, value in given
            if isinstance(value, str) and value != defaults[name] and not value.startswith(ON_ROUTE)
        ]
        if given.self_employment.startswith(ON_ROUTE):
            route = self.route(given.self_employment.removeprefix(ON_ROUTE))
            found.append(self.language.gettext("own_firm_on").format(route=route))
        if given.min_months != defaults["min_months"]:
            found.insert(0, self.language.gettext("min_months").format(months=given.min_months))
        return found


@dataclass(frozen=True)
class ProgrammeBrand:
    """The names at the head of a page, out of the facts that were read last: a refusal needs no database."""

    model: FactSnapshot

    @classmethod
    def of(cls, figures: Figures) -> "ProgrammeBrand":
        return cls(figures.latest)

    def programme(self, language: str) -> str:
        definition = self.model.definition
        return (
            definition.name.in_language(language)
            if definition
            else LANGUAGES[language].gettext("no_programme")
        )

    def partner(self, partner: str) -> str:
        found = self.model.partners.get(partner)
        return found.name if found else partner
