"""Merging two members: the workflow, and the relay that starts it."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

with workflow.unsafe.imports_passed_through():
    from activities.merging import MergeActivities
    from activities.temporal_names import MERGE_MEMBERS, PROCEED, TASK_QUEUE
    from database import Database
    from loyalty.references import MergeOutcome, MergeRef, merge_workflow_id
    from workflows.activity_options import RETRY_FOREVER, STEP_TIMEOUT
    from workflows.search_attributes import attributes_of_store

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=1)

PAGE = 100
"""Merges whose workflows are started in one round."""

_UNTIL = "until what was accepted before is applied"


@dataclass(frozen=True)
class MergeOptions:
    """The state with which a run of the workflow begins."""

    pause_seconds: float = FIRST_PAUSE.total_seconds()
    """Return the pause before checking again whether both queues have reached the merge; it grows."""


@workflow.defn(name=MERGE_MEMBERS)
class MergeMembers:
    """Waits until both queues reach a merge, and performs it."""

    def __init__(self) -> None:
        self._is_woken = False

    @workflow.run
    async def run(self, ref: MergeRef, options: MergeOptions) -> MergeOutcome:
        """Return the status of the merge: `done` or `refused`."""
        pause = timedelta(seconds=options.pause_seconds)
        while True:
            self._is_woken = False
            outcome = await workflow.execute_activity_method(
                MergeActivities.merge_members,
                args=[ref, workflow.now()],
                start_to_close_timeout=STEP_TIMEOUT,
                retry_policy=RETRY_FOREVER,
                summary="merges, if both queues have reached it",
            )
            if outcome.status != "waiting":
                return outcome
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(lambda: self._is_woken, timeout=pause, timeout_summary=_UNTIL)
            pause = min(2 * pause, LONGEST_PAUSE)
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(args=[ref, MergeOptions(pause.total_seconds())])

    @workflow.signal(name=PROCEED)
    def proceed(self) -> None:
        """Check again now: one of the queues has reached the merge."""
        self._is_woken = True


async def relay_merges(database: Database, client: Client) -> None:
    """Start the workflow of every merge that is not done, unless it runs."""
    for ref in await database.open_merges(limit=PAGE):
        await start_merge(client, ref)


async def start_merge(client: Client, ref: MergeRef) -> None:
    """Start the workflow of a merge, unless it runs."""
    await client.start_workflow(
        MergeMembers.run,
        args=[ref, MergeOptions()],
        id=merge_workflow_id(ref.store, ref.id),
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        search_attributes=attributes_of_store(ref.store),
        static_summary="merges two members",
    )
