"""The marks that an event has to look at: few, however many its member has."""

from collections.abc import Sequence
from datetime import date

from loyalty.achievements.progress import Mark, first_day_needed, run_around
from loyalty.program.program import Achievement, Distinct
from loyalty.store.repositories import AchievementBook

AT_FIRST = 50
"""How many marks are read for a streak; most are shorter."""

TIMES_MORE = 4
"""How many times more are read where the streak began earlier."""


def marks_needed(
    book: AchievementBook, member_id: str, achievement: Achievement, day: date, *, at_first: int = AT_FIRST
) -> Sequence[Mark]:
    """The marks that can matter to an event of a day: with them it is answered as with all."""
    name = achievement.name
    match achievement.window:
        case "streak":
            return _streak(book, member_id, name, day, at_first)
        case "all" if not isinstance(achievement.measure, Distinct):
            return book.marks_left(member_id, name, since=day)
        case _:
            return book.marks(member_id, name, since=first_day_needed(achievement, day))


def _streak(book: AchievementBook, member_id: str, achievement: str, day: date, most: int) -> Sequence[Mark]:
    """The latest marks, back to where both the latest run and that around the day begin."""
    while True:
        marks = book.latest_marks(member_id, achievement, most)
        if len(marks) < most:
            return marks
        first, _ = run_around(marks, min(day, marks[-1].day))
        # Of the oldest day that was read there may be more.
        if marks[0].day < first:
            return marks
        most *= TIMES_MORE
