"""Record histories of today's workflows: `python -m tests.workflows.record NAME` (a date is a good name).

Running workflows outlive a release. Each recording is saved for ever, and replayed by `test_replay.py`: a change that
would break a running workflow fails there first. Record under a new name when a workflow changes.
"""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from activities import events as event_activities
from activities.temporal_names import TASK_QUEUE, clock_id, erasure_id
from commands.shared import temporal_server
from database import Database, Transaction
from loyalty.events.operations import OperationContext
from loyalty.members.anonymising import anonymise_member
from loyalty.merging.operations import request_merge
from loyalty.references import EventRef, MergeRef, merge_workflow_id
from tests.kit import programs
from tests.kit.receiver import Answer, Receiver
from tests.kit.running import Running, running
from tests.workflows.conftest import SKIPPING, clocks_started_by_tests
from workflows.erasing import start_erasure
from workflows.merging import start_merge
from workflows.relay import relay_once
from workflows.starter import start_event
from workflows.store_clock import StoreClock

HISTORIES = Path(__file__).parent / "histories"
MAY = datetime(2024, 5, 1, 9, 0, tzinfo=UTC)
SUBSCRIBED = ("AvailablePointsAmountChanged", "MemberAchievementProgressWasChanged", "PointsWillExpire")

TOGETHER = programs.PROGRAM.replace("{after: 90d}", "{end_of: year}")
CYCLE = """\
reactor: again
on: badge_granted
when: {and: [{"==": [{var: event.body.badge}, loop]}, {">=": [{var: member.points}, 0]}]}
then: [{grant_badge: loop}]
"""
LOOP = "reactor: loop\non: purchase\nwhen: {'==': [{var: event.body.total}, 13]}\nthen: [{grant_badge: loop}]\n"


async def record(folder: Path) -> None:
    """Run every kind of workflow, and save their histories."""
    with tempfile.TemporaryDirectory() as scratch, Receiver() as receiver, clocks_started_by_tests():
        database = Database.open(f"sqlite:///{scratch}/laurel.db")
        async with await WorkflowEnvironment.start_time_skipping_v2(
            dev_server_existing_path=temporal_server.binary(),
            dev_server_extra_args=[*temporal_server.search_attribute_arguments(), *SKIPPING],
            ts_config=TimeSkippingConfig(max_session_skip_count=1000),
        ) as environment:
            files = programs.files(program=TOGETHER, reactors__again=CYCLE, reactors__loop=LOOP)
            async with running(database, environment.client, files) as laurel:
                await _play(laurel, environment, receiver)
                await _play_a_long_wait(laurel, environment.client)
                await _play_an_erasure(laurel, environment.client)
                await _play_a_merge(laurel, environment.client)
            with environment.with_time_skipping_disabled():  # else a year of passes, one a day
                async with running(database, environment.client, files, keep=timedelta(days=31)):
                    await asyncio.sleep(5)
            await _save(environment.client, folder)
        database.close()


async def _play(laurel: Running, environment: WorkflowEnvironment, receiver: Receiver) -> None:
    event_activities.MAX_WAIT_SECONDS = 0.05  # type: ignore[misc]  # so that an event waits in its workflow
    receiver.answer("/failing", Answer(status=500))
    with environment.with_time_skipping_disabled():
        clock = await environment.client.start_workflow(
            StoreClock.run, laurel.store, id=clock_id(laurel.store), task_queue=TASK_QUEUE
        )
    for name in SUBSCRIBED:
        await laurel.subscribe(name, receiver.url)
    members = [await laurel.register(f"{n}@example.com") for n in range(3)]
    for day in range(7):
        await laurel.report(members[0], "app_login", time=MAY + timedelta(days=day))
    for member in members:
        await laurel.report(member, "purchase", {"total": 80})
    await laurel.report(members[0], "purchase", {"total": 13})
    await laurel.subscribe(SUBSCRIBED[0], receiver.url + "/failing")
    event = await laurel.accept(members[0], "purchase", {"total": 1})
    await laurel.answer(event)
    delivery = next(d for d in await laurel.deliveries(event) if d.url.endswith("/failing"))
    await environment.client.get_workflow_handle(f"delivery/{laurel.store}/{delivery.id}").result()
    with environment.with_time_skipping_disabled():
        await _play_queues(laurel, environment.client)
    await environment.fast_forward(clock, timedelta(days=365))


