"""The worker: connect, register, run. And the two ways an event's workflow is started: at once, or by the relay."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner

from activities.due_items import TASK_QUEUE, DueItemActivities
from activities.events import EventActivities
from activities.in_flight import MAX_IN_FLIGHT, InFlightLimiter
from activities.webhooks.client import WebhookClient
from activities.webhooks.deliveries import DeliveryActivities
from database import Database
from database.programs import Programs
from loyalty.references import EventRef
from loyalty.webhooks.addresses import Network
from workflows.event_loop_executor import EventLoopExecutor
from workflows.events import ReactToBatch, ReactToEvent
from workflows.options import EVENT_TYPE, MEMBER, SEARCH_ATTRIBUTES, STORE
from workflows.payloads import CONVERTER
from workflows.store_clock import StoreClock
from workflows.webhooks import DeliverWebhook

log = structlog.get_logger()

WORKFLOWS: Sequence[type] = (ReactToEvent, ReactToBatch, DeliverWebhook, StoreClock)

MOST_TASKS = 2 * MAX_IN_FLIGHT
"""Workflows at work at once: those whose events are being answered, and those whose webhooks are under way."""

RELAY_EVERY = timedelta(seconds=2)
RELAY_AGAIN = timedelta(minutes=1)
"""How long the relay waits before it offers an event to Temporal once more."""
RELAY_PAGE = 200


@dataclass(frozen=True)
class Parts:
    """What a worker works with."""

    database: Database
    programs: Programs
    client: Client
    allow: tuple[Network, ...] = ()
    underway: InFlightLimiter = field(default_factory=InFlightLimiter)
    """Given to an API in the same process, it keeps pace with this worker."""


async def connect() -> Client:
    """A client by Temporal's own environment variables and `temporal.toml`; it connects when first used."""
    return await Client.connect(**_config(), data_converter=CONVERTER, lazy=True)


async def reach() -> Client:
    """A client by the same settings that is connected, as a worker needs it, once Temporal answers."""
    while True:
        try:
            async with asyncio.timeout(5):
                client = await Client.connect(**_config(), data_converter=CONVERTER)
                await register_search_attributes(client)
                return client
        except (RPCError, RuntimeError, TimeoutError) as error:
            log.warning("waiting for temporal", because=str(error)[:200])
            await asyncio.sleep(2)


async def connect_to(address: str) -> Client:
    """A client of the server at an address, connected."""
    return await Client.connect(address, data_converter=CONVERTER)


def _config() -> ClientConnectConfig:
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "localhost:7233")
    return config


async def start_event(client: Client, event: EventRef, *, eager: bool = False) -> None:
    """Start the workflow that answers an event; once for every event, however often this is called."""
    attributes = [
        SearchAttributePair(STORE, event.store),
        SearchAttributePair(EVENT_TYPE, event.type),
        SearchAttributePair(MEMBER, event.member),
    ]
    try:
        await client.start_workflow(
            ReactToEvent.run,
            event,
            id=event.workflow_id,
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=TypedSearchAttributes(attributes),
            static_summary=event.type,
            request_eager_start=eager,
        )
    except WorkflowAlreadyStartedError:
        log.debug("answered already", id=event.id, store=event.store)


@asynccontextmanager
async def running(parts: Parts, *, runner: WorkflowRunner | None = None) -> AsyncIterator[Worker]:
    """A worker at work, with the relay beside it, until the block ends; what is under way is finished."""
    async with WebhookClient(parts.allow) as webhooks:
        reactions = EventActivities(parts.database, parts.programs, parts.underway)
        deliveries = DeliveryActivities(parts.database, webhooks)
        clock = DueItemActivities(parts.database, parts.programs, parts.client)
        worker = Worker(
            parts.client,
            task_queue=TASK_QUEUE,
            workflows=WORKFLOWS,
            activities=[
                reactions.decide,
                reactions.award_points,
                reactions.change_member,
                reactions.issue_rewards,
                reactions.update_achievements,
                reactions.fail,
                reactions.react_to_events,
                deliveries.deliver_webhook,
                clock.next_due,
                clock.run_due_items,
                clock.wake_clock,
            ],
            workflow_runner=runner or UnsandboxedWorkflowRunner(),
            workflow_task_executor=EventLoopExecutor(),
            max_concurrent_workflow_tasks=MOST_TASKS,
            graceful_shutdown_timeout=timedelta(seconds=10),
        )
        async with worker:
            relay = asyncio.create_task(relay_for_ever(parts), name="relay")
            try:
                yield worker
            finally:
                relay.cancel()
                await asyncio.gather(relay, return_exceptions=True)


async def relay_for_ever(parts: Parts) -> None:
    """Start the workflows of events that were accepted while Temporal could not be reached."""
    while True:
        found = 0
        try:
            found = await relay_once(parts)
        except Exception as error:  # noqa: BLE001 - the database or Temporal is away: it comes back
            log.warning("relay waits", because=str(error)[:200])
        if found < RELAY_PAGE:
            await asyncio.sleep(RELAY_EVERY.total_seconds())


async def relay_once(parts: Parts, *, now: datetime | None = None) -> int:
    """Offer one page of waiting events to Temporal; answer how many there were."""
    await parts.client.service_client.check_health()  # an event that is taken in vain waits for another minute
    moment = now or datetime.now(UTC)
    events = await parts.database.waiting_events(now=moment, limit=RELAY_PAGE, again_after=RELAY_AGAIN)
    for event in events:
        await start_event(parts.client, EventRef(**event))
        log.info("relayed", id=event["id"], store=event["store"])
    return len(events)


async def wake_clocks(parts: Parts) -> None:
    """Let the clock of every store look what is due; those that do not run are started."""
    clock = DueItemActivities(parts.database, parts.programs, parts.client)
    for store in await parts.database.access_read(lambda access: access.stores()):
        await clock.wake_clock(store)


async def register_search_attributes(client: Client) -> None:
    """Make the search attributes that Laurel's workflows carry, where they are missing."""
    service = client.operator_service
    known = await service.list_search_attributes(ListSearchAttributesRequest(namespace=client.namespace))
    missing = {
        key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
        for key in SEARCH_ATTRIBUTES
        if key.name not in known.custom_attributes
    }
    if missing:
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        await service.add_search_attributes(request)
