"""Sales, returns and reversals of the past are done again in a backtest: what is left is what the store has."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from activities.backtest import FromDatabase, Job, backtest
from activities.events import EventActivities
from database import Database
from database.programs import Programs
from database.snapshots import current_snapshot
from database.spend_risers import count_risers_by_spend
from loyalty.engine.acceptance import IncomingEvent, accept_event
from loyalty.store.members import Identity
from loyalty.store.memory.member_state import MemberState
from loyalty.transactions.operations import register_transaction
from program_files import read_program
from tests.kit import programs
from tests.kit.amounts import points
from tests.kit.scripted_store import FIRST, ScriptedStore
from tests.kit.shop import document, item
from workbench.backtest import BacktestResult, PairedReplay, Replay
from workbench.backtest.rendering import metrics

SALES = """\
reactor: sales
on: transaction
then:
  - award_points: {points: {var: event.body.gross_value}}
  - grant_badge: buyer
  - issue_reward: coffee
limits: [{per: member, every: month, points: 5000}]
"""
COFFEE = "reward: coffee\ntitle: Coffee\ncoupon: {value: 2, type: money, valid: 60d}\n"
CUPS = "achievement: cups\non: transaction\ngoal: 2\nrepeat: unlimited\nthen: [{award_points: {points: 7}}]\n"
DAYS = "achievement: shopping-days\non: transaction\nmeasure: days\ngoal: 3\nthen: [{award_points: {points: 5}}]\n"
ORDER = "event: order\nbody: {type: object, required: [number], properties: {number: {type: string}}}\n"
REFUND = """\
event: refund
body: {type: object, required: [order], properties: {order: {type: string}, share: {type: number}}}
reverses: {event: order, where: {number: {var: event.body.order}}, share: {var: [event.body.share, 1]}}
"""
ORDERS = "reactor: orders\non: order\nthen: [{award_points: {points: 100}}]\n"
SPEND = programs.PROGRAM + "tier_sets:\n  shop: {by: spend, tiers: [{tier: few, from: 0}, {tier: many, from: 60}]}\n"
FILES = programs.files(
    program=SPEND,
    reactors__sales=SALES,
    rewards__coffee=COFFEE,
    achievements__cups=CUPS,
    achievements__days=DAYS,
    events__order=ORDER,
    events__refund=REFUND,
    reactors__orders=ORDERS,
)


class Shop:
    """A store on a database whose clock a test moves, and what it sells to one member."""

    def __init__(self, scripted: ScriptedStore, member: str) -> None:
        self.scripted, self.member = scripted, member

    async def sell(self, number: str, *items: Any, sale: str | None = None, exchanged: str | None = None) -> None:
        kind: Any = {"linked_number": exchanged} if sale is None else {"type": "return", "linked_number": sale}
        sold = document(number, *items, now=self.scripted.now, email=None if sale else "ann@example.com", **kind)
        await self.scripted.operate(register_transaction, sold)
        await self.scripted.relay()

    async def report(self, type_: str, **body: Any) -> None:
        scripted = self.scripted
        incoming = IncomingEvent(type_, scripted.now, body, Identity(self.member), {"customerId": self.member}, None)
        store = scripted.database.store(scripted.program.store)
        await store.write(lambda tx: accept_event(tx, scripted.program, scripted.revision, incoming, now=scripted.now))
        await scripted.relay()


@pytest.fixture
async def shop(database: Database) -> Shop:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(FILES, by="test")
    scripted = ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)
    return Shop(scripted, await scripted.register("ann@example.com"))


async def _before(shop: Shop) -> None:
    """Sales and orders that come back later, wholly or in part."""
    await shop.sell("A", item("beans", 2), "cup")
    await shop.report("order", number="1")
    await shop.scripted.wait(2)
    await shop.sell("B", "beans", "cup")
    await shop.sell("A-1", "cup", sale="A")
    await shop.sell("C", "beans")
    await shop.sell("G", "beans", exchanged="B")


async def _since(shop: Shop) -> None:
    await shop.scripted.wait(1)
    await shop.sell("A-2", "beans", sale="A")
    await shop.report("refund", order="1", share=Decimal("0.25"))
    await shop.report("refund", order="2")  # it waits for the order
    await shop.sell("D", item("beans", 3))
    await shop.sell("F", "beans", exchanged="C")
    await shop.scripted.wait(1)
    await shop.sell("D-1", item("beans", 3), sale="D")
    await shop.report("order", number="2")
    await shop.report("order", number="3")
    await shop.sell("B-1", "beans", "cup", sale="B")
    await shop.scripted.report(shop.member, "purchase", {"total": 40})
    await shop.sell("E", "beans", "cup", "filter")
    await shop.report("refund", order="3", share=Decimal("0.5"))
    await shop.sell("E-1", "filter", sale="E")
    await shop.report("refund", order="1", share=Decimal("0.25"))


def _counted(state: MemberState) -> Mapping[str, Any]:
    """The daily sums that are not 0."""
    return {name: [each for each in days if each.amount or each.used] for name, days in state.daily_sums.items()}


async def test_the_same_program_comes_to_what_the_store_has(shop: Shop) -> None:
    scripted = shop.scripted
    await _before(shop)
    day = scripted.midnight()
    then = await scripted.snapshots(day)
    await _since(shop)
    store = scripted.database.store(scripted.program.store)
    now = (await store.read(lambda tx: current_snapshot(tx, shop.member))).state

    openings, others = await scripted.openings(day)
    assert openings[shop.member].state.balances == then[shop.member].state.balances
    replay = Replay(scripted.program, day, other_programs=others)
    replay.load(openings.values(), {})
    for each in await scripted.events(day):
        replay.report(each)
    replay.advance(scripted.now)

    state = replay.store.members_by_id[shop.member]
    assert replay.totals.refused == replay.totals.failed == {}
    assert {"transaction", "transaction_returned", "refund"} <= {each.type for each in await scripted.events(day)}
    assert state.balances == now.balances
    assert state.badges == now.badges
    assert state.completed == now.completed
    assert _counted(state) == _counted(now)
    assert {name: days for name, days in state.used.items() if days} == now.used
    assert {key: each.amount for key, each in state.counted_sales.items()} == {
        key: each.amount for key, each in now.counted_sales.items()
    }
    assert state.tier_places["shop"].tier == now.tier_places["shop"].tier
    # F stands for the day of D, so the gift of shopping-days stays
    assert replay.totals.taken_back == {"points": points(20 + 60 + 30 + 5 + 25 + 25 + 100 + 50 + 7)}


@pytest.mark.parametrize(("start", "risers"), [(220, {"most": 1}), (221, {})])
async def test_who_rises_by_a_new_rule_of_spend_is_counted_before_it_is_deployed(
    shop: Shop, start: int, risers: Mapping[str, int]
) -> None:
    await _before(shop)
    doubled = "shop: {by: spend, spend: {'*': [2, {var: event.body.gross_value}]}, tiers: "
    tiers = f"[{{tier: few, from: 0}}, {{tier: many, from: 60}}, {{tier: most, from: {start}}}]}}"
    planned = {**FILES, "program.yaml": f"{programs.PROGRAM}tier_sets:\n  {doubled}{tiers}\n".encode()}
    tier_set = read_program(planned).tier_sets["shop"]
    store = shop.scripted.database.store("DEFAULT")

    assert await store.read(lambda tx: count_risers_by_spend(tx.connection, "DEFAULT", tier_set)) == risers

    shop.scripted.program, shop.scripted.revision, _ = await Programs(shop.scripted.database).deploy(planned, by="test")
    shop.scripted.now = datetime.now(UTC)
    await shop.scripted.wait(1)
    places = await store.read(lambda tx: tx.tier_places.places_of(shop.member))
    assert places["shop"].tier == next(iter(risers), "many")


async def test_another_program_takes_back_what_it_gave_and_refuses_what_is_more(shop: Shop, database_url: str) -> None:
    """A member who is replayed separately from a purchase on keeps what can be returned; a reversal may be refused."""
    scripted = shop.scripted
    await _before(shop)
    day = scripted.midnight()
    await _since(shop)
    until = scripted.now + timedelta(seconds=1)
    openings, others = await scripted.openings(day)
    past = await scripted.events(day)
    more = {**FILES, "reactors/more.yaml": b"reactor: more\non: purchase\nthen: [{award_points: {points: 3}}]\n"}
    whole = {**FILES, "events/refund.yaml": REFUND.replace(", share: {var: [event.body.share, 1]}", "").encode()}

    pair = PairedReplay(scripted.program, read_program(more), day, others)
    pair.load(openings.values(), {})
    for each in past:
        pair.report(each)
    pair.advance(until)
    assert pair.diverged == {shop.member}
    compared = pair.compare(events=len(past), members=1)
    assert compared.old.taken_back == compared.new.taken_back == {"points": points(322)}
    assert {each.member: each.difference for each in compared.affected} == {shop.member: 3}
    job = Job(FromDatabase(database_url, day, until), FILES, more)
    assert await asyncio.to_thread(backtest, job, jobs=1, progress=lambda *_: None) == compared

    job = Job(FromDatabase(database_url, day, until), FILES, whole)
    compared = await asyncio.to_thread(backtest, job, jobs=1, progress=lambda *_: None)
    assert compared.old.refused == {}
    assert compared.new.refused == {"refund: more than left": 1}
    assert compared.new.taken_back["points"] - compared.old.taken_back["points"] == points(100 + 50 - 50)
    rows = {each.name: each for each in metrics(BacktestResult(compared, scripted.program, read_program(whole)))}
    assert rows["points taken back by returns"].difference == 100
