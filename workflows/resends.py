"""The workflow of a resend job: page by page, no faster than the relay starts the deliveries."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

with workflow.unsafe.imports_passed_through():
    from activities.temporal_names import TASK_QUEUE
    from activities.webhooks.resends import ResendActivities
    from database import Database
    from loyalty.references import ResendProgress, ResendRef
    from workflows.activity_options import RETRY_FOREVER, STEP_TIMEOUT
    from workflows.search_attributes import attributes_of_store

PAUSE = timedelta(seconds=2)
"""The pause after each page, in which the relay starts what the page made due."""

PAGES = 200
"""Pages of one run, after which the workflow continues as new."""

AGAIN_AFTER = timedelta(seconds=30)
"""Pause before a worker checks again whether the workflow of a job runs."""


@workflow.defn(name="ResendDeliveries")
class ResendDeliveries:
    """Resends the deliveries of a job until all are examined, or the job is cancelled."""

    @workflow.run
    async def run(self, job: ResendRef) -> ResendProgress:
        """Process one page after another; return the progress of the job."""
        pages = 0
        while True:
            progress = await workflow.execute_activity_method(
                ResendActivities.resend_page,
                args=[job, workflow.now()],
                start_to_close_timeout=STEP_TIMEOUT,
                retry_policy=RETRY_FOREVER,
                summary="the next deliveries are sent again",
            )
            if progress.is_done:
                return progress
            pages += 1
            await workflow.sleep(PAUSE, summary=f"{progress.looked_at} of {progress.total} are looked at")
            if pages >= PAGES:
                workflow.continue_as_new(job)


async def relay_resends(database: Database, client: Client, *, now: datetime) -> None:
    """Start the workflow of each running job without one: of a new job, or if Temporal lost it."""
    for job in await database.take_waiting_resends(now=now, again_after=AGAIN_AFTER):
        await client.start_workflow(
            ResendDeliveries.run,
            job,
            id=job.workflow_id,
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=attributes_of_store(job.store),
            static_summary="deliveries are sent again",
        )
