"""Start the retention workflow of every store, and restart it if it was terminated."""

import asyncio
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from activities.temporal_names import TASK_QUEUE, retention_id
from database import Database
from workflows.retention import Retention, RetentionState
from workflows.search_attributes import attributes_of_store

LOOK_AGAIN = timedelta(minutes=10)
"""Pause between two checks whether every store has its workflow."""

log = structlog.get_logger(__name__)


async def run_retention(database: Database, client: Client) -> None:
    """Start the workflow of every store, and restart terminated ones, until cancelled."""
    while True:
        pause = LOOK_AGAIN
        try:
            for store in await database.access_read(lambda access: access.stores()):
                await start_retention(client, store)
        except Exception as error:  # noqa: BLE001 - the database or Temporal is away: it comes back
            log.warning("retention starts later", because=str(error)[:200])
            pause = timedelta(seconds=10)
        await asyncio.sleep(pause.total_seconds())


async def start_retention(client: Client, store: str) -> None:
    """Start the retention of a store, unless it runs."""
    await client.start_workflow(
        Retention.run,
        RetentionState(store),
        id=retention_id(store),
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        search_attributes=attributes_of_store(store),
        static_summary=f"removes the details of old events of {store}",
    )
