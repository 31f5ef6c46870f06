"""Authenticates requests, checks them against the service's table of permissions, and refuses all others."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from pydantic import TypeAdapter, ValidationError

from banen_kit.audit.log import Audit, Outcome, entry_of
from banen_kit.core.clocks import utc_now
from banen_kit.core.identity import Principal
from banen_kit.core.problem import FieldError, Problem, field_of, invalid
from banen_kit.core.references import SHOULD_BE_RANDOM_OR_DERIVED, refuse_other_key
from banen_kit.core.text import Mark
from banen_kit.security.permissions import ANYONE, OPERATOR, Permissions, refuse_unless
from banen_kit.security.sessions import COOKIE, Session, Sessions
from banen_kit.security.strength import Strength
from banen_kit.security.tokens import Issuer, IssuerUnavailable, TokenRefused
from banen_kit.web.audited import ATTEMPT
from banen_kit.web.body import limited_body
from banen_kit.web.request_head import pairs_of
from banen_kit.web.strangers import Strangers

log = logging.getLogger(__name__)

MARK: TypeAdapter[str] = TypeAdapter(Mark)
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
MOST_FORM_BYTES = 16 * 1024
FORM_TOKEN = "formToken"  # noqa: S105 - the name of a field
PER_MINUTE = RateLimitItemPerMinute(15_000)
"""Requests per subject, which may be a system that forwards many people's work. A bulk load is one request."""
REFUSED_PER_MINUTE = RateLimitItemPerMinute(60)
"""Refused tokens per address (behind a proxy, all have the proxy's). Requests without credentials do not count, so that
people can always start a login, however many strangers guess.
"""


NOT_SIGNED_IN = "not-signed-in"
SIGN_IN_INSUFFICIENT = "sign-in-insufficient"


@dataclass(frozen=True)
class RequestContext:
    """The authenticated caller of a request."""

    principal: Principal
    session: Session | None = None
    """Set if the request came with a browser's cookie."""
    form: Mapping[str, str] = field(default_factory=dict[str, str])
    """The fields of the submitted form, whose token was checked and used up."""
    purpose: str | None = None
    """Why an auditor looks: the reference of a document."""


def who(request: Request) -> RequestContext:
    """Returns the authenticated caller. Only for routes that are not open to anyone."""
    found: RequestContext = request.state.who
    return found


def recorded_elsewhere(request: Request) -> None:
    """The route writes its own audit entry, so authentication must not."""
    setattr(request.state, ATTEMPT, None)


def outcome_of(method: str, status: int) -> Outcome:
    """Derives the outcome of a request from the status of its answer."""
    match status:
        case 404:
            return Outcome.NOT_FOUND
        case 503:
            return Outcome.UNAVAILABLE
        case _ if status >= 500:
            return Outcome.FAILED
        case _ if status >= 400:
            return Outcome.REFUSED
        case _:
            return Outcome.SHOWN if method in SAFE_METHODS else Outcome.ACCEPTED


