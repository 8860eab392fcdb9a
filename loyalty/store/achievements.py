"""Daily sums and completions of achievements, and their repository."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Protocol

from rules.frozen import frozen_at_type_check

MILLION = 1_000_000
"""Amounts are stored in millionths, so that sums are exact whole numbers."""


@frozen_at_type_check
class DailySum:
    """What one local day added to a member's progress, in millionths.

    `value` is the value counted by `distinct`, else empty; `used` is the part that completions have used up.
    """

    day: date
    value: str
    amount: int
    used: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether it counts nothing any more, since everything that it counted was returned."""
        return not self.amount and not self.used


day_of: Callable[[DailySum], date] = attrgetter("day")
sort_key: Callable[[DailySum], tuple[date, str]] = attrgetter("day", "value")


def insert_sorted(sums: list[DailySum], new: DailySum) -> None:
    """Insert a daily sum into a sorted list, replacing the one of the same day and value."""
    at = bisect_left(sums, sort_key(new), key=sort_key)
    if at < len(sums) and sort_key(sums[at]) == sort_key(new):
        sums[at] = new
    else:
        sums.insert(at, new)


@dataclass(frozen=True, slots=True)
class AchievementCompletions:
    """How often a member has completed an achievement, and when last."""

    achievement: str
    completed: int
    completed_at: datetime


class AchievementReader(Protocol):
    """Reads daily sums and completions. Sums are sorted by day, those of one day by value."""

    def daily_sums(self, member_id: str, achievement: str, *, since: date) -> Sequence[DailySum]:
        """Return a member's daily sums from a day on."""

    def unused_daily_sums(self, member_id: str, achievement: str, *, since: date) -> Sequence[DailySum]:
        """Return the daily sums from a day on, and earlier ones whose `used` differs from their amount."""

    def latest_daily_sums(self, member_id: str, achievement: str, most: int) -> Sequence[DailySum]:
        """Return the latest `most` daily sums of a member."""

    def completed(self, member_id: str, achievement: str) -> int:
        """Return how often a member has completed an achievement."""


class AchievementRepository(AchievementReader, Protocol):
    """Daily sums and completions of a store's members."""

    def save_daily_sums(self, member_id: str, achievement: str, changed: Iterable[DailySum]) -> None:
        """Store daily sums, new or changed."""

    def complete(self, member_id: str, achievement: str, times: int, *, now: datetime) -> None:
        """Add a number of completions."""
