"""The relay of deliveries: starts a workflow for each overdue attempt that no workflow makes.

This happens if Temporal lost a workflow, if one was terminated by hand, and if a delivery is retried by request.
"""

import asyncio
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from activities.owners import Owners
from activities.temporal_names import TASK_QUEUE
from database import Database
from database.overdue_deliveries import OverdueDelivery
from workflows.search_attributes import attributes_of_store
from workflows.webhooks import DeliverWebhook

AGAIN_AFTER = timedelta(seconds=30)
"""Pause before the relay checks the same delivery again."""

PAGE = 200

AT_ONCE = 20
"""Concurrent queries to Temporal."""

SPREAD_SECONDS = 3.0
"""Overdue attempts are spread over this many seconds, so that a recovered receiver does not get all at once."""

log = structlog.get_logger(__name__)


async def relay_deliveries(database: Database, client: Client, *, now: datetime | None = None) -> int:
    """Start a workflow for each delivery of a page that has none; return how many were checked."""
    await client.service_client.check_health()  # reading a page postpones its deliveries, so it must not be wasted
    overdue = await database.take_overdue_deliveries(now=now or datetime.now(UTC), limit=PAGE, again_after=AGAIN_AFTER)
    settled = [each for each in overdue if each.is_settled]  # the running workflow of any other delivers it
    places = asyncio.Semaphore(AT_ONCE)
    gone = await _gone(client, places, {each.owner for each in settled if each.owner is not None})
    orphaned = [each for each in settled if each.owner is None or each.owner in gone]
    await asyncio.gather(*(_start(client, places, each) for each in orphaned))
    return len(overdue)


async def _gone(client: Client, places: asyncio.Semaphore, workflow_ids: Iterable[str]) -> Sequence[str]:
    """Return the ids of these workflows that are closed, or unknown to Temporal."""
    owners = Owners(client)

    async def is_gone(workflow_id: str) -> bool:
        async with places:
            return await owners.is_gone(workflow_id)

    ids = sorted(workflow_ids)
    answers = await asyncio.gather(*map(is_gone, ids))
    return [workflow_id for workflow_id, answer in zip(ids, answers, strict=True) if answer]


async def _start(client: Client, places: asyncio.Semaphore, overdue: OverdueDelivery) -> None:
    """Start the workflow of a delivery from its present state, unless it runs."""
    delivery = overdue.delivery
    async with places:
        if not await Owners(client).is_gone(delivery.workflow_id):
            return
        await client.start_workflow(
            DeliverWebhook.run,
            args=[delivery, overdue.attempts, random.random() * SPREAD_SECONDS],  # noqa: S311 - jitter
            id=delivery.workflow_id,
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=attributes_of_store(delivery.store),
            static_summary=delivery.name,
        )
    log.info("delivery relayed", id=delivery.id, store=delivery.store, attempts=overdue.attempts)
