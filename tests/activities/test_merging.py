"""Members are merged on both databases: everything follows, exactly once, and the audit finds it right."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from activities.events import EventActivities
from database import Database, ReadTransaction, Transaction
from database.programs import Programs
from database.tables import event, lot, transfer
from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.members.anonymising import anonymise_member
from loyalty.members.referrals import set_referral
from loyalty.merging.refusals import MergesWithItself, MergeUnderWay
from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.points.holds import HoldPoints, hold_points, release_points
from loyalty.points.operations import AddPoints, SpendPoints, TransferPoints, add_points, spend_points, transfer_points
from loyalty.program.wallets import ONE
from loyalty.references import EventRef
from loyalty.refusals import MemberClosed
from loyalty.store.events import NewEvent
from loyalty.store.members import Identity
from loyalty.tiers.operations import AssignTier, assign_tier
from loyalty.transactions.operations import register_transaction
from tests.kit import merging, programs
from tests.kit.scripted_store import COFFEE, LATER, ScriptedStore
from tests.kit.shop import document, item

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ONCE = "achievement: once\non: purchase\ngoal: 1\nthen: [{grant_badge: first}]\n"
DAYS = "achievement: days\non: app_login\nmeasure: days\ngoal: 3\nrepeat: unlimited\n"
LIMITED = """\
reactor: points-for-purchase
on: purchase
then: [{award_points: {points: {var: event.body.total}}}]
limits: [{per: member, every: day, points: 1500}]
"""
SALES = "reactor: sales\non: transaction\nthen: [{award_points: {points: {var: event.body.gross_value}}}]\n"
JOINED = "reactor: joined\non: members_merged\nthen: [{award_points: {points: 5}}]\n"
GIFT = (
    'reactor: gift\non: purchase\nwhen: {">": [{var: event.body.total}, 90]}\n'
    "then: [{issue_reward: free-coffee}, {set_attribute: {name: big, value: true}}]\n"
)


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    files = programs.files(
        **{
            "reactors__points-for-purchase": LIMITED,
            "reactors__sales": SALES,
            "reactors__joined": JOINED,
            "reactors__later": LATER,
            "reactors__gift": GIFT,
            "rewards__free-coffee": COFFEE,
            "achievements__once": ONCE,
            "achievements__days": DAYS,
        }
    )
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(files, by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, NOW)


async def read(scripted: ScriptedStore, work: Any) -> Any:
    return await scripted.database.store("DEFAULT").read(work)


async def findings(scripted: ScriptedStore) -> Any:
    return await scripted.findings()


async def balance(scripted: ScriptedStore, member: str) -> dict[str, Decimal]:
    """The parts of a member's balance that are not 0, in units."""
    found = await read(scripted, lambda tx: tx.members.balances(member).get("points"))
    parts = {} if found is None else found._asdict()
    return {name: Decimal(each) / ONE for name, each in parts.items() if each}


async def expiries(scripted: ScriptedStore, member: str) -> list[Any]:
    def find(tx: ReadTransaction) -> list[Any]:
        wanted = select(lot.c.expires_at, lot.c.remaining).where(lot.c.member == member, lot.c.remaining > 0)
        return [tuple(row) for row in tx.connection.execute(wanted.order_by(lot.c.expires_at))]

    found: list[Any] = await read(scripted, find)
    return found


async def rows_of(scripted: ScriptedStore, member: str) -> int:
    """The rows of events and transfers that still belong to a member."""

    def find(tx: ReadTransaction) -> int:
        counts = [select(func.count()).where(table.c.member == member) for table in (event, transfer)]
        return sum(tx.connection.execute(each).scalar_one() for each in counts)

    found: int = await read(scripted, find)
    return found


