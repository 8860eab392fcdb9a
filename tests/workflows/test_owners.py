"""An event has one owner: workflows that meet the same event apply it once, and another takes over what is left."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.testing import WorkflowEnvironment

from activities import events as event_activities
from activities.event_runner import EventRunner, Ran
from database import Database, ReadTransaction
from loyalty.ids import new_id
from loyalty.references import EventOutcome, EventRef
from tests.kit.running import Running, running
from tests.workflows.test_order import APPEND, at_once, files, read
from workflows.relay import relay_once
from workflows.starter import start_batch, start_event

EFFECTS = """\
reactor: effects
on: redeem
then:
  - award_points: {points: 10}
  - grant_badge: redeemer
  - issue_reward: coffee
"""
LATER = timedelta(hours=1)


async def statuses(laurel: Running, events: list[EventRef]) -> list[str]:
    """The statuses of events."""

    def all_of(tx: ReadTransaction) -> list[str]:
        found = [tx.events.get(event.id) for event in events]
        return [each.status for each in found if each]

    return await laurel.parts.database.store(laurel.store).read(all_of)


async def until_applied(laurel: Running, events: list[EventRef], *, seconds: float = 60) -> None:
    """Wait until events are applied."""
    async with asyncio.timeout(seconds):
        while set(await statuses(laurel, events)) != {"applied"}:
            await asyncio.sleep(0.05)


class Gate:
    """Stops the workflow of one event before or after a transaction of its, until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, before: int | None = None, after: int | None = None) -> None:
        self.event = ""
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()
        self._before, self._after = before, after
        self._count = 0
        self._run = EventRunner.run
        gate = self

        async def run(runner: EventRunner, event: EventRef, *args: Any, **options: Any) -> Ran:
            if event.id != gate.event or gate.opened.is_set():
                return await gate._run(runner, event, *args, **options)
            if gate._count == gate._before:
                await gate._stop()
            gate._count += 1
            ran = await gate._run(runner, event, *args, **options)
            if gate._count == gate._after:
                await gate._stop()
            return ran

        monkeypatch.setattr(EventRunner, "run", run)

    async def _stop(self) -> None:
        self.reached.set()
        await self.opened.wait()


async def test_a_batch_and_the_workflows_of_the_same_events_apply_each_once(
    database: Database, temporal: Client
) -> None:
    async with running(database, temporal, files(effects=EFFECTS, append=APPEND)) as laurel:
        members = [await laurel.register(f"{n}@example.com") for n in range(5)]
        events = [await laurel.accept(member, "redeem", {"number": n}) for n in range(5) for member in members]

        await asyncio.gather(
            start_batch(temporal, f"batch/{laurel.store}/{new_id()}", events),
            *(start_event(temporal, event) for event in events),
            start_batch(temporal, f"batch/{laurel.store}/{new_id()}", list(reversed(events))),
        )
        await until_applied(laurel, events)

        for member in members:
            facts, rewards = await read(laurel, member)
            assert (await laurel.points(member), len(rewards)) == (50, 5)
            assert facts.attributes["numbers"] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("stop", [{"before": 0}, {"after": 1}, {"after": 2}, {"after": 3}, {"after": 4}], ids=str)
async def test_an_event_whose_workflow_is_terminated_is_taken_over_and_the_next_goes_on(
    database: Database, temporal: Client, monkeypatch: pytest.MonkeyPatch, stop: dict[str, int]
) -> None:
    gate = Gate(monkeypatch, **stop)
    async with running(database, temporal, files(effects=EFFECTS, append=APPEND)) as laurel:
        ann = await laurel.register()
        events = [await laurel.accept(ann, "redeem", {"number": n}) for n in range(3)]
        gate.event = events[0].id
        for event in events:
            await start_event(temporal, event)
        await asyncio.wait_for(gate.reached.wait(), 60)

        await temporal.get_workflow_handle(events[0].workflow_id).terminate()
        gate.opened.set()
        await relay_once(database, temporal, now=datetime.now(UTC) + LATER)
        await until_applied(laurel, events)

        facts, rewards = await read(laurel, ann)
        assert (await laurel.points(ann), len(rewards)) == (30, 3)
        assert facts.attributes["numbers"] == [0, 1, 2]


async def test_events_wait_in_their_workflows_if_it_takes_long_and_are_woken_by_a_signal(
    database: Database, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_activities, "MAX_WAIT_SECONDS", 0.05)
    gate = Gate(monkeypatch, before=0)
    async with running(database, temporal, files(append=APPEND)) as laurel:
        ann = await laurel.register()
        events = [await laurel.accept(ann, "redeem", {"number": n}) for n in range(5)]
        gate.event = events[0].id
        for event in events:
            await start_event(temporal, event)
        await all_parked(laurel, events[1:])

        gate.opened.set()
        await until_applied(laurel, events)

        facts, _ = await read(laurel, ann)
        assert facts.attributes["numbers"] == [0, 1, 2, 3, 4]


async def all_parked(laurel: Running, events: list[EventRef]) -> None:
    """Wait until the workflows of events sleep."""

    def owned(tx: ReadTransaction) -> bool:
        states = [tx.events.state(event.id, "") for event in events]
        return all(state is not None and state.owner is not None for state in states)

    async with asyncio.timeout(60):
        while not await laurel.parts.database.store(laurel.store).read(owned):
            await asyncio.sleep(0.05)


