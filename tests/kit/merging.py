"""Merging members of a scripted store, as the API asks for it and the workflow does it."""

from collections.abc import Sequence

from sqlalchemy import select

from activities.batches import run_batch
from activities.event_runner import EventRunner
from activities.merging import MergeActivities
from database import ReadTransaction, Transaction
from database.programs import Programs
from database.tables import event
from loyalty.events.operations import OperationContext
from loyalty.merging.operations import request_merge
from loyalty.references import EventRef, MergeRef, is_held_by_merge
from loyalty.store.merges import Merge
from tests.kit.scripted_store import ScriptedStore


async def ask(scripted: ScriptedStore, survivor: str, merged: str) -> str:
    """Ask for a merge; return its id."""

    def run(tx: Transaction) -> str:
        operation = OperationContext(tx, scripted.program, scripted.revision, scripted.now, "admin")
        return request_merge(operation, tx.merges, tx.members.leads_to(survivor), tx.members.leads_to(merged))

    return await scripted.database.store(scripted.program.store).write(run)


async def do(scripted: ScriptedStore, merge_id: str) -> str:
    """Run the activity of a merge once; return what became of it."""
    merging = MergeActivities(scripted.database, Programs(scripted.database))
    return (await merging.merge_members(MergeRef(scripted.program.store, merge_id), scripted.now)).status


async def answer(scripted: ScriptedStore, events: Sequence[EventRef], *, seconds: float = 0.1) -> None:
    """Answer events as far as it is their turn; what waits stays in its queue."""
    await run_batch(EventRunner(scripted.database, Programs(scripted.database)), events, scripted.now, seconds=seconds)


async def answer_queued(scripted: ScriptedStore) -> int:
    """Answer what is queued as the relay would, not what holds up a queue for a merge; return how many were."""

    def read(tx: ReadTransaction) -> list[EventRef]:
        columns = [event.c[name] for name in ("store", "id", "type", "member", "revision", "owner")]
        queued = select(*columns).where(event.c.position.is_not(None)).order_by(event.c.position)
        rows = tx.connection.execute(queued).all()
        return [EventRef(*row[:-1]) for row in rows if not is_held_by_merge(row.owner)]

    if queued := await scripted.database.store(scripted.program.store).read(read):
        await answer(scripted, queued)
    return len(queued)


async def answer_all(scripted: ScriptedStore) -> None:
    """Answer what is queued until nothing is; an AssertionError if something stays."""
    for _ in range(100):
        if not await answer_queued(scripted):
            return
    raise AssertionError("events stay in their queues")


async def merge(scripted: ScriptedStore, survivor: str, merged: str) -> Merge:
    """Merge two members, and answer the event that says so."""
    merge_id = await ask(scripted, survivor, merged)
    assert await do(scripted, merge_id) == "done"
    await answer_queued(scripted)
    return await found(scripted, merge_id)


async def found(scripted: ScriptedStore, merge_id: str) -> Merge:
    """Return a merge as it is stored."""
    stored = await scripted.database.store(scripted.program.store).read(lambda tx: tx.merges.get(merge_id))
    assert stored is not None
    return stored
