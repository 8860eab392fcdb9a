"""Bounds on the rules of rewards, which are evaluated where rewards are listed, sold and issued."""

from collections.abc import Callable
from typing import Final, TypeVar

import rules

T = TypeVar("T")

ELIGIBLE_STEPS: Final = 20_000
"""Steps of the rule that says who may buy a reward: about 10 ms."""

COUPON_STEPS: Final = 200_000
"""Steps that the values of all coupons of one event or request may take together: about 0.1 s."""


class TakesTooLong(Exception):
    """A rule of a reward takes too many steps; the message says so."""


def bounded(evaluate: Callable[[], T], most: int) -> T:
    """Return what a rule gives; raise TakesTooLong past so many steps, alone or together."""
    try:
        with rules.steps_at_once(most):
            return evaluate()
    except (rules.TooMuchAtOnce, rules.TooMuchWork, rules.TooMuchWorkTogether):
        raise TakesTooLong(f"its rule takes more than {most:,} steps") from None
