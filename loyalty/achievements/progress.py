"""Progress towards achievements, from marks: what each local day added to a member's goal.

Every window is a set of days, so events count on the day they happened, in whatever order they arrive. Completing
uses up marks, the oldest first, as spending uses up points: what was used once never counts again.

Marks are given oldest first, those of a day by their values: years of them are searched, not looked through.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter

from loyalty.calendar import window as calendar_window
from loyalty.program.program import Achievement, CountDays, CountEvents, Distinct, Last, Sum
from rules.frozen import frozen

MILLION = 1_000_000
"""Amounts are kept in millionths, so that sums are exact whole numbers."""

MOST_AT_ONCE = 100
"""How often one event completes an achievement; what is over stays, and counts with the next."""


@frozen
class Mark:
    """What one local day added, in millionths; `value` tells marks of a day apart when values are counted."""

    day: date
    value: str
    amount: int
    used: int = 0


day_of: Callable[[Mark], date] = attrgetter("day")
order: Callable[[Mark], tuple[date, str]] = attrgetter("day", "value")


@frozen
class Move:
    """One event's step: the marks to store, the progress before and after it, and how often it completed."""

    changed: tuple[Mark, ...]
    before: Decimal
    after: Decimal
    times: int

    @property
    def is_progress(self) -> bool:
        """Whether anything a member would notice happened."""
        return self.times > 0 or self.before != self.after


def first_day_needed(achievement: Achievement, day: date) -> date:
    """The first day whose marks can matter to an event of `day`."""
    match achievement.window:
        case "all" | "streak":
            return date.min
        case Last(days):
            return day - timedelta(days=days - 1)
        case period:
            return calendar_window(day, period)[0]


def move(
    achievement: Achievement, marks: Sequence[Mark], *, day: date, number: Decimal, value: str, completed: int
) -> Move:
    """Count one event: `number` is what it adds to a sum, `value` what is told apart.

    `completed` is how often the member has completed it; beyond `repeat`, nothing counts any more.
    """
    left = None if achievement.repeat is None else max(0, achievement.repeat - completed)
    before = current(achievement, marks)
    if left == 0:
        return Move((), before, before, 0)
    added = _add(achievement, marks, day, number, value)
    if added is None:
        return Move((), before, before, 0)
    after = list(marks)
    put(after, added)
    around = _completing_day(achievement, after, day)
    group = in_window(achievement, after, around)
    goal, opened = int(achievement.goal * MILLION), open_amount(achievement, group)
    times = min(max(0, opened // goal), MOST_AT_ONCE)
    times = times if left is None else min(times, left)
    used = _use(achievement, group, times * goal) if times else []
    if around != after[-1].day:
        shown = current(achievement, after)
    else:
        shown = achievement.goal if times else Decimal(opened) / MILLION
    return Move(
        changed=tuple({(m.day, m.value): m for m in [added, *used]}.values()),
        before=before,
        after=shown,
        times=times,
    )


def current(achievement: Achievement, marks: Sequence[Mark], today: date | None = None) -> Decimal:
    """The progress as of a day, without it of the latest day with a mark. A streak lives until a day is missed."""
    if not marks:
        return Decimal(0)
    latest = marks[-1].day
    day = latest if today is None else today
    if achievement.window == "streak" and day - latest == timedelta(days=1):
        day = latest
    return Decimal(open_amount(achievement, in_window(achievement, marks, day))) / MILLION


def in_window(achievement: Achievement, marks: Sequence[Mark], day: date) -> Sequence[Mark]:
    """The marks that count together with those of a day, oldest first."""
    match achievement.window:
        case "all":
            return marks
        case "streak":
            first, last = run_around(marks, day)
        case Last(days):
            first, last = day - timedelta(days=days - 1), day
        case period:
            first, last = calendar_window(day, period)
    return marks[bisect_left(marks, first, key=day_of) : bisect_right(marks, last, key=day_of)]


def run_around(marks: Sequence[Mark], day: date) -> tuple[date, date]:
    """The first and the last day of the unbroken run around a day, which may have no mark itself."""
    if any(m.value for m in marks):
        marks = list({m.day: m for m in marks}.values())
    # One mark a day: up to a gap, days are as far apart as their places.
    at = bisect_left(marks, day, key=day_of)
    behind = bisect_right(marks, day, key=day_of)
    earlier = bisect_left(range(at), True, key=lambda n: (day - marks[n].day).days == at - n)
    later = bisect_left(range(behind, len(marks)), True, key=lambda n: (marks[n].day - day).days != n - behind + 1)
    return day - timedelta(days=at - earlier), day + timedelta(days=later)


def open_amount(achievement: Achievement, group: Sequence[Mark]) -> int:
    """What a group of marks is worth and no completion has used, in millionths."""
    match achievement.measure:
        case CountEvents() | CountDays() | Sum():
            return sum(m.amount - m.used for m in group)
        case Distinct():
            used = {m.value for m in group if m.used}
            return len({m.value for m in group} - used) * MILLION


def put(marks: list[Mark], new: Mark) -> None:
    """Put a mark into its place."""
    at = bisect_left(marks, order(new), key=order)
    if at < len(marks) and order(marks[at]) == order(new):
        marks[at] = new
    else:
        marks.insert(at, new)


def _add(achievement: Achievement, marks: Sequence[Mark], day: date, number: Decimal, value: str) -> Mark | None:
    """The day's mark with the event counted; None where it adds nothing."""
    at = bisect_left(marks, (day, value), key=order)
    mark = marks[at] if at < len(marks) and order(marks[at]) == (day, value) else None
    match achievement.measure:
        case CountDays() | Distinct():
            return None if mark else Mark(day, value, MILLION)
        case CountEvents():
            number = Decimal(1)
        case Sum():
            pass
    amount = int((number * MILLION).to_integral_value())
    if amount == 0:
        return None
    return replace(mark, amount=mark.amount + amount) if mark else Mark(day, value, amount)


def _completing_day(achievement: Achievement, marks: Sequence[Mark], day: date) -> date:
    """The day whose window an event of `day` completes: with `last`, a late event may complete a later one."""
    if not isinstance(achievement.window, Last) or marks[-1].day == day:
        return day
    goal = int(achievement.goal * MILLION)
    reach = day + timedelta(days=achievement.window.days - 1)
    late = marks[bisect_left(marks, day, key=day_of) : bisect_right(marks, reach, key=day_of)]
    days = dict.fromkeys(m.day for m in late)
    return next((d for d in days if open_amount(achievement, in_window(achievement, marks, d)) >= goal), day)


def _use(achievement: Achievement, group: Sequence[Mark], amount: int) -> list[Mark]:
    """The marks that completing uses up, the oldest first."""
    if isinstance(achievement.measure, Distinct):
        taken = {m.value for m in group if m.used}
        fresh = list(dict.fromkeys(m.value for m in group if m.value not in taken))[: amount // MILLION]
        return [replace(m, used=m.amount) for m in group if m.value in fresh]
    used: list[Mark] = []
    for mark in group:
        share = min(amount, mark.amount - mark.used)
        if share > 0:
            used.append(replace(mark, used=mark.used + share))
            amount -= share
    return used