async def test_an_event_that_waited_a_minute_is_left_to_the_relay(
    sqlite_database: Database, skipping: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_activities, "MAX_WAIT_SECONDS", 0.05)
    gate = Gate(monkeypatch, before=0)
    async with running(sqlite_database, skipping.client, files(append=APPEND)) as laurel:
        ann = await laurel.register()
        events = [await laurel.accept(ann, "redeem", {"number": n}) for n in range(3)]
        gate.event = events[0].id
        await start_event(skipping.client, events[0])
        await asyncio.wait_for(gate.reached.wait(), 60)

        outcomes = await asyncio.gather(*(laurel.answer(event) for event in events[1:]))  # the minute is skipped
        gate.opened.set()
        await until_applied(laurel, events)

        facts, _ = await read(laurel, ann)
        assert [outcome.outcome for outcome in outcomes] == ["handed_over", "handed_over"]
        assert facts.attributes["numbers"] == [0, 1, 2]


async def test_a_workflow_that_is_terminated_while_it_waits_does_not_hold_up_the_queue(
    database: Database, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_activities, "MAX_WAIT_SECONDS", 0.05)
    gate = Gate(monkeypatch, before=0)
    async with running(database, temporal, files(append=APPEND)) as laurel:
        ann = await laurel.register()
        events = [await laurel.accept(ann, "redeem", {"number": n}) for n in range(4)]
        gate.event = events[0].id
        for event in events:
            await start_event(temporal, event)
        await all_parked(laurel, events[1:])
        await temporal.get_workflow_handle(events[1].workflow_id).terminate()

        gate.opened.set()  # the signal finds no workflow, and leaves the event to the relay that runs beside the worker
        await until_applied(laurel, events)

        facts, _ = await read(laurel, ann)
        assert facts.attributes["numbers"] == [0, 1, 2, 3]


async def test_events_of_workflows_that_temporal_does_not_know_any_more_are_applied(
    database: Database, temporal: Client
) -> None:
    async with running(database, temporal, files(append=APPEND)) as laurel:
        ann = await laurel.register()
        events = [await laurel.accept(ann, "redeem", {"number": n}) for n in range(3)]
        lost = [events[0].workflow_id, f"batch/{laurel.store}/{new_id()}"]
        for event, owner in zip(events, lost, strict=False):
            await database.assign(laurel.store, [event.id], owner, instead_of=[])

        await relay_once(database, temporal, now=datetime.now(UTC) + LATER)
        await until_applied(laurel, events)

        facts, _ = await read(laurel, ann)
        assert facts.attributes["numbers"] == [0, 1, 2]


async def test_the_workflow_of_an_event_that_a_batch_runs_says_so(
    sqlite_database: Database, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, after=1)
    async with running(sqlite_database, temporal, files(append=APPEND)) as laurel:
        ann = await laurel.register()
        event = await laurel.accept(ann, "redeem", {"number": 1})
        gate.event = event.id
        await start_batch(temporal, f"batch/{laurel.store}/{new_id()}", [event])
        await asyncio.wait_for(gate.reached.wait(), 60)

        outcome: EventOutcome = await laurel.answer(event)
        gate.opened.set()

        assert outcome.outcome == "handed_over"
        await until_applied(laurel, [event])


async def test_a_terminated_batch_is_taken_over(
    database: Database, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, after=1)
    async with running(database, temporal, files(append=APPEND)) as laurel:
        ann = await laurel.register()
        events = [await laurel.accept(ann, "redeem", {"number": n}) for n in range(8)]
        gate.event = events[2].id
        await relay_once(database, temporal, now=datetime.now(UTC) + LATER)
        await asyncio.wait_for(gate.reached.wait(), 60)
        (batch,) = {await owner_of(laurel, event) for event in events}

        await temporal.get_workflow_handle(batch).terminate()
        gate.opened.set()
        with pytest.raises(WorkflowFailureError):
            await temporal.get_workflow_handle(batch).result()
        await relay_once(database, temporal, now=datetime.now(UTC) + 2 * LATER)
        await until_applied(laurel, events)

        facts, _ = await read(laurel, ann)
        assert facts.attributes["numbers"] == list(range(8))


async def owner_of(laurel: Running, event: EventRef) -> str:
    state = await laurel.parts.database.store(laurel.store).read(lambda tx: tx.events.state(event.id, ""))
    assert state is not None
    return state.owner or ""


async def test_after_a_batch_of_a_members_events_others_go_on(database: Database, temporal: Client) -> None:
    async with running(database, temporal, files(append=APPEND)) as laurel:
        ann = await laurel.register()
        early = [await laurel.accept(ann, "redeem", {"number": n}) for n in range(10)]
        late = asyncio.create_task(at_once(laurel, ann, 10))
        await asyncio.sleep(0.3)

        await relay_once(database, temporal, now=datetime.now(UTC) + LATER)
        await until_applied(laurel, [*early, *(await late)])

        facts, _ = await read(laurel, ann)
        assert facts.attributes["numbers"] == [*range(10), *range(10)]
