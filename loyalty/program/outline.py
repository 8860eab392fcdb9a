"""The outline of a program: what two programs are compared by before one replaces the other in a store."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from loyalty.losses import LOSS_KINDS, LossKind, Retitling
from loyalty.program.program import NotifyBefore, Program
from loyalty.program.tier_rules import TierRules

NamesByKind: TypeAlias = Mapping[LossKind, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Outline:
    """The title of a program, the names by which members hold something, and by what its tiers are reached."""

    title: str
    names: NamesByKind
    tier_rules: TierRules
    notify_before: NotifyBefore | None = None
    """None: it is of an older version, which cannot be read as a whole."""

    @classmethod
    def of(cls, program: Program) -> "Outline":
        """Return the outline of a program."""
        names: NamesByKind = {
            "wallet": frozenset(program.wallets),
            "tier": frozenset(tier.name for tier in program.tiers),
            "reward": frozenset(program.rewards),
            "event": frozenset(program.event_types),
        }
        rules = TierRules.of(
            program.tiers, program.tier_by, program.tier_review, program.wallets, program.tier_wallet_code
        )
        return cls(program.title, names, rules, program.notify_before)

    def dropped_by(self, new: "Outline") -> NamesByKind:
        """Return the names that a new program does not have."""
        return {kind: self.names[kind] - new.names[kind] for kind in LOSS_KINDS}

    def retitled_by(self, new: "Outline") -> Retitling | None:
        """Return both titles if a new program has another; None if it has the same, or this one has none."""
        return None if self.title in ("", new.title) else Retitling(self.title, new.title)
