"""What firings took from the limits of reactors, by local day, and its repository."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

from loyalty.decisions.decision import Claim
from rules.frozen import frozen_at_type_check


@frozen_at_type_check
class DailyUse:
    """What the firings of one reactor took on one local day; points are in units of the wallet."""

    day: date
    times: int
    points: Decimal


LimitUsage = Mapping[tuple[str, str], tuple[DailyUse, ...]]
"""Daily use by (reactor name, `member` or `program`)."""


class LimitRepository(Protocol):
    """Use of limits in a store."""

    def of(self, reactors: Iterable[str], member_id: str, *, since: date, until: date) -> LimitUsage:
        """Return the use between two local days, both included; lock it until the unit of work ends."""

    def claim(self, claim: Claim, member_id: str) -> None:
        """Add a firing to the use of its day."""
