"""Keeps the facts up with the inbox, and notes what each source's relay says it has published."""

import asyncio
import json
import logging

from nats.aio.client import Client
from nats.js.errors import APIError, NotFoundError

from banen_contracts.base import source_of
from banen_kit.bus import UNREACHABLE, WATERMARKS, jetstream, watermark_subject
from banen_kit.inbox import Inbox
from banen_kit.metrics import Metrics
from banen_kit.store import StoreUnavailable
from banen_kit.topology import Partner
from banen_reporting.view import View

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0


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
                    mark = json.loads(found.data or b"")
                    await view.save_watermark(
                        source_of(partner.id, service), mark["through"], int(mark["sequence"])
                    )
                except (NotFoundError, APIError, StoreUnavailable, *UNREACHABLE):
                    continue  # none yet, or nobody there to ask: the figures stay provisional meanwhile
        await asyncio.sleep(POLL_SECONDS)
