"""The funnel of an achievement has the members whom its windows, one after the other, have."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import text

from database import Database, Transaction
from database.analytics.funnel import not_completed, scan_funnel
from loyalty.achievements.progress import in_window, open_amount
from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Last, Measure, Sum, Window
from loyalty.program.logic import Place
from loyalty.store.achievements import MILLION, DailySum
from loyalty.store.members import Identity

NOW = datetime(2024, 5, 9, 12, tzinfo=UTC)
FIRST = date(2023, 12, 20)
DAYS = 40
MEASURES: tuple[Measure, ...] = (CountEvents(), CountDays(), Sum(None), Distinct(None))  # type: ignore[arg-type]  # unread
WINDOWS: tuple[Window, ...] = ("all", "streak", "day", "week", "month", "year", Last(5))
ACHIEVEMENTS = [
    Achievement(
        name=f"a{number}",
        title="",
        description="",
        on="app_login",
        when=None,
        measure=measure,
        window=window,
        goal=Decimal(9 if window != "day" else 3),
        repeat=None,
        then=(),
        place=Place("a.yaml", 1, 1),
    )
    for number, (measure, window) in enumerate((measure, window) for measure in MEASURES for window in WINDOWS)
]


def some_sums(achievement: Achievement, random: Random) -> list[DailySum]:
    """Daily sums as events leave them, in order; some count nothing any more."""
    days = sorted(random.sample(range(DAYS), random.randint(0, 30)))
    values = ["Rome", "Oslo", "Lima", "Bonn", "Graz", "Nice", "Bath", "Kiel", "Jena", "Metz"]
    found = []
    for day in days:
        several = isinstance(achievement.measure, Distinct)
        for value in sorted(random.sample(values, random.randint(1, 3))) if several else [""]:
            is_one = isinstance(achievement.measure, CountDays | Distinct)
            amount = 1 if is_one else random.choice([-1, 1, 1, 2])
            found.append(DailySum(FIRST + timedelta(day), value, amount * MILLION))
    if found and random.random() < 0.2:
        found[0] = replace(found[0], amount=0)
    return found


def best_of(achievement: Achievement, sums: list[DailySum]) -> int:
    """The most that a window around any day had."""
    there = [each for each in sums if not each.is_empty]
    return max(open_amount(achievement, in_window(achievement, there, each.day)) for each in there)


def register(tx: Transaction, name: str) -> None:
    tx.members.register(
        Identity(email=name),
        member_id=name,
        profile={},
        attributes={},
        tier=None,
        password_hash=None,
        registered_at=NOW,
        now=NOW,
    )


async def test_a_funnel_counts_members_by_the_best_window_that_they_had(database: Database) -> None:
    random = Random(7)
    sums = {each.name: [some_sums(each, random) for _ in range(25)] for each in ACHIEVEMENTS}
    done = {each.name: [random.choice([0, 0, 0, 1, 2]) for _ in range(25)] for each in ACHIEVEMENTS}

    def save(tx: Transaction) -> None:
        for number in range(25):
            register(tx, f"m{number}")
            for each in ACHIEVEMENTS:
                tx.achievements.save_daily_sums(f"m{number}", each.name, sums[each.name][number])
                if times := done[each.name][number]:
                    tx.achievements.complete(f"m{number}", each.name, times, now=NOW)

    await database.store("A").write(save)

    for each in ACHIEVEMENTS:
        found = await database.store("A").read(lambda tx, each=each: scan_funnel(tx.connection, tx.store, each))  # type: ignore[misc]
        other = await database.store("B").read(lambda tx, each=each: scan_funnel(tx.connection, tx.store, each))  # type: ignore[misc]
        completed = [times for times in done[each.name] if times]
        best = [
            best_of(each, some)
            for some, times in zip(sums[each.name], done[each.name], strict=True)
            if not times and any(not one.is_empty for one in some)
        ]
        came = [sum(one * 4 >= each.goal * MILLION * part for one in best) for part in (1, 2, 3)]
        expected = [len(best), *came, 0, 0]
        expected = [number + len(completed) for number in expected[:5]] + [sum(times > 1 for times in completed)]
        assert [members for _, members in found.steps()] == expected, (each.measure, each.window)
        assert not any(members for _, members in other.steps())


@pytest.mark.parametrize("window", WINDOWS)
async def test_only_rows_of_the_achievement_are_read(sqlite_database: Database, window: Window) -> None:
    def explain(tx: Transaction) -> list[str]:
        statement = not_completed("A", replace(ACHIEVEMENTS[0], window=window))
        compiled = statement.compile(tx.connection.engine, compile_kwargs={"literal_binds": True})
        return [row[3] for row in tx.connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]

    plan = await sqlite_database.store("A").write(explain)

    touched = [each for each in plan if "mark" in each or "progress" in each]
    assert touched
    assert all("SEARCH" in each for each in touched), plan
