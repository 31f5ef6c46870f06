"""A good body for every command, and a service to give it to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from prometheus_client import CollectorRegistry

from banen_contracts.roles import Role
from banen_employers.reactors import CHECK_PLACE, CLOSE_WITH_EMPLOYER, FOLLOW_PLACEMENT
from banen_employers.timers import EXPIRE_AGREEMENT, EXPIRE_VACANCY
from banen_intake.reactors import CHECK_CONSENT, COMPLETE_HANDOVER, SETTLE_DECLINED
from banen_kit.application.command_service import CommandService
from banen_kit.application.definition import CommandRoute, Service
from banen_kit.application.request import Request
from banen_kit.application.source_live import GO_LIVE
from banen_kit.audit.in_memory import MemoryAudit
from banen_kit.core.identity import Principal
from banen_kit.core.metrics import Metrics
from banen_kit.crypto.in_memory_keys import MemoryKeys
from banen_kit.eventstore.in_memory import MemoryStore
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_mediation.reactors import NOTE_REFERENCE, RECEIVE_HANDOVER, SETTLE_HANDOVER
from banen_mediation.timers import REMIND_AFTERCARE, REMIND_MILESTONE
from banen_reporting.administration.domain.partner import Received
from support import commands_matching as matching
from support.definition import DEFINITION, learned

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAFF = Principal("somebody", "uaf", frozenset(Role))
REF, OTHER = str(UUID(int=1, version=4)), str(UUID(int=2, version=4))
ON = {"occurredOn": "2006-03-01"}
PLACEMENT: dict[str, Any] = {
    "clientRef": OTHER, "kind": "employment", "contract": "fixed", "startDate": "2006-03-01",
    "plannedEndDate": "2007-02-28", "paid": True, "programmeTag": "programme", "primaryPartner": "uaf",
    "assistPartners": ["uwv"], "level": "mid", "fundingSource": "ministry",
}  # fmt: skip
PARAMS = {
    "windowFrom": "2005-12-01",
    "windowTo": "2008-12-31",
    "permissions": "except",
    "exceptUnits": ["uwv"],
}
GOOD: dict[str, dict[str, Any]] = {
    **matching.GOOD,
    "record-contact": {**ON, "channel": "other", "kind": "contact", "name": "Synthetica Voorbeeld"},
    "correct-contact": {**ON, "reasonCode": "typing-error", "name": "Ander Voorbeeld", "remove": ["phone"]},
    "erase-contact": {**ON, "reason": "request"},
    "record-outreach": {
        **ON, "kind": "info_session", "attendance": "under_10", "selfOrganisationInvolved": True, "municipalityCode": "GM0363",
    },
    "register-candidate": {**ON, "educationBand": "low", "name": "Synthetica Voorbeeld", "birthDate": "1980-01-01"},
    "complete-intake": {**ON, "methodVersion": "star-1"},
    "assign-worker": {**ON, "worker": "worker-7"},
    "log-conversation": {**ON, "notes": "Belt liever niet."},
    "start-intake": ON,
    "agree-plan": {**ON, "plan": "Eerst Nederlands.", "reviewOn": "2006-06-01"},
    "assess-distance": {**ON, "distancePhase": 3},
    "assign-route": {**ON, "route": "B", "reasonCode": "distance"},
    "start-activity": {**ON, "activityRef": OTHER, "kind": "language", "plannedEndDate": "2006-06-01"},
    "end-activity": {**ON, "activityRef": OTHER, "outcome": "completed"},
    "declare-ready": {**ON, "availableFrom": "2006-04", "professionGroup": "52"},
    "grant-consent": {**ON, "scope": "publicity", "documentRef": "FORM-1"},
    "withdraw-consent": {**ON, "scope": "publicity"},
    "publish-portrait": {**ON, "portraitRef": OTHER, "documentRef": "PHOTO-1"},
    "take-down-portrait": {**ON, "portraitRef": OTHER},
    "mark-lost": ON,
    "correct-candidate": {**ON, "reasonCode": "typing-error", "name": "Ander Voorbeeld", "remove": ["phone"]},
    "close-candidate": {**ON, "reasonCode": "moved"},
    "reenter-candidate": {**ON, "reasonCode": "returned"},
    "erase-candidate": {**ON, "reason": "request"},
    "offer-handover": {**ON, "candidateRef": OTHER, "toPartner": "uwv", "expiresOn": "2006-06-01"},
    "withdraw-handover": {**ON, "reasonCode": "found-work"},
    "complete-handover": {**ON, "acceptedBy": "uwv"},
    "settle-declined": {**ON, "declinedBy": "uwv", "reasonCode": "no-vacancies"},
    "check-consent": {**ON, "candidateRef": OTHER},
    "take-on-client": {**ON, "origin": "walk_in", "name": "Synthetica Voorbeeld"},
    "correct-client": {**ON, "reasonCode": "typing-error", "name": "Ander Voorbeeld", "remove": ["phone"]},
    "erase-client": {**ON, "reason": "request"},
    "accept-handover": {**ON, "clientRef": OTHER},
    "receive-handover": {**ON, "fromPartner": "uwv", "candidateRef": OTHER, "expiresOn": "2006-06-01"},
    "decline-handover": {**ON, "reasonCode": "no-vacancies"},
    "settle-handover": {**ON, "fromPartner": "uwv", "outcome": "expired"},
    "start-placement": PLACEMENT,
    "extend-placement": {**ON, "contract": "fixed", "plannedEndDate": "2008-02-28"},
    "end-placement": {"endDate": "2006-12-31", "reasonCode": "completed"},
    "correct-placement": {**PLACEMENT, **ON, "reasonCode": "typing-error"},
    "void-placement": {**ON, "reasonCode": "never-was"},
    "confirm-retention": {"occurredOn": "2006-12-01", "months": 6, "method": "register"},
    "deny-retention": {"occurredOn": "2006-12-01", "months": 6},
    "log-aftercare": {**ON, "dueMonth": 3, "done": True, "notes": "Het gaat goed."},
    "pause-placement": {"occurredOn": "2006-05-01", "reason": "Onder behandeling."},
    "resume-placement": {"occurredOn": "2006-06-01"},
    "correct-end": {**ON, "reasonCode": "typing-error", "endDate": "2006-11-30", "endReason": "employer_ended"},
    "correct-extension": {**ON, "reasonCode": "typing-error", "contract": "fixed", "plannedEndDate": "2008-03-31"},
    "remind-milestone": {"months": 6},
    "remind-aftercare": {"dueMonth": 3},
    "register-employer": {**ON, "legalKind": "company", "sectorCode": "A", "name": "Voorbeeld BV", "publishName": True},
    "correct-employer": {**ON, "reasonCode": "left", "remove": ["contactName", "contactPhone"]},
    "erase-employer": {**ON, "reason": "request"},
    "rename-employer": {**ON, "reasonCode": "merged", "name": "Ander Voorbeeld BV", "publishName": True},
    "close-employer": {**ON, "reasonCode": "moved-abroad"},
    "reopen-employer": {**ON, "reasonCode": "returned"},
    "join-platform": ON,
    "leave-platform": ON,
    "record-approach": {**ON, "employerRef": OTHER, "channel": "job_fair", "level": "hr", "notes": "Belt terug."},
    "sign-agreement": {
        **ON, "partyKind": "employer", "routes": ["A", "B"], "validFrom": "2006-03-01", "validTo": "2007-12-31",
    },
    "amend-agreement": {**ON, "routes": ["A"], "validFrom": "2006-03-01", "placesPromised": 3, "reasonCode": "fewer-places"},
    "renew-agreement": {**ON, "validTo": "2008-12-31"},
    "end-agreement": {**ON, "reasonCode": "bankruptcy"},
    "record-referral": ON,
    "expire-agreement": ON,
    "open-vacancy": {
        **ON, "employerRef": OTHER, "places": 3, "kind": "internship", "professionGroup": "51", "route": "A",
        "openUntil": "2006-06-30", "text": "Drie plaatsen.", "contact": "Synthetica Voorbeeld",
    },
    "close-vacancy": {**ON, "reasonCode": "filled", "placesFilled": 3},
    "report-unmet-demand": {**ON, "reasonCode": "no-candidates", "notes": "Te ver."},
    "expire-vacancy": ON,
    "close-with-employer": {**ON, "employerRef": OTHER},
    "plan-group": {**ON, "employerRef": OTHER, "kind": "internship"},
    "update-group": {**ON, "inGuidance": 9, "placesPlanned": 6},
    "close-group": {**ON, "precision": "exact", "placed": 4},
    "follow-placement": {**ON, "groupRef": REF, "sequence": 7},
    "check-place": {**ON, "placementRef": OTHER},
    "admit-partner": {**ON, "name": "Voorbeeld", "services": ["intake"]},
    "declare-source-live": {**ON, "service": "intake"},
    "end-source": {**ON, "service": "intake"},
    "resume-source": {**ON, "service": "intake", "reasonCode": "recorded-wrongly"},
    "define-programme": {**ON, "definition": DEFINITION.model_dump(mode="json", by_alias=True)},
    "rename-partner": {**ON, "name": "Ander voorbeeld"},
    "assign-partner": {**ON, "unitId": None},
    "define-target-unit": {**ON, "label": "Voorbeeld"},
    "amend-target-unit": {**ON, "label": "Ander voorbeeld", "reasonCode": "new-name"},
    "set-target": {**ON, "route": "A", "value": 450, "decidedBy": "steering-group"},
    "revise-target": {**ON, "route": "A", "value": 451, "decidedBy": "steering-group", "reasonCode": "agreed"},
    "set-regular-quota": {**ON, "perYear": 150, "precision": "approx"},
    "grant-counting-permission": {**ON, "countsStartsFrom": "2005-12-01", "grantor": "ministry"},
    "revoke-counting-permission": {**ON, "reasonCode": "withdrawn"},
    "publish-rule-set": {**ON, "params": PARAMS, "approvedBy": "steering-group"},
    "record-funding": {**ON, "funder": "ministry", "status": "planned", "amountEuro": 3, "precision": "exact"},
    "record-programme-fact": {
        **ON, "topic": "locations", "code": "locations-in-use", "label": {"nl": "Locaties", "en": "Locations"},
        "value": 60, "precision": "exact", "periodUntil": "2008-12-31", "documentRef": "REPORT-2009",
    },
    "record-cost": {**ON, "amountEuro": 3, "precision": "exact"},
    "import-historic-figure": {
        **ON, "measure": "regular_placements", "year": 2006, "value": 150, "provenance": "assumed",
        "precision": "approx", "documentRef": "REPORT-2009",
    },
    "supersede-historic-figure": {
        **ON, "measure": "regular_placements", "year": 2006, "value": 140, "provenance": "measured",
        "precision": "exact", "documentRef": "REPORT-2010", "reasonCode": "annual-report",
    },
    "import-reach-estimate": {
        **ON, "municipalityCode": "GM0363", "year": 2006, "estimate": 1200, "precision": "approx",
        "source": "assumed", "methodVersion": "synthetic-1",
    },
    "record-request": {"personRef": OTHER, "kind": "access", "receivedOn": "2026-02-01"},
    "extend-request": {"extendedOn": "2026-02-02", "reasonCode": "complex"},
    "answer-request": {"answeredOn": "2026-02-02", "answer": "granted", "reasonCode": "complete"},
    "go-live": ON,
}  # fmt: skip
"""A body with which each command is accepted, after those of BEFORE."""
SLUGS = {"import-reach-estimate": "gm0363-2006", "record-effort": "adviser-2006-02"}
"""The references of things that are called by what they are about, where not the partner's."""
BEFORE: dict[str, tuple[str, ...]] = {
    **matching.BEFORE,
    "correct-contact": ("record-contact",),
    "erase-contact": ("record-contact",),
    **dict.fromkeys(
        (
            "assign-worker",
            "log-conversation",
            "start-intake",
            "complete-intake",
            "agree-plan",
            "assess-distance",
            "assign-route",
            "start-activity",
            "grant-consent",
            "mark-lost",
            "correct-candidate",
            "close-candidate",
            "erase-candidate",
        ),
        ("register-candidate",),
    ),
    "end-activity": ("register-candidate", "start-activity"),
    "declare-ready": ("register-candidate", "complete-intake"),
    **dict.fromkeys(("withdraw-consent", "publish-portrait"), ("register-candidate", "grant-consent")),
    "take-down-portrait": ("register-candidate", "grant-consent", "publish-portrait"),
    "reenter-candidate": ("register-candidate", "close-candidate"),
    **dict.fromkeys(("withdraw-handover", "complete-handover", "settle-declined"), ("offer-handover",)),
    "correct-client": ("take-on-client",),
    "erase-client": ("take-on-client",),
    **dict.fromkeys(("accept-handover", "decline-handover"), ("receive-handover",)),
    **dict.fromkeys(
        (
            "extend-placement",
            "pause-placement",
            "end-placement",
            "correct-placement",
            "void-placement",
            "confirm-retention",
            "deny-retention",
            "log-aftercare",
            "remind-milestone",
            "remind-aftercare",
        ),
        ("start-placement",),
    ),
    "correct-extension": ("start-placement", "extend-placement"),
    "resume-placement": ("start-placement", "pause-placement"),
    "correct-end": ("start-placement", "end-placement"),
    **dict.fromkeys(
        ("correct-employer", "rename-employer", "close-employer", "join-platform", "erase-employer"),
        ("register-employer",),
    ),
    "reopen-employer": ("register-employer", "close-employer"),
    "leave-platform": ("register-employer", "join-platform"),
    **dict.fromkeys(
        ("amend-agreement", "renew-agreement", "end-agreement", "record-referral", "expire-agreement"),
        ("sign-agreement",),
    ),
    **dict.fromkeys(
        ("close-vacancy", "report-unmet-demand", "expire-vacancy", "close-with-employer"), ("open-vacancy",)
    ),
    **dict.fromkeys(("update-group", "close-group"), ("plan-group",)),
    **dict.fromkeys(
        ("declare-source-live", "end-source", "rename-partner", "assign-partner"), ("admit-partner",)
    ),
    "resume-source": ("admit-partner", "end-source"),
    **dict.fromkeys(
        ("amend-target-unit", "set-target", "set-regular-quota", "grant-counting-permission"),
        ("define-target-unit",),
    ),
    "import-historic-figure": ("define-target-unit",),
    "supersede-historic-figure": ("define-target-unit", "import-historic-figure"),
    "revise-target": ("define-target-unit", "set-target"),
    "revoke-counting-permission": ("define-target-unit", "grant-counting-permission"),
    "extend-request": ("record-request",),
    "answer-request": ("record-request",),
}
BESIDE: dict[str, tuple[str, str, dict[str, Any]]] = {
    **matching.BESIDE,
    **dict.fromkeys(
        [one for one in BEFORE if "start-placement" in BEFORE[one]] + ["start-placement"],
        ("take-on-client", OTHER, GOOD["take-on-client"]),
    ),
    **dict.fromkeys(
        ("set-target", "revise-target", "publish-rule-set", "record-funding"),
        ("define-programme", "uaf", GOOD["define-programme"]),
    ),
    **dict.fromkeys(
        ("offer-handover", "withdraw-handover", "complete-handover", "settle-declined"),
        (
            "register-candidate",
            OTHER,
            {**GOOD["register-candidate"], "consents": [{"scope": "handover", "toPartner": "uwv"}]},
        ),
    ),
    **dict.fromkeys(
        (
            "record-approach",
            "open-vacancy",
            "close-vacancy",
            "report-unmet-demand",
            "expire-vacancy",
            "close-with-employer",
            "plan-group",
            "update-group",
            "close-group",
        ),
        ("register-employer", OTHER, GOOD["register-employer"]),
    ),
    "check-place": ("follow-placement", OTHER, GOOD["follow-placement"]),
    "accept-handover": (
        "take-on-client",
        OTHER,
        {**ON, "origin": "handover", "originRef": REF, "name": "Synthetica Voorbeeld"},
    ),
}
"""What must be on record of another thing: a command, its reference and its body."""