@dataclass(eq=False)
class Authentication:
    """Runs before every route of a service."""

    partner: str
    audience: str
    """The audience that an access token must have: this service's CloudEvents source."""
    permissions: Permissions
    issuer: Issuer
    audit: Audit
    sessions: Sessions | None = None
    """Only for services with pages."""
    per_minute: RateLimitItemPerMinute = PER_MINUTE
    strength: Strength = field(kw_only=True)
    clock: Callable[[], datetime] = utc_now
    strangers: Strangers = field(init=False)
    _rate: SlidingWindowCounterRateLimiter = field(
        default_factory=lambda: SlidingWindowCounterRateLimiter(MemoryStorage()), repr=False
    )

    def __post_init__(self) -> None:
        self.strangers = Strangers(self.audit, self.partner)

    async def __call__(self, request: Request) -> None:
        """Raises `Problem`."""
        access = self.permissions.get(request.scope["route"].name)
        if access is ANYONE or access is OPERATOR:
            return
        try:
            found = await self._identify(request)
            if not self.suffices(found.principal, is_person=found.session is not None):
                raise self._insufficient()
        except Problem as problem:
            self.turned_away(request, problem)
            raise
        # Before the permissions, since each refusal writes to the audit log.
        if not self._rate.hit(self.per_minute, "subject", found.principal.subject):
            raise _hurry()
        request.state.correlation_id = correlation_id(request)
        request.state.who = found  # also for the page that shows a refusal
        if access is None or access.audited:
            setattr(request.state, ATTEMPT, partial(self._note_answer, request, found))
        try:
            refuse_unless(access, found.principal, self.partner)
        except Problem:
            await self.note(request, found, Outcome.REFUSED)
            raise
        refuse_unknown_parameters(request)
        request.state.who = await self._with_form(request, found)

    def suffices(self, principal: Principal, *, is_person: bool) -> bool:
        """Whether somebody signed in strongly and recently enough for their roles."""
        return self.strength.suffices(principal, self.clock(), is_person=is_person)

    async def note(
        self,
        request: Request,
        visitor: RequestContext,
        outcome: Outcome,
        target: str | None = None,
        *,
        shown: Iterable[str] = (),
        **detail: Any,
    ) -> None:
        """Records that somebody viewed this route, or tried to, and adds an entry for each reference that was `shown`.

        Raises `StoreUnavailable`.
        """
        recorded_elsewhere(request)
        action = request.scope["route"].name
        entry = entry_of(visitor.principal, action, target, outcome, request.state.correlation_id)
        entry = replace(entry, purpose=visitor.purpose)
        rows = [replace(entry, target=ref) for ref in dict.fromkeys(shown)]
        await self.audit.record([replace(entry, detail=detail), *rows])

    def turned_away(self, request: Request, problem: Problem) -> None:
        """Counts a failed authentication for the audit log, unless the caller sent no credentials."""
        action = request.scope["route"].name
        log.warning("%s refused: %s", action, problem.code)
        if problem.code != NOT_SIGNED_IN:
            self.strangers.count(action, problem.code)

    async def _note_answer(self, request: Request, visitor: RequestContext, status: int) -> None:
        """Records the request if the route did not do so itself."""
        await self.note(request, visitor, outcome_of(request.method, status))

    async def _identify(self, request: Request) -> RequestContext:
        header = request.headers.get("Authorization")
        if header is None:
            return await self._of_session(request)
        try:
            return await self._of_token(request, header)
        except Problem as problem:
            address = request.client.host if request.client else ""
            # Only callers who guess have to wait: others at the same address may be colleagues.
            if problem.status == 401 and not self._rate.hit(REFUSED_PER_MINUTE, "address", address):
                raise _hurry() from None
            raise

    async def _of_token(self, request: Request, header: str) -> RequestContext:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise refused("token-missing", "Send an access token: Authorization: Bearer …")
        try:
            principal = await self.issuer.principal(token.strip(), self.audience)
            return RequestContext(principal, purpose=purpose(request))
        except TokenRefused as error:
            raise refused(error.reason, "The access token is not accepted.") from None
        except IssuerUnavailable:
            raise issuer_away() from None

    async def _of_session(self, request: Request) -> RequestContext:
        cookie = request.cookies.get(COOKIE)
        if self.sessions is None or cookie is None:
            raise refused(NOT_SIGNED_IN, "Sign in, or send an access token.")
        session = await self.sessions.find(cookie, request.headers.get("User-Agent", ""))
        if session is None:
            raise refused("session-ended", "This session has ended; sign in again.")
        return RequestContext(session.principal, session, purpose=session.purpose)

    def _insufficient(self) -> Problem:
        """Says how to sign in again (RFC 9470 §3)."""
        wanted = "".join(f', {name}="{value}"' for name, value in self.strength.wanted().items())
        challenge = f'Bearer realm="banen", error="insufficient_user_authentication"{wanted}'
        detail = "Your role needs a stronger or more recent sign-in; sign in again."
        return Problem(401, SIGN_IN_INSUFFICIENT, detail, headers={"WWW-Authenticate": challenge})

    async def _with_form(self, request: Request, found: RequestContext) -> RequestContext:
        """Other sites can make a browser send its cookie, so a request that changes something also needs a form token."""
        if found.session is None or request.method in SAFE_METHODS:
            return found
        assert self.sessions is not None
        form = pairs_of(await limited_body(request, MOST_FORM_BYTES))
        if not await self.sessions.use_form(found.session, form.pop(FORM_TOKEN, "")):
            await self.note(request, found, Outcome.REFUSED)
            detail = "This form was sent before, or is too old; open the page again."
            raise Problem(403, "form-used", detail, FORM_TOKEN)
        return replace(found, form=form)


def refuse_unknown_parameters(request: Request) -> None:
    """Refuses parameters that a route does not have: with a misspelt filter it would show everything.

    Raises `Problem` 400.
    """
    route: APIRoute = request.scope["route"]
    known = parameters_of(route.dependant)
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        said = ", ".join(sorted(known)) or "none"
        raise invalid([FieldError(field_of((unknown[0],)), f"is no parameter here; there are: {said}")])


def parameters_of(dependant: Dependant) -> set[str]:
    """The names of the query parameters of a route and of what it depends on."""
    own = {parameter.alias for parameter in dependant.query_params}
    return own.union(*map(parameters_of, dependant.dependencies))


def correlation_id(request: Request) -> UUID:
    """The id that the caller sent to link this with other requests, or a new one. Raises `Problem`."""
    return optional_uuid(request, "Correlation-Id") or uuid4()


def optional_uuid(request: Request, header: str) -> UUID | None:
    """Raises `Problem`."""
    value = request.headers.get(header)
    if value is None:
        return None
    try:
        return refuse_other_key(UUID(value))
    except ValueError:
        raise invalid([FieldError(header, SHOULD_BE_RANDOM_OR_DERIVED)]) from None


def purpose(request: Request) -> str | None:
    """Reads the header `Purpose`. Raises `Problem`."""
    given = request.headers.get("Purpose")
    if given is None:
        return None
    try:
        return MARK.validate_python(given.strip())
    except ValidationError:
        raise invalid(
            [FieldError("Purpose", "must be the mark of a document, such as AUDIT-2009-1")]
        ) from None


def refused(code: str, detail: str) -> Problem:
    """The caller could not be identified (RFC 6750 §3)."""
    error = ', error="invalid_token"' if code.startswith("token-") else ""
    return Problem(401, code, detail, headers={"WWW-Authenticate": f'Bearer realm="banen"{error}'})


def issuer_away() -> Problem:
    """Nobody can be identified now."""
    detail = "The login service cannot be reached now."
    return Problem(503, "issuer-unavailable", detail, headers={"Retry-After": "5"})


def _hurry() -> Problem:
    return Problem(
        429, "too-many-requests", "Too many requests; wait a while.", headers={"Retry-After": "60"}
    )
