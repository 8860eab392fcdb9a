"""Refusals of operations on tiers, as a tree.

TierRefusal            the tier of a member is not changed
├── NotAssignedByHand  the member has no tier by hand that could be removed
├── UnknownTierSet     the program has no such tier set; `tier_sets` are those it has
└── HoldEndsInPast     the moment at which a tier by hand ends has passed
"""

from collections.abc import Sequence
from datetime import datetime

from loyalty.refusals import Refusal


class TierRefusal(Refusal):
    """The tier of a member is not changed."""


class NotAssignedByHand(TierRefusal):
    """The member has no tier by hand that could be removed."""

    def __init__(self) -> None:
        super().__init__("the member is not in a tier by hand: there is nothing to take back")


class UnknownTierSet(TierRefusal):
    """The program has no such tier set."""

    def __init__(self, tier_sets: Sequence[str]) -> None:
        super().__init__(f"there is no such tier set; there are {', '.join(tier_sets) or 'none'}")
        self.tier_sets = tier_sets


class HoldEndsInPast(TierRefusal):
    """The moment at which a tier by hand ends has passed."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"{until.isoformat()} has passed: name a later moment, or none")
        self.until = until
