"""The bounds of one decision: how many effects it may have, and how much data these may write."""

from collections.abc import Iterable
from typing import Final, assert_never

from loyalty.program.effects import (
    AwardPoints,
    CallWebhook,
    DeductPoints,
    Effect,
    GrantBadge,
    IssueReward,
    SetAttribute,
    SetTier,
)
from loyalty.program.rule_bounds import SpendTakesTooLong
from loyalty.refusals import SumTooLarge
from rules import TooMuchWorkTogether
from rules.exact import dumps

MAX_EFFECTS: Final = 500
"""The most effects of all reactors on one event together; equal to the most events that it may cause."""

MAX_BYTES: Final = 1024 * 1024
"""The most characters of attributes and webhook bodies that one event sets and sends."""


class DecisionTooLarge(Exception):
    """The reactors on one event would exceed its bounds: set the event aside."""


BEYOND_BOUNDS: Final = (TooMuchWorkTogether, DecisionTooLarge, SumTooLarge, SpendTakesTooLong)
"""The errors of an event that exceeds a bound of one event, or of what a sum can hold: set it aside."""


class DecisionSize:
    """The size of a decision that is being made."""

    def __init__(self) -> None:
        self._effects = self._bytes = 0

    def add(self, effects: Iterable[Effect]) -> None:
        """Add the effects of a reactor; raise DecisionTooLarge past a bound."""
        for effect in effects:
            self._effects += 1
            self._bytes += _bytes_of(effect)
        if self._effects > MAX_EFFECTS:
            raise DecisionTooLarge(f"its reactors have more than {MAX_EFFECTS:,} effects together")
        if self._bytes > MAX_BYTES:
            raise DecisionTooLarge(f"its reactors set and send more than {MAX_BYTES // 1024:,} KiB together")


def _bytes_of(effect: Effect) -> int:
    """Return the number of characters from rules that an effect writes."""
    match effect:
        case SetAttribute(_, value) | CallWebhook(_, value):
            return len(dumps(value))
        case AwardPoints() | DeductPoints() | GrantBadge() | IssueReward() | SetTier():
            return 0
        case _:
            assert_never(effect)
