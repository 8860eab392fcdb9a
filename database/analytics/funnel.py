"""The funnel of an achievement by a scan: how many members reached each stage.

A member's best is the largest unused amount that any window of theirs ever held: the best streak, the best month, the
best thirty days. Members who completed the achievement count for every stage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, case, exists, extract, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from database.tables import mark, progress
from database.test_members import ids_of_test_members
from loyalty.achievements.funnel import QUARTERS, Funnel
from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Last, Sum
from loyalty.store.achievements import MILLION


class _DayNumber(FunctionElement[int]):
    """Return the days from 1970-01-01 to a date."""

    type = Integer()
    inherit_cache = True


@compiles(_DayNumber, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **options)}) - 2440587.5 AS INTEGER)"


@compiles(_DayNumber, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} - DATE '1970-01-01')"


@dataclass(frozen=True, slots=True)
class _DailyRow:
    """The columns of a table of daily sums, or of an alias of it."""

    member: ColumnElement[str]
    number: ColumnElement[int]
    value: ColumnElement[str]
    open: ColumnElement[int]


def scan_funnel(connection: Connection, store: str, achievement: Achievement) -> Funnel:
    """Return how many members reached each stage, from all daily sums of the achievement."""
    of_it = (progress.c.store == store, progress.c.achievement == achievement.name)
    done = (*of_it, progress.c.member.not_in(ids_of_test_members(store)))
    completed, again = [
        connection.execute(select(func.count()).select_from(progress).where(*done, progress.c.completed >= times))
        for times in (1, 2)
    ]
    rest, *parts = connection.execute(not_completed(store, achievement)).one()
    once = int(completed.scalar_one())
    return Funnel(once + int(rest), tuple(once + int(each) for each in parts), once, int(again.scalar_one()))


def not_completed(store: str, achievement: Achievement) -> Select[Any]:
    """Select the members who began and never completed: all of them, and those at each quarter of the goal."""
    best = _best(store, achievement).subquery()
    goal = int(achievement.goal * MILLION)
    reached = [func.coalesce(func.sum(case((best.c.best * 4 >= goal * each, 1), else_=0)), 0) for each in QUARTERS]
    done = exists().where(
        progress.c.member == best.c.member, progress.c.achievement == achievement.name, progress.c.completed >= 1
    )
    return select(func.count(), *reached).select_from(best).where(~done)


def best_of_members(store: str, achievement: Achievement, members: Sequence[str]) -> Select[Any]:
    """Select the largest amount of any window, in millionths, of those of some members who have daily sums."""
    return _best(store, achievement, mark.c.member.in_(members))


def _best(store: str, achievement: Achievement, *where: ColumnElement[bool]) -> Select[Any]:
    """Select each member with daily sums, and the largest amount of any window of theirs, in millionths."""
    number = _DayNumber(mark.c.day)
    row = _DailyRow(mark.c.member, number, mark.c.value, mark.c.amount - mark.c.used)
    within = (
        mark.c.store == store,
        mark.c.achievement == achievement.name,
        mark.c.member.not_in(ids_of_test_members(store)),
        or_(mark.c.amount != 0, mark.c.used != 0),  # else what it counted came back
        *where,
    )
    match achievement.window:
        case Last(days):
            windows = _moving(achievement, row, within, days)
        case "streak":
            place = func.dense_rank().over(partition_by=mark.c.member, order_by=mark.c.day)
            runs = select(row.member, number.label("number"), row.value, row.open.label("open"), place.label("place"))
            run = runs.where(*within).subquery()
            found = _DailyRow(run.c.member, run.c.number, run.c.value, run.c.open)
            windows = _grouped(achievement, found, run.c.number - run.c.place)
        case "all":
            windows = _grouped(achievement, row).where(*within)
        case "day":
            windows = _grouped(achievement, row, number).where(*within)
        case "week":
            windows = _grouped(achievement, row, (number + 3) // 7).where(*within)  # 1970 began on a Thursday
        case "month":
            month = (extract("year", mark.c.day), extract("month", mark.c.day))
            windows = _grouped(achievement, row, *month).where(*within)
        case "year":
            windows = _grouped(achievement, row, extract("year", mark.c.day)).where(*within)
        case _:
            assert_never(achievement.window)
    window = windows.subquery()
    return select(window.c.member, func.max(window.c.held).label("best")).group_by(window.c.member)


def _grouped(achievement: Achievement, row: _DailyRow, *window: ColumnElement[Any]) -> Select[Any]:
    """Select the amounts of members in each of the windows that these columns distinguish."""
    held: ColumnElement[Any] = _held(achievement, row).label("held")
    return select(row.member.label("member"), held).group_by(row.member, *window)


def _moving(achievement: Achievement, row: _DailyRow, within: Sequence[ColumnElement[bool]], days: int) -> Select[Any]:
    """Select the amounts of members in the days up to each day with a daily sum."""
    if not isinstance(achievement.measure, Distinct):
        held: ColumnElement[Any] = func.sum(row.open).over(
            partition_by=row.member, order_by=row.number, range_=(1 - days, 0)
        )
        return select(row.member.label("member"), held.label("held")).where(*within)
    ends = select(mark.c.member, row.number.label("number")).where(*within).distinct().subquery()
    up_to = and_(
        mark.c.member == ends.c.member, row.number <= ends.c.number, row.number > ends.c.number - days, *within
    )
    found = select(ends.c.member.label("member"), _held(achievement, row).label("held"))
    return found.join_from(ends, mark, up_to).group_by(ends.c.member, ends.c.number)


def _held(achievement: Achievement, row: _DailyRow) -> ColumnElement[int]:
    """Return the unused part of some daily sums, in millionths."""
    match achievement.measure:
        case CountEvents() | CountDays() | Sum():
            return func.sum(row.open)
        case Distinct():
            return func.count(case((row.open != 0, row.value)).distinct()) * MILLION
        case _:
            assert_never(achievement.measure)
