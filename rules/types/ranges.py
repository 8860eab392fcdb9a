"""Intervals of numbers."""

from rules.frozen import frozen_at_type_check
from rules.numbers import ExactNumber


@frozen_at_type_check
class Range:
    """The numbers from `low` to `high`; None is unbounded. `above` and `below` exclude the ends themselves."""

    low: ExactNumber | None = None
    high: ExactNumber | None = None
    above: bool = False
    below: bool = False

    def holds(self, number: ExactNumber) -> bool:
        return not (wholly_below(self, point(number)) or wholly_below(point(number), self))

    @property
    def is_empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.above or self.below))


EVERYWHERE = Range()


def point(number: ExactNumber) -> Range:
    return Range(number, number)


def wholly_below(one: Range, other: Range, *, touching: bool = False) -> bool:
    """Return whether every number of one is less than every number of the other; or equal, with `touching`."""
    if one.high is None or other.low is None:
        return False
    return one.high < other.low or (one.high == other.low and (touching or one.below or other.above))


def meet(one: Range, other: Range) -> Range:
    """Return the intersection of two ranges."""
    lows = [(each.low, each.above) for each in (one, other) if each.low is not None]
    highs = [(each.high, not each.below) for each in (one, other) if each.high is not None]
    low, above = max(lows, default=(None, False))
    high, reached = min(highs, default=(None, True))
    return Range(low, high, above, not reached)


def hull(one: Range, other: Range) -> Range:
    """Return the smallest range that contains both."""
    lows = [(each.low, each.above) for each in (one, other) if each.low is not None]
    highs = [(each.high, not each.below) for each in (one, other) if each.high is not None]
    low, above = min(lows) if len(lows) == 2 else (None, False)
    high, reached = max(highs) if len(highs) == 2 else (None, True)
    return Range(low, high, above, not reached)


def described(within: Range) -> str:
    """Describe the range: "0 or more", "from 1 to 5"."""
    least = f"{'more than ' if within.above else ''}{within.low}{'' if within.above else ' or more'}"
    most = f"{'less than ' if within.below else ''}{within.high}{'' if within.below else ' or less'}"
    match within:
        case Range(low=None, high=None):
            return "any number"
        case Range(high=None):
            return least
        case Range(low=None):
            return most
        case Range(above=False, below=False):
            return f"from {within.low} to {within.high}"
        case _:
            return f"{least} and {most}"
