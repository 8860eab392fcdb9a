"""By what the tiers of a program are reached, and which of them are easier to reach in a newer program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loyalty.program.expiry import Expiry, Never
from loyalty.program.tiers import Tier, TierBy
from loyalty.program.wallets import Points, Wallet


@dataclass(frozen=True, slots=True)
class EasierTier:
    """A tier that members can reach who did not before: of at least `start` points, and less than `before`."""

    name: str
    start: Points
    before: Points | None
    """From here on they reached it, or a tier above it, before; None: from nowhere."""
    below: tuple[str, ...]
    """The tiers below it."""


@dataclass(frozen=True, slots=True)
class TierRules:
    """The starts of tiers in points of their wallet, from the lowest, and what is compared with them."""

    starts: Mapping[str, Points]
    by: TierBy
    wallet: str
    reviewed: bool
    """Whether only points earned since the last review count."""

    @classmethod
    def of(
        cls, tiers: Sequence[Tier], by: TierBy, review: Expiry, wallets: Mapping[str, Wallet], code: str | None = None
    ) -> "TierRules":
        """Return the rules of a program's tiers, by points of a wallet (None: the default one)."""
        default = next(wallet for wallet in wallets.values() if wallet.default)
        wallet = default if code is None else wallets.get(code, default)
        starts = {tier.name: wallet.points(tier.start, "up") for tier in tiers}
        return cls(starts, by, wallet.code, bool(tiers) and not isinstance(review, Never))

    def easier_than(self, old: "TierRules") -> tuple[EasierTier, ...]:
        """Return the tiers that begin lower than in an older program, or are not in it.

        To count only since the last review makes no tier easier, to count all again may.
        """
        is_same_measure = (self.by, self.wallet) == (old.by, old.wallet) and self.reviewed >= old.reviewed
        names = list(self.starts)
        found = [
            EasierTier(name, start, old.begins(name, start) if is_same_measure else None, tuple(names[:index]))
            for index, (name, start) in enumerate(self.starts.items())
        ]
        return tuple(tier for tier in found if tier.before is None or tier.start < tier.before)

    def begins(self, name: str, start: Points) -> Points | None:
        """Return where a tier of this name begins; without one, the first tier from `start` on; None: there is none."""
        return self.starts.get(name, min((each for each in self.starts.values() if each >= start), default=None))
