"""Anonymising a member: the workflow, and the relay that starts it."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

with workflow.unsafe.imports_passed_through():
    from activities.erasing import ErasingActivities
    from activities.temporal_names import ERASE_MEMBER, TASK_QUEUE, erasure_id
    from database import Database
    from loyalty.references import ErasurePass
    from workflows.activity_options import RETRY_FOREVER, STEP_TIMEOUT
    from workflows.search_attributes import attributes_of_member

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=1)

PAGE = 100
"""Members whose workflows are started in one round."""


@dataclass(frozen=True)
class EraseOptions:
    """The state with which a run of the workflow begins."""

    pause_seconds: float = FIRST_PAUSE.total_seconds()
    """Return the pause before checking again whether everything in flight is applied; it grows."""


@workflow.defn(name=ERASE_MEMBER)
class EraseMember:
    """Waits until everything accepted before a member was closed is applied, and erases their personal data."""

    @workflow.run
    async def run(self, done: ErasurePass, options: EraseOptions) -> ErasurePass:
        """Erase page by page; return how many rows were erased."""
        pause = timedelta(seconds=options.pause_seconds)
        while not done.is_done:
            done = await workflow.execute_activity_method(
                ErasingActivities.erase_member,
                args=[done, workflow.now()],
                start_to_close_timeout=STEP_TIMEOUT,
                retry_policy=RETRY_FOREVER,
                summary=f"{done.rows} rows are erased so far",
            )
            if done.waits:
                await workflow.sleep(pause, summary="until the events of the member that are under way are applied")
                pause = min(2 * pause, LONGEST_PAUSE)
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(args=[done, EraseOptions(pause.total_seconds())])
        return done


async def relay_erasures(database: Database, client: Client) -> None:
    """Start the workflow of every member who is to be anonymised, unless it runs."""
    for store, member in await database.open_erasures(limit=PAGE):
        await start_erasure(client, store, member)


async def start_erasure(client: Client, store: str, member: str) -> None:
    """Start the workflow that anonymises a member, unless it runs."""
    await client.start_workflow(
        EraseMember.run,
        args=[ErasurePass(store, member), EraseOptions()],
        id=erasure_id(store, member),
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        search_attributes=attributes_of_member(store, member),
        static_summary="anonymises a member",
    )
