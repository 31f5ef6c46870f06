"""The streams and consumers of the bus, derived from the list of partners. Only `banen bus apply` declares them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from nats.aio.client import Client
from nats.js.errors import APIError, NotFoundError
from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from banen_contracts import PublicEvent
from banen_contracts.base import PartnerId
from banen_contracts.roles import SERVICES
from banen_kit.application.definition import Reactor, Service
from banen_kit.messaging.jetstream import DEAD_LETTERS, EVT_ALL, WATERMARKS, api, stream_name

SECOND = 1_000_000_000
"""JetStream counts in nanoseconds."""
GIB = 1024**3


class TopologyDiffers(Exception):
    """A stream or consumer is not as declared; the message says how."""


def _known(service: str) -> str:
    if service not in SERVICES:
        names = " or ".join(map(repr, SERVICES))
        raise PydanticCustomError("service_unknown", "Input should be {names}", {"names": names})
    return service


class PartnerTable(BaseModel, frozen=True, extra="forbid"):
    """One table of `partners.toml`."""

    services: Annotated[tuple[Annotated[str, AfterValidator(_known)], ...], Field(min_length=1)]

    @field_validator("services")
    @classmethod
    def _each_once(cls, services: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(services)) < len(services):
            raise ValueError("names a service twice")
        return services


PARTNERS = TypeAdapter(dict[PartnerId, PartnerTable])
INTEGRATORS = TypeAdapter(list[PartnerId])


@dataclass(frozen=True)
class Partner:
    """A partner and the services it runs, as in `partners.toml`."""

    id: str
    services: tuple[str, ...]


def read_partners(path: Path) -> list[Partner]:
    """Reads `partners.toml`: a table per partner with its `services`. Raises `ValueError` that names the fault."""
    table = _table(path)
    table.pop("integrators", None)
    try:
        tables = PARTNERS.validate_python(table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{path}: {where}: {first['msg']}") from error
    return [Partner(name, fields.services) for name, fields in tables.items()]


def read_integrators(path: Path) -> list[str]:
    """Reads the list `integrators` of `partners.toml`: who only reads the bus. Raises `ValueError` that names the fault."""
    try:
        return list(INTEGRATORS.validate_python(_table(path).get("integrators", [])))
    except ValidationError as error:
        raise ValueError(f"{path}: integrators: {error.errors()[0]['msg']}") from error


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from error


KEPT: Mapping[str, Any] = {"storage": "file", "retention": "limits", "num_replicas": 1}
FORGETS_NOTHING: Mapping[str, Any] = {"max_age": 0, "max_msgs": -1, "max_msgs_per_subject": -1}
"""Declared although these are the defaults: if somebody changed one by hand, a stream would lose events."""


def streams(partners: Sequence[Partner], max_bytes: int = GIB) -> list[dict[str, Any]]:
    """The declared streams: one per writer, one that collects all of them, dead letters and watermarks."""
    writers = [(partner.id, service) for partner in partners for service in partner.services]
    found = [
        {
            "name": stream_name(partner, service),
            "subjects": [f"evt.{partner}.{service}.>"],
            "discard": "new",
            "max_bytes": max_bytes,
            "allow_atomic": True,
            "allow_direct": True,
            "deny_delete": True,
            "deny_purge": True,
            **FORGETS_NOTHING,
            **KEPT,
        }
        for partner, service in writers
    ]
    # EVT_ALL is a copy of the writers' streams, so it may be written asynchronously: after a power cut it fills up again.
    everything = {
        "name": EVT_ALL,
        "sources": [{"name": stream_name(partner, service)} for partner, service in writers],
        "discard": "new",
        "max_bytes": max_bytes * 2,
        "allow_direct": True,
        "persist_mode": "async",
        "deny_delete": True,
        "deny_purge": True,
        **FORGETS_NOTHING,
        **KEPT,
    }
    return [*found, everything, *_beside()]


def _beside() -> list[dict[str, Any]]:
    """The streams without events: dead letters, and watermarks."""
    dead = {
        "name": DEAD_LETTERS,
        "subjects": ["dlq.>"],
        "discard": "new",
        "max_bytes": GIB // 4,
        "max_age": 0,  # nothing expires by a clock
        **KEPT,
    }
    marks = {
        "name": WATERMARKS,
        "subjects": ["wmk.>"],
        "discard": "old",
        "max_bytes": GIB // 64,
        "max_msgs_per_subject": 1,
        "allow_direct": True,
        **KEPT,
    }
    return [dead, marks]


def consumer_name(partner: str, service: str, reactor: Reactor, event: type[PublicEvent]) -> str:
    """The durable consumer that brings one event type to one reactor of one partner's service."""
    return f"{partner}-{service}-{reactor.name}-{event.NAME.split('.')[1]}"


def policy_subject(partner: str, reactor: Reactor, event: type[PublicEvent]) -> str:
    """The subject of one event type that a reactor reads: of all partners, or only of its own."""
    return f"evt.{partner if reactor.only_own else '*'}.{event.NAME}"


