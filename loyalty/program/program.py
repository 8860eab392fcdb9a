"""A program: one store's whole rule set, read from its files and ready to decide."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cached_property
from itertools import chain
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import rules
from loyalty.calendar import Duration, Period
from loyalty.ids import named_id
from loyalty.program.body_schema import BodySchema
from loyalty.program.effects import Expiry, GrantBadge, IssueReward, Never, Points, SetTier
from rules.frozen import frozen
from rules.numbers import CONTEXT

Rounding = Literal["down", "up", "half_up", "half_even"]
TierBy = Literal["earned_points", "active_points"]

_ROUNDINGS: Mapping[Rounding, str] = {
    "down": ROUND_FLOOR,
    "up": ROUND_CEILING,
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
}


@frozen
class Place:
    """Where something stands in a program's files: line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@frozen
class Logic:
    """A JSON Logic rule of a program file, checked and compiled."""

    expression: rules.Expression
    rule: rules.Rule
    place: Place
    place_of: Callable[[rules.Path], Place]
    """Where a part of the expression stands."""


Template: TypeAlias = Any
"""JSON in which any part may be `Logic`; see `loyalty.events.decide.fill`."""


@dataclass(frozen=True, slots=True)
class Wallet:
    """A unit of points. Amounts outside are decimals, inside whole numbers of the smallest unit."""

    code: str
    title: str
    default: bool
    decimals: int
    pending: Duration
    expires: Expiry
    cost: Decimal | None = None
    """What one of it costs the store, in money."""

    def points(self, amount: Decimal | int, rounding: Rounding = "down") -> Points:
        """An amount in the smallest unit, rounded by a named rule."""
        if isinstance(amount, int) and not self.decimals:
            return Points(amount)
        scaled = Decimal(amount).scaleb(self.decimals, CONTEXT)  # as long as a rule's number can be: Python's cuts
        return Points(int(scaled.to_integral_value(_ROUNDINGS[rounding])))

    def amount(self, points: int) -> Decimal | int:
        """Points as people write them."""
        return Decimal(points).scaleb(-self.decimals) if self.decimals else points


@dataclass(frozen=True, slots=True)
class Tier:
    name: str
    title: str
    start: Decimal
    """The amount of `tier_by` at which it begins."""


@dataclass(frozen=True, slots=True)
class EventType:
    """A name and the schema of the body that events of it carry."""

    name: str
    title: str
    body: BodySchema
    built_in: bool = False


@dataclass(frozen=True, slots=True)
class AwardPointsRule:
    points: Logic
    wallet: str
    rounding: Rounding
    pending: Duration | None
    expires: Expiry | None


@dataclass(frozen=True, slots=True)
class DeductPointsRule:
    points: Logic
    wallet: str
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class SetAttributeRule:
    name: str
    value: Template


@dataclass(frozen=True, slots=True)
class CallWebhookRule:
    url: str
    body: Template
    headers: tuple[tuple[str, str], ...]


EffectRule: TypeAlias = (
    AwardPointsRule | DeductPointsRule | SetAttributeRule | CallWebhookRule | GrantBadge | IssueReward | SetTier
)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many firings, or so many points, in each calendar period."""

    per: Literal["member", "program"]
    every: Period
    times: int | None
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Reactor:
    """On an event type, when a condition holds, then these effects, within these limits."""

    name: str
    title: str
    on: str
    when: Logic | None
    then: tuple[EffectRule, ...]
    limits: tuple[Limit, ...]
    active_from: datetime | None
    active_until: datetime | None
    place: Place

    @property
    def source(self) -> str:
        """The name under which it answers."""
        return f"reactor/{self.name}"

    def logics(self) -> Iterator[Logic]:
        """All its rules."""
        if self.when is not None:
            yield self.when
        for effect in self.then:
            yield from _logics(effect)


def _logics(part: EffectRule | Template) -> Iterator[Logic]:
    match part:
        case Logic():
            yield part
        case AwardPointsRule() | DeductPointsRule():
            yield part.points
        case SetAttributeRule():
            yield from _logics(part.value)
        case CallWebhookRule():
            yield from _logics(part.body)
        case dict():
            yield from chain.from_iterable(map(_logics, part.values()))
        case list() | tuple():
            yield from chain.from_iterable(map(_logics, part))
        case _:
            pass


def _reads_member(logic: Logic) -> bool:
    return rules.may_read(logic.expression, "member")


@dataclass(frozen=True, slots=True)
class CountEvents:
    """One for each event."""


@dataclass(frozen=True, slots=True)
class CountDays:
    """One for each local day with an event."""


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a number of each event."""

    number: Logic


@dataclass(frozen=True, slots=True)
class Distinct:
    """The number of different values."""

    value: Logic


Measure: TypeAlias = CountEvents | CountDays | Sum | Distinct


@dataclass(frozen=True, slots=True)
class Last:
    """The last so many local days, today among them."""

    days: int


