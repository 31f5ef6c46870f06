"""The routes of pages: each page in every language, a refusal as a page, and sign-in before anything else."""

import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from banen_kit.application.problems import to_problem
from banen_kit.core.problem import Problem
from banen_kit.web.authentication import SIGN_IN_INSUFFICIENT
from banen_kit.web.shell.frame import STYLE, Shell, compressed
from banen_kit.web.shell.languages import CODES, language_of

Handler = Callable[..., Coroutine[Any, Any, Response]]
IsOurs = Callable[[str, str], bool]
"""Whether one of our own links could contain this parameter with this value."""
PARTS: Mapping[str, re.Pattern[str]] = {
    "ref": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "unit": re.compile(r"[a-z][a-z0-9-]{1,60}"),
}
"""What may stand for a part of an address that varies."""
START = "page-start"


class PageRoute(APIRoute):
    """Shows a refusal as a page, and sends visitors who are not signed in to the login."""

    router: ClassVar["PageRouter"]

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:  # noqa: BLE001 - to_problem raises again what is not for the reader
                return self.router.refusal(request, to_problem(error))

        return answer


class PageRouter(APIRouter):
    """The pages of a service. A page's route is named `page-…`, once per language."""

    def __init__(self, shell: Shell, is_ours: IsOurs, purpose_page: str | None = None) -> None:
        """`purpose_page` is where somebody who must state a purpose first does that."""
        super().__init__(route_class=type("Route", (PageRoute,), {"router": self}), include_in_schema=False)
        self.shell = shell
        self._is_ours = is_ours
        self._purpose_page = purpose_page
        self._add_entrance()

    def page(self, name: str, method: str = "GET", of: str | None = None) -> Callable[[Handler], Handler]:
        """Adds a page at its address in each language (`Shell.addresses`), or a form at the address `of` a page."""

        def add(handler: Handler) -> Handler:
            for code, path in self.shell.addresses[of or name].items():
                self.add_api_route(f"/{code}{path}", handler, methods=[method], name=name)
            return handler

        return add

    def close(self) -> None:
        """Adds the page for all other addresses; after every other page."""

        async def unknown(request: Request, rest: str) -> Response:
            raise Problem(404, "page-unknown", "There is no such page.")

        for code in CODES:
            self.add_api_route(f"/{code}/{{rest:path}}", unknown, methods=["GET"], name="page-unknown")

    def own_address(self, asked: str) -> str:
        """Returns the address of a page, with only those query fields that our own links could contain.

        It is kept during a login and repeated in redirects; other fields could contain personal data.
        """
        path, _, query = asked.partition("?")
        if not any(self._leads_to(route, path) for route in self.routes):
            return "/"
        kept = {name: value for name, value in parse_qsl(query) if self._is_ours(name, value)}
        return f"{path}?{urlencode(kept)}" if kept else path

    @staticmethod
    def _leads_to(route: object, path: str) -> bool:
        if not isinstance(route, APIRoute) or not route.name.startswith("page-"):
            return False
        found = route.path_regex.fullmatch(path)
        return found is not None and all(
            name in PARTS and PARTS[name].fullmatch(part) for name, part in found.groupdict().items()
        )

    def refusal(self, request: Request, problem: Problem) -> Response:
        path = request.url.path
        asked = urlencode({"path": self.own_address(f"{path}?{request.url.query}")})
        if problem.status == 401 and request.method == "GET" and path != "/login/answer":
            again = "&strong=true" if problem.code == SIGN_IN_INSUFFICIENT else ""
            return RedirectResponse(f"/login?{asked}{again}", 303)
        if problem.code == "purpose-missing" and self._purpose_page is not None:
            to = self.shell.address(self._purpose_page, language_of(request))
            return RedirectResponse(f"{to}?{asked}", 303)
        return self.shell.fault(request, problem)

    def _add_entrance(self) -> None:
        @self.get("/", name="home")
        async def home(request: Request) -> Response:
            return RedirectResponse(f"/{language_of(request)}", 303)

        @self.get("/static/style.css", name="style")
        async def style(request: Request) -> Response:
            return compressed(request, Response(STYLE, 200, {"Cache-Control": "max-age=60"}, "text/css"))

        async def start(request: Request) -> Response:
            menu = self.shell.menu(request)
            return RedirectResponse(menu[0].address, 303) if menu else self.shell.page(request, "start.html")

        for code in CODES:
            self.add_api_route(f"/{code}", start, methods=["GET"], name=START)
