"""Limits, cycles, tiers and the other effects, on a real Temporal server."""

import asyncio
from datetime import UTC, datetime

from temporalio.client import Client

from database import Database
from tests.kit import programs
from tests.kit.amounts import points
from tests.kit.running import Running, running

MAY = datetime(2024, 5, 1, 9, 0, tzinfo=UTC)

TWICE_A_DAY = """\
reactor: points-for-purchase
on: purchase
then: [{award_points: {points: 10}}]
limits: [{per: member, every: day, times: 2}]
"""

HUNDRED_A_MONTH = """\
reactor: points-for-purchase
on: purchase
then: [{award_points: {points: {var: event.body.total}}}]
limits: [{per: program, every: month, points: 100}]
"""

BADGE_FOR_BADGE = """\
reactor: badge-for-badge
on: badge_granted
when: {">=": [{var: member.points}, 0]}
then: [{grant_badge: another}]
"""
BADGE = "reactor: points-for-purchase\non: purchase\nthen: [{grant_badge: one}]\n"

EVERYTHING = """\
reactor: points-for-purchase
on: purchase
then:
  - award_points: {points: 700}
  - deduct_points: {points: 200}
  - set_attribute: {name: favourite, value: {var: event.body.channel}}
  - issue_reward: free-coffee
  - set_tier: gold
limits: [{per: member, every: ever, times: 1}]
"""
FREE_COFFEE = "reward: free-coffee\ntitle: A free coffee\ncoupon: {prefix: CF-, value: 10, type: money, valid: 30d}\n"


async def report_at_once(laurel: Running, *events: tuple[str, str, dict[str, object]]) -> None:
    """Report events at the same time, and wait until all are applied."""
    refs = [await laurel.accept(member, type_, body, time=MAY) for member, type_, body in events]
    await asyncio.gather(*(laurel.answer(ref) for ref in refs))


async def test_many_events_at_once_do_not_exceed_the_limit_of_a_member(database: Database, temporal: Client) -> None:
    files = programs.files(**{"reactors__points-for-purchase": TWICE_A_DAY})
    async with running(database, temporal, files) as laurel:
        ann, bob = await laurel.register(), await laurel.register("bob@example.com")

        purchase: dict[str, object] = {"total": 1}
        await report_at_once(laurel, *[(ann, "purchase", purchase)] * 8, (bob, "purchase", purchase))

        assert await laurel.points(ann) == 20
        assert await laurel.points(bob) == 10


async def test_events_at_once_of_several_members_reach_a_limit_on_points_exactly(
    database: Database, temporal: Client
) -> None:
    files = programs.files(**{"reactors__points-for-purchase": HUNDRED_A_MONTH})
    async with running(database, temporal, files) as laurel:
        members = [await laurel.register(f"{n}@example.com") for n in range(5)]

        await report_at_once(laurel, *[(member, "purchase", {"total": 30}) for member in members])

        assert sorted([await laurel.points(member) for member in members]) == [0, 10, 30, 30, 30]


async def test_a_cycle_ends_in_an_error_on_the_event_that_names_it(sqlite_database: Database, temporal: Client) -> None:
    files = programs.files(**{"reactors__points-for-purchase": BADGE, "reactors__badge-for-badge": BADGE_FOR_BADGE})
    async with running(sqlite_database, temporal, files) as laurel:
        ann = await laurel.register()

        event = await laurel.accept(ann, "purchase", {"total": 1})
        outcome = await laurel.answer(event)

        stored = await laurel.parts.database.store(laurel.store).read(lambda tx: tx.events.get(event.id))
        assert outcome.outcome == "failed"
        assert "purchase -> badge_granted -> badge_granted" in outcome.error
        assert stored is not None
        assert (stored.status, stored.error) == ("failed", outcome.error)


async def test_one_event_has_every_effect_and_its_tier_change_is_sent(
    sqlite_database: Database, temporal: Client
) -> None:
    welcome = "reactor: welcome\non: app_login\nthen: [{award_points: {points: 200}}]\n"
    changed = {"reactors__points-for-purchase": EVERYTHING, "rewards__free-coffee": FREE_COFFEE}
    files = programs.files(**changed, reactors__welcome=welcome)
    async with running(sqlite_database, temporal, files) as laurel:
        ann = await laurel.register()
        await laurel.report(ann, "app_login", {})

        outcome = await laurel.report(ann, "purchase", {"total": 1, "channel": "web"})

        store = laurel.parts.database.store(laurel.store)
        facts = await store.read(lambda tx: tx.members.facts(ann))
        (reward,) = await store.read(lambda tx: tx.rewards.of_member(ann))
        assert outcome.outcome == "applied"
        assert (facts.tier, facts.attributes) == ("gold", {"favourite": "web"})
        assert (facts.balances["points"].active, facts.balances["points"].earned) == (
            points(700),
            points(900),
        )
        assert (reward.coupon or "").startswith("CF-")
        assert [did for did in outcome.did if did.startswith("tier")] == ["tier silver", "tier gold"]


async def test_what_an_event_awards_cannot_pay_for_what_it_takes(sqlite_database: Database, temporal: Client) -> None:
    files = programs.files(
        **{
            "reactors__points-for-purchase": "reactor: points-for-purchase\non: purchase\n"
            "then: [{award_points: {points: 30}}, {deduct_points: {points: 50}}]\n"
        }
    )
    async with running(sqlite_database, temporal, files) as laurel:
        ann = await laurel.register()

        await laurel.report(ann, "purchase", {"total": 1})

        assert await laurel.points(ann) == 0
