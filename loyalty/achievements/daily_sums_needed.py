"""Select the daily sums that an event has to read: few, however many the member has."""

from collections.abc import Sequence
from datetime import date

from loyalty.achievements.progress import first_day_needed, run_around
from loyalty.program.achievements import Achievement, Distinct
from loyalty.store.achievements import AchievementRepository, DailySum

FIRST_PAGE = 50
"""How many daily sums are read first for a streak; most streaks are shorter."""

PAGE_GROWTH = 4
"""The factor by which the page grows if the streak began earlier."""


def daily_sums_needed(
    repository: AchievementRepository,
    member_id: str,
    achievement: Achievement,
    day: date,
    *,
    first_page: int = FIRST_PAGE,
) -> Sequence[DailySum]:
    """Return the smallest set of daily sums that gives an event of `day` the same result as the full history."""
    name = achievement.name
    match achievement.window:
        case "streak":
            return _streak(repository, member_id, name, day, first_page)
        case "all" if not isinstance(achievement.measure, Distinct):
            return repository.unused_daily_sums(member_id, name, since=day)
        case _:  # every other window has a known first day
            return repository.daily_sums(member_id, name, since=first_day_needed(achievement, day))


def _streak(
    repository: AchievementRepository, member_id: str, achievement: str, day: date, most: int
) -> Sequence[DailySum]:
    """Return the latest daily sums, back to the first day of both the latest streak and the one around `day`."""
    while True:
        sums = repository.latest_daily_sums(member_id, achievement, most)
        if len(sums) < most:
            return sums
        first, _ = run_around(sums, min(day, sums[-1].day))
        # The oldest day read may have more sums.
        if sums[0].day < first:
            return sums
        most *= PAGE_GROWTH
