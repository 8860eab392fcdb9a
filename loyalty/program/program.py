"""A program: one store's whole rule set, read from its files and ready to decide."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import rules
from loyalty.calendar import Duration
from loyalty.ids import named_id
from loyalty.program.achievements import Achievement
from loyalty.program.event_types import EventType
from loyalty.program.expiry import Expiry, Never
from loyalty.program.logic import reads_member
from loyalty.program.reactors import Reactor
from loyalty.program.rewards import Reward
from loyalty.program.tiers import Tier, TierBy
from loyalty.program.wallets import Wallet


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
            name: rules.compile_batch(r.when.rule if r.when else always for r in reactors)
            for name, reactors in self.reactors_on.items()
        }

    @cached_property
    def decides_by_member(self) -> frozenset[str]:
        """Event types that reactors answer by what is known of the member: on others nothing need be read of them."""
        by_member = {reactor.on for reactor in self.reactors if any(map(reads_member, reactor.logics()))}
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
