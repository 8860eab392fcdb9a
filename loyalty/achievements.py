"""Progress towards achievements, from marks: what each local day added to a member's goal.

Every window is a set of days, so events count on the day they happened, in whatever order they arrive. Completing
uses up marks, the oldest first, as spending uses up points: what was used once never counts again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from loyalty.calendar import window as calendar_window
from loyalty.program import Achievement, CountDays, CountEvents, Distinct, Last, Sum
from loyalty.value import value

MILLION = 1_000_000
"""Amounts are kept in millionths, so that sums are exact whole numbers."""

MOST_AT_ONCE = 100
"""How often one event completes an achievement; what is over stays, and counts with the next."""


@value
class Mark:
    """What one local day added, in millionths; `value` tells marks of a day apart when values are counted."""

    day: date
    value: str
    amount: int
    used: int = 0


@value
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
    after = sorted([m for m in marks if (m.day, m.value) != (added.day, added.value)] + [added], key=_order)
    around = _completing_day(achievement, after, day)
    group = in_window(achievement, after, around)
    goal = int(achievement.goal * MILLION)
    times = min(max(0, open_amount(achievement, group) // goal), MOST_AT_ONCE)
    times = times if left is None else min(times, left)
    used = _use(achievement, group, times * goal)
    shown = max(m.day for m in after)
    reached = times > 0 and around == shown
    return Move(
        changed=tuple({(m.day, m.value): m for m in [added, *used]}.values()),
        before=before,
        after=achievement.goal if reached else current(achievement, after),
        times=times,
    )


def current(achievement: Achievement, marks: Sequence[Mark], today: date | None = None) -> Decimal:
    """The progress as of a day, without it of the latest day with a mark. A streak lives until a day is missed."""
    latest = max((m.day for m in marks), default=None)
    if latest is None:
        return Decimal(0)
    day = latest if today is None else today
    if achievement.window == "streak" and day - latest == timedelta(days=1):
        day = latest
    return Decimal(open_amount(achievement, in_window(achievement, marks, day))) / MILLION


def in_window(achievement: Achievement, marks: Sequence[Mark], day: date) -> list[Mark]:
    """The marks that count together with those of a day, oldest first."""
    match achievement.window:
        case "all":
            return list(marks)
        case "streak":
            return _run(marks, day)
        case Last(days):
            return [m for m in marks if day - timedelta(days=days) < m.day <= day]
        case period:
            first, last = calendar_window(day, period)
            return [m for m in marks if first <= m.day <= last]


def open_amount(achievement: Achievement, group: Sequence[Mark]) -> int:
    """What a group of marks is worth and no completion has used, in millionths."""
    match achievement.measure:
        case CountEvents() | CountDays() | Sum():
            return sum(m.amount - m.used for m in group)
        case Distinct():
            used = {m.value for m in group if m.used}
            return len({m.value for m in group} - used) * MILLION


def _order(mark: Mark) -> tuple[date, str]:
    return mark.day, mark.value


def _add(achievement: Achievement, marks: Sequence[Mark], day: date, number: Decimal, value: str) -> Mark | None:
    """The day's mark with the event counted; None where it adds nothing."""
    mark = next((m for m in marks if (m.day, m.value) == (day, value)), None)
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


def _run(marks: Sequence[Mark], day: date) -> list[Mark]:
    """The unbroken run of days around a day."""
    days = {m.day for m in marks}
    first = last = day
    while first - timedelta(days=1) in days:
        first -= timedelta(days=1)
    while last + timedelta(days=1) in days:
        last += timedelta(days=1)
    return [m for m in marks if first <= m.day <= last]


def _completing_day(achievement: Achievement, marks: Sequence[Mark], day: date) -> date:
    """The day whose window an event of `day` completes: with `last`, a late event may complete a later one."""
    if not isinstance(achievement.window, Last):
        return day
    goal = int(achievement.goal * MILLION)
    reach = day + timedelta(days=achievement.window.days - 1)
    days = sorted({m.day for m in marks if day <= m.day <= reach})
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
