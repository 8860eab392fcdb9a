"""The model of a designer's test: members, steps and expectations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from loyalty.decisions.decision import Claim
from loyalty.program.logic import Place
from loyalty.program.rewards import PurchaseRefusal
from loyalty.program.tiers import DEFAULT_SET
from loyalty.program.wallets import Points
from loyalty.store.achievements import DailySum
from loyalty.store.members import Member, TierReview
from loyalty.store.points import Lot
from loyalty.transactions.documents import Document

BalanceKind: TypeAlias = Literal["active", "pending", "earned", "spent", "expired"]
Direction: TypeAlias = Literal["awarded", "deducted"]
OccurrenceKind: TypeAlias = Literal["fired", "limited", "webhooks", "events"]
"""What a test can count: reactors that fired, reactors stopped by a limit, webhooks sent, built-in events."""
CountedRewardStatus: TypeAlias = Literal["issued", "expired"]


@dataclass(frozen=True, slots=True)
class Fixture:
    """A member at the start of a test. Points are in millionths, and active."""

    member: Member
    is_registered: bool = True
    """False: the member's first event registers them."""
    points: Mapping[str, Points] = field(default_factory=dict)
    earned: Mapping[str, Points] = field(default_factory=dict)
    lots: tuple[Lot, ...] = ()
    """Instead of `points`: single awards, with what is left of each."""
    completed: Mapping[str, int] = field(default_factory=dict)
    daily_sums: Mapping[str, tuple[DailySum, ...]] = field(default_factory=dict)
    """By achievement, oldest first."""
    claims: tuple[Claim, ...] = ()
    """What earlier firings have used of limits."""
    review: TierReview | None = None
    """The last review of the tier."""
    tiers: Mapping[str, str] = field(default_factory=dict)
    """The tiers of sets beside the default one."""


@dataclass(frozen=True, slots=True)
class BalanceIs:
    """The balance of one kind in a wallet is this amount."""

    kind: BalanceKind
    wallet: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PointsMoved:
    """This amount was awarded or deducted since the previous expectations."""

    direction: Direction
    wallet: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class TierIs:
    """The member is in this tier of a set; None: in no tier."""

    tier: str | None
    tier_set: str = DEFAULT_SET


@dataclass(frozen=True, slots=True)
class BadgesAre:
    """The member has exactly these badges."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class HasBadge:
    """The member has one badge, or does not have it."""

    name: str
    has: bool


@dataclass(frozen=True, slots=True)
class AttributeIs:
    """An attribute has this value; None: it is not set."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class CompletedTimes:
    """The member has completed an achievement this many times in all."""

    achievement: str
    times: int


@dataclass(frozen=True, slots=True)
class ProgressIs:
    """The progress of an achievement is this amount, as reported by the last webhook."""

    achievement: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RewardsAre:
    """The rewards ever issued to the member are exactly these."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class RewardCount:
    """The number of one reward ever issued to the member; with a status, only those with this present status."""

    reward: str
    status: CountedRewardStatus | None
    count: int


@dataclass(frozen=True, slots=True)
class Occurred:
    """Something occurred since the previous expectations: exactly `times`, or at least once if that is None.

    With `url`, only what was sent there counts; with `body`, only what contains it.
    """

    kind: OccurrenceKind
    name: str
    times: int | None = None
    url: str | None = None
    body: Any = None


@dataclass(frozen=True, slots=True)
class NothingOccurred:
    """Nothing of this kind occurred since the previous expectations."""

    kind: OccurrenceKind


Assertion: TypeAlias = (
    BalanceIs
    | PointsMoved
    | TierIs
    | BadgesAre
    | HasBadge
    | AttributeIs
    | CompletedTimes
    | ProgressIs
    | RewardsAre
    | RewardCount
    | Occurred
    | NothingOccurred
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One assertion, with the key of `expect` that states it and its place in the file."""

    place: Place
    key: str
    assertion: Assertion


@dataclass(frozen=True, slots=True)
class EventTimes:
    """When an event is reported, and when it happened. Both are aware UTC."""

    reported_at: datetime
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class ReportEvent:
    """A step that reports an event of a member, once for each of `times`."""

    place: Place
    member: str
    type: str
    body: Mapping[str, Any]
    times: tuple[EventTimes, ...]


@dataclass(frozen=True, slots=True)
class ReportTogether:
    """A step that reports several events at one moment, in this order: all are accepted before the first is decided."""

    place: Place
    at: datetime
    events: tuple[ReportEvent, ...]


@dataclass(frozen=True, slots=True)
class BuyReward:
    """A step in which a member buys a reward. `points` None: they pay its price. `refused` None: it must succeed."""

    place: Place
    member: str
    reward: str
    points: Decimal | None
    refused: PurchaseRefusal | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ReportTransaction:
    """A step that reports a sale of a member, or a return; a return without items is of the rest of its sale."""

    place: Place
    at: datetime
    document: Document
    member: str | None
    """None: it is a return, which has the member of its sale."""


@dataclass(frozen=True, slots=True)
class SetTierByHand:
    """A step in which an administrator puts a member into a tier; `tier` None: removes the tier by hand."""

    place: Place
    member: str
    tier: str | None
    tier_set: str
    ends: datetime | None
    pinned: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class AdvanceClock:
    """A step that lets time pass."""

    place: Place
    until: datetime


@dataclass(frozen=True, slots=True)
class Expect:
    """A step that checks what is true of a member now."""

    place: Place
    member: str
    expectations: tuple[Expectation, ...]


ScenarioStep: TypeAlias = (
    ReportEvent | ReportTogether | ReportTransaction | BuyReward | SetTierByHand | AdvanceClock | Expect
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One test. Its clock starts at `start`, and only its steps move it."""

    name: str
    place: Place
    start: datetime
    members: Mapping[str, Fixture]
    steps: tuple[ScenarioStep, ...]
    tags: tuple[str, ...] = ()
    skip: str = ""
    """Why the test is skipped; empty: it is run."""
    stock: Mapping[str, int] = field(default_factory=dict)
    """How many of a reward are left; others are unlimited."""
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The redemption codes of a reactor; others accept every text."""
