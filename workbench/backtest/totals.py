"""What a replay came to, in sums: they are added up when a replay was cut into parts."""

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import assert_never

from loyalty.events.context import EventContext
from loyalty.program.effects import IssueReward
from loyalty.store.points import LedgerEntry

MOST_REASONS = 20
"""Different refusals and failures that are told apart."""


@dataclass(slots=True)
class Totals:
    """Sums over all events and members of a replay. Points are in the smallest unit of their wallet."""

    answered: int = 0
    """Events answered: reported and caused ones, and due ones that something answers."""
    awarded: Counter[str] = field(default_factory=Counter)
    """By wallet, as the three after it."""
    deducted: Counter[str] = field(default_factory=Counter)
    expired: Counter[str] = field(default_factory=Counter)
    rewards: Counter[str] = field(default_factory=Counter)
    badges: Counter[str] = field(default_factory=Counter)
    achievements: Counter[str] = field(default_factory=Counter)
    """Completions, by achievement."""
    tiers: Counter[str] = field(default_factory=Counter)
    """Members who came into a tier."""
    fired: Counter[str] = field(default_factory=Counter)
    """Firings by source, `reactor/NAME` or `achievement/NAME`."""
    refused: Counter[str] = field(default_factory=Counter)
    """Events that this program does not take, by reason."""
    failed: Counter[str] = field(default_factory=Counter)
    """Events that could not be answered to the end, by reason."""

    def post(self, entry: LedgerEntry) -> None:
        """Add one line of the ledger."""
        match entry.kind:
            case "award":
                self.awarded[entry.wallet] += entry.points
            case "deduct":
                self.deducted[entry.wallet] += entry.points
            case "expire":
                self.expired[entry.wallet] += entry.points
            case "activate":
                pass
            case _:
                assert_never(entry.kind)

    def count(self, step: EventContext) -> None:
        """Add one answered event."""
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
            case _:
                pass
        if step.error:
            _reason(self.failed, step.error)

    def refuse(self, reason: str) -> None:
        """Count an event that the program does not take."""
        _reason(self.refused, reason)

    def add(self, other: "Totals") -> None:
        """Add the sums of another part."""
        for part in fields(self):
            mine, theirs = getattr(self, part.name), getattr(other, part.name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            else:
                setattr(self, part.name, mine + theirs)


def _reason(counts: Counter[str], reason: str) -> None:
    counts[reason if reason in counts or len(counts) < MOST_REASONS else "for other reasons"] += 1
