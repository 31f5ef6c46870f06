"""The language of what a caller is told: Dutch where the request prefers it (`Accept-Language`), else English.

A refusal has its English sentence where it is raised. Its Dutch sentence is the text of its code in the catalogue
(`messages/nl.po`) of the package that raises it, in the context `refusal`.
"""

import re
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from banen_kit.core.language import catalogue

SHARED: Final = ("banen_kit", "banen_contracts")
"""The packages with texts for every service."""
MOST_CHARACTERS: Final = 500
RANGE: Final = re.compile(
    r"[ \t]*(?:([A-Za-z]{1,8})(?:-[A-Za-z0-9]{1,8})*|\*)"
    r"(?:[ \t]*;[ \t]*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?[ \t]*"
)
"""A language and its weight (RFC 9110 §12.5.4); the group is empty for `*`."""


@dataclass(frozen=True)
class AnswerLanguage:
    """A language, and the sentences of refusals in it by code; of the others, the English sentence stands."""

    code: str
    sentences: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Content-Language": self.code, "Vary": "Accept-Language"}


ENGLISH: Final = AnswerLanguage("en")
_current: ContextVar[AnswerLanguage] = ContextVar("answer_language", default=ENGLISH)


def answer_language() -> AnswerLanguage:
    """The language of the answer to the current request."""
    return _current.get()


@contextmanager
def answering(headers: Iterable[tuple[bytes, bytes]], packages: tuple[str, ...] = SHARED) -> Generator[None]:
    """Within it, refusals are in the language that the headers prefer, with the texts of these packages."""
    accepted = b",".join(value for name, value in headers if name.lower() == b"accept-language")
    is_dutch = prefers_dutch(accepted.decode("latin-1"))
    token = _current.set(dutch(packages) if is_dutch else ENGLISH)
    try:
        yield
    finally:
        _current.reset(token)


@cache
def dutch(packages: tuple[str, ...]) -> AnswerLanguage:
    """Where two packages have a text for a code, that of the last one holds."""
    texts = [one for package in packages for one in catalogue(package, "nl") if one.context == "refusal"]
    return AnswerLanguage("nl", {str(one.id): str(one.string) for one in texts})


def prefers_dutch(accepted: str) -> bool:
    """Whether a value of `Accept-Language` puts Dutch before English. Not if it is malformed, or excessively long."""
    if len(accepted) > MOST_CHARACTERS:
        return False
    weights: dict[str, float] = {}
    for part in filter(str.strip, accepted.split(",")):
        found = RANGE.fullmatch(part)
        if found is None:
            return False
        language = (found[1] or "*").lower()
        weights[language] = max(weights.get(language, 0.0), float(found[2] or 1))
    others = weights.get("*", 0.0)
    nl, en = weights.get("nl", others), weights.get("en", others)
    first = next((language for language in weights if language in ("nl", "en")), "en")
    return nl > en or (nl == en > 0 and first == "nl")
