"""What members get of a program, whatever it is: points, rewards, badges."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias, assert_never

from loyalty.program.program import Program
from loyalty.store.memory.member_state import MemberState

Kind = Literal["wallet", "reward", "badge"]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that members can get more or less of."""

    kind: Kind
    name: str


Got: TypeAlias = Mapping[Thing, int]
"""How much of each; points are in the smallest unit of their wallet, and awarded less deducted."""


def ever_got(account: MemberState) -> Counter[Thing]:
    """All that is written in an account: what a member got in some time is what it has more at its end."""
    got = Counter({Thing("badge", name): times for name, times in account.badges.items()})
    got.update(Thing("reward", each.reward) for each in account.issued.values())
    for code, balance in account.balances.items():
        got[Thing("wallet", code)] = balance.earned - balance.spent
    return got


def amount(program: Program, thing: Thing, count: int) -> Decimal:
    """How much that is, as people write it; 0 of a wallet that the program does not have."""
    match thing.kind:
        case "wallet":
            wallet = program.wallets.get(thing.name)
            return Decimal(0 if wallet is None else wallet.amount(count))
        case "reward" | "badge":
            return Decimal(count)
        case _:
            assert_never(thing.kind)
