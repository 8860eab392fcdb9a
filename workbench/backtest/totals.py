"""Totals of a replay; those of several partitions can be added."""

from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import date, tzinfo
from typing import assert_never

from loyalty.calendar import local_day
from loyalty.events.context import EventContext
from loyalty.program.effects import IssueReward
from loyalty.store.points import Transfer

MAX_REASONS = 20
"""The most reasons of refusals and failures that are counted separately; further ones are counted together."""


@dataclass(slots=True)
class Totals:
    """Sums over all events and members of a replay. Points are in millionths."""

    answered: int = 0
    """Events processed: reported ones, caused ones, and due ones that something answers."""
    operations: int = 0
    """Operations on points that were repeated."""
    awarded: Counter[str] = field(default_factory=Counter)
    """Points by wallet, as all others here. `awarded` and `deducted` by rules, `added` and `spent` by operations."""
    awarded_by_day: Counter[tuple[str, date]] = field(default_factory=Counter)
    """Points that rules awarded, by wallet and local day."""
    deducted: Counter[str] = field(default_factory=Counter)
    taken_back: Counter[str] = field(default_factory=Counter)
    """What returns took of awards, less what they gave back of deductions."""
    added: Counter[str] = field(default_factory=Counter)
    spent: Counter[str] = field(default_factory=Counter)
    expired: Counter[str] = field(default_factory=Counter)
    rewards: Counter[str] = field(default_factory=Counter)
    """Rewards issued by rules, less cancelled ones."""
    bought: Counter[str] = field(default_factory=Counter)
    """Rewards bought or given by hand, less cancelled ones."""
    badges: Counter[str] = field(default_factory=Counter)
    achievements: Counter[str] = field(default_factory=Counter)
    """Completions by achievement."""
    tiers: Counter[str] = field(default_factory=Counter)
    """Tier changes by the new tier."""
    fired: Counter[str] = field(default_factory=Counter)
    """Firings by source, `reactor/NAME` or `achievement/NAME`."""
    refused: Counter[str] = field(default_factory=Counter)
    """Events that this program does not accept, by reason."""
    failed: Counter[str] = field(default_factory=Counter)
    """Events whose processing failed, by reason."""
    refused_operations: Counter[str] = field(default_factory=Counter)
    """Operations that this program, or the state it led to, refuses, by reason."""

    def post(self, transfer: Transfer, zone: tzinfo) -> None:
        """Add one transfer; `zone` determines its day."""
        match transfer.kind:
            case "award":
                self.awarded[transfer.wallet] += transfer.points
                self.awarded_by_day[transfer.wallet, local_day(transfer.at, zone)] += transfer.points
            case "deduct":
                self.deducted[transfer.wallet] += transfer.points
            case "add":
                self.added[transfer.wallet] += transfer.points
            case "spend" | "capture":
                self.spent[transfer.wallet] += transfer.points
            case "expire":
                self.expired[transfer.wallet] += transfer.points
            case "activate" | "hold" | "release" | "send" | "receive" | "take_back" | "settle" | "cancel":
                pass
            case "return":
                change = transfer.change
                self.taken_back[transfer.wallet] += change.owed - change.active - change.pending
            case "merge_out" | "merge_in":
                pass
            case _:
                assert_never(transfer.kind)

    def count(self, step: EventContext, *, by_hand: bool = False) -> None:
        """Add one processed event; `by_hand`: it reports an operation, or was caused by one that does."""
        self.answered += 1
        for answer in step.decision.outcomes:
            if answer.fired:
                self.fired[answer.source] += 1
                for effect in answer.effects:
                    if isinstance(effect, IssueReward):
                        self.rewards[effect.reward] += 1
        match step.event.type:
            case "achievement_completed":
                self.achievements[step.event.body["achievement"]] += 1
            case "badge_granted":
                self.badges[step.event.body["badge"]] += 1
            case "tier_changed":
                self.tiers[step.event.body["to"]] += 1
            case "reward_cancelled" if not by_hand:  # by a return
                self.rewards[step.event.body["reward"]] -= 1
            case _:
                pass
        if step.error:
            _count_reason(self.failed, step.error)

    def refuse(self, reason: str) -> None:
        """Add one event that the program does not accept."""
        _count_reason(self.refused, reason)

    def refuse_operation(self, reason: str) -> None:
        """Add one operation that is refused."""
        _count_reason(self.refused_operations, reason)

    def add(self, other: "Totals") -> None:
        """Add the totals of another partition."""
        for each in fields(self):
            own, added = getattr(self, each.name), getattr(other, each.name)
            if isinstance(own, Counter):
                own.update(added)
            else:
                setattr(self, each.name, own + added)


def _count_reason(counts: Counter[str], reason: str) -> None:
    counts[reason if reason in counts or len(counts) < MAX_REASONS else "for other reasons"] += 1
