"""How the tiers of a program are reached, and which of them a newer program makes easier to reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final

from loyalty.program.tiers import DEFAULT_SET, TierBy, TierSet
from loyalty.program.wallets import Points, to_points


@dataclass(frozen=True, slots=True)
class EasierTier:
    """A tier that members now reach with at least `start` and less than `before`, and did not before."""

    name: str
    start: Points
    before: Points | None
    """The previous start of the tier, or of the tiers above it; None: it could not be reached."""
    below: tuple[str, ...]
    """The tiers below it."""


@dataclass(frozen=True, slots=True)
class TierRules:
    """The rules of one tier set: the starts of the tiers, from the lowest, and what is compared with them.

    The starts are in points of the wallet; by spend and by months they are in millionths, too.
    """

    starts: Mapping[str, Points]
    by: TierBy
    wallet: str
    reviewed: bool
    """Whether only points earned since the last review count."""
    tier_set: str = DEFAULT_SET
    spend: str = ""
    """What counts of a transaction, as the file says it."""
    zone: tzinfo = UTC

    @classmethod
    def of(cls, tier_set: TierSet, zone: tzinfo) -> "TierRules":
        """Return the rules of a tier set."""
        wallet = tier_set.wallet
        in_points = tier_set.by not in ("spend", "membership_months")
        starts = {
            tier.name: wallet.points(tier.start, "up") if in_points else to_points(tier.start)
            for tier in tier_set.tiers
        }
        return cls(starts, tier_set.by, wallet.code, tier_set.is_reviewed, tier_set.name, tier_set.spend_text, zone)

    def judges_everybody(self, old: "TierRules") -> bool:
        """Return whether these rules, if they replace older ones, require judging every member: by sales, or months."""
        measured = (self.by, self.spend if self.by == "spend" else "", tuple(self.starts.items()))
        before = (old.by, old.spend if old.by == "spend" else "", tuple(old.starts.items()))
        if self.by == "spend":
            return measured[:2] != before[:2]
        return self.by == "membership_months" and measured != before

    def counts_otherwise(self, old: "TierRules") -> bool:
        """Return whether reviews count other points than older rules did, so that those before the last one differ."""
        by_points = self.by in ("earned_points", "spent_points")
        return self.reviewed and by_points and (self.by, self.wallet) != (old.by, old.wallet)

    def begins_reviews(self, old: "TierRules") -> bool:
        """Return whether tiers are reviewed that were not by older rules, so that periods of members begin."""
        return self.reviewed and not old.reviewed

    def easier_than(self, old: "TierRules") -> tuple[EasierTier, ...]:
        """Return the tiers that begin lower than in an older program, or are not in it.

        Counting only since the last review makes no tier easier; counting everything again may.
        """
        is_same_measure = (self.by, self.wallet) == (old.by, old.wallet) and self.reviewed >= old.reviewed
        names = list(self.starts)
        found = [
            EasierTier(name, start, old.begins(name, start) if is_same_measure else None, tuple(names[:index]))
            for index, (name, start) in enumerate(self.starts.items())
        ]
        return tuple(tier for tier in found if tier.before is None or tier.start < tier.before)

    def begins(self, name: str, start: Points) -> Points | None:
        """Return the start of the tier of this name; without one, of the first tier from `start` on; None: neither."""
        return self.starts.get(name, min((each for each in self.starts.values() if each >= start), default=None))


NO_RULES: Final = TierRules({}, "earned_points", "", reviewed=False)
"""The rules of a program without this tier set."""
