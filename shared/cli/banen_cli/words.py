"""The language in which the command speaks to readers of figures, and to persons about their data."""

from banen_kit.core.language import Language

LANGUAGE = Language("banen_cli", "nl")
gettext, pgettext = LANGUAGE.gettext, LANGUAGE.pgettext
