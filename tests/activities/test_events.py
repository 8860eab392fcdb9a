"""Every step of an event, run twice: the second run returns the same result and changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from activities.events import EventActivities
from database import Database, Transaction
from database.programs import Programs
from database.tables import metadata
from loyalty.decisions.decision_json import from_json
from loyalty.events.builtin_events import BUILT_IN
from loyalty.events.context import UnknownEvent
from loyalty.ids import new_id
from loyalty.references import EventRef, StepResult
from loyalty.store.events import NewEvent
from loyalty.store.members import Identity
from loyalty.webhooks.signing import new_secret
from tests.kit import programs
from tests.kit.amounts import points
from tests.kit.due_items import run_due_items

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)

EVERYTHING = """\
reactor: points-for-purchase
on: purchase
then:
  - award_points: {points: 700}
  - deduct_points: {points: 200}
  - set_attribute: {name: favourite, value: {var: event.body.channel}}
  - issue_reward: free-coffee
  - grant_badge: buyer
  - call_webhook: {url: "https://partner.example/hook", body: {total: {var: event.body.total}}}
limits: [{per: member, every: day, times: 1}, {per: program, every: month, points: 1000}]
"""
WELCOME = "reactor: welcome\non: app_login\nthen: [{award_points: {points: 200}}]\n"
COFFEE = "reactor: coffee\non: coffee\nthen: [{deduct_points: {points: 90}}, {grant_badge: coffee}]\n"
FREE_COFFEE = "reward: free-coffee\ntitle: A free coffee\ncoupon: {value: 10, type: money, valid: 30d}\n"
SHOPPER = "achievement: shopper\non: purchase\nmeasure: {sum: {var: event.body.total}}\ngoal: 50\nrepeat: unlimited\n"


@dataclass
class StoredPurchase:
    """A stored purchase of one member, and the activities that process it."""

    database: Database
    activities: EventActivities
    programs: Programs
    event: EventRef

    async def rows(self) -> Mapping[str, list[Any]]:
        """All rows of the database, by table."""

        def read(connection: Connection) -> Mapping[str, list[Any]]:
            tables = metadata.sorted_tables
            return {t.name: sorted(map(repr, connection.execute(select(t)).all())) for t in tables}

        return await self.database.access_read(lambda access: read(access.connection))


@pytest.fixture
async def purchase(database: Database) -> StoredPurchase:
    files = programs.files(
        **{
            "reactors__points-for-purchase": EVERYTHING,
            "reactors__welcome": WELCOME,
            "events__coffee": "event: coffee\n",
            "reactors__coffee": COFFEE,
            "rewards__free-coffee": FREE_COFFEE,
            "achievements__shopper": SHOPPER,
        }
    )
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(files, by="test")
    member_id, login_id, event_id = new_id(), new_id(), new_id()

    def store(tx: Transaction) -> None:
        tx.members.register(
            Identity(email="ann@example.com"),
            member_id=member_id,
            profile={},
            attributes={},
            tier="bronze",
            password_hash=None,
            registered_at=NOW,
            now=NOW,
        )
        tx.events.add(NewEvent(login_id, "app_login", member_id, NOW, {}, revision), now=NOW)
        body = {"total": 120, "channel": "web"}
        tx.events.add(NewEvent(event_id, "purchase", member_id, NOW, body, revision), now=NOW)
        for name in ("AvailablePointsAmountChanged", "CampaignEffectWasApplied", "MemberAchievementProgressWasChanged"):
            tx.subscriptions.add(
                new_id(),
                event_name=name,
                url="https://shop.example/hook",
                headers=[],
                format="current",
                secret=new_secret(),
                now=NOW,
            )

    await database.store(program.store).write(store)
    activities = EventActivities(database, deployed)
    await activities.react_to_events([EventRef(program.store, login_id, "app_login", member_id, revision)], NOW)
    event = EventRef(program.store, event_id, "purchase", member_id, revision)
    return StoredPurchase(database, activities, deployed, event)


STEPS = ["award_points", "change_member", "issue_rewards", "update_achievements"]


@pytest.mark.parametrize("name", STEPS)
async def test_a_step_that_runs_twice_returns_the_same_and_is_applied_once(purchase: StoredPurchase, name: str) -> None:
    await purchase.activities.decide(purchase.event, NOW, "")
    step: Callable[..., Awaitable[StepResult]] = getattr(purchase.activities, name)

    first = await step(purchase.event, NOW, True, "")
    rows = await purchase.rows()
    second = await step(purchase.event, NOW + timedelta(hours=1), True, "")

    assert first.did
    assert second == first
    assert await purchase.rows() == rows


async def test_all_steps_that_run_twice_are_applied_once(purchase: StoredPurchase) -> None:
    first = await purchase.activities.react_to_events([purchase.event], NOW)
    rows = await purchase.rows()
    second = await purchase.activities.react_to_events([purchase.event], NOW + timedelta(hours=1))

    assert first.did
    assert second == first
    assert await purchase.rows() == rows


async def test_an_event_decided_twice_has_one_decision_and_claims_its_limits_once(purchase: StoredPurchase) -> None:
    first = await purchase.activities.decide(purchase.event, NOW, "")
    rows = await purchase.rows()
    second = await purchase.activities.decide(purchase.event, NOW + timedelta(days=40), "")

    assert first.fired == ["reactor/points-for-purchase"]
    assert second == first
    assert await purchase.rows() == rows


async def test_a_step_that_runs_several_times_at_once_is_applied_once(purchase: StoredPurchase) -> None:
    await purchase.activities.decide(purchase.event, NOW, "")

    steps = [purchase.activities.award_points(purchase.event, NOW, False, "") for _ in range(6)]
    results = await asyncio.gather(*steps)

    balances = await purchase.database.store("DEFAULT").read(lambda tx: tx.members.balances(purchase.event.member))
    assert all(result == results[0] for result in results)
    assert balances["points"].earned == points(900)


async def test_deductions_are_posted_with_the_decision(purchase: StoredPurchase) -> None:
    decided = await purchase.activities.decide(purchase.event, NOW, "")

    balances = await purchase.database.store("DEFAULT").read(lambda tx: tx.members.balances(purchase.event.member))
    assert "-200 points by reactor/points-for-purchase" in decided.did
    assert (balances["points"].active, balances["points"].spent) == (0, points(200))


async def test_deductions_of_a_decision_that_an_older_version_stored_are_posted_with_the_awards(
    purchase: StoredPurchase,
) -> None:
    effects = [{"deduct_points": {"wallet": "points", "points": 150}}]
    stored = [{"source": "reactor/points-for-purchase", "verdict": "fired", "place": "r.yaml:1:1", "effects": effects}]
    program = await purchase.programs.revision("DEFAULT", purchase.event.revision)
    decided = from_json(stored, program.wallets)
    await purchase.database.store("DEFAULT").write(
        lambda tx: tx.events.set_decided(purchase.event.id, decided, now=NOW)
    )

    first = await purchase.activities.award_points(purchase.event, NOW, False, "")
    again = await purchase.activities.award_points(purchase.event, NOW, False, "")

    balances = await purchase.database.store("DEFAULT").read(lambda tx: tx.members.balances(purchase.event.member))
    assert first == again
    assert first.did == ["-150 points by reactor/points-for-purchase"]
    assert (balances["points"].active, balances["points"].spent) == (points(50), points(150))


async def test_of_many_events_at_once_as_many_are_paid_as_the_balance_pays(purchase: StoredPurchase) -> None:
    first = purchase.event
    ids = [new_id() for _ in range(12)]

    def store(tx: Transaction) -> None:
        for each in ids:
            tx.events.add(NewEvent(each, "coffee", first.member, NOW, {}, first.revision), now=NOW)

    await purchase.database.store("DEFAULT").write(store)
    refs = [EventRef("DEFAULT", each, "coffee", first.member, first.revision) for each in ids]
    await purchase.activities.react_to_events([first], NOW)
    await asyncio.gather(*(purchase.activities.react_to_events(refs[start::3], NOW) for start in range(3)))
    await purchase.activities.react_to_events(refs, NOW)

    decided = await purchase.database.store("DEFAULT").read(lambda tx: [tx.events.get(each) for each in ids])
    balances = await purchase.database.store("DEFAULT").read(lambda tx: tx.members.balances(first.member))
    verdicts = [outcome["verdict"] for each in decided if each for outcome in each.decision or []]
    assert sorted(verdicts) == ["fired"] * 7 + ["not_enough_points"] * 5
    assert (balances["points"].active, balances["points"].spent) == (points(70), points(830))


async def test_an_event_that_was_never_stored_is_an_error(purchase: StoredPurchase) -> None:
    unknown = EventRef("DEFAULT", new_id(), "purchase", purchase.event.member, purchase.event.revision)

    with pytest.raises(UnknownEvent, match="is not in store DEFAULT"):
        await purchase.activities.decide(unknown, NOW, "")


async def test_due_items_are_run_once_also_when_the_activity_runs_again(purchase: StoredPurchase) -> None:
    await purchase.activities.react_to_events([purchase.event], NOW)
    later = NOW + timedelta(days=365)
    store = purchase.database.store("DEFAULT")

    batches = [await run_due_items(purchase.database, later) for _ in range(3)]

    kinds = [[event.type for event in batch.due] for batch in batches]
    stored = await store.read(lambda tx: [tx.events.get(event.id) for batch in batches for event in batch.due])
    balances = await store.read(lambda tx: tx.members.balances(purchase.event.member))
    assert kinds == [["coupon_will_expire", "coupon_expired", "points_will_expire", "points_expired"], [], []]
    assert [BUILT_IN[event.type].body.is_valid(event.body) for event in stored if event] == [True] * 4
    assert (balances["points"].active, balances["points"].expired) == (0, points(700))
