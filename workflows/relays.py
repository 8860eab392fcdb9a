"""The relays of a worker: find in the database what is stuck, and start it again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client

from database import Database
from workflows import delivery_relay, relay
from workflows.clock_watch import ClockWatch
from workflows.erasing import relay_erasures
from workflows.merging import relay_merges
from workflows.notices import relay_notice_moves
from workflows.resends import relay_resends

INTERVAL = timedelta(seconds=2)
"""Pause between two reads of the database, unless the last one returned a full page."""

log = structlog.get_logger(__name__)


async def run_relays(database: Database, client: Client) -> None:
    """Relay events and deliveries, and watch clocks, side by side, until cancelled."""
    clocks = ClockWatch(database, client)

    async def events() -> bool:
        return await relay.relay_once(database, client) >= relay.PAGE

    async def deliveries() -> bool:
        return await delivery_relay.relay_deliveries(database, client) >= delivery_relay.PAGE

    async def watch_clocks() -> bool:
        await clocks.look(now=datetime.now(UTC))
        return False

    async def resends() -> bool:
        await relay_resends(database, client, now=datetime.now(UTC))
        return False

    async def notices() -> bool:
        await relay_notice_moves(database, client, now=datetime.now(UTC))
        return False

    async def erasures() -> bool:
        await relay_erasures(database, client)
        return False

    async def merges() -> bool:
        await relay_merges(database, client)
        return False

    looks = {
        "erasures": erasures,
        "events": events,
        "deliveries": deliveries,
        "clocks": watch_clocks,
        "resends": resends,
        "notices": notices,
        "merges": merges,
    }
    await asyncio.gather(*(_repeat(name, look) for name, look in looks.items()))


async def _repeat(name: str, look: Callable[[], Awaitable[bool]]) -> None:
    """Repeat a round; at once if the last one found a full page. An error is logged, and retried in the next round."""
    while True:
        is_full = False
        try:
            is_full = await look()
        except Exception as error:  # noqa: BLE001 - the database or Temporal is away: it comes back
            log.warning("relay waits", of=name, because=str(error)[:200])
        if not is_full:
            await asyncio.sleep(INTERVAL.total_seconds())
