"""The languages of the pages. The first part of a page's address says which one: `/nl/…` or `/en/…`."""

from fastapi import Request, Response

from banen_kit.core.answer_language import prefers_dutch
from banen_kit.core.language import Language

CODES = ("nl", "en")
COOKIE = "__Host-language"
"""Says in which language somebody read last, for the next visit without an address."""
A_YEAR = 365 * 24 * 3600
OWN_TEXTS = "banen_kit.web.shell"


def texts(package: str) -> dict[str, Language]:
    """The texts of the frame and of a package with pages, by language; where both have a text, that of the package."""
    found = {code: Language(OWN_TEXTS, code) for code in CODES}
    for code, language in found.items():
        language.merge(Language(package, code))
    return found


def language_of(request: Request) -> str:
    """That of the address; without one, that of the last visit, or what the browser prefers, or Dutch."""
    first = request.scope["path"].split("/")[1]
    if first in CODES:
        return first
    kept = request.cookies.get(COOKIE)
    if kept in CODES:
        return kept
    accepted = request.headers.get("Accept-Language", "")
    return "en" if accepted and not prefers_dutch(accepted) else "nl"


def other_than(code: str) -> str:
    return next(one for one in CODES if one != code)


def remember(request: Request, response: Response, code: str) -> None:
    """`__Host-` cookies are bound to this host; the cookie says nothing about a person."""
    if request.cookies.get(COOKIE) != code:
        response.set_cookie(
            COOKIE, code, max_age=A_YEAR, path="/", secure=True, httponly=True, samesite="lax"
        )
