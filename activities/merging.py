"""The activity that merges two members, once everything accepted before is applied."""

from datetime import datetime

import structlog
from temporalio import activity
from temporalio.service import RPCError

from activities.event_runner import next_in_queue
from activities.owners import Owners
from activities.retries import passes_by_itself
from database import Database, Transaction
from database.programs import Programs
from loyalty.events.operations import OperationContext
from loyalty.merging.operations import merge_members, parts_of_both, refuse_merge
from loyalty.program.program import Program
from loyalty.references import MergeOutcome, MergeRef
from loyalty.store.merges import Merge

log = structlog.get_logger(__name__)


class MergeActivities:
    """Merges members whose queues have reached the merge."""

    def __init__(self, database: Database, programs: Programs, owners: Owners | None = None) -> None:
        self._database = database
        self._programs = programs
        self._owners = owners or Owners()

    @activity.defn(name="merge_members")
    async def merge_members(self, ref: MergeRef, now: datetime) -> MergeOutcome:
        """Merge two members in one transaction, or return that earlier events are not applied yet. Idempotent."""
        revision, program = await self._programs.current(ref.store)
        store = self._database.store(ref.store)
        status, parked = await store.write(lambda tx: _merge(tx, ref.id, program, revision, now))
        for workflow_id in parked:
            await self._wake(workflow_id)
        return MergeOutcome(status)

    async def _wake(self, workflow_id: str) -> None:
        try:
            await self._owners.wake(workflow_id)
        except RPCError as error:  # the workflow checks again by itself within a minute
            log.warning("workflow was not woken", id=workflow_id, because=str(error)[:200])


def _merge(tx: Transaction, merge_id: str, program: Program, revision: int, now: datetime) -> tuple[str, list[str]]:
    """Return the status of a merge, and the sleeping workflows whose turn it is now."""
    merge = tx.merges.get(merge_id)
    if merge is None or merge.status != "waiting":
        return "done" if merge is None else merge.status, []
    operation = OperationContext(tx, program, revision, now, "merge")
    for identity in parts_of_both(operation, merge):
        tx.members.lock_identity(identity)  # before the members, in the lock order of registration
    operation.lock_members(merge.survivor, merge.merged)
    merge = tx.merges.get(merge_id)
    if merge is None or merge.status != "waiting":
        return "done" if merge is None else merge.status, []
    if not _is_reached(tx, merge):
        return "waiting", []
    try:
        with tx.savepoint():
            merge_members(operation, tx.merges, merge)
    except Exception as error:
        if passes_by_itself(error):
            raise
        # Any error: it must not hold up two queues for ever.
        refuse_merge(tx.merges, merge, error, now=now)
        parked = [next_in_queue(tx, member_id) for member_id in (merge.survivor, merge.merged)]
        log.warning("members are not merged", merge=merge_id, store=tx.store, because=str(error)[:200])
        return "refused", [each for each in parked if each is not None]
    log.info("members are merged", merge=merge_id, store=tx.store)
    return "done", []


def _is_reached(tx: Transaction, merge: Merge) -> bool:
    """Return whether everything accepted before the merge is applied or failed, for both members."""
    heads = [tx.events.queue_head(member_id) for member_id in (merge.survivor, merge.merged)]
    return [None if head is None else head.id for head in heads] == [merge.event, merge.merged_event]