async def test_everything_of_one_member_belongs_to_the_other_afterwards(scripted: ScriptedStore) -> None:
    ann, bob = [await scripted.register(f"{name}@example.com") for name in ("ann", "bob")]
    cid = await scripted.register("cid@example.com")
    await scripted.report(ann, "purchase", {"total": 100})
    scripted.now += timedelta(days=2)
    await scripted.report(bob, "purchase", {"total": 700})
    await scripted.report(bob, "app_login", {})
    await scripted.operate(hold_points, HoldPoints(bob, 50, until=scripted.now + timedelta(days=3)))
    await scripted.operate(set_referral, cid, bob)
    before = [await expiries(scripted, member) for member in (ann, bob)]

    done = await merging.merge(scripted, ann, bob)

    assert await findings(scripted) == []
    assert await balance(scripted, ann) == {"active": 755, "pending": 7, "held": 50, "earned": 812, "qualifying": 805}
    assert await balance(scripted, bob) == {}
    after = await expiries(scripted, ann)
    assert [each for each in sorted(before[0] + before[1], key=str) if each not in after] == []
    assert await rows_of(scripted, bob) == 0
    facts = await read(scripted, lambda tx: tx.members.facts(ann))
    assert (facts.tier, facts.attributes, facts.badges) == ("silver", {"big": True}, ("first",))
    referral = await read(scripted, lambda tx: tx.referrals.of(cid))
    assert referral.referrer == ann
    assert done.result is not None
    assert done.result["moved"] == {"events": 9, "transactions": 0, "rewards": 1, "referrals": 1}
    assert done.result["achievements"] == [
        {"achievement": "days", "completed": 0, "dropped": 0},
        {"achievement": "once", "completed": 1, "dropped": 1},
        {"achievement": "seven-days", "completed": 0, "dropped": 0},
    ]
    await scripted.wait(120)
    assert await balance(scripted, ann) == {"earned": 812, "qualifying": 812, "expired": 812}
    assert await findings(scripted) == []


async def test_what_was_accepted_before_is_decided_before_and_what_comes_later_goes_to_the_survivor(
    scripted: ScriptedStore,
) -> None:
    ann, bob = [await scripted.register(f"{name}@example.com") for name in ("ann", "bob")]
    early = await accept(scripted, bob, 10)

    merge_id = await merging.ask(scripted, ann, bob)
    later = [await accept(scripted, member, points) for member, points in ((bob, 20), (ann, 30))]
    waiting = await merging.do(scripted, merge_id)
    await merging.answer(scripted, [early, *later])
    first = await balance(scripted, ann), await balance(scripted, bob)
    done = await merging.do(scripted, merge_id)
    again = await merging.do(scripted, merge_id)
    await merging.answer(scripted, later)  # their references name whom they were reported for
    await merging.answer_queued(scripted)
    await merging.answer(scripted, later)
    await merging.answer_queued(scripted)

    assert (waiting, done, again) == ("waiting", "done", "done")
    assert first == ({}, {"active": 10, "earned": 10, "qualifying": 10})
    assert (await balance(scripted, ann))["active"] == 65
    assert await rows_of(scripted, bob) == 0
    assert await findings(scripted) == []


async def accept(scripted: ScriptedStore, member: str, points: int) -> EventRef:
    """Store a purchase, and answer nothing."""
    new = NewEvent(new_id(), "purchase", member, scripted.now, {"total": points}, scripted.revision)
    await scripted.database.store("DEFAULT").write(lambda tx: tx.events.add(new, now=scripted.now))
    return EventRef("DEFAULT", new.id, "purchase", member, scripted.revision)


async def test_the_old_id_and_identity_lead_to_the_survivor(scripted: ScriptedStore) -> None:
    ann, bob, cid = [await scripted.register(f"{name}@example.com") for name in ("ann", "bob", "cid")]
    await merging.merge(scripted, ann, bob)
    await merging.merge(scripted, cid, ann)

    def find(tx: ReadTransaction) -> list[Sequence[str | None]]:
        named = (
            Identity(id=bob),
            Identity(email="BOB@example.com"),
            Identity(id=ann),
            Identity(email="cid@example.com"),
        )
        return [[each.id for each in tx.members.identities_matching(one)] for one in named]

    assert await read(scripted, find) == [[cid], [cid], [cid], [cid]]
    together = Identity(email="bob@example.com", id=ann)
    (known,) = await read(scripted, lambda tx: tx.members.identities_matching(together))
    assert (known.id, known.email, known.proves("email"), len(known.merged)) == (cid, "cid@example.com", True, 2)


