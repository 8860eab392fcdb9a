"""The watchdog of clocks: wakes late ones, and restarts those that are missing, failed or blocked."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from temporalio.client import Client

from activities.due_items import wake_clock
from activities.owners import Owners
from activities.temporal_names import clock_id
from database import Database

LATE = timedelta(seconds=2)
"""How late a clock may be before it is woken."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(seconds=30)
"""Pauses between two signals to a clock that stays late: it is busy, or cannot run what is due."""

CHECK_EVERY = timedelta(seconds=30)
"""How often Temporal is asked whether the clocks run of stores without late items."""

AT_ONCE = 10
"""Concurrent queries to Temporal."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Woken:
    """When a late clock is woken again, and after which pause."""

    again_at: datetime
    pause: timedelta


class ClockWatch:
    """Watches the clocks of all stores. Several workers may do so at once: waking a clock is idempotent."""

    def __init__(self, database: Database, client: Client) -> None:
        self._database = database
        self._client = client
        self._woken: Mapping[str, _Woken] = {}
        self._checked_at: datetime | None = None

    async def look(self, *, now: datetime) -> None:
        """Wake late clocks, and at intervals start those that do not run.

        A clock is late if an item was due LATE ago, is not set aside and waits for no event.
        """
        late = await self._database.stores_with_overdue_items(due_before=now - LATE)
        for store in self._to_wake(late, now):
            await self._bring_back(store)
        if self._checked_at is None:
            self._checked_at = now  # the worker has just woken all clocks
        if now - self._checked_at >= CHECK_EVERY:
            self._checked_at = now
            await self._check(set(await self._database.stores_with_due_items()) - set(late))

    def _to_wake(self, late: Sequence[str], now: datetime) -> list[str]:
        """Return the late clocks to wake now: at once the first time, then at growing intervals."""
        woken = {store: self._woken[store] for store in late if store in self._woken}
        wake = [store for store in late if store not in woken or woken[store].again_at <= now]
        for store in wake:
            pause = min(2 * woken[store].pause, LONGEST_PAUSE) if store in woken else FIRST_PAUSE
            woken[store] = _Woken(now + pause, pause)
        self._woken = woken
        return wake

    async def _check(self, stores: set[str]) -> None:
        """Start the clocks of stores that have due items, where they do not run."""
        places = asyncio.Semaphore(AT_ONCE)

        async def check(store: str) -> None:
            async with places:
                await self._bring_back(store, only_if_gone=True)

        await asyncio.gather(*map(check, sorted(stores)))

    async def _bring_back(self, store: str, *, only_if_gone: bool = False) -> None:
        """Wake a clock; start it if it does not run, or restart it if its workflow is blocked."""
        state = await Owners(self._client).state(clock_id(store))
        match state:
            case "running":
                if not only_if_gone:
                    await wake_clock(self._client, store)
                return
            case "blocked":
                await wake_clock(self._client, store, instead=True)
            case "gone":
                await wake_clock(self._client, store)
        log.warning("clock is started again", store=store, because=state)
