"""Rewards that were bought, given, used and cancelled in the past are so again in a backtest; shared codes run out."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from activities.backtest import FromDatabase, Job, backtest
from activities.events import EventActivities
from database import Database
from database.history import History
from database.programs import Programs
from database.snapshots import current_snapshot
from loyalty.points.operations import SpendPoints, spend_points
from loyalty.rewards.operations import (
    BuyReward,
    GiveReward,
    buy_reward,
    cancel_reward,
    give_reward,
    reissue_coupon,
    use_coupon,
)
from loyalty.rewards.stocking import set_stock, upload_codes
from loyalty.store.memory.member_state import MemberState
from program_files import read_program
from tests.kit import programs
from tests.kit.amounts import points
from tests.kit.scripted_store import FIRST, ScriptedStore
from workbench.backtest import BacktestResult, PairedReplay, Replay
from workbench.backtest.rendering import metrics

MUG = "reward: mug\nprice: 20\nlimits: [{per: member, every: ever, times: 4}]\ncoupon: {value: 5, type: money}\n"
TIP = "reward: tip\nprice: {min: 5, step: 5}\n"
BADGE = "reward: sticker\ncoupon: {shared: {code: ALL, uses: 3, each: 1}, value: 1, type: money}\n"
GIFT = "reactor: gift\non: app_login\nthen: [{issue_reward: sticker}]\n"
FILES = programs.files(rewards__mug=MUG, rewards__tip=TIP, rewards__sticker=BADGE, reactors__gift=GIFT)


@pytest.fixture
async def store(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(FILES, by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)


async def _replay(store: ScriptedStore, replay: Replay | PairedReplay, day: Any, shared: Any) -> None:
    openings, _ = await store.openings(day)
    replay.load(openings.values(), {}, shared)
    past = [*await store.events(day), *await store.operations(day)]
    for each in sorted(past, key=lambda each: (each.received_at, each.id)):
        (replay.operate if hasattr(each, "request") else replay.report)(each)
    replay.advance(store.now)


def _rewards(state: MemberState) -> list[tuple[Any, ...]]:
    """The issued rewards without their ids and codes, which differ for what is bought again."""
    return sorted((each.reward, each.status, each.origin, each.cost) for each in state.issued.values())


async def _story(store: ScriptedStore) -> tuple[list[str], Any]:
    """Four members, one of whom buys and cancels; return their ids, and the day from which is replayed."""
    members = [await store.register(f"{name}@example.com") for name in ("ann", "bob", "cat", "dan")]
    ann = members[0]
    await store.report(ann, "purchase", {"total": 200})
    (early,) = await store.operate(buy_reward, BuyReward(ann, "mug"), source="member")
    await store.report(members[1], "app_login", {})
    day = store.midnight()
    await store.wait(1)
    first, second = await store.operate(buy_reward, BuyReward(ann, "mug", 2), source="member")
    await store.operate(buy_reward, BuyReward(ann, "tip", points=15))
    (given,) = await store.operate(give_reward, GiveReward(ann, "mug"))
    code = (await _state(store, ann)).issued[first].coupon
    await store.operate(use_coupon, ann, code)
    await store.operate(reissue_coupon, ann, code)
    await store.operate(use_coupon, ann, code)
    await store.wait(1)
    await store.operate(cancel_reward, early)
    await store.operate(cancel_reward, second)
    await store.operate(cancel_reward, given)
    await store.operate(spend_points, SpendPoints(ann, 30))
    for member in members[2:]:
        await store.report(member, "app_login", {})
    await store.report(ann, "app_login", {})  # the code has no use left
    return members, day


async def _state(store: ScriptedStore, member: str) -> MemberState:
    read = store.database.store("DEFAULT").read
    return (await read(lambda tx: current_snapshot(tx, member))).state


async def _shared(store: ScriptedStore, day: Any) -> Any:
    def read(tx: Any) -> Any:
        return History(tx.connection, store.program, since=day, until=store.now + timedelta(seconds=1)).rewards_before()

    return await store.database.store("DEFAULT").read(read)


async def test_rewards_are_bought_used_and_cancelled_again(store: ScriptedStore) -> None:
    members, day = await _story(store)
    replay = Replay(store.program, day)

    await _replay(store, replay, day, await _shared(store, day))

    assert replay.totals.refused_operations == {}
    assert replay.totals.bought == {"mug": 0, "tip": 1}, "three mugs were bought or given, and three cancelled"
    assert replay.totals.rewards == {"sticker": 2}, "three may have the code, and one had it before"
    assert replay.totals.spent == {"points": points(20 + 20 + 15 + 30)}
    ann = replay.store.members_by_id[members[0]]
    now = await _state(store, members[0])
    assert ann.balances == now.balances
    assert [each for each in _rewards(ann) if each[1] == "issued"] == _rewards(now)
    assert {each[:2] for each in _rewards(ann)} == {("mug", "used"), ("mug", "canceled"), ("tip", "issued")}
    gains = {member: {each.name: count for each, count in gained.items()} for member, gained in replay.gains().items()}
    assert gains == {each: {"sticker": 1} for each in members[2:]}, "what is bought is no gain"


@pytest.mark.parametrize(
    ("files", "refused", "bought"),
    [
        ({"rewards/mug.yaml": MUG.replace("20", "120")}, {"reward bought: cannot pay": 1}, {"mug": 0, "tip": 1}),
        ({"rewards/mug.yaml": MUG.replace("4", "1")}, {"reward bought: purchase limit reached": 2}, {"mug": -1}),
        ({"rewards/tip.yaml": TIP.replace("min: 5", "min: 25")}, {"reward bought: other price": 1}, {"mug": 0}),
    ],
)
async def test_what_another_program_does_not_sell_is_refused_and_counted(
    store: ScriptedStore, database_url: str, files: Mapping[str, str], refused: Mapping[str, int], bought: Any
) -> None:
    _, day = await _story(store)
    planned = {**FILES, **{name: text.encode() for name, text in files.items()}}
    job = Job(FromDatabase(database_url, day, store.now + timedelta(seconds=1)), FILES, planned)

    compared = await asyncio.to_thread(backtest, job, jobs=1, progress=lambda *_: None)

    assert compared.old.refused_operations == {}
    reasons = compared.new.refused_operations
    assert {name: times for name, times in reasons.items() if name in refused} == refused
    assert {name: compared.new.bought[name] for name in bought} == bought
    names = {each.name for each in metrics(BacktestResult(compared, store.program, read_program(planned)))}
    assert "reward bought or given: tip" in names


PRIZE = "reward: prize\n"
LISTED = "reward: listed\ncoupon: {codes: uploaded, value: 1, type: money}\n"
PRIZES = "reactor: prizes\non: app_login\nthen: [{issue_reward: prize}]\n"
CODES = "reactor: codes\non: app_login\nthen: [{issue_reward: listed}]\n"
SHOP = programs.files(rewards__prize=PRIZE, rewards__listed=LISTED, reactors__prizes=PRIZES, reactors__codes=CODES)


@pytest.fixture
async def shop(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(SHOP, by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)


async def test_stock_and_codes_are_those_of_the_start_and_run_out_again(shop: ScriptedStore, database_url: str) -> None:
    ann, bob, cat = [await shop.register(f"{name}@example.com") for name in ("ann", "bob", "cat")]
    await shop.operate(set_stock, "prize", 2)
    await shop.operate(upload_codes, "listed", ["A", "B"])
    await shop.report(ann, "app_login", {})
    day = shop.midnight()
    await shop.wait(1)
    await shop.report(bob, "app_login", {})
    await shop.report(cat, "app_login", {})  # nothing is left of either
    more = programs.files(rewards__prize=PRIZE, rewards__listed=LISTED, reactors__prizes=PRIZES)
    job = Job(FromDatabase(database_url, day, shop.now + timedelta(seconds=1)), SHOP, more)

    before = await _shared(shop, day)
    compared = await asyncio.to_thread(backtest, job, jobs=1, progress=lambda *_: None)

    left = {each.reward: (each.supplied, each.taken, each.codes) for each in before.supplies}
    assert left == {"listed": (None, 0, 1), "prize": (2, 1, 0)}
    assert compared.old.rewards == {"prize": 1, "listed": 1}
    assert compared.new.rewards == {"prize": 1}
