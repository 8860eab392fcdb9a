"""Progress towards achievements, from daily sums: what each local day added.

Every window is a set of days, so events count on the day they happened, in any order of arrival. Completing uses up
daily sums, the oldest first, as spending uses up points: what was used once never counts again.

Daily sums are given oldest first, those of one day by value: years of them are searched, not scanned.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from loyalty.calendar import window as calendar_window
from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Last, Sum
from loyalty.store.achievements import MILLION, DailySum, day_of, insert_sorted, sort_key
from rules.frozen import frozen_at_type_check

MAX_COMPLETIONS = 100
"""The most completions of an achievement by one event; what is left over counts with the next event."""


@frozen_at_type_check
class ProgressUpdate:
    """The result of one event: the daily sums to store, the progress before and after, and the number of completions.

    `added` is what it adds to the sum of its day, and `used` what its completions use of each sum, both in millionths.
    """

    changed: tuple[DailySum, ...]
    before: Decimal
    after: Decimal
    times: int
    added: int = 0
    used: tuple[tuple[DailySum, int], ...] = ()

    @property
    def is_progress(self) -> bool:
        """Whether the progress that the member sees has changed."""
        return self.times > 0 or self.before != self.after


def first_day_needed(achievement: Achievement, day: date) -> date:
    """Return the first day whose daily sums can affect an event of `day`."""
    match achievement.window:
        case "all" | "streak":
            return date.min
        case Last(days):
            return day - timedelta(days=days - 1)
        case period:
            return calendar_window(day, period)[0]


def count_event(
    achievement: Achievement,
    sums: Sequence[DailySum],
    *,
    day: date,
    number: Decimal,
    value: str,
    completed: int,
    today: date | None = None,
) -> ProgressUpdate:
    """Count one event of `day`: `number` is what it adds to a sum, `value` what `distinct` counts.

    `completed` is how often the member has completed the achievement; from `repeat` on, nothing counts any more. The
    progress is that of `today`; None: of the latest known day.
    """
    today = max(day, sums[-1].day if sums else day) if today is None else max(day, today)
    left = None if achievement.repeat is None else max(0, achievement.repeat - completed)
    before = current_progress(achievement, sums, today)
    if left == 0:
        return ProgressUpdate((), before, before, 0)
    amount, added = _add(achievement, sums, day, number, value)
    if added is None:
        return ProgressUpdate((), before, before, 0)
    after = list(sums)
    insert_sorted(after, added)
    group = in_window(achievement, after, _completing_day(achievement, after, day))
    times = _completions(achievement, group, left)
    used = use_up(achievement, group, times * int(achievement.goal * MILLION)) if times else []
    is_shown = group == present_sums(achievement, after, today)
    for each, _ in used:
        insert_sorted(after, each)
    shown = achievement.goal if times and is_shown else current_progress(achievement, after, today)
    return ProgressUpdate(
        changed=tuple({(s.day, s.value): s for s in [added, *(s for s, _ in used)]}.values()),
        before=before,
        after=shown,
        times=times,
        added=amount,
        used=tuple(used),
    )


def current_progress(achievement: Achievement, sums: Sequence[DailySum], today: date) -> Decimal:
    """Return the progress as of a day: 0 for a broken streak, and for a window whose period is over."""
    return Decimal(open_amount(achievement, present_sums(achievement, sums, today))) / MILLION


def present_sums(achievement: Achievement, sums: Sequence[DailySum], today: date) -> Sequence[DailySum]:
    """Return the daily sums of the window around a day; a streak lasts until a whole day is missed."""
    if achievement.window == "streak" and sums and today - sums[-1].day == timedelta(days=1):
        today = sums[-1].day
    return in_window(achievement, sums, today)


def in_window(achievement: Achievement, sums: Sequence[DailySum], day: date) -> Sequence[DailySum]:
    """Return the daily sums of the window around a day."""
    match achievement.window:
        case "all":
            return sums
        case "streak":
            first, last = run_around(sums, day)
        case Last(days):
            first, last = day - timedelta(days=days - 1), day
        case period:
            first, last = calendar_window(day, period)
    return sums[bisect_left(sums, first, key=day_of) : bisect_right(sums, last, key=day_of)]


def shares_window(achievement: Achievement, day: date, other: date) -> bool:
    """Return whether one completion can use the sums of two days; of a streak, only those of one day surely are."""
    match achievement.window:
        case "all":
            return True
        case "streak":
            return day == other
        case Last(days):
            return abs((day - other).days) < days
        case period:
            return calendar_window(day, period) == calendar_window(other, period)


def run_around(sums: Sequence[DailySum], day: date) -> tuple[date, date]:
    """Return the first and last day of the streak around a day; the day itself may have no sum."""
    if any(s.value for s in sums):
        sums = list({s.day: s for s in sums}.values())
    # With one sum a day, the indexes of consecutive days differ by as much as their dates.
    at = bisect_left(sums, day, key=day_of)
    behind = bisect_right(sums, day, key=day_of)
    earlier = bisect_left(range(at), True, key=lambda n: (day - sums[n].day).days == at - n)
    later = bisect_left(range(behind, len(sums)), True, key=lambda n: (sums[n].day - day).days != n - behind + 1)
    return day - timedelta(days=at - earlier), day + timedelta(days=later)


def open_amount(achievement: Achievement, group: Sequence[DailySum]) -> int:
    """Return the part of some daily sums that no completion has used, in millionths."""
    match achievement.measure:
        case CountEvents() | CountDays() | Sum():
            return sum(s.amount - s.used for s in group)
        case Distinct():
            used = {s.value for s in group if s.used}
            return len({s.value for s in group} - used) * MILLION


def _add(
    achievement: Achievement, sums: Sequence[DailySum], day: date, number: Decimal, value: str
) -> tuple[int, DailySum | None]:
    """Return what the event adds to its day's sum, in millionths, and the new sum; None if it adds nothing."""
    at = bisect_left(sums, (day, value), key=sort_key)
    found = sums[at] if at < len(sums) and sort_key(sums[at]) == (day, value) else None
    match achievement.measure:
        case CountDays() | Distinct():
            return (0, None) if found else (MILLION, DailySum(day, value, MILLION))
        case CountEvents():
            number = Decimal(1)
        case Sum():
            pass
    amount = int((number * MILLION).to_integral_value())
    if amount == 0:
        return 0, None
    return amount, replace(found, amount=found.amount + amount) if found else DailySum(day, value, amount)


