"""The state of stores' clocks in Temporal: which do not run, and why; and waking them."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import structlog
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.service import RPCError, RPCStatusCode

from activities.due_items import wake_clock
from activities.owners import Owners, is_blocked
from activities.temporal_names import clock_id
from database import Database
from database.damaged import readable
from loyalty.store.stuck import StuckThing

PATIENCE = 1.5
"""Seconds to wait for Temporal's answer about a clock."""

MAX_REASON = 300
"""The most characters of the reason why a clock failed."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClockFault:
    """Why the clock of a store does not run, and since when; None: unknown."""

    reason: str
    since: datetime | None = None


class Clocks(Protocol):
    """The clocks of all stores."""

    async def fault(self, store: str) -> ClockFault | None:
        """Return why the clock of a store does not run; None: it runs, or Temporal does not answer in time."""

    async def wake(self, store: str) -> None:
        """Wake the clock of a store; start it if it does not run, or restart it if it is blocked.

        Raise RPCError or TimeoutError if Temporal does not answer.
        """


class TemporalClocks:
    """The clocks of all stores, by a client of Temporal."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def fault(self, store: str) -> ClockFault | None:
        """Return why the clock of a store does not run; None: it runs, or Temporal does not answer in time."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._fault(store)
        except (RPCError, TimeoutError, RuntimeError) as error:
            log.info("nothing is known of the clock", store=store, because=str(error)[:200])
            return None

    async def wake(self, store: str) -> None:
        """Wake the clock of a store; start it if it does not run, or restart it if it is blocked."""
        async with asyncio.timeout(PATIENCE):
            state = await Owners(self._client).state(clock_id(store))
            await wake_clock(self._client, store, instead=state == "blocked")

    async def _fault(self, store: str) -> ClockFault | None:
        handle = self._client.get_workflow_handle(clock_id(store))
        try:
            found = await handle.describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return ClockFault("it was never started, or Temporal has forgotten it")
            raise
        if found.status is WorkflowExecutionStatus.RUNNING:
            task = found.raw_description.pending_workflow_task
            if not is_blocked(found):
                return None
            return ClockFault("its code does not fit its history", task.original_scheduled_time.ToDatetime(UTC))
        try:
            await handle.result(follow_runs=False)
        except WorkflowFailureError as failure:
            why = " ".join(str(failure.cause).split())[:MAX_REASON]
            name = "ended" if found.status is None else found.status.name.lower().replace("_", " ")
            return ClockFault(f"it {'has' if name == 'failed' else 'was'} {name}: {why}", found.close_time)
        return ClockFault("it has ended", found.close_time)


async def stopped_clock(database: Database, clocks: Clocks, store: str, *, now: datetime) -> StuckThing | None:
    """Return the clock of a store if it should run, since it has due items, and does not."""
    due_at = await database.store(store).read(lambda tx: tx.due_items.earliest())
    if due_at is None or (fault := await clocks.fault(store)) is None:
        return None
    since = fault.since or min(readable(due_at) or now, now)
    return StuckThing("clock", "failed", f"clock/{store}", store, None, None, since, fault.reason)
