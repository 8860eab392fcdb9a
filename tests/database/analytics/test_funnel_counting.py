"""Funnels that are counted as progress changes are those of a scan, whatever changes and whoever counts meanwhile."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, text

from database import Database, ReadTransaction, Transaction
from database.analytics.funnel import scan_funnel
from database.analytics.funnel_counting import FunnelQueries
from database.analytics.funnel_reading import read_funnel
from database.tables import funnel_count, funnel_stage, mark, progress, uncounted
from loyalty.achievements.funnel import Funnel
from loyalty.program.achievements import Achievement
from tests.database.analytics.test_funnel import ACHIEVEMENTS, NOW, register, some_sums

UTC = ZoneInfo("UTC")
MEMBERS = [f"m{number:02}" for number in range(16)]
SOME = [ACHIEVEMENTS[0], ACHIEVEMENTS[15], ACHIEVEMENTS[27]]  # all events, a streak of sums, moving distinct values


async def count(database: Database, achievements: Sequence[Achievement] = SOME, *, limit: int = 300) -> None:
    """Count by pages until nothing is left."""
    while await database.store("A").write(lambda tx: tx.figures.count(UTC, limit=limit, achievements=achievements)):
        pass


async def funnels(database: Database, achievements: Sequence[Achievement] = SOME) -> list[Funnel]:
    """The funnels of achievements, which are those of a scan."""

    def read(tx: ReadTransaction, achievement: Achievement) -> tuple[Funnel, Funnel]:
        return read_funnel(tx, achievement, UTC), scan_funnel(tx.connection, tx.store, achievement)

    found = [await database.store("A").read(lambda tx, each=each: read(tx, each)) for each in achievements]  # type: ignore[misc]
    assert [one for one, _ in found] == [other for _, other in found]
    return [one for one, _ in found]


async def is_counted(database: Database, achievement: Achievement) -> bool:
    """Whether nothing of an achievement is left to a scan."""
    found = await database.store("A").read(lambda tx: FunnelQueries(tx.connection, "A").counted(achievement, ()))
    return found is not None


async def some_progress(database: Database, random: Random, members: Sequence[str]) -> None:
    """Change daily sums of some members, complete for some, and take everything away from one."""

    def change(tx: Transaction) -> None:
        for member in random.sample(members, min(5, len(members))):
            for each in SOME:
                tx.achievements.save_daily_sums(member, each.name, some_sums(each, random)[:12])
                if random.random() < 0.2:
                    tx.achievements.complete(member, each.name, random.choice([1, 2]), now=NOW)
        tx.connection.execute(delete(mark).where(mark.c.member == random.choice(members)))

    await database.store("A").write(change)


async def with_members(database: Database) -> None:
    await database.store("A").write(lambda tx: [register(tx, each) for each in MEMBERS])


async def test_a_funnel_is_that_of_a_scan_before_it_is_counted_after_it_and_in_between(database: Database) -> None:
    random = Random(11)
    await with_members(database)
    await some_progress(database, random, MEMBERS)
    await funnels(database)
    assert not await is_counted(database, SOME[0])

    await count(database)

    assert all([await is_counted(database, each) for each in SOME])
    before = await funnels(database)
    for number in range(3):
        await some_progress(database, random, MEMBERS)
        await funnels(database)
        if number % 2:
            await count(database)
    assert await funnels(database) != before
    assert sum(each.began for each in await funnels(database)) > len(MEMBERS)


async def test_another_goal_counts_from_the_first_member_on_and_an_achievement_that_is_gone_is_forgotten(
    database: Database,
) -> None:
    await with_members(database)
    await some_progress(database, Random(5), MEMBERS)
    await count(database)
    harder = [replace(SOME[0], goal=SOME[0].goal * 2), *SOME[1:-1]]

    before = await funnels(database)
    await funnels(database, harder)  # by a scan
    assert not await is_counted(database, harder[0])
    await count(database, harder, limit=3)

    assert await is_counted(database, harder[0])
    assert (await funnels(database, harder))[0].quarters != before[0].quarters
    assert not await is_counted(database, SOME[-1])
    names = await database.store("A").read(
        lambda tx: set(tx.connection.execute(select(funnel_stage.c.achievement).distinct()).scalars())
    )
    assert names == {each.name for each in harder}


async def test_progress_that_changes_while_it_is_counted_by_two_is_counted_in_the_end(database: Database) -> None:
    await with_members(database)
    seen: list[int] = []

    async def progress(number: int) -> None:
        for each in range(2):
            await some_progress(database, Random(10 * number + each), MEMBERS[number::4])

    async def counting() -> None:
        for _ in range(5):
            await database.store("A").write(lambda tx: tx.figures.count(UTC, limit=70, achievements=SOME))
            await asyncio.sleep(0)

    async def reading() -> None:
        for _ in range(4):
            found = await funnels(database)
            seen.append(sum(each.began for each in found))

    await asyncio.gather(*map(progress, range(4)), counting(), counting(), reading())
    await count(database)

    await funnels(database)
    assert all([await is_counted(database, each) for each in SOME])
    assert seen


async def test_without_a_program_what_is_noted_of_progress_waits_and_everything_is_counted_again(
    database: Database,
) -> None:
    await with_members(database)
    await some_progress(database, Random(8), MEMBERS)
    await count(database)
    await some_progress(database, Random(9), MEMBERS)
    here = database.store("A")

    assert await here.write(lambda tx: tx.figures.count(UTC, limit=100)) == 0
    await funnels(database)
    await here.write(lambda tx: tx.figures.count_again())
    assert await database.stores_to_count() == ["A"]
    await count(database)

    await funnels(database)
    left = await here.read(lambda tx: tx.connection.execute(select(func.count()).select_from(uncounted)).scalar_one())
    assert (left, await is_counted(database, SOME[0])) == (0, True)
    assert await database.stores_to_count() == []


async def test_rows_that_were_damaged_by_hand_hold_up_no_others(sqlite_database: Database) -> None:
    database = sqlite_database
    await with_members(database)
    await some_progress(database, Random(3), MEMBERS)
    await count(database)

    def damage(tx: Transaction) -> None:
        for table, column in ((progress, "completed"), (funnel_stage, "stage"), (funnel_count, "members")):
            tx.connection.execute(text(f"UPDATE {table.name} SET {column} = 'many' WHERE rowid = 1"))

    await database.store("A").write(damage)
    await some_progress(database, Random(4), MEMBERS)
    await count(database)

    found = await database.store("A").read(lambda tx: FunnelQueries(tx.connection, "A").counted(SOME[0], ()))
    assert found is not None
    assert found.began > 0
    assert await database.stores_to_count() == []


def test_definitions_tell_goals_and_windows_apart() -> None:
    from database.analytics.funnel_counting import definition_of

    wanted = [*ACHIEVEMENTS, replace(ACHIEVEMENTS[0], goal=Decimal(10))]
    assert len({definition_of(each) for each in wanted}) == len(wanted)
