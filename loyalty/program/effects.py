"""What a reactor may cause: a closed set, decided and ready to be applied.

Points are whole numbers of a wallet's smallest unit: 1.50 in a wallet of two decimals is 150.
"""

from dataclasses import dataclass
from typing import Any, Literal, NewType, TypeAlias

from loyalty.calendar import Duration
from rules.frozen import frozen

Points = NewType("Points", int)
"""An amount in a wallet's smallest unit."""


@dataclass(frozen=True, slots=True)
class Never:
    """Points that stay."""


@dataclass(frozen=True, slots=True)
class After:
    """Points that expire so long after they were awarded."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class EndOf:
    """Points that expire when the month or year of their award ends."""

    period: Literal["month", "year"]


@dataclass(frozen=True, slots=True)
class OnDate:
    """Points that expire when the next such day of the year begins."""

    month: int
    day: int


Expiry: TypeAlias = Never | After | EndOf | OnDate


@frozen
class AwardPoints:
    wallet: str
    points: Points
    pending: Duration
    expires: Expiry


@frozen
class DeductPoints:
    wallet: str
    points: Points


@dataclass(frozen=True, slots=True)
class GrantBadge:
    badge: str


@dataclass(frozen=True, slots=True)
class IssueReward:
    reward: str


@dataclass(frozen=True, slots=True)
class SetTier:
    tier: str


@dataclass(frozen=True, slots=True)
class SetAttribute:
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class CallWebhook:
    url: str
    body: Any
    headers: tuple[tuple[str, str], ...] = ()


Effect: TypeAlias = AwardPoints | DeductPoints | GrantBadge | IssueReward | SetTier | SetAttribute | CallWebhook
