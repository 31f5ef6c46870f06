"""Where an auditor states the assignment before seeing rows."""

from dataclasses import replace

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from pydantic import TypeAdapter, ValidationError

from banen_kit.audit import log as audit
from banen_kit.core.problem import FieldError, invalid
from banen_kit.core.text import Mark
from banen_kit.web.authentication import Authentication, who
from banen_kit.web.login import Logins
from banen_kit.web.shell.router import PageRouter
from banen_reporting.web.visit import Visits

MARK: TypeAdapter[str] = TypeAdapter(Mark)


def add_purpose(router: PageRouter, visits: Visits, logins: Logins, authentication: Authentication) -> None:

    @router.page("page-purpose")
    async def purpose(request: Request, path: str = "/") -> Response:
        visit = await visits.of(request)
        asked = visit.view.asked(None, None, None)
        return visit.page("purpose.html", asked, path=router.own_address(path))

    @router.page("state-purpose", method="POST", of="page-purpose")
    async def state(request: Request) -> Response:
        visitor = who(request)
        try:
            mark = MARK.validate_python(visitor.form.get("document", "").strip())
        except ValidationError:
            raise invalid([FieldError("document", "must be the mark of a document")]) from None
        if visitor.session is not None:
            await authentication.note(request, replace(visitor, purpose=mark), audit.Outcome.ACCEPTED)
            await logins.sessions.state_purpose(visitor.session, mark)
        return RedirectResponse(router.own_address(visitor.form.get("path", "/")), 303)
