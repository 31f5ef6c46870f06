"""The language of the command's texts for readers of figures, and for persons about their data."""

from banen_kit.core.language import Language

LANGUAGE = Language("banen_cli", "nl")
gettext, pgettext = LANGUAGE.gettext, LANGUAGE.pgettext
