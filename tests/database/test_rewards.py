"""Many members at the same rewards at once: nothing is issued twice, and nobody pays for nothing."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from database import Database, StoreDatabase, Transaction
from database.programs import Programs
from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.points.operations import AddPoints, add_points
from loyalty.refusals import Refusal
from loyalty.rewards.operations import (
    BuyReward,
    GiveReward,
    buy_reward,
    cancel_reward,
    give_reward,
    reissue_coupon,
    use_coupon,
)
from loyalty.rewards.refusals import CodesTaken
from loyalty.rewards.stocking import set_stock, upload_codes
from loyalty.store.members import Identity
from tests.kit.rewards import FILES, program

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MEMBERS = 8
PROGRAM = program()


class Rush:
    """A store with members who have 100 points each, and operations that are run at the same time."""

    def __init__(self, store: StoreDatabase) -> None:
        self.store = store
        self.members = [new_id() for _ in range(MEMBERS)]

    @classmethod
    async def open(cls, database: Database) -> "Rush":
        await Programs(database).deploy({name: each.encode() for name, each in FILES.items()}, by="test")
        rush = cls(database.store("DEFAULT"))
        for number, member_id in enumerate(rush.members):
            await rush.store.write(lambda tx, number=number, id_=member_id: rush._register(tx, id_, number))
            await rush.run(add_points, AddPoints(member_id, 100, never_expires=True))
        return rush

    async def run(self, operation: Callable[..., Any], *arguments: Any) -> Any:
        def work(tx: Transaction) -> Any:
            return operation(OperationContext(tx, PROGRAM, 1, NOW, "member"), *arguments)

        return await self.store.write(work)

    async def at_once(self, *work: tuple[Any, ...]) -> list[Any]:
        """Run operations at the same time; return what each returned, or its refusal."""
        return await asyncio.gather(*(self.run(*each) for each in work), return_exceptions=True)

    async def points(self, member_id: str) -> int:
        balances = await self.store.read(lambda tx: tx.members.balances(member_id))
        return int(balances["points"].active // 10**6)

    async def issued(self, member_id: str) -> list[Any]:
        return list(await self.store.read(lambda tx: tx.rewards.of_member(member_id)))

    def _register(self, tx: Transaction, member_id: str, number: int) -> None:
        tx.members.register(
            Identity(email=f"m{number}@example.com"),
            member_id=member_id,
            profile={},
            attributes={},
            tier="bronze",
            password_hash=None,
            registered_at=NOW,
            now=NOW,
        )


def outcomes(results: list[Any]) -> Counter[str]:
    """How many were done, and how often each refusal came."""
    unexpected = [each for each in results if isinstance(each, Exception) and not isinstance(each, Refusal)]
    assert unexpected == []
    return Counter(type(each).__name__ if isinstance(each, Exception) else "done" for each in results)


async def test_the_last_ones_in_stock_are_sold_once(database: Database) -> None:
    rush = await Rush.open(database)
    await rush.run(set_stock, "mug", 3)

    results = await rush.at_once(*((buy_reward, BuyReward(each, "mug")) for each in rush.members))

    assert outcomes(results) == {"done": 3, "RewardSoldOut": MEMBERS - 3}
    supply = await rush.store.read(lambda tx: tx.rewards.supply("mug"))
    assert (supply.stock, supply.taken) == (0, 3)
    paid = sorted([await rush.points(each) for each in rush.members])
    assert paid == [50] * 3 + [100] * (MEMBERS - 3)


async def test_each_code_of_a_list_is_issued_once(database: Database) -> None:
    rush = await Rush.open(database)
    codes = [f"CODE-{number}" for number in range(5)]
    await rush.run(upload_codes, "listed", codes)

    results = await rush.at_once(*((buy_reward, BuyReward(each, "listed")) for each in rush.members))

    assert outcomes(results) == {"done": 5, "RewardSoldOut": MEMBERS - 5}
    issued = [each.coupon for member in rush.members for each in await rush.issued(member)]
    assert sorted(issued) == codes


async def test_a_shared_code_is_issued_no_more_often_than_it_says(database: Database) -> None:
    rush = await Rush.open(database)

    results = await rush.at_once(*((give_reward, GiveReward(each, "summer")) for each in rush.members))

    assert outcomes(results) == {"done": 3, "RewardSoldOut": MEMBERS - 3}


async def test_a_limit_of_all_members_is_kept(database: Database) -> None:
    rush = await Rush.open(database)

    results = await rush.at_once(*((buy_reward, BuyReward(each, "twice")) for each in rush.members))

    assert outcomes(results) == {"done": 3, "PurchaseLimitReached": MEMBERS - 3}


async def test_points_for_one_buy_one(database: Database) -> None:
    rush = await Rush.open(database)
    member = rush.members[0]

    results = await rush.at_once(*[(buy_reward, BuyReward(member, "coffee"))] * 5)

    assert outcomes(results) == {"done": 1, "CannotPay": 4}
    assert (await rush.points(member), len(await rush.issued(member))) == (0, 1)


async def test_a_coupon_is_used_once_or_cancelled_and_never_both(database: Database) -> None:
    rush = await Rush.open(database)
    member = rush.members[0]
    (bought,) = await rush.run(buy_reward, BuyReward(member, "coffee"))
    (issued,) = await rush.issued(member)

    used = [(use_coupon, member, issued.coupon)] * 3
    results = await rush.at_once(*used, (cancel_reward, bought), (cancel_reward, bought), *used)

    done = [each for each in results if not isinstance(each, Exception)]
    assert len(done) == 1, outcomes(results)
    (now,) = await rush.issued(member)
    assert (now.status, await rush.points(member)) in [("used", 0), ("canceled", 100)]


async def test_a_coupon_is_made_unused_once(database: Database) -> None:
    rush = await Rush.open(database)
    member = rush.members[0]
    await rush.run(buy_reward, BuyReward(member, "coffee"))
    (issued,) = await rush.issued(member)
    await rush.run(use_coupon, member, issued.coupon)

    results = await rush.at_once(*[(reissue_coupon, member, issued.coupon)] * 4)

    assert outcomes(results) == {"done": 1, "CouponNotUsed": 3}


async def test_a_list_is_uploaded_once(database: Database) -> None:
    rush = await Rush.open(database)

    results = await rush.at_once(*[(upload_codes, "listed", ["A", "B"])] * 4)

    assert outcomes(results) == {"done": 1, CodesTaken.__name__: 3}
    assert (await rush.store.read(lambda tx: tx.rewards.supply("listed"))).codes == 2


@pytest.mark.parametrize(
    "slip",
    [
        "UPDATE reward_supply SET taken = supplied + 1 WHERE reward = 'mug'",
        "UPDATE reward_supply SET codes = -1",
        "UPDATE reward_supply SET taken = -1",
        "UPDATE shared_code SET used = assigned + 1",
        "UPDATE issued_reward SET coupon = 'ONE' WHERE reward = 'coffee'",
        "UPDATE coupon_code SET code = 'ONE'",
    ],
)
async def test_the_database_itself_refuses_what_must_never_be(database: Database, database_url: str, slip: str) -> None:
    rush = await Rush.open(database)
    await rush.run(set_stock, "mug", 3)
    await rush.run(upload_codes, "listed", ["A", "B"])
    for member in rush.members[:2]:
        for reward in ("mug", "summer", "coffee"):
            await rush.run(give_reward, GiveReward(member, reward))
    engine = create_engine(database_url)

    with engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text(slip))

    engine.dispose()
