"""Start the workflows of imports and exports that are to run, and restart them if they were terminated."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from activities.temporal_names import TASK_QUEUE
from database import Database
from loyalty.references import ExportRef, ImportRef
from workflows.exports import Export
from workflows.imports import Import
from workflows.search_attributes import attributes_of_store

INTERVAL = timedelta(seconds=2)
"""Pause between two checks for imports and exports whose workflow does not run."""

GO_ON = "go_on"
"""The signal to a running workflow that may be about to end, so that no resumed file is missed."""

log = structlog.get_logger(__name__)


def import_id(ref: ImportRef) -> str:
    """Return the workflow id of an import."""
    return f"import/{ref.store}/{ref.id}"


async def start_import(client: Client, ref: ImportRef) -> None:
    """Start the workflow of an import, or signal the running one to check once more before it ends."""
    await client.start_workflow(
        Import.run,
        ref,
        id=import_id(ref),
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=GO_ON,
        search_attributes=attributes_of_store(ref.store),
        static_summary=f"import of a file into {ref.store}",
    )


def export_id(ref: ExportRef) -> str:
    """Return the workflow id of an export."""
    return f"export/{ref.store}/{ref.id}"


async def start_export(client: Client, ref: ExportRef) -> None:
    """Start the workflow of an export, or signal the running one to check once more before it ends."""
    await client.start_workflow(
        Export.run,
        ref,
        id=export_id(ref),
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=GO_ON,
        search_attributes=attributes_of_store(ref.store),
        static_summary=f"export of a file from {ref.store}",
    )


async def run_files(database: Database, client: Client) -> None:
    """Start the workflows of imports and exports that are to run and have none, until cancelled."""
    while True:
        try:
            for each in await database.take_imports(now=datetime.now(UTC)):
                await start_import(client, ImportRef(each.store, each.id))
            for one in await database.take_exports(now=datetime.now(UTC)):
                await start_export(client, ExportRef(one.store, one.id))
        except Exception as error:  # noqa: BLE001 - the database or Temporal is away: it comes back
            log.warning("imports and exports wait", because=str(error)[:200])
        await asyncio.sleep(INTERVAL.total_seconds())
