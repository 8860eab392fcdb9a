"""The state of Laurel and its dependencies, as of now or a few seconds ago: for health checks and metrics.

Frequent requests cost nothing: each part is read once for all requests, and none waits for it longer than its patience.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.temporal_names import TASK_QUEUE, clock_id
from database import Database
from database.backlog import Backlog
from telemetry.cached import Cached

log = structlog.get_logger(__name__)

LATE = timedelta(seconds=10)
"""How late a due item is before it counts as late."""

POLL_AGE = timedelta(seconds=75)
"""A worker counts as polling for this long: a poll lasts up to a minute if there is nothing to do."""

MAX_CLOCKS = 200
"""The most clocks that are checked; further stores are not reported."""


@dataclass(frozen=True, slots=True)
class SystemState:
    """What is available and what waits. None: unknown, since there was no answer in time."""

    is_readable: bool
    """Whether the database answers."""
    is_writable: bool | None
    """Whether a transaction was committed; None: none could be in time, because the database is slow."""
    free_bytes: int | None = None
    """Free bytes on the disk of SQLite's file; None for PostgreSQL, which manages its own disks."""
    backlog: Mapping[str, Backlog] | None = None
    """By store."""
    has_temporal: bool = False
    workers: int | None = None
    """Processes that poll the task queue."""
    clocks: Mapping[str, bool] = field(default_factory=dict)
    """For each store with due items: whether its clock runs."""


@dataclass(frozen=True, slots=True)
class _Writing:
    """The result of writing a row, and the free space on the disk."""

    is_written: bool
    free_bytes: int | None


class SystemMonitor:
    """Reads the state of the database and of Temporal on request."""

    def __init__(self, database: Database, client: Client) -> None:
        self._database = database
        self._client = client
        self._readable = Cached(database.answers, fresh_for=0.5, patience=2.5)
        self._written = Cached(self._write, fresh_for=5.0, patience=1.0)
        self._backlog = Cached(self._read_backlog, fresh_for=2.0, patience=1.0)
        self._temporal = Cached(self._ask_temporal, fresh_for=0.5, patience=1.5)
        self._workers = Cached(self._count_workers, fresh_for=5.0, patience=1.0)
        self._clocks = Cached(self._find_clocks, fresh_for=15.0, patience=1.0)

    async def state(self) -> SystemState:
        """Return the state; raise nothing, and take no longer than the longest patience."""
        readable, written, backlog, temporal, workers, clocks = await asyncio.gather(
            self._readable.get(),
            self._written.get(),
            self._backlog.get(),
            self._temporal.get(),
            self._workers.get(),
            self._clocks.get(),
        )
        has_temporal = bool(temporal)
        return SystemState(
            is_readable=bool(readable) and not self._readable.is_late,
            is_writable=None if written is None or self._written.is_late else written.is_written,
            free_bytes=written.free_bytes if written else None,
            backlog=backlog,
            has_temporal=has_temporal,
            workers=workers if has_temporal else None,
            clocks=clocks if clocks and has_temporal else {},
        )

    async def _write(self) -> _Writing:
        try:
            await self._database.note_that_it_can_write(now=datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - whatever the reason, it cannot be written
            log.warning("the database cannot be written", because=_one_line(error))
            return _Writing(False, await self._free_bytes())
        return _Writing(True, await self._free_bytes())

    async def _free_bytes(self) -> int | None:
        try:
            return await self._database.free_bytes()
        except Exception:  # noqa: BLE001 - the disk does not answer: writing says so
            return None

    async def _read_backlog(self) -> Mapping[str, Backlog] | None:
        try:
            return await self._database.backlog(late_before=datetime.now(UTC) - LATE)
        except Exception:  # noqa: BLE001 - the database does not answer: reading says so
            return None

    async def _ask_temporal(self) -> bool:
        try:
            async with asyncio.timeout(1):
                return await self._client.service_client.check_health()
        except Exception:  # noqa: BLE001 - whatever the reason, Temporal does not answer
            return False

    async def _count_workers(self) -> int | None:
        """Return the number of processes that recently polled the task queue; None: Temporal does not answer."""
        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace,
            task_queue=TaskQueue(name=TASK_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        try:
            async with asyncio.timeout(2):
                found = await self._client.workflow_service.describe_task_queue(request)
        except Exception:  # noqa: BLE001 - Temporal is away, or does not let this client ask
            return None
        since = datetime.now(UTC) - POLL_AGE
        return len({each.identity for each in found.pollers if each.last_access_time.ToDatetime(UTC) > since})

    async def _find_clocks(self) -> Mapping[str, bool] | None:
        """Return which clocks run, of stores with due items."""
        try:
            async with asyncio.timeout(5):
                stores = sorted(await self._database.stores_with_due_items())[:MAX_CLOCKS]
                return {store: await self._is_running(clock_id(store)) for store in stores}
        except Exception:  # noqa: BLE001 - Temporal is away
            return None

    async def _is_running(self, workflow_id: str) -> bool:
        try:
            found = await self._client.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return found.status is WorkflowExecutionStatus.RUNNING


def _one_line(error: Exception) -> str:
    return " ".join(str(error.__cause__ or error).split())[:200] or type(error).__name__