def policy_consumers(partner: str, service: Service) -> list[dict[str, Any]]:
    """The durable consumers of the reactors of one partner's service, one per event type."""
    return [
        _consumer(
            consumer_name(partner, service.name, reactor, event), 400, policy_subject(partner, reactor, event)
        )
        for reactor in service.reactors
        for event in reactor.listens_to
    ]


def inbox_consumer(partner: str, service: str) -> dict[str, Any]:
    """The durable consumer that fills a service's inbox with all events."""
    return _consumer(f"{partner}-{service}", 5000)


def service_consumers(partner: str, service: Service) -> list[dict[str, Any]]:
    """All durable consumers of one partner's service."""
    inbox = [inbox_consumer(partner, service.name)] if service.has_inbox else []
    return [*policy_consumers(partner, service), *inbox]


def integrator_consumer(name: str) -> dict[str, Any]:
    """The durable consumer of an integrator: all events, from the beginning."""
    return _consumer(f"integrator-{name}", 5000)


def _consumer(name: str, pending: int, subject: str = "") -> dict[str, Any]:
    return {
        "durable_name": name,
        "filter_subject": subject,
        "ack_policy": "explicit",
        "ack_wait": 20 * SECOND,
        "deliver_policy": "all",
        "replay_policy": "instant",
        "max_ack_pending": pending,
        "max_deliver": -1,
        "num_replicas": 0,
    }


def differences(declared: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """Returns the differences, one line each. Settings that are not declared are left to the server."""
    found: list[str] = []
    for name, wanted in declared.items():
        has = actual.get(name)
        if name == "sources":
            wanted_names, has_names = _names(wanted), _names(has or [])
            if wanted_names != has_names:
                found.append(
                    f"{name}: is {', '.join(has_names) or 'none'}; declared {', '.join(wanted_names)}"
                )
        elif has != wanted and not (has is None and wanted in (False, 0, "", [])):
            found.append(f"{name}: is {has}; declared {wanted}")
    return found


def _names(sources: Sequence[Mapping[str, str]]) -> list[str]:
    return sorted(source["name"] for source in sources)


async def apply_stream(client: Client, declared: Mapping[str, Any], *, change: bool) -> str:
    """Creates a stream, or reports differences; changes an existing one only with `change`. Returns what was done.

    Raises `TopologyDiffers` if the server refuses, `BusUnavailable`.
    """
    name = declared["name"]
    try:
        actual = (await api(client, f"STREAM.INFO.{name}"))["config"]
    except NotFoundError:
        try:
            await api(client, f"STREAM.CREATE.{name}", declared)
        except APIError as error:
            raise TopologyDiffers(f"{name} cannot be created ({error.description})") from error
        return "created"
    found = differences(declared, actual)
    if not found:
        return "as declared"
    if not change:
        return "differs: " + "; ".join(found)
    try:
        await api(client, f"STREAM.UPDATE.{name}", {**actual, **declared})
    except APIError as error:
        raise TopologyDiffers(
            f"{name} cannot be changed in place ({error.description}): {'; '.join(found)}. "
            "Recreate it by hand; EVT_ALL fills itself again, a writer's stream is filled again by its relay."
        ) from error
    return "changed: " + "; ".join(found)


async def apply_consumer(client: Client, declared: Mapping[str, Any], *, change: bool) -> str:
    """Like `apply_stream`, for a durable consumer of EVT_ALL."""
    name = declared["durable_name"]
    try:
        actual = (await api(client, f"CONSUMER.INFO.{EVT_ALL}.{name}"))["config"]
    except NotFoundError:
        await _put_consumer(client, declared, "create")
        return "created"
    found = differences(declared, actual)
    if not found:
        return "as declared"
    if not change:
        return "differs: " + "; ".join(found)
    try:
        await _put_consumer(client, declared, "update")
    except APIError as error:
        raise TopologyDiffers(f"{name} cannot be changed in place: {'; '.join(found)}") from error
    return "changed: " + "; ".join(found)


async def _put_consumer(client: Client, declared: Mapping[str, Any], action: str) -> None:
    name = declared["durable_name"]
    request = {"stream_name": EVT_ALL, "config": {**declared, "name": name}, "action": action}
    await api(client, f"CONSUMER.CREATE.{EVT_ALL}.{name}", request)


async def refuse_other_consumer(client: Client, declared: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the server's information about a consumer. Raises `TopologyDiffers` if not as declared, `BusUnavailable`."""
    name = declared["durable_name"]
    try:
        info = await api(client, f"CONSUMER.INFO.{EVT_ALL}.{name}")
    except NotFoundError:
        raise TopologyDiffers(f"consumer {name} does not exist; run: banen bus apply") from None
    found = differences(declared, info["config"])
    if found:
        raise TopologyDiffers(
            f"consumer {name} is not ours: {'; '.join(found)}; run: banen bus apply --change"
        )
    return info