def from_policies(service: Service) -> dict[str, CommandRoute]:
    """What only policies and timers give; a test may give it as anybody's."""
    routes = {
        "employers": (FOLLOW_PLACEMENT, CHECK_PLACE, CLOSE_WITH_EMPLOYER, EXPIRE_AGREEMENT, EXPIRE_VACANCY),
        "intake": (COMPLETE_HANDOVER, SETTLE_DECLINED, CHECK_CONSENT),
        "mediation": (RECEIVE_HANDOVER, SETTLE_HANDOVER, NOTE_REFERENCE, REMIND_MILESTONE, REMIND_AFTERCARE),
    }
    return {one.name: one for one in routes.get(service.name, ())}


@cache
def metrics() -> Metrics:
    """Nobody reads them; making them takes longer than a command."""
    return Metrics.create(CollectorRegistry())


async def nothing_yet(*_: object) -> Received:
    """What reporting received of a source that never said anything."""
    return Received()


@dataclass
class Office:
    """One service with nothing on record."""

    service: Service
    store: MemoryStore = field(default_factory=lambda: MemoryStore(lambda: NOW))
    keys: MemoryKeys = field(default_factory=MemoryKeys)

    def __post_init__(self) -> None:
        repository: EventRepository[Any] = EventRepository(
            self.store, EventSerializer(self.service.events, self.service.upcasters), self.keys
        )
        partners = frozenset({"uaf", "uwv", "bureau"})
        self.command_service = CommandService(
            self.service,
            repository,
            "uaf",
            partners,
            MemoryAudit(lambda: NOW),
            metrics(),
            lambda: NOW,
            learned(),
            {"end-source": nothing_yet},
        )
        more = {GO_LIVE.name: GO_LIVE, **from_policies(self.service)}
        self.commands = {one.name: one for one in self.service.commands} | more
        self.given = 0

    async def give(
        self, command: str, body: Mapping[str, Any], slug: str = "uaf", thing: str | None = None
    ) -> None:
        operation = self.commands[command]
        self.given += 1
        ref = thing or (REF if operation.ref == "uuid" else SLUGS.get(command, slug))
        seen = len(await self.store.read(f"{operation.category}-{ref}"))
        await self.command_service.execute(
            Request(operation, STAFF, ref, dict(body), UUID(int=self.given, version=4), None, seen)
        )
