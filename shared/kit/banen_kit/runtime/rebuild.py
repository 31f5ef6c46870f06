"""Makes the lists of a service anew, in a process of its own beside the service."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

from banen_kit.application.definition import Service
from banen_kit.core.clocks import use_zone
from banen_kit.crypto.master_key import MasterKey
from banen_kit.crypto.postgres_keys import PostgresKeys
from banen_kit.eventstore.repository import EventRepository
from banen_kit.eventstore.serializer import EventSerializer
from banen_kit.readmodel.projector import Projector
from banen_kit.readmodel.table import ListTables
from banen_kit.runtime.opening import open_databases, open_events
from banen_kit.runtime.settings import Settings, schema_of


async def rebuild(service: Service, settings: Settings, told: Callable[[int], None]) -> int:
    """Returns how many events were folded; `told` gets the position after each batch.

    Raises `SettingsInvalid`, `StoreRefusesToStart`, `StoreUnavailable`, `CannotFold`.
    """
    use_zone(settings.zone)
    async with AsyncExitStack() as stack:
        pool, keys_pool = await open_databases(service, settings, stack)
        keys = PostgresKeys(keys_pool, MasterKey.read(settings.master_key_file))
        await keys.refuse_other_master()
        serializer = EventSerializer[Any](service.events, service.upcasters)
        store = await open_events(settings, pool, schema_of(settings.partner, service.name), stack)
        repository = EventRepository[Any](store, serializer, keys)
        return await Projector(ListTables(store, service.lists), repository).rebuild(told)
