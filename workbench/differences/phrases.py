"""Amounts, durations, dates and limits in words."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import assert_never

from loyalty.calendar import Duration, Period
from loyalty.program.achievements import Last, Window
from loyalty.program.expiry import After, Anniversary, EndOf, Expiry, Never, OnDate
from loyalty.program.reactors import Limit
from loyalty.program.rewards import Price, PurchaseLimit, SharedCode
from loyalty.program.tiers import TierReviewRule
from loyalty.program.wallets import TransferLimit
from rules import exact

_PERIODS: Mapping[Period, str] = {
    "day": "a day",
    "week": "a week",
    "month": "a month",
    "year": "a year",
    "ever": "in all",
}
_SECONDS = (("h", 3600), ("m", 60), ("s", 1))


def quoted(text: str) -> str:
    return exact.dumps(text)


def number(amount: Decimal | int) -> str:
    return exact.dumps(amount)


def duration(span: Duration) -> str:
    """Return a duration as files write it: `90d`, `12h`, `1y`."""
    if span.months:
        return f"{span.months // 12}y" if span.months % 12 == 0 else f"{span.months}mo"
    if span.seconds:
        return next(f"{span.seconds // size}{unit}" for unit, size in _SECONDS if span.seconds % size == 0)
    return f"{span.days}d"


def tier_review(review: TierReviewRule) -> str:
    if isinstance(review, Anniversary):
        later = f" plus {duration(review.plus)}" if review.plus else ""
        return f"on the anniversary of {'registration' if review.of == 'registration' else 'reaching the tier'}{later}"
    return expiry(review)


def expiry(expires: Expiry) -> str:
    match expires:
        case Never():
            return "never"
        case After(span, unit):
            through = "" if unit is None else f", through the end of that {unit.replace('_', ' ')}"
            return f"after {duration(span)}{through}"
        case EndOf(period, plus):
            return f"at the end of the {period.replace('_', ' ')}" + (f" plus {duration(plus)}" if plus else "")
        case OnDate(month, day):
            return f"at the end of {month:02}-{day:02}"
        case _:
            assert_never(expires)


def debt(most: Decimal | None) -> str:
    """Return the most that a member may owe."""
    if most is None:
        return "any amount"
    return f"up to {number(most)}" if most else "none"


def limit(most: Limit) -> str:
    """`3 times a day per member`, `100000 points a month for the whole program`."""
    whose = "per member" if most.per == "member" else "for the whole program"
    return f"{_counts(most)} {_PERIODS[most.every]} {whose}"


def purchase_limit(most: PurchaseLimit) -> str:
    """`3 times a month per member`."""
    return limit(Limit(most.per, most.every, most.times, None))


def price(asked: Price) -> str:
    """`100 points`, `from 10 points in steps of 5`."""
    least = f"{number(asked.least)} {asked.wallet}"
    return least if asked.step is None else f"from {least} in steps of {number(asked.step)}"


def shared_code(shared: SharedCode) -> str:
    """`SUMMER, 100 in all, 1 per member`."""
    return f"{shared.code}, {shared.uses} in all, {shared.each} per member"


def transfer_limit(most: TransferLimit) -> str:
    """`12 times and 1000 points a year`."""
    return f"{_counts(most)} {_PERIODS[most.every]}"


def _counts(most: Limit | TransferLimit) -> str:
    counts = []
    if most.times is not None:
        counts.append("once" if most.times == 1 else f"{most.times} times")
    if most.points is not None:
        counts.append(f"{number(most.points)} points")
    return " and ".join(counts)


def window(span: Window) -> str:
    return f"the last {span.days} days" if isinstance(span, Last) else span


def repeat(times: int | None) -> str:
    return "unlimited" if times is None else "once" if times == 1 else f"{times} times"


def first(instant: datetime, zone: tzinfo) -> str:
    """Return when something begins, on the store's clock; a date alone where that is when its day begins."""
    local = instant.astimezone(zone)
    return local.date().isoformat() if _is_midnight(local) else _without_zone(local)


def last(instant: datetime, zone: tzinfo) -> str:
    """Return when something ends; a date alone is the last day on which it goes on."""
    local = instant.astimezone(zone)
    return (local.date() - timedelta(days=1)).isoformat() if _is_midnight(local) else _without_zone(local)


def _is_midnight(local: datetime) -> bool:
    return (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)


def _without_zone(local: datetime) -> str:
    return local.replace(tzinfo=None).isoformat()
