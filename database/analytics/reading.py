"""Read sums of figures over days, as of now: counted figures, and notes that wait to be counted."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, or_, select, text

from database.analytics.activity import NEVER
from database.analytics.counting import BASE, Counted, FigureCounts
from database.tables import active_day, activity_gap, daily_figure, hourly_figure
from database.unreadable import damage_of
from loyalty.analytics.figures import Activity, Figure, Outcome, Sums

MOST_NOTES = 5_000
"""The most notes that a read adds by itself: more wait only while a large store is counted for the first time."""

_CHUNK = 400


class DailySum(NamedTuple):
    """A figure of one local day."""

    day: date
    figure: Figure
    name: str
    times: int
    amount: int


class HourlySum(NamedTuple):
    """Attempts with one outcome to deliver to one subscription in a local hour, which begins at `hour`."""

    hour: datetime
    outcome: Outcome
    subscription: str
    times: int
    latency_ms: int
    """The sum of all latencies."""


class FigureReader(FigureCounts):
    """Reads figures of one store in one snapshot: create it first in a transaction, before any other read."""

    def __init__(self, connection: Connection, store: str, zone: ZoneInfo, *, earned: bool = False) -> None:
        super().__init__(connection, store)
        take_snapshot(connection)
        self.days_in = self.zone() or zone
        """The time zone of the days: that of the program, or the previous one until everything is counted again."""
        notes = self.notes(MOST_NOTES + 1)
        self.are_complete = len(notes) <= MOST_NOTES
        """Whether the figures are complete; else more notes wait than a read adds by itself."""
        self.waiting: Counted = self.counted(notes[:MOST_NOTES], self.days_in, earned=earned)

    def daily(self, first: date, last: date, *figures: Figure) -> Iterator[DailySum]:
        """Yield figures of the days from the first to the last, both included; a day may occur more than once."""
        table = daily_figure
        here = select(table.c.day, table.c.figure, table.c.name, table.c.times, table.c.high, table.c.low).where(
            table.c.store == self.store, table.c.figure.in_(list(figures)), table.c.day.between(first, last)
        )
        for day, figure, name, times, high, low in self.connection.execute(here):
            if damage_of((), (times, high, low)) is None:
                yield DailySum(day, figure, name, times, high * BASE + low)
        for (figure, name, day), found in self.waiting.sums.items():
            if figure in figures and first <= day <= last:
                yield DailySum(day, figure, name, *found)

    def sums(self, *figures: Figure, first: date = date.min, last: date = date.max) -> Sums:
        """Return the sums of figures over all days from the first to the last, both included."""
        table = daily_figure
        totals = (func.sum(table.c.times), func.sum(table.c.high), func.sum(table.c.low))
        here = select(table.c.figure, table.c.name, *totals).where(
            table.c.store == self.store, table.c.figure.in_(list(figures)), table.c.day.between(first, last)
        )
        sums = Sums()
        for figure, name, *numbers in self.connection.execute(here.group_by(table.c.figure, table.c.name)):
            times, high, low = map(int, numbers)
            sums.add(figure, name, times, high * BASE + low)
        for (figure, name, day), found in self.waiting.sums.items():
            if figure in figures and first <= day <= last:
                sums.add(figure, name, *found)
        return sums

    def by_span(self, spans: Sequence[tuple[date, date]], *figures: Figure) -> list[Sums]:
        """Return the sums of figures in each of these spans of days, which are in order and do not overlap."""
        found = [Sums() for _ in spans]
        begins = [first for first, _ in spans]
        for each in self.daily(begins[0], spans[-1][1], *figures):
            place = bisect_right(begins, each.day) - 1
            if each.day <= spans[place][1]:
                found[place].add(each.figure, each.name, each.times, each.amount)
        return found

    def attempts(self, since: datetime, until: datetime, subscription: str | None) -> Iterator[HourlySum]:
        """Yield attempts of the hours that begin from one moment to before another; an hour may occur more than once.

        `subscription`: only attempts to it.
        """
        table = hourly_figure
        here = [table.c.store == self.store, table.c.hour >= since, table.c.hour < until]
        if subscription is not None:
            here.append(table.c.name == subscription)
        wanted = select(table.c.hour, table.c.figure, table.c.name, table.c.times, table.c.amount).where(*here)
        for row in self.connection.execute(wanted):
            if damage_of(row, row[3:]) is None:
                yield HourlySum(*row)
        for (outcome, name, hour), found in self.waiting.hours.items():
            if since <= hour < until and subscription in (None, name):
                yield HourlySum(hour, outcome, name, *found)

    def active(self, name: Activity, first: date, last: date) -> int:
        """Return how many distinct members were active on the days from the first to the last."""
        table = activity_gap
        here = (table.c.store == self.store, table.c.name == name, table.c.day.between(first, last))
        was_before = table.c.previous < first
        counted = self.connection.execute(
            select(func.coalesce(func.sum(table.c.members), 0)).where(*here, or_(was_before, table.c.previous == NEVER))
        ).scalar_one()
        return int(counted) + self._waiting_for(name, first, last)

    def active_by(self, name: Activity, spans: Sequence[tuple[date, date]]) -> list[int]:
        """Return how many distinct members were active in each of these spans of days, in order."""
        if any(first < last for first, last in spans):
            return [self.active(name, *span) for span in spans]
        table = activity_gap
        here = (table.c.store == self.store, table.c.name == name, table.c.day.between(spans[0][0], spans[-1][1]))
        by_day = select(table.c.day, func.sum(table.c.members)).where(*here).group_by(table.c.day)
        found = {day: int(members) for day, members in self.connection.execute(by_day)}
        return [found.get(day, 0) + self._waiting_for(name, day, day) for day, _ in spans]

    def _waiting_for(self, name: Activity, first: date, last: date) -> int:
        """Return how many members are active on these days only by waiting notes."""
        waiting = {each.member for each in self.waiting.days if each.name == name and first <= each.day <= last}
        if not waiting:
            return 0
        return len(waiting) - self._among(sorted(waiting), name, first, last)

    def _among(self, members: Sequence[str], name: Activity, first: date, last: date) -> int:
        """Return how many of these members were counted on one of the days."""
        table, found = active_day, 0
        for start in range(0, len(members), _CHUNK):
            some = table.c.member.in_(members[start : start + _CHUNK])
            here = (table.c.store == self.store, table.c.name == name, some, table.c.day.between(first, last))
            counted = select(func.count(func.distinct(table.c.member))).where(*here)
            found += self.connection.execute(counted).scalar_one()
        return found


def take_snapshot(connection: Connection) -> None:
    """Let all statements of a transaction read one snapshot of the database; call it before the first of them."""
    if connection.dialect.name == "postgresql":
        connection.execute(_SNAPSHOT)


_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
