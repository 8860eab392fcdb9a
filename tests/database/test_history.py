"""The past, read from what was kept since: as it was, to the lot."""

import pytest

from activities.events import EventActivities
from database import Database
from database.history import MemberRange
from database.programs import Programs
from tests.kit import programs
from tests.kit.scripted_store import COFFEE, FIRST, GIFT, LATER, PURCHASES, REFUND, REFUNDS, SHOPPER, ScriptedStore


@pytest.fixture
async def played(database: Database) -> ScriptedStore:
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
    known = Programs(database)
    program, revision, _ = await known.deploy(files, by="test")
    return ScriptedStore(database, EventActivities(database, known), program, revision, FIRST)


async def some_weeks(played: ScriptedStore, ann: str, bob: str) -> None:
    """Purchases, refunds, pending points, coupons, a tier or two, and days on which points expire."""
    for week in range(5):
        await played.report(ann, "purchase", {"total": 60 + 40 * week})
        await played.report(bob, "purchase", {"total": 30})
        await played.wait(2)
        await played.report(ann, "app_login", {})
        await played.report(bob, "refund", {"total": 12})
        await played.wait(5)


async def test_members_are_read_as_they_were(played: ScriptedStore) -> None:
    ann, bob = await played.register("ann@example.com"), await played.register("bob@example.com")
    await some_weeks(played, ann, bob)
    await played.report(ann, "app_login", {})
    then = played.midnight()
    before = await played.snapshots(then)
    used = await played._history(then, lambda history: history.used_by_program())

    await played.wait(1)
    eve = await played.register("eve@example.com")
    await some_weeks(played, ann, bob)
    await played.report(ann, "refund", {"total": 300})
    await some_weeks(played, bob, eve)
    after = await played.snapshots(then)

    assert after.pop(eve).is_new
    assert await played._history(then, lambda history: history.used_by_program()) == used
    for who in (ann, bob):
        was, read = before[who].state, after[who].state
        assert read.balances == was.balances
        assert {lot.id: lot for lot in read.lots.values()} == {lot.id: lot for lot in was.lots.values()}
        assert (read.member.tier, read.badges, read.used) == (was.member.tier, was.badges, was.used)
        assert (read.daily_sums, read.completed) == (was.daily_sums, was.completed)
        assert after[who].state.issued.keys() == before[who].state.issued.keys()
    assert before[ann].state.balances["points"].active > 0
    assert before[ann].state.balances["points"].pending > 0
    assert before[ann].state.member.tier == "silver"
    assert before[ann].state.issued


async def test_what_was_reported_is_read_in_the_order_in_which_it_came(played: ScriptedStore) -> None:
    ann, bob = await played.register("ann@example.com"), await played.register("bob@example.com")
    await played.wait(3)
    then = played.midnight()
    await played.wait(1)

    await some_weeks(played, ann, bob)

    events = await played.events(then)
    assert [event.type for event in events[:4]] == ["purchase", "purchase", "app_login", "refund"]
    assert {event.type for event in events} == {"purchase", "app_login", "refund"}, "nothing caused, nothing due"
    assert [event.received_at for event in events] == sorted(event.received_at for event in events)
    assert len(events) == 20


async def test_members_come_in_parts_of_which_none_overlaps(played: ScriptedStore) -> None:
    ids = sorted([await played.register(f"m{n}@example.com") for n in range(5)])

    parts = await played._history(FIRST, lambda history: history.member_ranges(2))

    assert parts == [MemberRange(ids[0], ids[1]), MemberRange(ids[2], ids[3]), MemberRange(ids[4], ids[4])]
