"""Progress that is set by hand: which daily sums to add, and which to mark as used, to reach a given progress."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from loyalty.achievements.progress import in_window, open_amount, present_sums, use_up
from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Last, Sum
from loyalty.store.achievements import MILLION, DailySum, insert_sorted
from loyalty.store.contributions import Contribution

MAX_DAYS_BACK = 3660
"""How many days back daily sums may be added by hand."""


@dataclass(frozen=True, slots=True)
class ProgressByHand:
    """The daily sums to store, and what each of them adds."""

    changed: Sequence[DailySum]
    contributions: Sequence[Contribution]


def changed_sums(
    achievement: Achievement,
    sums: Sequence[DailySum],
    value: Decimal,
    *,
    today: date,
    name: str,
    counts_today: bool = True,
) -> ProgressByHand | None:
    """Return the daily sums that set the progress of `today` to a value; None: the window has too few days for it.

    `name` makes the values that `distinct` counts by hand unique. Where days are counted, today is left to events
    if the window has other days; in a streak it is one of the days if `counts_today`.
    """
    target, after = int(value * MILLION), list(sums)
    contributions: list[Contribution] = []
    changed: dict[tuple[date, str], DailySum] = {}
    missing = target - _open(achievement, after, today)
    days = _free_days(achievement, sums, today, counts_today=counts_today)
    adding = _adding(achievement, sums, days, today=today, name=name, missing=missing)
    while (missing := target - _open(achievement, after, today)) > 0:
        new = next(adding, None)
        if new is None:
            return None
        found, contribution = new
        insert_sorted(after, found)
        changed[found.day, found.value] = found
        contributions.append(contribution)
    if missing < 0:
        for found, amount in use_up(achievement, present_sums(achievement, after, today), -missing):
            changed[found.day, found.value] = found
            contributions.append(Contribution("used", achievement.name, found.day, found.value, amount, 0))
    return ProgressByHand(list(changed.values()), contributions)


def _open(achievement: Achievement, sums: Sequence[DailySum], today: date) -> int:
    return open_amount(achievement, present_sums(achievement, sums, today))


def _adding(
    achievement: Achievement,
    sums: Sequence[DailySum],
    free_days: Sequence[date],
    *,
    today: date,
    name: str,
    missing: int,
) -> Iterator[tuple[DailySum, Contribution]]:
    """Yield daily sums that raise the progress, and what each adds, until the missing amount is reached.

    When the window has no free days left, days that completions used count again.
    """

    def counted(found: DailySum, amount: int) -> tuple[DailySum, Contribution]:
        return found, Contribution("counted", achievement.name, found.day, found.value, amount, 0)

    match achievement.measure:
        case CountEvents() | Sum():
            found = next((each for each in sums if (each.day, each.value) == (today, "")), DailySum(today, "", 0))
            yield counted(replace(found, amount=found.amount + missing), missing)
        case CountDays():
            for day in free_days:
                yield counted(DailySum(day, "", MILLION), MILLION)
            for found in reversed(present_sums(achievement, sums, today)):
                if found.used:
                    given_back = Contribution("used", achievement.name, found.day, found.value, -found.used, 0)
                    yield replace(found, used=0), given_back
        case Distinct():
            for number in range(missing // MILLION):
                yield counted(DailySum(today, f"{name}/{number}", MILLION), MILLION)


def _free_days(
    achievement: Achievement, sums: Sequence[DailySum], today: date, *, counts_today: bool
) -> Sequence[date]:
    """Return the days of the window around a day without a daily sum, the latest first; today first or last."""
    counted = {each.day for each in sums}
    first = today - timedelta(days=MAX_DAYS_BACK)
    if isinstance(achievement.window, Last):
        first = today - timedelta(days=achievement.window.days - 1)
    days = [today - timedelta(days=back) for back in range((today - first).days + 1)]
    if achievement.window in ("day", "week", "month", "year"):
        days = [day for day in days if in_window(achievement, [DailySum(day, "", MILLION)], today)]
    if achievement.window != "streak" or not counts_today:
        days = [*days[1:], today]
    return [day for day in days if day not in counted]
