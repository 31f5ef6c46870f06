"""For data stewards and privacy officers: what is held on a person, persons' requests, certificates of erasure."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from fastapi import APIRouter, Request
from joserfc import jwt
from joserfc.jwk import OKPKey

from banen_contracts.base import source_of
from banen_kit.application.command_service import CommandService
from banen_kit.application.held import corrected_in, held_on
from banen_kit.application.references import as_uuid
from banen_kit.audit.log import Kept, Outcome
from banen_kit.core.clocks import day_of
from banen_kit.core.decider import DomainEvent
from banen_kit.core.problem import Problem
from banen_kit.crypto.personal_fields import Erased, Sealed
from banen_kit.eventstore.port import of_type, ref_of
from banen_kit.eventstore.repository import RecordedEvent
from banen_kit.privacy.answers import ErasureCertificate, PersonExport, PersonRequests, SigningKey
from banen_kit.privacy.held import REQUEST_TYPES
from banen_kit.web.authentication import Authentication, who
from banen_kit.web.openapi import Json, path_ref, problems, reads

ALGORITHM = "Ed25519"
CERTIFICATE = "banen-erasure+jwt"


@dataclass(frozen=True)
class SubjectAccess:
    """One service's share of what its partner holds on a person."""

    command_service: CommandService
    key_backup_days: int
    """How many days the backups of the cluster of keys are kept."""

    async def export(self, ref: str) -> dict[str, Any]:
        """Returns all data, decrypted (GDPR art. 15). `references` are all that this partner knows for the person.

        Raises `StoreUnavailable`.
        """
        repository = self.command_service.repository
        refs = await repository.keys.linked(ref)
        facts = await self._facts(refs)
        corrected = corrected_in(facts)
        looked = await self.command_service.audit.about(
            {*refs, *(ref_of(fact.record.stream) for fact in facts)}
        )
        return {
            "partner": self.command_service.partner,
            "service": self.command_service.service.name,
            "references": sorted(refs),
            "events": [
                {**await self._shown(fact, refs), "corrected": corrected[fact.record.id]} for fact in facts
            ],
            "access": [_access(kept) for kept in looked],
        }

    async def certificate(self, ref: str) -> dict[str, Any] | None:
        """Returns a signed statement of what was destroyed; None if nobody with this reference was erased here.

        Given only after the keys are gone from the cluster's disk too. Raises `StoreUnavailable`.
        """
        erasure = await self._erasure(ref)
        if erasure is None:
            return None
        person = str(erasure.event.erased_person())
        keys = self.command_service.repository.keys
        destroyed = await keys.destroyed(person, alone=erasure.event.erases_alone())
        last = day_of(max(one.gone_at for one in destroyed))
        claims = {
            "iss": source_of(self.command_service.partner, self.command_service.service.name),
            "sub": person,
            "iat": int(self.command_service.clock().timestamp()),
            "recordedAt": erasure.record.recorded_at.isoformat(),
            "reason": erasure.event.reason,
            "destroyed": [{"reference": one.person, "destroyedAt": one.at.isoformat()} for one in destroyed],
            "what": "the AES-256 keys under which everything personal was stored, their old copies and their log",
            "lastKeyBackupExpiresOn": (last + timedelta(days=self.key_backup_days)).isoformat(),
        }
        key = await self.signing_key()
        header = {"alg": ALGORITHM, "kid": key.thumbprint(), "typ": CERTIFICATE}
        signed = jwt.encode(header, claims, key, algorithms=[ALGORITHM])
        return {"certificate": signed, **claims}

    async def signing_key(self) -> OKPKey:
        private = await self.command_service.repository.keys.signing_key()
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return OKPKey.import_key(pem)

    async def _facts(self, refs: frozenset[str]) -> list[RecordedEvent[Any]]:
        """Returns the events of all streams about one of the references, in the order in which they were recorded."""
        repository = self.command_service.repository
        found: list[RecordedEvent[Any]] = []
        async for facts in held_on(self.command_service.service, repository, refs):
            found += facts
        return sorted(found, key=lambda fact: fact.record.position)

    async def _erasure(self, ref: str) -> RecordedEvent[Any] | None:
        """Returns the erasure that covers this reference: its own, or one that included linked references."""
        repository = self.command_service.repository
        refs = await repository.keys.linked(ref)
        facts = await self._facts(refs)
        reaching = [fact for fact in facts if str(fact.event.erased_person()) in refs]
        together = [fact for fact in reaching if not fact.event.erases_alone()]
        alone = [fact for fact in reaching if str(fact.event.erased_person()) == ref]
        return next(iter((*together, *alone)), None)

    async def _shown(self, fact: RecordedEvent[Any], refs: frozenset[str]) -> dict[str, Any]:
        event: DomainEvent = fact.event
        fields = {name: getattr(event, name) for name in type(event).model_fields}
        sealed = {name: value for name, value in fields.items() if isinstance(value, Sealed)}
        data: dict[str, Any] = event.model_dump(mode="json", exclude=set(sealed))
        for name, value in sealed.items():
            # This person may not see somebody else's data.
            if value.person in refs:
                opened = await self.command_service.repository.reveal(value)
                data[name] = {"erased": True} if isinstance(opened, Erased) else opened.value
        return {
            "event": event.TYPE,
            "record": fact.record.stream,
            "recordedAt": fact.record.recorded_at.isoformat(),
            "knownAt": fact.record.known_at.isoformat(),
            "data": {name: value for name, value in data.items() if value is not None},
        }


