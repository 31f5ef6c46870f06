"""The commands sent to the services for one person after another; pure, except for the random numbers passed in."""

from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from banen_kit.runtime.settings import schema_of
from banen_local.faults.ledger import Line, Recorded

ON = {"occurredOn": "2005-12-01"}
NAME = {"name": "Synthetica Voorbeeld"}


class Step(NamedTuple):
    """One command to send."""

    partner: str
    service: str
    thing: str
    ref: str
    verb: str
    body: dict[str, Any]
    follows: tuple[Recorded, ...] = ()

    @property
    def command(self) -> str:
        return f"{self.verb}-{self.thing}"

    def acknowledged(self, version: int) -> Line:
        return Line(
            schema_of(self.partner, self.service),
            f"{self.thing}-{self.ref}",
            version,
            self.command,
            self.body.get("startDate", ""),
            self.body.get("endDate", ""),
            self.follows,
        )


def uuid(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)


def placed_by_uaf(random: Random) -> list[Step]:
    candidate, client = str(uuid(random)), str(uuid(random))
    origin = {"origin": "own_intake", "originRef": candidate}
    return [
        *_registered(random, "uaf", candidate),
        Step("uaf", "mediation", "client", client, "take-on", {**ON, **NAME, **origin}),
        *_placement(random, "uaf", client),
    ]


def handed_over(random: Random) -> list[Step]:
    """A candidate whom another partner places, with steps by the reactors of both partners."""
    candidate, client, handover = (str(uuid(random)) for _ in range(3))
    offer = {**ON, "candidateRef": candidate, "toPartner": "emplooi", "expiresOn": "2006-03-01"}
    origin = {"origin": "handover", "originRef": handover}
    accepted = {**ON, "clientRef": client}
    stream = f"handover-{handover}"
    received = schema_of("emplooi", "mediation"), stream, 1
    completed = schema_of("vluchtelingenwerk", "intake"), stream, 2
    settled = schema_of("emplooi", "mediation"), stream, 3
    allowed = {"consents": [{"scope": "handover", "toPartner": "emplooi"}]}
    return [
        *_registered(random, "vluchtelingenwerk", candidate, **allowed),
        Step("vluchtelingenwerk", "intake", "handover", handover, "offer", offer, (received,)),
        Step("emplooi", "mediation", "client", client, "take-on", {**ON, **NAME, **origin}),
        Step("emplooi", "mediation", "handover", handover, "accept", accepted, (completed, settled)),
        *_placement(random, "emplooi", client),
    ]


def _registered(random: Random, partner: str, candidate: str, **more: Any) -> list[Step]:
    contact = str(uuid(random))
    met = {**ON, **NAME, "channel": "other", "kind": "contact"}
    known = {**ON, **NAME, "educationBand": "low", "contactRef": contact, **more}
    return [
        Step(partner, "intake", "contact", contact, "record", met),
        Step(partner, "intake", "candidate", candidate, "register", known),
    ]


def _placement(random: Random, partner: str, client: str) -> list[Step]:
    ref = str(uuid(random))
    start = date(2005, 12, 1) + timedelta(days=random.randrange(700))
    terms = {
        "clientRef": client, "kind": "employment", "contract": "open_ended", "startDate": start.isoformat(),
        "paid": True, "programmeTag": "programme", "primaryPartner": partner,
    }  # fmt: skip
    steps = [Step(partner, "mediation", "placement", ref, "start", terms)]
    if random.random() < 0.3:
        end = start + timedelta(days=random.choice([30, 120, 300, 360]))
        body = {"endDate": end.isoformat(), "reasonCode": "completed"}
        steps.append(Step(partner, "mediation", "placement", ref, "end", body))
    return steps
