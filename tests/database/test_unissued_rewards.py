"""What a reactor took for a reward that is not issued after all is given back once, on both databases."""

import pytest

from activities.events import EventActivities
from database import Database
from database.programs import Programs
from loyalty.program.wallets import ONE
from tests.kit import programs
from tests.kit.scripted_store import FIRST, ScriptedStore

TINY = "reward: tiny\ncoupon: {value: {'*': [{var: points}, 0.0001]}, type: money}\n"
GIFT = """\
reactor: gift
on: app_login
then: [{deduct_points: {points: {var: member.points}}}, {issue_reward: tiny}]
limits: [{every: ever, times: 1}, {per: program, every: day, times: 1}]
"""


@pytest.fixture
async def shop(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(programs.files(rewards__tiny=TINY, reactors__gift=GIFT), by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)


async def test_points_and_limits_come_back_and_the_next_event_takes_them(shop: ScriptedStore) -> None:
    ann = await shop.register("ann@example.com")
    await shop.report(ann, "purchase", {"total": 50})

    refused = await shop.report(ann, "app_login", {})
    await shop.relay()
    await shop.reactions.react_to_events([refused], shop.now)
    first = await shop.database.store("DEFAULT").read(lambda tx: tx.members.facts(ann).balances["points"])
    await shop.report(ann, "purchase", {"total": 50})
    await shop.report(ann, "app_login", {})
    second = await shop.database.store("DEFAULT").read(lambda tx: tx.members.facts(ann).balances["points"])

    assert (first.active, first.spent) == (50 * ONE, 0)
    assert (second.active, second.spent) == (0, 100 * ONE), "the first used no limit"
    assert await shop.findings() == []