def routes(persons: SubjectAccess, authentication: Authentication) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["persons"])
    add_person(router, persons, authentication)

    @router.get(
        "/requests",
        name="requests",
        summary="What persons asked, and by when it must be answered",
        response_model=PersonRequests,
    )
    async def requests(request: Request) -> Json:
        rows = await requests_of(persons.command_service)
        shown = [ref for row in rows for ref in (row["ref"], row["person"])]
        await authentication.note(request, who(request), Outcome.SHOWN, shown=shown, count=len(rows))
        return {"count": len(rows), "requests": rows}

    @router.get(
        "/signing-key",
        name="signing-key",
        summary="The public key of this partner's certificates",
        response_model=SigningKey,
    )
    async def signing_key() -> Json:
        key = await persons.signing_key()
        return {**key.as_dict(private=False), "kid": key.thumbprint()}

    return router


def add_person(router: APIRouter, persons: SubjectAccess, authentication: Authentication) -> None:
    @router.get(
        "/persons/{ref}",
        name="export-person",
        summary="All that is held on one person, opened",
        response_model=PersonExport,
        responses=problems(404),
        openapi_extra=reads(path_ref("uuid")),
    )
    async def export(request: Request) -> Json:
        ref = as_uuid(request.path_params["ref"])
        found = await persons.export(ref)
        outcome = Outcome.SHOWN if found["events"] else Outcome.NOT_FOUND
        await authentication.note(request, who(request), outcome, ref)
        if not found["events"]:
            raise Problem(404, "person-unknown", "Nothing is held under this reference.")
        return found

    @router.get(
        "/persons/{ref}/certificate",
        name="erasure-certificate",
        summary="The proof that somebody was erased",
        response_model=ErasureCertificate,
        responses=problems(404),
        openapi_extra=reads(path_ref("uuid")),
    )
    async def certificate(request: Request) -> Json:
        ref = as_uuid(request.path_params["ref"])
        found = await persons.certificate(ref)
        await authentication.note(request, who(request), Outcome.SHOWN if found else Outcome.NOT_FOUND, ref)
        if found is None:
            raise Problem(404, "erasure-unknown", "Nobody was erased under this reference.")
        return found


async def requests_of(command_service: CommandService) -> list[dict[str, Any]]:
    """Returns every request with its deadline and its answer, if any; open ones first."""
    found: dict[str, dict[str, Any]] = {}
    for kind in REQUEST_TYPES:  # a request comes before its extension and its answer
        async for records in of_type(command_service.repository.store, kind):
            for record in records:
                data = json.loads(record.data)
                found.setdefault(
                    data["request_ref"], {"answered_on": None, "answer": None, "correction": None}
                ).update(data)
    today = day_of(command_service.clock())
    rows = [_request(data, today) for data in found.values()]
    return sorted(rows, key=lambda row: (row["answeredOn"] is not None, row["answerBy"], row["ref"]))


def _access(kept: Kept) -> dict[str, Any]:
    entry = kept.entry
    return {
        "at": kept.at.isoformat(),
        "subject": entry.subject,
        "partner": entry.partner,
        "roles": list(entry.roles),
        "action": entry.action,
        "outcome": entry.outcome.value,
        "purpose": entry.purpose,
        "correlationId": str(entry.correlation_id),
    }


def _request(data: dict[str, Any], today: date) -> dict[str, Any]:
    is_open = data["answered_on"] is None
    return {
        "ref": data["request_ref"],
        "person": data["person_ref"],
        "kind": data["kind"],
        "receivedOn": data["received_on"],
        "answerBy": data["answer_by"],
        "answeredOn": data["answered_on"],
        "answer": data["answer"],
        "correction": data["correction"],
        "isOverdue": is_open and date.fromisoformat(data["answer_by"]) < today,
    }
