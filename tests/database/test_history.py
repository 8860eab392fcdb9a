"""The past state of members, derived from what is stored now, is exactly what it was."""

from datetime import timedelta

import pytest

from activities.events import EventActivities
from database import Database
from database.history import MemberRange
from database.programs import Programs
from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from tests.kit import programs
from tests.kit.points_by_hand import points_by_hand
from tests.kit.scripted_store import COFFEE, FIRST, GIFT, LATER, PURCHASES, REFUND, REFUNDS, SHOPPER, ScriptedStore


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    files = programs.files(
        **{
            "reactors__points-for-purchase": PURCHASES,
            "reactors__refunds": REFUNDS,
            "reactors__later": LATER,
            "reactors__gift": GIFT,
            "rewards__free-coffee": COFFEE,
            "events__refund": REFUND,
            "achievements__shopper": SHOPPER,
        }
    )
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(files, by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)


async def some_weeks(scripted: ScriptedStore, ann: str, bob: str) -> None:
    """Purchases, refunds, pending points, coupons, a tier or two, and days on which points expire."""
    for week in range(5):
        await scripted.report(ann, "purchase", {"total": 60 + 40 * week})
        await scripted.report(bob, "purchase", {"total": 30})
        await scripted.wait(2)
        await scripted.report(ann, "app_login", {})
        await scripted.report(bob, "refund", {"total": 12})
        await scripted.report(ann, "purchase", {"total": 10}, time=scripted.now - timedelta(days=9 * week + 4))
        await scripted.wait(5)


async def test_members_are_read_with_their_past_state(scripted: ScriptedStore) -> None:
    ann, bob = await scripted.register("ann@example.com"), await scripted.register("bob@example.com")
    await some_weeks(scripted, ann, bob)
    await scripted.report(ann, "app_login", {})
    day = scripted.midnight()
    before = await scripted.snapshots(day)
    used = await scripted._history(day, lambda history: history.used_by_program())

    await scripted.wait(1)
    eve = await scripted.register("eve@example.com")
    await some_weeks(scripted, ann, bob)
    await scripted.report(ann, "refund", {"total": 300})
    await some_weeks(scripted, bob, eve)
    after = await scripted.snapshots(day)

    assert after.pop(eve).is_new
    assert await scripted._history(day, lambda history: history.used_by_program()) == used
    for member_id in (ann, bob):
        expected, read = before[member_id].state, after[member_id].state
        assert read.balances == expected.balances
        assert {lot.id: lot for lot in read.lots.values()} == {lot.id: lot for lot in expected.lots.values()}
        assert (read.member.tier, read.badges, read.used) == (expected.member.tier, expected.badges, expected.used)
        assert (read.daily_sums, read.completed) == (expected.daily_sums, expected.completed)
        assert after[member_id].state.issued.keys() == before[member_id].state.issued.keys()
    assert before[ann].state.balances["points"].active > 0
    assert before[ann].state.balances["points"].pending > 0
    assert before[ann].state.member.tier == "silver"
    assert before[ann].state.issued


async def test_holds_debt_and_what_was_cancelled_are_read_as_they_were(scripted: ScriptedStore) -> None:
    ann, bob = await scripted.register("ann@example.com"), await scripted.register("bob@example.com")
    for member_id in (ann, bob):
        await scripted.report(member_id, "purchase", {"total": 80})
    await points_by_hand(scripted, ann, bob)
    await scripted.operate(cancel_transfer, CancelTransfer(await scripted.last_transfer(bob, "award")))
    day = scripted.midnight()
    before = await scripted.snapshots(day)

    await scripted.wait(1)
    await some_weeks(scripted, ann, bob)
    await points_by_hand(scripted, bob, ann)
    after = await scripted.snapshots(day)

    for member_id in (ann, bob):
        expected, read = before[member_id].state, after[member_id].state
        assert read.balances == expected.balances
        assert read.lots == expected.lots
        assert (read.daily_sums, read.completed, read.used) == (
            expected.daily_sums,
            expected.completed,
            expected.used,
        )
    assert before[ann].state.balances["points"].held > 0
    assert before[bob].state.balances["points"].owed > 0


async def test_reported_events_are_read_in_the_order_of_their_arrival(scripted: ScriptedStore) -> None:
    ann, bob = await scripted.register("ann@example.com"), await scripted.register("bob@example.com")
    await scripted.wait(3)
    day = scripted.midnight()
    await scripted.wait(1)

    await some_weeks(scripted, ann, bob)

    events = await scripted.events(day)
    assert [event.type for event in events[:5]] == ["purchase", "purchase", "app_login", "refund", "purchase"]
    assert {event.type for event in events} == {"purchase", "app_login", "refund"}, "nothing caused, nothing due"
    assert [event.received_at for event in events] == sorted(event.received_at for event in events)
    assert len(events) == 25


async def test_ranges_of_members_do_not_overlap(scripted: ScriptedStore) -> None:
    ids = sorted([await scripted.register(f"m{n}@example.com") for n in range(5)])

    ranges = await scripted._history(FIRST, lambda history: history.member_ranges(2))

    assert ranges == [MemberRange(ids[0], ids[1]), MemberRange(ids[2], ids[3]), MemberRange(ids[4], ids[4])]
