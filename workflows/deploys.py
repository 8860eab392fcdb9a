"""Wake the clock of a store after a deploy, which may have stored due items."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog
from temporalio.client import Client

from activities.due_items import wake_clock
from database import Database

log = structlog.get_logger(__name__)

INTERVAL = timedelta(seconds=2)
"""Pause between two reads of the database. A deploy need not reach Temporal: the worker does."""


async def watch_deploys(database: Database, client: Client) -> None:
    """Wake clocks after deploys until cancelled; an error of the database or of Temporal is logged, and retried."""
    seen: Mapping[str, int] = {}
    while True:
        try:
            seen = await wake_after_deploys(database, client, seen)
        except Exception as error:  # noqa: BLE001 - the database or Temporal is away: it comes back
            log.warning("clocks are woken later", because=str(error)[:200])
        await asyncio.sleep(INTERVAL.total_seconds())


async def wake_after_deploys(database: Database, client: Client, seen: Mapping[str, int]) -> Mapping[str, int]:
    """Wake the clock of each store whose revision in force has changed since the last look; return those in force."""
    in_force = await database.access_read(lambda access: access.revisions_in_force())
    for store, number in in_force.items():
        if seen.get(store) != number:
            await wake_clock(client, store)
    return in_force
