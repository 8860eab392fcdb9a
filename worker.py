"""The worker: connect to Temporal, register workflows and activities, run."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner

from activities.due_items import DueItemActivities
from activities.erasing import ErasingActivities
from activities.events import EventActivities
from activities.exports import ExportActivities
from activities.imports import ImportActivities
from activities.in_flight import MAX_IN_FLIGHT, InFlightLimiter
from activities.log_context import LogContext
from activities.member_queue import MAX_WAITING, MemberQueue
from activities.merging import MergeActivities
from activities.notices import NoticeActivities
from activities.owners import Owners
from activities.retention import RetentionActivities
from activities.retries import BoundedRetries
from activities.slow_rules import SlowRules, slow_rules
from activities.temporal_names import TASK_QUEUE
from activities.webhooks.client import WebhookClient
from activities.webhooks.deliveries import DeliveryActivities
from activities.webhooks.resends import ResendActivities
from database import Database
from database.programs import Programs
from loyalty.webhooks.addresses import Network
from telemetry.runtime import temporal_runtime
from telemetry.tracing import interceptors
from workflows.cleanup import run_cleanup
from workflows.counting import run_counting
from workflows.deploys import watch_deploys
from workflows.erasing import EraseMember
from workflows.event_loop_executor import EventLoopExecutor
from workflows.events import ReactToBatch, ReactToEvent
from workflows.exports import Export
from workflows.file_watch import run_files
from workflows.imports import Import
from workflows.merging import MergeMembers
from workflows.notices import MoveNotices
from workflows.payloads import CONVERTER
from workflows.relays import run_relays
from workflows.resends import ResendDeliveries
from workflows.retention import Retention
from workflows.retention_watch import run_retention
from workflows.search_attributes import register_search_attributes
from workflows.starter import batch_starter
from workflows.store_clock import StoreClock
from workflows.webhooks import DeliverWebhook

log = structlog.get_logger()

WORKFLOWS: Sequence[type] = (
    ReactToEvent,
    ReactToBatch,
    DeliverWebhook,
    ResendDeliveries,
    StoreClock,
    Retention,
    Import,
    Export,
    MoveNotices,
    EraseMember,
    MergeMembers,
)

MAX_WORKFLOW_TASKS = 2 * MAX_IN_FLIGHT + MAX_WAITING
"""The most concurrent workflow tasks: for events in flight, as many delivering workflows, and waiting events."""

MAX_LOCAL_ACTIVITIES = 1000
"""More than all these workflow tasks can have at once, so that no step waits for one that waits."""


FINISH_WITHIN = timedelta(seconds=3)
"""How long activities may continue when the worker shuts down; then they are cancelled, to be retried elsewhere."""

SHUT_DOWN_WITHIN = timedelta(seconds=5)
"""How long the worker may take to shut down: retried activities, or an unavailable Temporal, would delay it."""


@dataclass(frozen=True)
class WorkerDependencies:
    """The dependencies of a worker."""

    database: Database
    programs: Programs
    client: Client
    allow: tuple[Network, ...] = ()
    """Private networks that webhooks may reach."""
    keep: timedelta | None = None
    """How long the details of applied events are kept; None: for ever."""
    keep_audit_log: timedelta | None = None
    """How long entries of the audit log are kept; None: for ever."""
    in_flight: InFlightLimiter = field(default_factory=InFlightLimiter)
    """Shared with an API in the same process, it limits the accepted events to what this worker can answer."""
    queue: MemberQueue = field(default_factory=MemberQueue)
    """Where events of a member wait for one another; an API in the same process can wait there for an event's end."""


async def connect_lazily() -> Client:
    """Return a client by Temporal's environment variables and `temporal.toml`; it connects at its first call."""
    return await Client.connect(
        **_config(), data_converter=CONVERTER, runtime=temporal_runtime(), interceptors=interceptors(), lazy=True
    )


async def connect_until_ready() -> Client:
    """Return a connected client by the same settings, once Temporal answers and knows the search attributes."""
    while True:
        try:
            async with asyncio.timeout(5):
                client = await Client.connect(
                    **_config(), data_converter=CONVERTER, runtime=temporal_runtime(), interceptors=interceptors()
                )
                await register_search_attributes(client)
                return client
        except (RPCError, RuntimeError, TimeoutError) as error:
            log.warning("waiting for temporal", because=str(error)[:200])
            await asyncio.sleep(2)


