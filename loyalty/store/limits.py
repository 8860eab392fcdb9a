"""Use of the limits of reactors, by local day, and its repository."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

from loyalty.decisions.decision import Claim
from loyalty.store.achievements import MILLION
from rules.frozen import frozen_at_type_check

NO_WALLET = ""
"""The wallet of firings that awarded no points."""


@frozen_at_type_check
class DailyUse:
    """What the firings of one reactor used on one local day; points are by wallet, in units of the wallet."""

    day: date
    times: int
    points: Mapping[str, Decimal]

    def plus(self, times: int, points: Mapping[str, Decimal]) -> "DailyUse":
        """Return the use with more firings and points."""
        sums = {code: self.points.get(code, Decimal(0)) + more for code, more in points.items()}
        return DailyUse(self.day, self.times + times, {**self.points, **sums})


LimitUsage = Mapping[tuple[str, str], tuple[DailyUse, ...]]
"""Daily use by (reactor name, `member` or `program`)."""


def by_wallet(claim: Claim) -> Iterator[tuple[str, int, int]]:
    """Return the firings and points (in millionths) of a claim by wallet; firings count in the first wallet."""
    times = claim.times
    for wallet, points in (claim.points or {NO_WALLET: Decimal(0)}).items():
        yield wallet, times, int(points * MILLION)
        times = 0


class LimitReader(Protocol):
    """Reads the use of limits in a store."""

    def read(self, name: str, member_id: str, *, since: date, until: date) -> LimitUsage:
        """Return the use of a reactor or a reward between two local days, both included, without locking it."""


class LimitRepository(LimitReader, Protocol):
    """Use of limits in a store."""

    def of(self, reactors: Iterable[str], member_id: str, *, since: date, until: date) -> LimitUsage:
        """Return the use between two local days, both included; lock it until the unit of work ends."""

    def claim(self, claim: Claim, member_id: str) -> None:
        """Add a firing to the use of its day; a negative one is subtracted."""
