"""Waiting for what the running bot makes of deliveries that a command has written."""

import asyncio
from collections.abc import AsyncIterator, Collection
from datetime import timedelta

from tocsin.clock import Clock
from tocsin.reminders.delivery import OPEN_STATES
from tocsin.store import listing
from tocsin.store.engine import ChangeWatch, Store

LOOK_EVERY = 0.2
Settled = tuple[listing.ListedDelivery, list[listing.ListedAttempt]]


async def settled(store: Store, ids: Collection[int], within: timedelta) -> AsyncIterator[Settled]:
    """Each of the deliveries with its attempts, once it is settled, for at most so long.

    Ends when all are settled or the time is over; what was removed meanwhile is left out.
    """
    clock, never = Clock(), asyncio.Event()
    deadline = clock.monotonic() + within.total_seconds()
    watch = ChangeWatch(store)
    open_ids = set(ids)
    try:
        while open_ids:
            for delivery_id in sorted(open_ids):
                found = await store.read(listing.find_delivery, delivery_id)
                if found is None or found[0].state not in OPEN_STATES:
                    open_ids.discard(delivery_id)
                    if found is not None:
                        yield found
            while open_ids and not watch.changed():
                if clock.monotonic() >= deadline:
                    return
                await clock.wait(None, never, at_most=LOOK_EVERY)
    finally:
        watch.close()
