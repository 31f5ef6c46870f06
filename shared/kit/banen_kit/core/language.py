"""The texts of a package in one language, and how that language writes numbers and days.

A package has a Babel catalogue per language, `messages/<language>.po`, which is read without a compile step. Texts
have short keys; the text for a code (a role, an outcome) has the kind of code as its context.
"""

from datetime import date, datetime
from importlib.resources import files
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import Format, Translations

from banen_kit.core.clocks import day_of


def catalogue(package: str, code: str) -> Catalog:
    with (files(package) / "messages" / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


class Language(Translations):
    """The texts of one package in one language. An unknown key or code is returned unchanged."""

    def __init__(self, package: str, code: str) -> None:
        compiled = BytesIO()
        write_mo(compiled, catalogue(package, code))
        compiled.seek(0)
        super().__init__(compiled)
        self.code = code
        self._format = Format(code)

    def pgettext(self, context: str, message: str) -> str:
        return str(super().pgettext(context, message))

    def number(self, value: int) -> str:
        return self._format.number(value)

    def signed(self, value: int) -> str:
        """A difference with its sign, which is a real minus; 0 has none."""
        return f"{'+' if value > 0 else chr(0x2212) if value < 0 else ''}{self._format.number(abs(value))}"

    def percentage(self, value: float | None) -> str:
        return "" if value is None else f"{format_decimal(value, '0.0', self.code)}%"

    def euro(self, value: float | None) -> str:
        return (
            ""
            if value is None
            else format_currency(value, "EUR", "¤\N{NO-BREAK SPACE}#,##0", self.code, currency_digits=False)
        )

    def day(self, value: date) -> str:
        """15 januari 2009. A moment is converted to its day."""
        return self._written(value, "d MMMM y")

    def month(self, value: date) -> str:
        """dec. 2005"""
        return self._written(value, "MMM y")

    def form_day(self, value: date) -> str:
        """15-1-2009, as people write it in a form."""
        return self._written(value, "d-M-y")

    def short_day(self, value: date) -> str:
        """15-01-2009"""
        return self._written(value, "dd-MM-y")

    def _written(self, value: date, pattern: str) -> str:
        return self._format.date(day_of(value) if isinstance(value, datetime) else value, pattern)
