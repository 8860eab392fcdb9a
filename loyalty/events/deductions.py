"""Pay deductions in the decision: in the order of the files, from the points that can be spent before the event."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from loyalty.decisions.reasons import NotEnoughPoints
from loyalty.program.effects import DeductPoints, Effect
from loyalty.program.program import Program
from loyalty.program.wallets import Points

Spendable = Mapping[str, Points]
"""What a member can spend, by wallet."""


class Paid(NamedTuple):
    """Effects with paid deductions, a note for each deduction that takes less than asked, and the remaining points."""

    effects: list[Effect]
    notes: list[str]
    left: Spendable


def pay(program: Program, effects: list[Effect], spendable: Spendable) -> Paid | NotEnoughPoints:
    """Pay all deductions among some effects, or none of them."""
    left = dict(spendable)
    kept: list[Effect] = []
    notes: list[str] = []
    for effect in effects:
        if not isinstance(effect, DeductPoints):
            kept.append(effect)
            continue
        wallet, has = program.wallets[effect.wallet], left.get(effect.wallet, Points(0))
        if effect.points > has and not effect.up_to:
            had = spendable.get(effect.wallet, Points(0))
            needed = Points(had - has + effect.points)
            return NotEnoughPoints(wallet.code, Decimal(wallet.amount(had)), Decimal(wallet.amount(needed)))
        points = min(effect.points, has)
        if points < effect.points:
            notes.append(f"there were {wallet.amount(points)} of {wallet.amount(effect.points)} {wallet.code} to take")
        if points > 0:
            left[effect.wallet] = Points(has - points)
            kept.append(replace(effect, points=points))
    return Paid(kept, notes, left)
