"""Limit the rewards that reactors issue to the stock, in the order of the files."""

from collections.abc import Mapping
from typing import NamedTuple

from loyalty.program.effects import DeductPoints, Effect, IssueReward

RewardsLeft = Mapping[str, int]
"""How many of each reward can be issued; absent: unlimited."""


class InStock(NamedTuple):
    """The effects whose rewards are in stock, a note for each that is not, and the remaining stock."""

    effects: list[Effect]
    notes: list[str]
    left: RewardsLeft


def in_stock(effects: list[Effect], left: RewardsLeft) -> InStock:
    """Drop the effects whose rewards are out of stock; if nothing else would be given, drop the deductions too."""
    if not left:
        return InStock(effects, [], left)
    rest = dict(left)
    kept: list[Effect] = []
    notes: list[str] = []
    for effect in effects:
        if isinstance(effect, IssueReward) and effect.reward in rest:
            if rest[effect.reward] <= 0:
                notes.append(f"no {effect.reward}: nothing is left of it, it is paused, or its coupons have ended")
                continue
            rest[effect.reward] -= 1
        kept.append(effect)
    if notes and all(isinstance(each, DeductPoints) for each in kept):
        return InStock([], notes, left)
    return InStock(kept, notes, rest)