Window: TypeAlias = Literal["all", "streak", "day", "week", "month", "year"] | Last


@dataclass(frozen=True, slots=True)
class Achievement:
    """A goal that a member's events move towards."""

    name: str
    title: str
    description: str
    on: str
    when: Logic | None
    measure: Measure
    window: Window
    goal: Decimal
    repeat: int | None
    """How often it can be completed; None: without end."""
    then: tuple[EffectRule, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Coupon:
    """How the coupons of a reward are made."""

    prefix: str
    length: int
    value: Decimal
    value_type: Literal["money", "percentage"]
    valid: Duration | None
    """Counted from the issue; None: for ever."""


@dataclass(frozen=True, slots=True)
class Reward:
    name: str
    title: str
    coupon: Coupon | None
    """None: a reward without a code, such as a thing handed over."""
    cost: Decimal | None = None
    """What one costs the store, in money, where it says so."""

    @property
    def costs(self) -> Decimal | None:
        """What one costs as far as is known: a coupon of money costs its value."""
        if self.cost is None and self.coupon is not None and self.coupon.value_type == "money":
            return self.coupon.value
        return self.cost


@dataclass(frozen=True, slots=True)
class NotifyBefore:
    """How long before something expires its owner is told; None: not at all."""

    points: Duration | None
    coupons: Duration | None
    tier: Duration | None


@dataclass(frozen=True)
class Program:
    """Everything a store's files say. Reactors and achievements keep the order of their file names."""

    store: str
    title: str
    zone: ZoneInfo
    registers_unknown_members: bool
    wallets: Mapping[str, Wallet]
    notify_before: NotifyBefore
    tiers: tuple[Tier, ...]
    tier_by: TierBy
    tier_review: Expiry
    """How long a tier above the lowest is kept before it is reviewed: counted from when its period begins."""
    event_types: Mapping[str, EventType]
    reactors: tuple[Reactor, ...]
    achievements: tuple[Achievement, ...]
    rewards: Mapping[str, Reward]
    badges: Mapping[str, str] = field(default_factory=dict)
    """Declared badges and their titles; empty: any name is a badge."""

    @cached_property
    def default_wallet(self) -> Wallet:
        """The wallet that effects mean when they name none."""
        return next(wallet for wallet in self.wallets.values() if wallet.default)

    @cached_property
    def reviews_tiers(self) -> bool:
        """Whether a tier can be lost by what was not earned."""
        return bool(self.tiers) and not isinstance(self.tier_review, Never)

    @cached_property
    def reactors_on(self) -> Mapping[str, tuple[Reactor, ...]]:
        """Reactors by event type, so that an event pays only for its own."""
        names = {reactor.on for reactor in self.reactors}
        return {name: tuple(r for r in self.reactors if r.on == name) for name in names}

    @property
    def unanswering(self) -> "Program":
        """The same store before anything answers its events."""
        return replace(self, reactors=(), achievements=())

    @cached_property
    def conditions_on(self) -> Mapping[str, Callable[[Any], list[Any]]]:
        """What the conditions of an event type's reactors are worth, all at once: in the order of `reactors_on`."""
        always = rules.compile(rules.parse(True), timezone=self.zone)
        return {
            name: rules.together(r.when.rule if r.when else always for r in reactors)
            for name, reactors in self.reactors_on.items()
        }

    @cached_property
    def decides_by_member(self) -> frozenset[str]:
        """Event types that reactors answer by what is known of the member: on others nothing need be read of them."""
        by_member = {reactor.on for reactor in self.reactors if any(map(_reads_member, reactor.logics()))}
        return frozenset(by_member | {"achievement_completed"})

    @cached_property
    def limited_on(self) -> Mapping[str, tuple[Reactor, ...]]:
        """Reactors that have limits, by event type."""
        limited = {name: tuple(r for r in reactors if r.limits) for name, reactors in self.reactors_on.items()}
        return {name: reactors for name, reactors in limited.items() if reactors}

    @cached_property
    def achievements_on(self) -> Mapping[str, tuple[Achievement, ...]]:
        """Achievements by event type."""
        names = {achievement.on for achievement in self.achievements}
        return {name: tuple(a for a in self.achievements if a.on == name) for name in names}

    @cached_property
    def achievement_named(self) -> Mapping[str, Achievement]:
        """Achievements by name."""
        return {achievement.name: achievement for achievement in self.achievements}

    def tier_at(self, amount: Decimal | int) -> Tier | None:
        """The highest tier that an amount reaches."""
        for tier in reversed(self.tiers):
            if tier.start <= amount:
                return tier
        return None

    def tier_named(self, name: str | None) -> Tier | None:
        """A tier of this revision, if it has one of that name."""
        return next((tier for tier in self.tiers if tier.name == name), None)

    def id_of(self, kind: str, name: str) -> str:
        """The id by which APIs and webhooks know a thing that the files name."""
        return named_id(self.store, kind, name)