async def test_a_return_takes_back_what_the_sale_of_the_old_one_gave(scripted: ScriptedStore) -> None:
    ann, bob = [await scripted.register(f"{name}@example.com") for name in ("ann", "bob")]
    sale = document("S-1", item("beans", 4), now=scripted.now, email="bob@example.com")
    await scripted.operate(register_transaction, sale)
    given = (await balance(scripted, bob))["active"]
    await merging.merge(scripted, ann, bob)

    back = document("R-1", item("beans", 4), now=scripted.now, type="return", linked_number="S-1")
    await scripted.operate(register_transaction, back)

    assert given > 0
    assert await balance(scripted, ann) == {"active": 5, "earned": 5, "qualifying": 5}
    assert await findings(scripted) == []


async def test_what_the_old_one_was_given_spent_and_had_held_can_be_undone_later(scripted: ScriptedStore) -> None:
    ann, bob, cid = [await scripted.register(f"{name}@example.com") for name in ("ann", "bob", "cid")]
    added = await scripted.operate(add_points, AddPoints(bob, 100))
    spent = await scripted.operate(spend_points, SpendPoints(bob, 30))
    held = await scripted.operate(hold_points, HoldPoints(bob, 20))
    sent = await scripted.operate(transfer_points, TransferPoints(bob, cid, 10))
    await merging.merge(scripted, ann, bob)

    await scripted.operate(cancel_transfer, CancelTransfer(spent))
    await scripted.operate(release_points, held)
    await scripted.operate(cancel_transfer, CancelTransfer(sent))
    undone = await balance(scripted, ann)
    await scripted.operate(cancel_transfer, CancelTransfer(added))

    assert undone == {"active": 105, "earned": 105, "qualifying": 5}
    assert await balance(scripted, ann) == {"active": 5, "earned": 5, "qualifying": 5}
    assert await balance(scripted, cid) == {}
    assert await findings(scripted) == []


async def test_debt_is_paid_by_what_the_survivor_has(scripted: ScriptedStore) -> None:
    ann, bob = [await scripted.register(f"{name}@example.com") for name in ("ann", "bob")]
    await scripted.operate(add_points, AddPoints(ann, 100))
    added = await scripted.operate(add_points, AddPoints(bob, 40))
    await scripted.operate(spend_points, SpendPoints(bob, 40))
    await scripted.operate(cancel_transfer, CancelTransfer(added))
    owed = await balance(scripted, bob)

    await merging.merge(scripted, ann, bob)

    assert owed["owed"] == 40
    assert await balance(scripted, ann) == {"active": 65, "earned": 105, "spent": 40, "qualifying": 5}
    assert await findings(scripted) == []


async def test_limits_and_days_add_up_and_a_day_counts_once(scripted: ScriptedStore) -> None:
    ann, bob = [await scripted.register(f"{name}@example.com") for name in ("ann", "bob")]
    for member in (ann, bob):
        await scripted.report(member, "purchase", {"total": 700})
        await scripted.report(member, "app_login", {})
    scripted.now += timedelta(hours=1)
    await merging.merge(scripted, ann, bob)

    await scripted.report(ann, "purchase", {"total": 700})
    sums = await read(scripted, lambda tx: tx.achievements.unused_daily_sums(ann, "days", since=NOW.date()))

    assert (await balance(scripted, ann))["active"] == 700 + 700 + 100 + 5
    assert [(each.amount, each.used) for each in sums] == [(1_000_000, 0)]
    assert await findings(scripted) == []


async def test_of_merges_that_contradict_one_another_one_is_done(scripted: ScriptedStore) -> None:
    ann, bob, cid = [await scripted.register(f"{name}@example.com") for name in ("ann", "bob", "cid")]
    for member in (ann, bob, cid):
        await scripted.operate(add_points, AddPoints(member, 10))

    asked = await asyncio.gather(
        merging.ask(scripted, ann, bob),
        merging.ask(scripted, bob, ann),
        merging.ask(scripted, ann, bob),
        return_exceptions=True,
    )
    (one,) = [each for each in asked if isinstance(each, str)]
    done = await asyncio.gather(*(merging.do(scripted, one) for _ in range(3)))
    await merging.answer_queued(scripted)
    with pytest.raises(MergesWithItself):
        await merging.ask(scripted, ann, bob)

    assert [type(each) for each in asked if not isinstance(each, str)] == [MergeUnderWay, MergeUnderWay]
    assert done == ["done"] * 3
    total = [await balance(scripted, member) for member in (ann, bob)]
    assert sum(each.get("active", 0) for each in total) == 25
    assert await findings(scripted) == []


