"""A program: the rule set of one store, read from its files and ready to decide events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import rules
from loyalty.calendar import Duration
from loyalty.ids import named_id
from loyalty.program.achievements import Achievement
from loyalty.program.body_schema import BodySchema
from loyalty.program.effect_rules import DeductPointsRule
from loyalty.program.effects import GrantBadge, IssueReward
from loyalty.program.event_types import EventType, Reversal
from loyalty.program.logic import Logic, reads_member
from loyalty.program.reactors import Reactor
from loyalty.program.rewards import Reward
from loyalty.program.tiers import DEFAULT_SET, Tier, TierBy, TierFall, TierReviewRule, TierSet
from loyalty.program.wallets import Wallet

Returns: TypeAlias = Literal["automatic", "by_rules"]
TierOnReturn: TypeAlias = Literal["now", "review"]
"""When a member loses a tier reached by a purchase that is returned: at once, or at the next review."""


@dataclass(frozen=True, slots=True)
class NotifyBefore:
    """How long before something expires its owner is notified; None: never."""

    points: Duration | None
    coupons: Duration | None
    tier: Duration | None


@dataclass(frozen=True)
class Program:
    """The content of a store's files. Reactors and achievements are in the order of their file names."""

    store: str
    title: str
    zone: ZoneInfo
    registers_unknown_members: bool
    wallets: Mapping[str, Wallet]
    notify_before: NotifyBefore
    tiers: tuple[Tier, ...]
    tier_by: TierBy
    tier_review: TierReviewRule
    """When a tier is reviewed, counted from the start of its period."""
    event_types: Mapping[str, EventType]
    reactors: tuple[Reactor, ...]
    achievements: tuple[Achievement, ...]
    rewards: Mapping[str, Reward]
    region: str | None = None
    """The country whose phone numbers need no country code; None: every number needs one."""
    returns: Returns = "automatic"
    """What takes back the results of a sale when it is returned: Laurel, or the rules on `transaction_returned`."""
    tier_on_return: TierOnReturn = "now"
    badges: Mapping[str, str] = field(default_factory=dict)
    """Declared badges and their titles; empty: any name is a badge."""
    tier_fall: TierFall = "to_reached"
    """How far a member falls at a review that does not confirm their tier."""
    tier_wallet_code: str | None = None
    """The wallet whose points decide the tier; None: the default one."""
    tier_spend: Logic | None = None
    """What counts of a transaction, if spend decides the tier; None: the amount paid."""
    tier_spend_text: str = ""
    """That rule as JSON."""
    more_tier_sets: tuple[TierSet, ...] = ()
    """Tier sets beside the default one."""
    attributes: Mapping[str, BodySchema] = field(default_factory=dict)
    """Declared attributes of members, with the schema of their values; any other is free text."""

    def notifying(self, before: NotifyBefore) -> "Program":
        """Return the program with other notice periods; the same object for the same ones."""
        if before == self.notify_before:
            return self
        return self._notifying.setdefault(before, replace(self, notify_before=before))

    @cached_property
    def _notifying(self) -> dict[NotifyBefore, "Program"]:
        return {}

    @cached_property
    def default_wallet(self) -> Wallet:
        """The wallet of effects that do not name one."""
        return next(wallet for wallet in self.wallets.values() if wallet.default)

    @cached_property
    def tier_wallet(self) -> Wallet:
        """The wallet whose points decide the tier."""
        return self.default_wallet if self.tier_wallet_code is None else self.wallets[self.tier_wallet_code]

    @cached_property
    def reviews_tiers(self) -> bool:
        """Whether the tiers of the default set are reviewed, and can be lost."""
        return self.default_tier_set.is_reviewed

    @cached_property
    def default_tier_set(self) -> TierSet:
        """The tier set of `tiers`, which may have none."""
        return TierSet(
            DEFAULT_SET,
            "Tiers",
            self.tiers,
            self.tier_by,
            self.tier_wallet,
            self.tier_review,
            self.tier_fall,
            self.tier_spend,
            self.tier_spend_text,
        )

    @cached_property
    def tier_sets(self) -> Mapping[str, TierSet]:
        """The tier sets that have tiers, by name, the default one first."""
        return {each.name: each for each in (self.default_tier_set, *self.more_tier_sets) if each.tiers}

    @cached_property
    def spend_sets(self) -> tuple[TierSet, ...]:
        """The tier sets whose tiers are reached by spend."""
        return tuple(each for each in self.tier_sets.values() if each.by == "spend")

    def tier_set_named(self, name: str) -> TierSet:
        """Return the tier set of this name; without one, the default set."""
        return self.tier_sets.get(name, self.default_tier_set)

    @cached_property
    def reactors_on(self) -> Mapping[str, tuple[Reactor, ...]]:
        """Reactors by event type, so that an event evaluates only those on its type."""
        names = {reactor.on for reactor in self.reactors}
        return {name: tuple(r for r in self.reactors if r.on == name) for name in names}

    @property
    def without_rules(self) -> "Program":
        """Return the same program without reactors and achievements."""
        return replace(self, reactors=(), achievements=())

    @cached_property
    def conditions_on(self) -> Mapping[str, Callable[[Any], list[Any]]]:
        """For each event type, one function that evaluates all conditions, in the order of `reactors_on`."""
        always = rules.compile(rules.parse(True), timezone=self.zone)
        return {
            name: rules.compile_batch(r.when.rule if r.when else always for r in reactors)
            for name, reactors in self.reactors_on.items()
        }

    @cached_property
    def decides_by_member(self) -> frozenset[str]:
        """Event types whose reactors read the member; for others, the member need not be read."""
        by_member = {reactor.on for reactor in self.reactors if any(map(reads_member, reactor.logics()))}
        return frozenset(by_member | {"achievement_completed"})

    @cached_property
    def badge_titles(self) -> Mapping[str, str]:
        """The titles of badges by name: the declared ones, or without a declaration those that rules grant."""
        owners = (*(each.then for each in self.reactors), *(each.then for each in self.achievements))
        granted = [rule.badge for then in owners for rule in then if isinstance(rule, GrantBadge)]
        return self.badges or {name: name for name in granted}

    @cached_property
    def deducted_on(self) -> Mapping[str, tuple[str, ...]]:
        """The wallets that reactors and completions deduct points from, by event type."""
        taken: dict[str, dict[str, None]] = {}
        owners = [(each.on, each.then) for each in self.reactors]
        for on, then in [*owners, *(("achievement_completed", each.then) for each in self.achievements)]:
            for rule in then:
                if isinstance(rule, DeductPointsRule):
                    taken.setdefault(on, {})[rule.wallet] = None
        return {on: tuple(wallets) for on, wallets in taken.items()}

    @cached_property
    def issued_on(self) -> Mapping[str, frozenset[str]]:
        """The rewards that reactors and completions issue, by event type."""
        issued: dict[str, set[str]] = {}
        owners = [(each.on, each.then) for each in self.reactors]
        for on, then in [*owners, *(("achievement_completed", each.then) for each in self.achievements)]:
            for rule in then:
                if isinstance(rule, IssueReward):
                    issued.setdefault(on, set()).add(rule.reward)
        return {on: frozenset(rewards) for on, rewards in issued.items()}

    @cached_property
    def reversals_of(self) -> Mapping[str, tuple[Reversal, ...]]:
        """The reversals of each event type, by the type of the reversed event."""
        found: dict[str, list[Reversal]] = {}
        for each in self.event_types.values():
            if each.reverses is not None:
                found.setdefault(each.reverses.event, []).append(each.reverses)
        return {reversed_type: tuple(each) for reversed_type, each in found.items()}

    @cached_property
    def limited_on(self) -> Mapping[str, tuple[Reactor, ...]]:
        """Reactors with limits, by event type."""
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
        """Return the highest tier that an amount reaches; None: it reaches none."""
        for tier in reversed(self.tiers):
            if tier.start <= amount:
                return tier
        return None

    def tier_named(self, name: str | None) -> Tier | None:
        """Return the tier of this name, if the program has it."""
        return next((tier for tier in self.tiers if tier.name == name), None)

    def tier_id(self, tier_set: str, tier: str) -> str:
        """Return the id of a tier of a set: of the default one, by its name alone."""
        return self.id_of("tier", tier if tier_set == DEFAULT_SET else f"{tier_set}/{tier}")

    def id_of(self, kind: str, name: str) -> str:
        """Return the id that the API and webhooks use for a thing that the files name."""
        return named_id(self.store, kind, name)
