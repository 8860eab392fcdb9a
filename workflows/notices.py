"""Move waiting notices after a change of their days: page by page, and once more a minute later."""

import contextlib
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

with workflow.unsafe.imports_passed_through():
    from activities.notices import NoticeActivities
    from activities.temporal_names import TASK_QUEUE
    from database import Database
    from loyalty.references import NoticeProgress, notices_workflow_id
    from workflows.activity_options import RETRY_FOREVER, STEP_TIMEOUT
    from workflows.search_attributes import attributes_of_store

PAGES = 500
"""Pages of one run, after which the workflow continues as new."""

AGAIN_AFTER = timedelta(seconds=30)
"""Pause before a worker checks again whether the workflow of a store runs."""


WAKE = "wake"


@workflow.defn(name="MoveNotices")
class MoveNotices:
    """Moves the notices of a store until all are where the settings and the program in force put them."""

    def __init__(self) -> None:
        self._is_woken = False

    @workflow.run
    async def run(self, store: str) -> NoticeProgress:
        """Move one page after another; return the progress."""
        pages = 0
        while True:
            self._is_woken = False
            progress = await workflow.execute_activity_method(
                NoticeActivities.move_notices,
                args=[store, workflow.now()],
                start_to_close_timeout=STEP_TIMEOUT,
                retry_policy=RETRY_FOREVER,
                summary="the next notices are moved",
            )
            wait = progress.again_in_seconds
            if wait is None:
                return progress
            pages += 1
            if wait > 0:
                await self._sleep(timedelta(seconds=wait))
            if pages >= PAGES:
                workflow.continue_as_new(store)

    @workflow.signal(name=WAKE)
    def wake(self) -> None:
        """Look again now: the days were changed again."""
        self._is_woken = True

    async def _sleep(self, wait: timedelta) -> None:
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._is_woken, timeout=wait, timeout_summary="until no change of before goes on"
            )


async def relay_notice_moves(database: Database, client: Client, *, now: datetime) -> None:
    """Start the workflow of each store whose notices are to be moved, or wake the one that runs."""
    for store in await database.take_waiting_notice_moves(now=now, again_after=AGAIN_AFTER):
        await client.start_workflow(
            MoveNotices.run,
            store,
            id=notices_workflow_id(store),
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=attributes_of_store(store),
            static_summary="notices of what expires are moved",
            start_signal=WAKE,
        )
