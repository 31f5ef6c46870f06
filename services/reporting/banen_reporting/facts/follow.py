"""Keeps the facts up to date with the inbox, and reads the watermarks of the sources."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Annotated, NoReturn

from nats.aio.client import Client
from nats.js.errors import NotFoundError
from pydantic import BaseModel, Field, ValidationError

from banen_contracts.base import Moment, source_of
from banen_kit.core.faults import Faults, forever
from banen_kit.core.metrics import Metrics
from banen_kit.messaging.jetstream import WATERMARKS, jetstream, watermark_subject
from banen_kit.messaging.topology import Partner
from banen_reporting.facts.projection import project
from banen_reporting.facts.store import FactStore

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
FORGED_SECONDS = 60.0
"""A source may have more events than its watermark says for this long, before that is a fault."""


class Watermark(BaseModel, frozen=True):
    """A relay's statement: everything recorded before `through` is published, up to this sequence."""

    through: Moment
    sequence: Annotated[int, Field(ge=0, lt=2**53)]


async def project_forever(view: FactStore, grown: asyncio.Event, faults: Faults) -> NoReturn:
    """Folds received events at once, and those received by another process within a second."""

    async def work() -> None:
        grown.clear()
        await project(view)
        await _measure(view, faults.metrics)
        faults.clear("projection")
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await grown.wait()
        except TimeoutError:
            return

    await forever("projection", work, faults)


async def _measure(view: FactStore, metrics: Metrics) -> None:
    received, folded, reasons = await view.backlog()
    metrics.projection_lag.set(received - folded)
    metrics.set_aside.clear()
    for reason, count in reasons.items():
        metrics.set_aside.labels(reason).set(count)


async def read_watermarks(
    client: Client, view: FactStore, partners: list[Partner], faults: Faults
) -> NoReturn:
    """Reads the last watermark of each source, every second."""

    overtaken: dict[str, float] = {}

    async def work() -> None:
        for partner in partners:
            for service in partner.services:
                await _read_watermark(client, view, partner.id, service)
        sources = await view.sources()
        refused = [row["source"] for row in sources if row["refused"] is not None]
        _tell(faults, "watermark-refused", "a watermark lies ahead of our clock and is not believed", refused)
        parts = await view.admitted()
        spoke = [
            row["source"]
            for row in sources
            if row["source"] in parts and row["head"] > parts[row["source"]].most_of(row["head"])
        ]
        _tell(faults, "ended-source-speaks", "what a source says after its end does not count", spoke)
        now = asyncio.get_running_loop().time()
        ahead = {
            row["source"]
            for row in sources
            if row["watermark"] is not None and row["head"] > row["watermark"]
        }
        for source in overtaken.keys() - ahead:
            del overtaken[source]
        for source in ahead:
            overtaken.setdefault(source, now)
        forged = [source for source, since in overtaken.items() if now - since > FORGED_SECONDS]
        _tell(faults, "sequence-forged", "a source has events that its own relay does not know of", forged)

    await forever("watermarks", work, faults, every=POLL_SECONDS)


def _tell(faults: Faults, name: str, what: str, sources: Sequence[str]) -> None:
    if sources:
        faults.raise_(name, f"{what}: {', '.join(sorted(sources))}", still_ready=True)
    else:
        faults.clear(name)


async def _read_watermark(client: Client, view: FactStore, partner: str, service: str) -> None:
    try:
        found = await jetstream(client).get_last_msg(WATERMARKS, watermark_subject(partner, service))
        mark = Watermark.model_validate_json(found.data or b"")
    except NotFoundError:
        return  # none yet: the figures stay provisional
    except ValidationError:
        log.warning("the watermark of %s %s cannot be read", partner, service)
        return
    await view.save_watermark(source_of(partner, service), mark.through, mark.sequence)
