"""Progress by hand beside events that count, on both databases: nothing is lost, and the audit finds it right."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from activities.events import EventActivities
from database import Database, ReadTransaction
from database.audit import audit
from database.programs import Programs
from loyalty.achievements.operations import SetProgress, set_badges, set_progress
from tests.kit import programs
from tests.kit.scripted_store import ScriptedStore

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
SHOPPER = "achievement: shopper\non: purchase\ngoal: 50\nrepeat: unlimited\nthen: [{grant_badge: fan}]\n"


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(programs.files(achievements__shopper=SHOPPER), by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, NOW)


async def counted(scripted: ScriptedStore, member: str) -> tuple[int, int]:
    """What events and hands have added, in whole numbers, and how often it was completed."""

    def read(tx: ReadTransaction) -> tuple[int, int]:
        sums = tx.achievements.unused_daily_sums(member, "shopper", since=NOW.date())
        return sum(each.amount - each.used for each in sums) // 10**6, tx.achievements.completed(member, "shopper")

    return await scripted.database.store("DEFAULT").read(read)


async def test_progress_by_hand_and_events_at_the_same_time_are_both_counted(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")

    await asyncio.gather(
        *(scripted.report(ann, "purchase", {"total": 1}) for _ in range(4)),
        scripted.operate(set_progress, SetProgress(ann, "shopper", Decimal(20))),
        *(scripted.report(ann, "purchase", {"total": 1}) for _ in range(4)),
    )
    await scripted.operate(set_progress, SetProgress(ann, "shopper", completed=2))

    amount, completed = await counted(scripted, ann)
    assert 20 <= amount <= 28
    assert completed == 2


async def test_what_was_set_and_taken_back_adds_up_and_is_known_of_the_past(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    for _ in range(3):
        await scripted.report(ann, "purchase", {"total": 1})
    await scripted.operate(set_progress, SetProgress(ann, "shopper", Decimal(9), completed=2))
    await scripted.operate(set_badges, ann, "fan", 5)
    since = scripted.midnight()
    scripted.now = since + timedelta(hours=9)

    before = (await scripted.snapshots(since))[ann].state
    await scripted.operate(set_progress, SetProgress(ann, "shopper", Decimal(4), completed=1))
    await scripted.operate(set_badges, ann, "fan", 2)
    past = (await scripted.snapshots(since))[ann].state
    found = await scripted.database.access_read(
        lambda access: audit(access.connection, "DEFAULT", program=scripted.program, now=scripted.now)
    )

    assert found.counts == {}
    assert (past.daily_sums, past.completed, past.badges) == (before.daily_sums, before.completed, before.badges)
    assert (past.completed, past.badges) == ({"shopper": 2}, {"fan": 5})
