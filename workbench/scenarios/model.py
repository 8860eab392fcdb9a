"""What a designer's test says: members, steps, and what is expected of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from loyalty.decisions.decision import Claim
from loyalty.program.logic import Place
from loyalty.program.wallets import Points
from loyalty.store.achievements import DailySum
from loyalty.store.members import Member
from loyalty.store.points import Lot

BalanceKind: TypeAlias = Literal["active", "pending", "earned", "spent", "expired"]
Direction: TypeAlias = Literal["awarded", "deducted"]
Occurrence: TypeAlias = Literal["fired", "limited", "webhooks", "events"]
"""What occurs between expectations: a reactor fires, a limit stops one, a webhook is sent, an event is caused."""
RewardStatus: TypeAlias = Literal["issued", "expired"]


@dataclass(frozen=True, slots=True)
class Fixture:
    """A member as a test begins. Points are active, in the wallet's smallest unit."""

    member: Member
    is_registered: bool = True
    """False: the first event of theirs registers them."""
    points: Mapping[str, Points] = field(default_factory=dict)
    earned: Mapping[str, Points] = field(default_factory=dict)
    lots: tuple[Lot, ...] = ()
    """In place of `points`: what was awarded when, and what is left of it."""
    completed: Mapping[str, int] = field(default_factory=dict)
    marks: Mapping[str, tuple[DailySum, ...]] = field(default_factory=dict)
    """By achievement, oldest first."""
    claims: tuple[Claim, ...] = ()
    """What firings took from limits."""


@dataclass(frozen=True, slots=True)
class Balance:
    """So many points of a kind in a wallet."""

    kind: BalanceKind
    wallet: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Moved:
    """So many points awarded or deducted since the expectations before."""

    direction: Direction
    wallet: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class InTier:
    """The member's tier; None: in none."""

    tier: str | None


@dataclass(frozen=True, slots=True)
class BadgesAre:
    """These badges and no others."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class HasBadge:
    """One badge, or the lack of it."""

    name: str
    has: bool


@dataclass(frozen=True, slots=True)
class AttributeIs:
    """An attribute's value; None: there is none."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Completed:
    """How often an achievement was completed, ever."""

    achievement: str
    times: int


@dataclass(frozen=True, slots=True)
class Progress:
    """An achievement's progress, as the last webhook told of it."""

    achievement: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RewardsAre:
    """The member was issued these rewards, ever, and no others."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class RewardCount:
    """How many of a reward the member was issued, ever, or of those how many are in a state."""

    reward: str
    status: RewardStatus | None
    count: int


@dataclass(frozen=True, slots=True)
class Occurred:
    """What occurred since the expectations before: so many `times`, or at least once.

    Only those count that went to `url`, and whose body has what `body` has.
    """

    kind: Occurrence
    name: str
    times: int | None = None
    url: str | None = None
    body: Any = None


@dataclass(frozen=True, slots=True)
class NothingOccurred:
    """Nothing of a kind since the expectations before."""

    kind: Occurrence


Wanted: TypeAlias = (
    Balance
    | Moved
    | InTier
    | BadgesAre
    | HasBadge
    | AttributeIs
    | Completed
    | Progress
    | RewardsAre
    | RewardCount
    | Occurred
    | NothingOccurred
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing expected, the key that asks for it, and where."""

    place: Place
    key: str
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Moment:
    """When an event is reported, and when it happened."""

    at: datetime
    time: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """An event of a member, once or several times."""

    place: Place
    member: str
    type: str
    body: Mapping[str, Any]
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Pass:
    """Time passes."""

    place: Place
    until: datetime


@dataclass(frozen=True, slots=True)
class Expect:
    """What is to be true of a member now."""

    place: Place
    member: str
    checks: tuple[Check, ...]


Action: TypeAlias = Report | Pass | Expect


@dataclass(frozen=True, slots=True)
class Scenario:
    """One test. Its clock stands at `start`, and moves as its steps say."""

    name: str
    place: Place
    start: datetime
    members: Mapping[str, Fixture]
    steps: tuple[Action, ...]
    tags: tuple[str, ...] = ()
    skip: str = ""
    """Why it is not run; empty: it is."""