async def _play_queues(laurel: Running, client: Client) -> None:
    """An event that waits in its workflow, one that another workflow runs, and batches that the relay starts."""
    member, other = await laurel.register("queue@example.com"), await laurel.register("other@example.com")
    first, second = [await laurel.accept(member, "purchase", {"total": total}) for total in (1, 2)]
    await start_event(client, second)
    await asyncio.sleep(1)
    await laurel.answer(first)
    await laurel.answer(second)
    foreign = await laurel.accept(member, "purchase", {"total": 3})
    await laurel.parts.database.assign(laurel.store, [foreign.id], clock_id(laurel.store), instead_of=[])
    await laurel.answer(foreign)
    behind = [await laurel.accept(member, "purchase", {"total": total}) for total in range(4, 7)]
    free = [await laurel.accept(other, "purchase", {"total": total}) for total in range(3)]
    await relay_once(laurel.parts.database, client, now=datetime.now(UTC) + timedelta(hours=1))
    await asyncio.sleep(12)  # the batch pauses, since `behind` waits for `foreign`, and leaves it to the relay
    assert [await _status(laurel, event) for event in (behind[0], free[-1])] == ["received", "applied"]
    owner = clock_id(laurel.store)
    await laurel.parts.database.leave_to_relay(laurel.store, [foreign.id], owners=[owner], now=datetime.now(UTC))
    async with asyncio.timeout(60):  # due items wait for these events, too
        while await _status(laurel, behind[-1]) != "applied":
            await asyncio.sleep(0.1)


async def _play_a_long_wait(laurel: Running, client: Client) -> None:
    """An event that waits for a minute behind one that nobody runs, and is left to the relay."""
    member = await laurel.register("patient@example.com")
    first, second = [await laurel.accept(member, "purchase", {"total": total}) for total in (1, 2)]
    await laurel.parts.database.assign(laurel.store, [first.id], clock_id(laurel.store), instead_of=[])
    assert (await laurel.answer(second)).outcome == "handed_over"
    owner = clock_id(laurel.store)
    await laurel.parts.database.leave_to_relay(laurel.store, [first.id], owners=[owner], now=datetime.now(UTC))
    await relay_once(laurel.parts.database, client, now=datetime.now(UTC) + timedelta(hours=1))


async def _play_an_erasure(laurel: Running, client: Client) -> None:
    """A member who is anonymised while an event of theirs is under way."""
    member = await laurel.register("leaving@example.com")
    held = await laurel.accept(member, "purchase", {"total": 1})
    await laurel.parts.database.assign(laurel.store, [held.id], clock_id(laurel.store), instead_of=[])

    def ask(tx: Transaction) -> None:
        anonymise_member(OperationContext(tx, laurel.program, laurel.revision, datetime.now(UTC), "admin"), member)

    await laurel.parts.database.store(laurel.store).write(ask)
    await start_erasure(client, laurel.store, member)
    await asyncio.sleep(1)
    owner = clock_id(laurel.store)
    await laurel.parts.database.leave_to_relay(laurel.store, [held.id], owners=[owner], now=datetime.now(UTC))
    await relay_once(laurel.parts.database, client, now=datetime.now(UTC) + timedelta(hours=1))
    await client.get_workflow_handle(erasure_id(laurel.store, member)).result()


async def _play_a_merge(laurel: Running, client: Client) -> None:
    """Two members who are merged while an event of one is under way."""
    survivor, merged = [await laurel.register(f"{name}@example.com") for name in ("surviving", "merged")]
    held = await laurel.accept(merged, "purchase", {"total": 1})
    await laurel.parts.database.assign(laurel.store, [held.id], clock_id(laurel.store), instead_of=[])

    def ask(tx: Transaction) -> MergeRef:
        operation = OperationContext(tx, laurel.program, laurel.revision, datetime.now(UTC), "admin")
        return MergeRef(laurel.store, request_merge(operation, tx.merges, survivor, merged))

    ref = await laurel.parts.database.store(laurel.store).write(ask)
    await start_merge(client, ref)
    await asyncio.sleep(1)
    owner = clock_id(laurel.store)
    await laurel.parts.database.leave_to_relay(laurel.store, [held.id], owners=[owner], now=datetime.now(UTC))
    await relay_once(laurel.parts.database, client, now=datetime.now(UTC) + timedelta(hours=1))
    await client.get_workflow_handle(merge_workflow_id(laurel.store, ref.id)).result()


async def _status(laurel: Running, event: EventRef) -> str:
    stored = await laurel.parts.database.store(laurel.store).read(lambda tx: tx.events.get(event.id))
    assert stored is not None
    return stored.status


async def _save(client: Client, folder: Path) -> None:
    saved: dict[str, int] = {}
    async for workflow in client.list_workflows():
        history = await client.get_workflow_handle(workflow.id, run_id=workflow.run_id).fetch_history()
        saved[workflow.workflow_type] = saved.get(workflow.workflow_type, 0) + 1
        name = f"{workflow.workflow_type}-{saved[workflow.workflow_type]}.json"
        await asyncio.to_thread((folder / name).write_text, history.to_json())
    print(saved)


if __name__ == "__main__":
    named = HISTORIES / sys.argv[1]
    named.mkdir(parents=True)
    asyncio.run(record(named))
