"""The relay: starts the workflows of events that were stored while Temporal did not answer (a transactional outbox)."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client

from database import Database
from workflows.starter import start_event

log = structlog.get_logger(__name__)

INTERVAL = timedelta(seconds=2)
"""Pause between two looks at the database, unless the last one returned a full page."""

AGAIN_AFTER = timedelta(minutes=1)
"""Pause before the relay starts the workflow of the same event again."""

PAGE = 200


async def run_relay(database: Database, client: Client) -> None:
    """Relay events until cancelled; an error of the database or of Temporal is logged, and the relay goes on."""
    while True:
        found = 0
        try:
            found = await relay_once(database, client)
        except Exception as error:  # noqa: BLE001 - the database or Temporal is away: it comes back
            log.warning("relay waits", because=str(error)[:200])
        if found < PAGE:
            await asyncio.sleep(INTERVAL.total_seconds())


async def relay_once(database: Database, client: Client, *, now: datetime | None = None) -> int:
    """Start the workflows of one page of events that have none; return how many there were."""
    await client.service_client.check_health()  # reading a page postpones its events by AGAIN_AFTER: not in vain
    moment = now or datetime.now(UTC)
    events = await database.take_unstarted(now=moment, limit=PAGE, again_after=AGAIN_AFTER)
    for event in events:
        await start_event(client, event)
        log.info("relayed", id=event.id, store=event.store)
    return len(events)
