"""Start workflows. An event is stored before its workflow starts: if that fails here, the relay repeats it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeAlias

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.due_items import wake_clock
from activities.in_flight import InFlightLimiter
from activities.temporal_names import TASK_QUEUE
from database import Database
from loyalty.references import BatchOptions, EventRef
from workflows.events import ReactToBatch, ReactToEvent
from workflows.search_attributes import attributes_of_event, attributes_of_store

StartEvent: TypeAlias = Callable[[EventRef], Awaitable[None]]
StartBatch: TypeAlias = Callable[[str, Sequence[EventRef]], Awaitable[None]]
"""Starts the workflow with an id, which answers events of one store."""

LONGEST_START = 2.0
"""Seconds that a client waits for workflows to start."""

MOST_FAILURES = 3
"""Failed starts in a row before Temporal counts as unavailable: under load, a single start may time out."""

PAUSE = 5.0
"""Seconds for which events are left to the relay once Temporal counts as unavailable: clients need not wait."""

log = structlog.get_logger(__name__)


async def start_event(client: Client, event: EventRef, *, eager: bool = False) -> bool:
    """Start the workflow that answers an event; return False if it has run and is closed.

    Idempotent: the workflow's id is made from the event's.
    `eager`: ask Temporal to give the first workflow task to a worker on this client, without the task queue.
    """
    try:
        await client.start_workflow(
            ReactToEvent.run,
            event,
            id=event.workflow_id,
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=attributes_of_event(event),
            static_summary=event.type,
            request_eager_start=eager,
        )
    except WorkflowAlreadyStartedError:
        log.debug("answered already", id=event.id, store=event.store)
        return False
    return True


async def start_batch(
    client: Client, batch_id: str, events: Sequence[EventRef], *, what: str = "events that were left"
) -> None:
    """Start a workflow that answers events of one store, in the order of their members' queues.

    `what` describes the events.
    """
    await client.start_workflow(
        ReactToBatch.run,
        args=[list(events), BatchOptions()],
        id=batch_id,
        task_queue=TASK_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        search_attributes=attributes_of_store(events[0].store),
        static_summary=f"{len(events)} {what}",
    )


def limited_start(client: Client, in_flight: InFlightLimiter | None) -> StartEvent:
    """Call `start_event`, eager for events that get a slot of the limiter; never eager without a limiter."""

    async def start(event: EventRef) -> None:
        has_slot = in_flight is not None and await in_flight.acquire(event.id)
        await start_event(client, event, eager=has_slot)

    return start


def batch_starter(client: Client, what: str) -> StartBatch:
    """Return `start_batch` bound to a client. `what` describes the events."""

    async def start(batch_id: str, events: Sequence[EventRef]) -> None:
        await start_batch(client, batch_id, events, what=what)

    return start


class Starter:
    """Starts the workflows of stored events for the API. It raises nothing, and waits at most LONGEST_START."""

    def __init__(self, start_event: StartEvent, start_batch: StartBatch) -> None:
        self._start_event = start_event
        self._start_batch = start_batch
        self._failures = 0
        self._paused_until = 0.0

    async def start(self, events: Sequence[EventRef]) -> None:
        """Start the workflows of stored events, one after the other, in the order given."""

        async def start() -> None:
            for event in events:
                await self._start_event(event)

        await self._start(events, start)

    async def start_batch(self, batch_id: str, events: Sequence[EventRef]) -> None:
        """Start the workflow that is to run stored events of one store."""
        await self._start(events, partial(self._start_batch, batch_id, events))

    async def _start(self, events: Sequence[EventRef], start: Callable[[], Awaitable[None]]) -> None:
        if not events or time.monotonic() < self._paused_until:
            return
        try:
            async with asyncio.timeout(LONGEST_START):
                await start()
        except Exception as error:  # noqa: BLE001 - the event is stored: the relay starts it, whatever failed here
            self._failures += 1
            if self._failures >= MOST_FAILURES or _is_away(error):
                self._paused_until = time.monotonic() + PAUSE
            why = str(error) or type(error).__name__
            log.warning(
                "event left to the relay", events=[event.id for event in events[:10]], of=len(events), because=why
            )
        else:
            self._failures = 0


async def wake_clocks(database: Database, client: Client) -> None:
    """Wake the clock of every store, and start those that do not run."""
    for store in await database.access_read(lambda access: access.stores()):
        await wake_clock(client, store)


def _is_away(error: Exception) -> bool:
    """Return whether an error means that Temporal is unavailable, rather than that one start failed."""
    if isinstance(error, RPCError):
        return error.status is RPCStatusCode.UNAVAILABLE
    return isinstance(error, ConnectionError)