def _completions(achievement: Achievement, group: Sequence[DailySum], left: int | None) -> int:
    """Return how often the sums of a window complete the achievement; `left`: at most so often, None: any number."""
    reached = max(0, open_amount(achievement, group) // int(achievement.goal * MILLION))
    return min(reached, MAX_COMPLETIONS if left is None else min(left, MAX_COMPLETIONS))


def _completing_day(achievement: Achievement, sums: Sequence[DailySum], day: date) -> date:
    """Return the day whose window the event completes; with `last`, a late event may complete a later window."""
    if not isinstance(achievement.window, Last) or sums[-1].day == day:
        return day
    goal = int(achievement.goal * MILLION)
    reach = day + timedelta(days=achievement.window.days - 1)
    late = sums[bisect_left(sums, day, key=day_of) : bisect_right(sums, reach, key=day_of)]
    days = dict.fromkeys(s.day for s in late)
    return next((d for d in days if open_amount(achievement, in_window(achievement, sums, d)) >= goal), day)


def use_up(achievement: Achievement, group: Sequence[DailySum], amount: int) -> list[tuple[DailySum, int]]:
    """Return the daily sums that completing uses, the oldest first, and how much of each."""
    if isinstance(achievement.measure, Distinct):
        taken = {s.value for s in group if s.used}
        fresh = list(dict.fromkeys(s.value for s in group if s.value not in taken))[: amount // MILLION]
        return [(replace(s, used=s.amount), s.amount - s.used) for s in group if s.value in fresh]
    used: list[tuple[DailySum, int]] = []
    for found in group:
        share = min(amount, found.amount - found.used)
        if share > 0:
            used.append((replace(found, used=found.used + share), share))
            amount -= share
    return used
