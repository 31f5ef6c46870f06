"""Given/when/then tests of deciders, also for partners, and a token issuer for tests of protected routes."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet
from pydantic import SecretStr

from banen_contracts import Envelope, PublicEvent
from banen_contracts.base import DOMAIN, source_of
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import Service
from banen_kit.audit.log import Audit
from banen_kit.core.decider import Command, Decider, DecisionContext, DomainEvent, Refused
from banen_kit.core.faults import Faults
from banen_kit.security.sessions import Sessions
from banen_kit.security.strength import Strength
from banen_kit.security.tokens import LONGEST_SECONDS, Issuer
from banen_kit.web.app import Check, Health
from banen_kit.web.authentication import Authentication

E = TypeVar("E")

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
METRICS_TOKEN = "only-for-tests-only-for-tests-only-for-tests"  # noqa: S105 - for tests
OPERATOR = {"Authorization": f"Bearer {METRICS_TOKEN}"}
"""Shows `/metrics` and all of `/readyz`."""


def health_of(command_service: CommandService, checks: dict[str, Check] | None = None) -> Health:
    """What an application needs to answer `/readyz` and `/metrics`."""
    return Health(Faults(command_service.metrics), SecretStr(METRICS_TOKEN), {} if checks is None else checks)


@dataclass(frozen=True)
class Scenario(Generic[E]):
    """`Scenario(PLACEMENT, ref).given(started).when(EndPlacement(...)).then(ended)`; compares exactly, in order."""

    decider: Decider[Any, Any, E]
    ref: str
    partner: str = "uaf"
    partners: frozenset[str] = frozenset(
        {"uaf", "emplooi", "vluchtelingenwerk", "uwv", "goed-werk", "bureau"}
    )
    past: tuple[E, ...] = ()
    related: tuple[DomainEvent, ...] = ()
    about: frozenset[str] = frozenset()
    heard: PublicEvent | None = None
    arrived: Mapping[str, Sequence[DomainEvent]] = field(default_factory=dict[str, Sequence[DomainEvent]])
    seen: object = None
    doubles: tuple[UUID, ...] = ()
    is_historic: bool = False
    now: datetime = NOW

    def given(self, *past: E) -> "Scenario[E]":
        return replace(self, past=past)

    def beside(self, *related: DomainEvent, about: frozenset[str] = frozenset()) -> "Scenario[E]":
        """The events of the other stream that the command names (`CommandRoute.related`), and whom they are about."""
        return replace(self, related=related, about=about)

    def knowing(self, heard: PublicEvent) -> "Scenario[E]":
        """The newest that was heard of what the operation needs (`CommandRoute.learned`)."""
        return replace(self, heard=heard)

    def arriving(self, **arrived: DomainEvent) -> "Scenario[E]":
        """What is known of the things of another service that the command names, by field (`CommandRoute.refers_to`)."""
        return replace(self, arrived={name: [event] for name, event in arrived.items()})

    def seeing(self, seen: object) -> "Scenario[E]":
        """What the service's read side shows (`CommandRoute.needs_view`)."""
        return replace(self, seen=seen)

    def when(self, command: Command) -> "Result[E]":
        context = DecisionContext(
            self.ref,
            NOW,
            self.partner,
            self.partners,
            self.related,
            self.heard,
            about=self.about,
            arrived=self.arrived,
            seen=self.seen,
            doubles=self.doubles,
            is_historic=self.is_historic,
        )
        state = self.decider.replay(self.past)
        try:
            return Result(tuple(self.decider.decide(command, state, context)), None, self.decider, self.past)
        except Refused as refused:
            return Result((), refused, self.decider, self.past)


@dataclass(frozen=True)
class Result(Generic[E]):
    events: Sequence[E]
    refused: Refused | None
    decider: Decider[Any, Any, E]
    past: tuple[E, ...]

    def then(self, *expected: E) -> None:
        """Exactly these events, and they can be replayed after the given ones."""
        if self.refused:
            raise AssertionError(f"refused: {self.refused.code}") from self.refused
        assert list(self.events) == list(expected), f"{self.events} != {expected}"
        self.decider.replay([*self.past, *self.events])

    def then_nothing(self) -> None:
        self.then()

    def then_refused(self, code: str, field: str | None = None) -> None:
        assert self.refused is not None, f"accepted: {self.events}"
        assert (self.refused.code, self.refused.field) == (code, field)


async def teach(command_service: CommandService, event: PublicEvent, sequence: int = 1) -> None:
    """As if the service had heard this from whom it learns it."""
    [learns] = [one for one in command_service.service.learns if one.event is type(event)]
    id_ = uuid5(NAMESPACE_URL, f"{learns.source}/{sequence}")
    envelope = Envelope(
        id=id_,
        source=learns.source,
        type=f"{DOMAIN}.{event.NAME}",
        subject=event.ref,
        time=NOW,
        partner=learns.partner,
        sequence=sequence,
        correlationid=id_,
        causationid=id_,
    )
    await command_service.hear(learns, envelope, event.to_json())


class FakeIssuer:
    """An OpenID issuer without a network: signs what a test wants, and answers whoever asks for its keys."""

    url = "https://issuer.test"

    def __init__(self) -> None:
        self.key = self.new_key()
        self.published: list[Key] = [self.key]
        self.asked: list[str] = []
        """The paths that were asked for."""
        self.is_away = False

    @staticmethod
    def new_key() -> ECKey:
        key = ECKey.generate_key("P-256")
        key.ensure_kid()
        return key

    def token(
        self,
        *roles: str,
        partner: str,
        audience: str,
        subject: str = "somebody",
        typ: str | None = "at+jwt",
        **claims: Any,
    ) -> str:
        """An access token unless `typ` says otherwise, valid for as long as any may be; a claim of None is left out."""
        now = int(time.time())
        said: dict[str, Any] = {
            "iss": self.url,
            "sub": subject,
            "aud": [audience],
            "iat": now,
            "exp": now + LONGEST_SECONDS,
            "banen_partner": partner,
            "banen_roles": list(roles),
            **claims,
        }
        kept = {name: value for name, value in said.items() if value is not None}
        header = {"alg": "ES256", "kid": self.key.kid} | ({} if typ is None else {"typ": typ})
        return jwt.encode(header, kept, self.key)

    def http(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))

    def authentication(
        self, service: Service, partner: str, audit: Audit, sessions: Sessions | None = None
    ) -> Authentication:
        """The authentication of a service that trusts this issuer."""
        audience = source_of(partner, service.name)
        issuer = Issuer(self.url, self.http(), service.roles.known)
        return Authentication(
            partner,
            audience,
            service.permissions,
            issuer,
            audit,
            sessions,
            strength=Strength(service.roles.strong),
        )

    def bearer(
        self, service: Service, owner: str, *roles: str, partner: str | None = None, **claims: Any
    ) -> dict[str, str]:
        """The header with which somebody asks a service of `owner`: one of its own people, unless told."""
        audience = source_of(owner, service.name)
        token = self.token(*roles, partner=partner or owner, audience=audience, **claims)
        return {"Authorization": f"Bearer {token}"}

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request.url.path)
        if self.is_away:
            raise httpx2.ConnectError("away", request=request)
        if request.url.path == "/jwks":
            return httpx2.Response(200, json=KeySet(self.published).as_dict(private=False))
        found = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
        }
        return httpx2.Response(200, json=found)