async def connect_to(address: str) -> Client:
    """Return a connected client of the server at `host:port`."""
    return await Client.connect(
        address, data_converter=CONVERTER, runtime=temporal_runtime(), interceptors=interceptors()
    )


def _config() -> ClientConnectConfig:
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "localhost:7233")
    return config


@asynccontextmanager
async def running(needed: WorkerDependencies, *, runner: WorkflowRunner | None = None) -> AsyncIterator[Worker]:
    """A running worker, with relays, cleanup and a watch of deploys beside it.

    When the block ends, running activities have FINISH_WITHIN to finish.
    """
    async with WebhookClient(needed.allow) as webhooks, slow_rules(needed.programs) as slow:
        worker = Worker(
            needed.client,
            task_queue=TASK_QUEUE,
            workflows=WORKFLOWS,
            activities=[*_event_activities(needed, slow), *_other_activities(needed, webhooks)],
            workflow_runner=runner or UnsandboxedWorkflowRunner(),
            workflow_task_executor=EventLoopExecutor(),
            interceptors=[LogContext(), BoundedRetries()],
            max_concurrent_workflow_tasks=MAX_WORKFLOW_TASKS,
            max_concurrent_local_activities=MAX_LOCAL_ACTIVITIES,
            graceful_shutdown_timeout=FINISH_WITHIN,
        )
        async with _shut_down_in_time(worker):
            beside = _background_tasks(needed)
            try:
                yield worker
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)


def _event_activities(needed: WorkerDependencies, slow: SlowRules) -> list[Callable[..., Any]]:
    """Return the activities of events, and that of merges, which wait in the same queues."""
    owners = Owners(needed.client)
    events = EventActivities(
        needed.database, needed.programs, needed.in_flight, queue=needed.queue, owners=owners, slow=slow
    )
    merging = MergeActivities(needed.database, needed.programs, owners)
    return [
        events.decide,
        events.award_points,
        events.change_member,
        events.issue_rewards,
        events.update_achievements,
        events.take_back,
        events.fail,
        events.run_batch,
        events.hand_over,
        events.react_to_events,
        merging.merge_members,
    ]


def _other_activities(needed: WorkerDependencies, webhooks: WebhookClient) -> list[Callable[..., Any]]:
    """Return the activities of webhooks, due items, retention, erasure, imports and exports."""
    deliveries = DeliveryActivities(needed.database, webhooks)
    resends = ResendActivities(needed.database)
    notices = NoticeActivities(needed.database, needed.programs)
    due_items = DueItemActivities(needed.database, needed.programs, needed.client)
    retention = RetentionActivities(needed.database, needed.keep, needed.keep_audit_log)
    erasing = ErasingActivities(needed.database, needed.programs)
    imports = ImportActivities(needed.database, needed.programs, batch_starter(needed.client, "events of an import"))
    exports = ExportActivities(needed.database, needed.programs)
    return [
        deliveries.deliver_webhook,
        resends.resend_page,
        notices.move_notices,
        due_items.next_due,
        due_items.run_due_items,
        due_items.wake_clock,
        retention.remove_details,
        erasing.erase_member,
        imports.read_import,
        imports.fail_import,
        exports.write_export,
        exports.fail_export,
    ]


def _background_tasks(needed: WorkerDependencies) -> list[asyncio.Task[None]]:
    """Start the tasks that run beside the worker until they are cancelled."""
    running = {
        "relays": run_relays(needed.database, needed.client),
        "deploys": watch_deploys(needed.database, needed.client),
        "cleanup": run_cleanup(needed.database),
        "counting": run_counting(needed.database, needed.programs),
        "files": run_files(needed.database, needed.client),
    }
    if needed.keep is not None or needed.keep_audit_log is not None:
        running["retention"] = run_retention(needed.database, needed.client)
    return [asyncio.create_task(task, name=name) for name, task in running.items()]


@asynccontextmanager
async def _shut_down_in_time(worker: Worker) -> AsyncIterator[None]:
    """Run a worker until the block ends, and leave it if it does not shut down in time."""
    stack = AsyncExitStack()
    await stack.enter_async_context(worker)
    try:
        yield
    finally:
        raised = sys.exc_info()
        try:
            async with asyncio.timeout(SHUT_DOWN_WITHIN.total_seconds()):
                await stack.__aexit__(*raised)
        except TimeoutError:
            log.warning("the worker does not shut down in time: its work goes on at the next start")
