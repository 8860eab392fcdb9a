"""Bounds on rules that are evaluated in transactions: where rewards are listed, sold and issued, and sales counted."""

from collections.abc import Callable
from typing import Final, TypeVar

import rules

T = TypeVar("T")

ELIGIBLE_STEPS: Final = 20_000
"""Steps of the rule that says who may buy a reward: about 10 ms."""

COUPON_STEPS: Final = 200_000
"""Steps that the values of all coupons of one event or request may take together: about 0.1 s."""

SPEND_STEPS: Final = 20_000
"""Steps that the rules of spend of all tier sets may take together on one sale: about 10 ms."""


class TakesTooLong(Exception):
    """A rule takes more steps than its bound; the message says so."""


class SpendTakesTooLong(rules.RuleError):
    """The rules of spend take too many steps on a sale: it cannot be counted for tiers."""

    def __init__(self) -> None:
        message = f"the rules of spend of all tier sets take more than {SPEND_STEPS:,} steps on the sale"
        super().__init__(rules.Fault("too_much_work", (), message))


def bounded(evaluate: Callable[[], T], most: int) -> T:
    """Return what a rule gives; raise TakesTooLong past so many steps, alone or together."""
    try:
        with rules.steps_at_once(most):
            return evaluate()
    except (rules.TooMuchAtOnce, rules.TooMuchWork, rules.TooMuchWorkTogether):
        raise TakesTooLong(f"its rule takes more than {most:,} steps") from None
