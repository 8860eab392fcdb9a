"""Batches: each event in one transaction, the events of a member in order, and what fails is set aside."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from activities import event_runner
from activities.batches import run_batch
from activities.event_runner import EventRunner
from activities.events import EventActivities
from activities.owners import Owners
from database import Database, Transaction
from database.programs import Programs
from loyalty.engine import processing
from loyalty.events.context import MAX_DEPTH, MAX_EVENTS, EventContext
from loyalty.ids import new_id
from loyalty.references import EventRef
from loyalty.store.events import NewEvent
from loyalty.store.members import Identity
from tests.kit import programs

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
APPEND = """\
reactor: append
on: purchase
then:
  - set_attribute: {name: totals, value: {merge: [{var: [member.attributes.totals, []]}, [{var: event.body.total}]]}}
  - set_attribute: {name: last, value: {var: event.body.total}}
  - grant_badge: buyer
"""
CYCLE = """\
reactor: again
on: badge_granted
when: {and: [{"==": [{var: event.body.badge}, buyer]}, {"==": [{var: member.attributes.last}, 13]}]}
then: [{grant_badge: buyer}]
"""


class Shop:
    """A store with members, whose events are accepted and run by activities outside of a workflow."""

    def __init__(self, database: Database, deployed: Programs, revision: int) -> None:
        self.database = database
        self.programs = deployed
        self.revision = revision
        self.runner = EventRunner(database, deployed)

    async def register(self, email: str) -> str:
        member_id = new_id()

        def add(tx: Transaction) -> None:
            tx.members.register(
                Identity(email=email),
                member_id=member_id,
                profile={},
                attributes={},
                tier="bronze",
                password_hash=None,
                registered_at=NOW,
                now=NOW,
            )

        await self.write(add)
        return member_id

    async def accept(self, member: str, total: int) -> EventRef:
        new = NewEvent(new_id(), "purchase", member, NOW, {"total": total}, self.revision)
        await self.write(lambda tx: tx.events.add(new, now=NOW))
        return EventRef("DEFAULT", new.id, "purchase", member, self.revision)

    async def statuses(self, events: list[EventRef]) -> list[str]:
        found = await self.write(lambda tx: [tx.events.get(event.id) for event in events])
        return [each.status for each in found]

    async def totals(self, member: str) -> Any:
        facts = await self.write(lambda tx: tx.members.facts(member))
        return facts.attributes.get("totals")

    async def write(self, work: Any) -> Any:
        return await self.database.store("DEFAULT").write(work)


@pytest.fixture
async def shop(database: Database) -> Shop:
    deployed = Programs(database)
    files = programs.files(reactors__append=APPEND, reactors__again=CYCLE)
    _, revision, _ = await deployed.deploy(files, by="test")
    return Shop(database, deployed, revision)


async def test_members_are_served_in_order_whatever_the_order_of_the_batch(shop: Shop) -> None:
    members = [await shop.register(f"{n}@example.com") for n in range(3)]
    events = [await shop.accept(member, total) for total in range(4) for member in members]

    result = await run_batch(shop.runner, events, NOW, seconds=30)

    assert (await shop.statuses(events), result.left) == (["applied"] * 12, [])
    assert [await shop.totals(member) for member in members] == [[0, 1, 2, 3]] * 3


async def test_an_event_that_waits_for_one_outside_of_the_batch_is_left_with_those_behind_it(shop: Shop) -> None:
    ann, bob = await shop.register("ann@example.com"), await shop.register("bob@example.com")
    outside = await shop.accept(ann, 1)
    events = [await shop.accept(member, total) for total in (2, 3) for member in (ann, bob)]

    result = await run_batch(shop.runner, events, NOW, seconds=2)

    assert result.left == [events[0].id, events[2].id]
    assert await shop.statuses(events) == ["received", "applied", "received", "applied"]
    await run_batch(shop.runner, [outside], NOW, seconds=30)
    await run_batch(shop.runner, events, NOW, seconds=30)
    assert await shop.totals(ann) == [1, 2, 3]


async def test_a_second_run_returns_the_stored_results_and_changes_nothing(shop: Shop) -> None:
    events = [await shop.accept(await shop.register("ann@example.com"), 1)]
    first = await run_batch(shop.runner, events, NOW, seconds=30)

    second = await run_batch(shop.runner, events, NOW, seconds=30)

    assert first.did
    assert second == first


async def test_a_batch_begins_no_event_when_its_time_is_over(shop: Shop) -> None:
    events = [await shop.accept(await shop.register("ann@example.com"), 1)]

    result = await run_batch(shop.runner, events, NOW, seconds=0)

    assert result.left == [events[0].id]


@pytest.mark.parametrize("is_batch", [True, False], ids=["batch", "alone"])
async def test_an_event_whose_step_raises_is_set_aside_and_the_next_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, is_batch: bool
) -> None:
    ann = await shop.register("ann@example.com")
    events = [await shop.accept(ann, total) for total in (1, 2, 3)]
    change_member = processing.STEPS["change_member"]

    def failing(context: EventContext) -> None:
        if context.event.id == events[1].id:
            raise TypeError("ann@example.com")
        change_member(context)

    monkeypatch.setitem(processing.STEPS, "change_member", failing)  # type: ignore[arg-type]  # a Mapping to readers
    if is_batch:
        await run_batch(shop.runner, events, NOW, seconds=30)
    else:
        monkeypatch.setattr("activities.events.change_member", failing)
        for event in events:
            await answer_alone(EventActivities(shop.database, shop.programs), event)

    failed = await shop.write(lambda tx: tx.events.get(events[1].id))
    assert await shop.statuses(events) == ["applied", "failed", "applied"]
    assert await shop.totals(ann) == [1, 3]
    assert failed.error == "TypeError was raised; the worker's log says where"


async def answer_alone(activities: EventActivities, event: EventRef) -> None:
    """Run the steps of an event, and of what it causes, as its workflow does."""
    waiting = [event]
    try:
        while waiting:
            current = waiting.pop(0)
            decided = await activities.decide(current, NOW, "" if waiting else event.id)
            for name in decided.steps:
                end = "" if waiting else event.id
                applied = await getattr(activities, name)(current, NOW, name == decided.steps[-1], end)
                waiting += applied.caused
    except event_runner.NEVER_RETRY as failure:
        await activities.fail(event, str(failure), NOW)


async def test_errors_that_pass_are_raised_for_a_retry(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bob = await shop.register("ann@example.com"), await shop.register("bob@example.com")
    events = [await shop.accept(ann, 1), await shop.accept(bob, 2)]
    lost = OperationalError("SELECT 1", None, Exception("the connection is lost"))

    with monkeypatch.context() as patched:
        patched.setattr(event_runner, "EventContext", _raising(lost, events[0].id))
        with pytest.raises(OperationalError):
            await run_batch(shop.runner, events, NOW, seconds=30)
    await run_batch(shop.runner, events, NOW, seconds=30)

    assert await shop.statuses(events) == ["applied", "applied"]


def _raising(error: Exception, event_id: str) -> type[EventContext]:
    class Context(EventContext):
        def __init__(self, tx: Transaction, program: Any, event: EventRef, *others: Any, **options: Any) -> None:
            if event.id == event_id:
                raise error
            super().__init__(tx, program, event, *others, **options)

    return Context


async def test_a_cycle_fails_its_event_with_the_same_error_in_a_batch_as_alone(shop: Shop) -> None:
    ann = await shop.register("ann@example.com")
    event, after = await shop.accept(ann, 13), await shop.accept(ann, 1)

    await run_batch(shop.runner, [event, after], NOW, seconds=30)

    failed = await shop.write(lambda tx: tx.events.get(event.id))
    assert await shop.statuses([event, after]) == ["failed", "applied"]
    assert failed.error.startswith(f"events caused one another more than {MAX_DEPTH} deep: purchase -> badge_granted")


async def test_an_event_that_causes_too_many_others_fails(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.batches.MAX_EVENTS", 1)
    event = await shop.accept(await shop.register("ann@example.com"), 1)

    await run_batch(shop.runner, [event], NOW, seconds=30)

    failed = await shop.write(lambda tx: tx.events.get(event.id))
    assert (failed.status, failed.error.startswith(f"the event caused more than {MAX_EVENTS} others")) == (
        "failed",
        True,
    )


class Gone(Owners):
    """Owners of which some are gone."""

    def __init__(self, gone: Mapping[str, bool]) -> None:
        super().__init__()
        self._gone = gone

    async def is_gone(self, workflow_id: str) -> bool:
        return self._gone[workflow_id]


@pytest.mark.parametrize("steps", range(4))
@pytest.mark.parametrize("is_gone", [True, False], ids=["gone", "running"])
async def test_another_workflow_goes_on_where_the_owner_was_killed_only_if_it_is_gone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, steps: int, is_gone: bool
) -> None:
    ann = await shop.register("ann@example.com")
    event, after = await shop.accept(ann, 1), await shop.accept(ann, 2)
    first = EventActivities(shop.database, shop.programs)
    decided = await first.decide(event, NOW, event.id)
    for name in decided.steps[:steps]:
        await getattr(first, name)(event, NOW, False, "")
    monkeypatch.setattr(event_runner, "workflow_of", lambda _event: "batch/DEFAULT/b1")
    runner = EventRunner(shop.database, shop.programs, owners=Gone({event.workflow_id: is_gone}))

    await run_batch(runner, [event, after], NOW, seconds=30 if is_gone else 2)

    assert await shop.statuses([event, after]) == (["applied"] * 2 if is_gone else ["decided", "received"])
    assert await shop.totals(ann) == ([1, 2] if is_gone else [1] if steps > 1 else None)
