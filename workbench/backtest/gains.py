"""Gains of members: points, rewards and badges."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias, assert_never

from loyalty.program.program import Program
from loyalty.store.memory.member_state import MemberState

BenefitKind = Literal["wallet", "reward", "badge"]


@dataclass(frozen=True, slots=True)
class Benefit:
    """Something that a program gives to members: the points of a wallet, a reward or a badge."""

    kind: BenefitKind
    name: str


Gains: TypeAlias = Mapping[Benefit, int]
"""The amount of each benefit; of points, awarded less deducted, in millionths."""


def lifetime_gains(state: MemberState) -> Counter[Benefit]:
    """Return all that a member has ever gained; the gains of a period are the difference between its end and start."""
    gains = Counter({Benefit("badge", name): times for name, times in state.badges.items()})
    gains.update(Benefit("reward", each.reward) for each in state.issued.values() if each.status != "canceled")
    for code, balance in state.balances.items():
        gains[Benefit("wallet", code)] = balance.earned - balance.spent
    return gains


def amount(program: Program, benefit: Benefit, count: int) -> Decimal:
    """Return an amount in the units of program files; 0 for a wallet that the program does not have."""
    match benefit.kind:
        case "wallet":
            wallet = program.wallets.get(benefit.name)
            return Decimal(0 if wallet is None else wallet.amount(count))
        case "reward" | "badge":
            return Decimal(count)
        case _:
            assert_never(benefit.kind)
