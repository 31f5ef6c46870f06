"""Keeps the facts up with the inbox, and notes what each source's relay says it has published."""

import asyncio
import logging
from typing import Annotated

from nats.aio.client import Client
from nats.js.errors import APIError, NotFoundError
from pydantic import BaseModel, Field, ValidationError

from banen_contracts.base import Moment, source_of
from banen_kit.bus import UNREACHABLE, WATERMARKS, end_if_cancelled, jetstream, watermark_subject
from banen_kit.inbox import Inbox
from banen_kit.metrics import Metrics
from banen_kit.store import StoreUnavailable
from banen_kit.topology import Partner
from banen_reporting.view import View

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0


class Watermark(BaseModel, frozen=True):
    """What a relay says: all that was recorded before `through` is published, up to this sequence."""

    through: Moment
    sequence: Annotated[int, Field(ge=0, lt=2**53)]


async def project_forever(view: View, inbox: Inbox, metrics: Metrics) -> None:
    """Fold whatever was received, at once; also what another process received, within a second."""
    while True:
        inbox.grown.clear()
        try:
            await view.project()
            await _measure(view, metrics)
        except StoreUnavailable as error:
            log.warning("projection pauses: %s", error)
            await asyncio.sleep(POLL_SECONDS)
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await inbox.grown.wait()
        except TimeoutError:
            continue


async def _measure(view: View, metrics: Metrics) -> None:
    received, folded, reasons = await view.backlog()
    metrics.projection_lag.set(received - folded)
    metrics.set_aside.clear()
    for reason, count in reasons.items():
        metrics.set_aside.labels(reason).set(count)


async def read_watermarks(client: Client, view: View, partners: list[Partner]) -> None:
    """Ask for the last watermark of each source, every second."""
    stream = jetstream(client)
    while True:
        for partner in partners:
            for service in partner.services:
                try:
                    found = await stream.get_last_msg(WATERMARKS, watermark_subject(partner.id, service))
                    mark = Watermark.model_validate_json(found.data or b"")
                    await view.save_watermark(
                        source_of(partner.id, service), mark.through.isoformat(), mark.sequence
                    )
                except (NotFoundError, APIError, StoreUnavailable, *UNREACHABLE):
                    continue  # none yet, or nobody there to ask: the figures stay provisional meanwhile
                except ValidationError:
                    log.warning("the watermark of %s %s cannot be read", partner.id, service)
        end_if_cancelled()
        await asyncio.sleep(POLL_SECONDS)
