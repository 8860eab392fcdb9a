"""Frozen members: what they earn is pending, they spend nothing, and what expires waits until they are unfrozen."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from activities.events import EventActivities
from database import Database, Transaction
from database.audit.auditing import audit
from database.backlog import read_backlog
from database.programs import Programs
from database.tables import event
from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.members.anonymising import anonymise_member
from loyalty.members.freezing import freeze_member, unfreeze_member
from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.points.holds import HoldPoints, capture_points, hold_points, release_points
from loyalty.points.operations import (
    AddPoints,
    SpendPoints,
    TransferPoints,
    activate_points,
    add_points,
    spend_points,
    transfer_points,
)
from loyalty.refusals import MemberClosed, MemberFrozen
from loyalty.rewards.operations import BuyReward, GiveReward, buy_reward, give_reward, use_coupon
from loyalty.store.events import NewEvent
from loyalty.store.members import NO_POINTS, Balance
from tests.kit import programs
from tests.kit.amounts import points
from tests.kit.due_items import run_due_items
from tests.kit.scripted_store import COFFEE, FIRST, LATER, REFUND, REFUNDS, ScriptedStore

MUG = "reward: mug\ntitle: A mug\nprice: 10\n"
FILES = programs.files(
    reactors__refunds=REFUNDS, reactors__later=LATER, events__refund=REFUND, rewards__coffee=COFFEE, rewards__mug=MUG
)


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(FILES, by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)


async def read(scripted: ScriptedStore, work: Any) -> Any:
    return await scripted.database.store("DEFAULT").read(work)


async def balance(scripted: ScriptedStore, member_id: str) -> Balance:
    found: Mapping[str, Balance] = await read(scripted, lambda tx: tx.members.balances(member_id))
    return found.get("points", NO_POINTS)


async def events_of(scripted: ScriptedStore, member_id: str, *types: str) -> list[tuple[str, Any]]:
    """The types and moments of the events of a member, of these types, in order."""
    wanted = select(event.c.type, event.c.time).where(event.c.member == member_id, event.c.type.in_(types))
    rows = await read(
        scripted, lambda tx: tx.connection.execute(wanted.order_by(event.c.received_at, event.c.id)).all()
    )
    return [tuple(row) for row in rows]


async def assert_ledger_holds(scripted: ScriptedStore) -> None:
    found = await read(scripted, lambda tx: audit(tx.connection, tx.store, now=scripted.now, program=scripted.program))
    assert found.findings == []


async def freeze(scripted: ScriptedStore, member_id: str) -> None:
    await scripted.operate(freeze_member, member_id, "looked into")


async def unfreeze(scripted: ScriptedStore, member_id: str) -> None:
    """Unfreeze a member, and run what is due then."""
    await scripted.operate(unfreeze_member, member_id)
    await scripted.wait(0)


async def test_what_a_frozen_member_earns_is_pending_until_they_are_unfrozen(scripted: ScriptedStore) -> None:
    anna = await scripted.register("anna@example.com")
    await scripted.report(anna, "purchase", {"total": 100})
    await freeze(scripted, anna)

    await scripted.report(anna, "purchase", {"total": 40})
    await scripted.report(anna, "app_login", {})
    await scripted.operate(add_points, AddPoints(anna, 5))
    await scripted.wait(1)

    frozen = await balance(scripted, anna)
    assert (frozen.active, frozen.pending, frozen.earned) == (points(100), points(52), points(152))
    await unfreeze(scripted, anna)
    thawed = await balance(scripted, anna)
    assert (thawed.active, thawed.pending) == (points(145), points(7))
    await scripted.wait(3)
    assert (await balance(scripted, anna)).active == points(152)
    await assert_ledger_holds(scripted)


async def test_points_earned_while_frozen_live_as_long_as_others_from_the_thaw_on(scripted: ScriptedStore) -> None:
    anna = await scripted.register("anna@example.com")
    await freeze(scripted, anna)
    await scripted.report(anna, "purchase", {"total": 40})
    await scripted.report(anna, "app_login", {})  # 7 points, pending for 3 days, which live 30 days
    await scripted.operate(add_points, AddPoints(anna, 5))
    await scripted.wait(120)

    await unfreeze(scripted, anna)

    await scripted.wait(29)
    assert (await balance(scripted, anna)).active == points(52)
    await scripted.wait(2)
    assert (await balance(scripted, anna)).active == points(45)
    await scripted.wait(58)
    assert (await balance(scripted, anna)).active == points(45)
    await scripted.wait(3)
    assert (await balance(scripted, anna)).active == 0
    await assert_ledger_holds(scripted)


async def test_what_expires_waits_and_happens_at_the_moment_of_the_thaw(scripted: ScriptedStore) -> None:
    anna = await scripted.register("anna@example.com")
    await scripted.report(anna, "purchase", {"total": 100})
    await scripted.operate(give_reward, GiveReward(anna, "free-coffee"))
    await freeze(scripted, anna)
    await scripted.wait(100)
    waiting = ("points_will_expire", "points_expired", "coupon_will_expire", "coupon_expired")
    assert await events_of(scripted, anna, *waiting) == []
    assert (await balance(scripted, anna)).active == points(100)
    backlog = await scripted.database.access_read(
        lambda access: read_backlog(access.connection, late_before=scripted.now)
    )
    assert (backlog["DEFAULT"].due_items_set_aside, backlog["DEFAULT"].late_due_items.number) == (0, 0)
    await assert_ledger_holds(scripted)

    await unfreeze(scripted, anna)

    moment = scripted.now
    happened = await events_of(scripted, anna, *waiting)
    assert sorted(happened) == [("coupon_expired", moment), ("points_expired", moment)], "no warning of what is past"
    assert (await balance(scripted, anna)).expired == points(100)
    await assert_ledger_holds(scripted)


async def test_a_warning_that_fell_due_is_sent_at_the_thaw_if_its_end_is_ahead(scripted: ScriptedStore) -> None:
    anna = await scripted.register("anna@example.com")
    await scripted.report(anna, "purchase", {"total": 100})
    await freeze(scripted, anna)
    await scripted.wait(85)

    await unfreeze(scripted, anna)

    assert await events_of(scripted, anna, "points_will_expire", "points_expired") == [
        ("points_will_expire", scripted.now)
    ]
    await scripted.wait(6)
    assert (await balance(scripted, anna)).expired == points(100)


async def test_a_released_hold_and_a_cancelled_spend_expire_nothing_before_the_thaw(scripted: ScriptedStore) -> None:
    anna = await scripted.register("anna@example.com")
    await scripted.report(anna, "purchase", {"total": 100})
    spent = await scripted.operate(spend_points, SpendPoints(anna, 10))
    held = await scripted.operate(hold_points, HoldPoints(anna, 20))
    await freeze(scripted, anna)
    await scripted.wait(100)

    await scripted.operate(release_points, held)
    await scripted.operate(cancel_transfer, CancelTransfer(spent, by="member"))
    await scripted.wait(1)

    assert (await balance(scripted, anna)).active == points(100)
    await assert_ledger_holds(scripted)
    await unfreeze(scripted, anna)
    assert ((await balance(scripted, anna)).active, (await balance(scripted, anna)).expired) == (0, points(100))
    await assert_ledger_holds(scripted)


async def test_every_way_of_spending_is_refused(scripted: ScriptedStore) -> None:
    anna, bert = await scripted.register("anna@example.com"), await scripted.register("bert@example.com")
    for each in (anna, bert):
        await scripted.operate(add_points, AddPoints(each, 100))
    await scripted.report(anna, "app_login", {})
    pending = await scripted.last_transfer(anna, "award")
    held = await scripted.operate(hold_points, HoldPoints(anna, 20))
    (coffee,) = await scripted.operate(give_reward, GiveReward(anna, "free-coffee"))
    code = (await read(scripted, lambda tx: tx.rewards.get(coffee))).coupon
    before = await balance(scripted, anna)
    await freeze(scripted, anna)

    refused: list[tuple[Any, ...]] = [
        (spend_points, SpendPoints(anna, 1)),
        (hold_points, HoldPoints(anna, 1)),
        (capture_points, held, 1),
        (transfer_points, TransferPoints(anna, bert, 1)),
        (transfer_points, TransferPoints(bert, anna, 1)),
        (activate_points, pending),
        (buy_reward, BuyReward(anna, "mug")),
        (use_coupon, anna, code),
        (anonymise_member, anna),
    ]
    for operation, *arguments in refused:
        with pytest.raises(MemberFrozen) as why:
            await scripted.operate(operation, *arguments)
        assert (why.value.member_id, "unfreeze" in str(why.value)) == (anna, True)

    assert await balance(scripted, anna) == before
    await unfreeze(scripted, anna)
    for operation, *arguments in refused[:-1]:
        await scripted.operate(operation, *arguments)


async def test_a_reactor_takes_nothing_from_a_frozen_member_and_says_why(scripted: ScriptedStore) -> None:
    anna = await scripted.register("anna@example.com")
    await scripted.report(anna, "purchase", {"total": 100})
    await freeze(scripted, anna)

    refund = await scripted.report(anna, "refund", {"total": 30})

    (outcome,) = (await read(scripted, lambda tx: tx.events.get(refund.id))).decision
    assert (outcome["verdict"], outcome["reason"]["frozen"]) == ("not_enough_points", True)
    assert (await balance(scripted, anna)).active == points(100)
    await unfreeze(scripted, anna)
    await scripted.report(anna, "refund", {"total": 30})
    assert (await balance(scripted, anna)).active == points(70)


async def test_freezing_and_unfreezing_twice_are_one_event_each_and_a_closed_member_is_not_frozen(
    scripted: ScriptedStore,
) -> None:
    anna = await scripted.register("anna@example.com")
    for operation, arguments in [(freeze_member, (anna, "first")), (freeze_member, (anna, "second"))]:
        await scripted.operate(operation, *arguments)
    assert (await read(scripted, lambda tx: tx.members.get(anna))).frozen_reason == "first"
    for _ in range(2):
        await scripted.operate(unfreeze_member, anna)
    await scripted.operate(anonymise_member, anna)

    with pytest.raises(MemberClosed):
        await scripted.operate(freeze_member, anna, "too late")

    types = [type_ for type_, _ in await events_of(scripted, anna, "member_frozen", "member_unfrozen")]
    assert types == ["member_frozen", "member_unfrozen"]


async def test_amid_events_and_due_items_nothing_is_spent_once_frozen_and_nothing_stays_pending_once_unfrozen(
    scripted: ScriptedStore,
) -> None:
    anna = await scripted.register("anna@example.com")
    await scripted.report(anna, "purchase", {"total": 100})
    store = scripted.database.store("DEFAULT")

    async def purchase() -> None:
        new = NewEvent(new_id(), "purchase", anna, scripted.now, {"total": 10}, scripted.revision)
        await store.write(lambda tx: tx.events.add(new, now=scripted.now))

    async def answer() -> None:
        """Answer what is in the queue, and run what is due, again and again."""
        for _ in range(4):
            await scripted.relay()
            await run_due_items(scripted.database, scripted.now)

    async def operate(operation: Any, *arguments: Any) -> bool:
        """Run an operation; return False if it was refused since the member is frozen."""

        def run(tx: Transaction) -> bool:
            context = OperationContext(tx, scripted.program, scripted.revision, scripted.now, "admin")
            try:
                operation(context, *arguments)
            except MemberFrozen:
                return False
            return True

        return await store.write(run)

    async def amid(operation: Any, *arguments: Any) -> tuple[Balance, list[bool]]:
        """Run an operation amid others; return the balance when it was answered, and which spends were not refused."""
        others = [asyncio.create_task(each) for each in (answer(), *(purchase() for _ in range(8)))]
        spends = [asyncio.create_task(operate(spend_points, SpendPoints(anna, 2))) for _ in range(8)]
        await operate(operation, *arguments)
        answered = await balance(scripted, anna)
        await asyncio.gather(*others)
        done = await asyncio.gather(*spends)
        await scripted.relay()
        return answered, done

    when_frozen, first = await amid(freeze_member, anna, "looked into")
    frozen = await balance(scripted, anna)
    assert frozen.spent == when_frozen.spent == points(2 * sum(first))
    assert not await operate(spend_points, SpendPoints(anna, 2))

    _, second = await amid(unfreeze_member, anna)
    await scripted.wait(0)
    spent = points(2 * (sum(first) + sum(second)))
    thawed = await balance(scripted, anna)
    assert (thawed.active, thawed.pending, thawed.spent) == (points(260) - spent, 0, spent)
    await assert_ledger_holds(scripted)