async def test_a_chain_of_merges_is_done_in_the_order_in_which_it_was_asked_for(scripted: ScriptedStore) -> None:
    ann, bob, cid = [await scripted.register(f"{name}@example.com") for name in ("ann", "bob", "cid")]
    for member in (ann, bob, cid):
        await scripted.operate(add_points, AddPoints(member, 10))
    first = await merging.ask(scripted, bob, ann)
    second = await merging.ask(scripted, cid, bob)

    states = [await merging.do(scripted, second), await merging.do(scripted, first)]
    still = await merging.do(scripted, second)
    await merging.answer_queued(scripted)
    states += [still, await merging.do(scripted, second)]
    await merging.answer_queued(scripted)

    assert states == ["waiting", "done", "waiting", "done"]
    assert (await balance(scripted, cid))["active"] == 40
    assert await read(scripted, lambda tx: tx.members.leads_to(ann)) == cid
    assert await findings(scripted) == []


async def test_a_merge_that_something_is_in_the_way_of_lets_both_queues_go_on(scripted: ScriptedStore) -> None:
    ann, bob = [await scripted.register(f"{name}@example.com") for name in ("ann", "bob")]
    merge_id = await merging.ask(scripted, ann, bob)
    later = await accept(scripted, bob, 20)

    def close(tx: Transaction) -> None:
        operation = OperationContext(tx, scripted.program, scripted.revision, scripted.now, "admin")
        anonymise_member(operation, ann)

    await scripted.database.store("DEFAULT").write(close)

    done = await merging.do(scripted, merge_id)
    await merging.answer_queued(scripted)
    await merging.answer(scripted, [later])

    stored = await merging.found(scripted, merge_id)
    assert (done, stored.status, stored.refusal) == ("refused", "refused", MemberClosed.__name__)
    assert (await balance(scripted, bob))["active"] == 20
    assert await findings(scripted) == []


@pytest.mark.parametrize("keeps", ["ann", "bob"])
async def test_the_higher_tier_of_each_set_stays_with_the_standing_of_both(database: Database, keeps: str) -> None:
    """Ann is higher by points, Bob by spend and by hand: the survivor has all of it, whoever of them it is."""
    sets = (
        "tier_sets:\n"
        "  shop: {by: spend, tiers: [{tier: few, from: 0}, {tier: many, from: 60}, {tier: most, from: 100}]}\n"
        "  club: {by: spent_points, tiers: [{tier: guest, from: 0}, {tier: friend, from: 900}]}\n"
    )
    files = programs.files(program=programs.PROGRAM + sets, reactors__sales=SALES)
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(files, by="test")
    scripted = ScriptedStore(database, EventActivities(database, deployed), program, revision, NOW)
    ann, bob = [await scripted.register(f"{name}@example.com") for name in ("ann", "bob")]
    await scripted.report(ann, "purchase", {"total": 600})
    await scripted.operate(register_transaction, document("A", item("beans", 2), now=NOW, email="ann@example.com"))
    await scripted.operate(register_transaction, document("B", item("beans", 3), now=NOW, email="bob@example.com"))
    await scripted.operate(assign_tier, AssignTier(bob, "friend", tier_set="club"))
    survivor, merged = (ann, bob) if keeps == "ann" else (bob, ann)

    await merging.merge(scripted, survivor, merged)

    def places(tx: ReadTransaction) -> tuple[Any, ...]:
        found = tx.tier_places.places_of(survivor)
        hold = tx.tier_holds.hold(survivor, "club")
        return tx.members.facts(survivor).tier, found["shop"].tier, found["club"].tier, hold and hold.tier

    assert await read(scripted, places) == ("silver", "most", "friend", "friend")
    back = document("R", item("beans", 3), now=NOW + timedelta(hours=1), type="return", linked_number="B")
    scripted.now += timedelta(hours=1)
    await scripted.operate(register_transaction, back)
    assert await read(scripted, places) == ("silver", "few", "friend", "friend"), "40 of both are left"
    assert await findings(scripted) == []
