"""Compare two replays of the same events."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import nlargest
from typing import get_args

from loyalty.program.program import Program
from workbench.backtest.gains import Benefit, BenefitKind, amount
from workbench.backtest.replay import Replay
from workbench.backtest.totals import Totals

MAX_AFFECTED = 10


@dataclass(frozen=True, slots=True)
class BenefitDifference:
    """What one member gains of one benefit under each program; the two differ."""

    benefit: Benefit
    old: Decimal
    new: Decimal

    @property
    def change(self) -> Decimal:
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What one member gains: points of the default wallet, awarded less deducted, and every benefit that differs."""

    member: str
    old: Decimal
    new: Decimal
    differences: tuple[BenefitDifference, ...]
    """At least one; those of default wallets come first."""
    worth: Decimal = Decimal(0)
    """The cost of all differences, absolute, in money; 0 if the points of the default wallet have no cost."""

    @property
    def difference(self) -> Decimal:
        return self.new - self.old

    @property
    def weight(self) -> tuple[Decimal, Decimal, Decimal]:
        """How much a member is affected: in money, in points of the default wallet, and in all differences."""
        return self.worth, abs(self.difference), sum((abs(each.change) for each in self.differences), Decimal(0))


@dataclass(slots=True)
class ReplayComparison:
    """The results of one partition of the members under both programs; those of several partitions can be added."""

    events: int = 0
    members: int = 0
    old: Totals = field(default_factory=Totals)
    new: Totals = field(default_factory=Totals)
    gaining: int = 0
    """Members who gain more of something; if they gain less of something else, they count as losing as well."""
    losing: int = 0
    affected: list[MemberChange] = field(default_factory=list)
    """The members most affected, in that order."""

    @classmethod
    def of(cls, old: Replay, new: Replay, *, events: int, members: int) -> "ReplayComparison":
        """Return the comparison of two replays of the same events."""
        changes = list(_changes(old, new))
        return cls(
            events=events,
            members=members,
            old=old.totals,
            new=new.totals,
            gaining=sum(any(each.change > 0 for each in change.differences) for change in changes),
            losing=sum(any(each.change < 0 for each in change.differences) for change in changes),
            affected=_most_affected(changes),
        )

    def add(self, other: "ReplayComparison") -> None:
        """Add the results of another partition."""
        self.events += other.events
        self.members += other.members
        self.old.add(other.old)
        self.new.add(other.new)
        self.gaining += other.gaining
        self.losing += other.losing
        self.affected = _most_affected([*self.affected, *other.affected])


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """A comparison with its two programs, and what follows from them."""

    comparison: ReplayComparison
    old: Program
    new: Program

    @property
    def never_fired(self) -> tuple[str, ...]:
        """The reactors of the new program that did not fire for any event."""
        fired = self.comparison.new.fired
        return tuple(reactor.name for reactor in self.new.reactors if not fired[f"reactor/{reactor.name}"])

    def costs(self) -> tuple[Decimal | None, Decimal | None]:
        """Return the cost of points and rewards under each program; None if nothing in it has a cost."""
        return cost(self.old, self.comparison.old), cost(self.new, self.comparison.new)


def cost(program: Program, totals: Totals) -> Decimal | None:
    """Return the cost of the points awarded less deducted or taken back, and of the rewards issued; None: no costs.

    A coupon of money costs its value, unless its reward has a cost.
    """
    costs = _costs(program)
    if not costs:
        return None
    counts = {Benefit("reward", name): issued for name, issued in totals.rewards.items()}
    for code in program.wallets:
        counts[Benefit("wallet", code)] = totals.awarded[code] - totals.deducted[code] - totals.taken_back[code]
    return sum((each * amount(program, benefit, counts.get(benefit, 0)) for benefit, each in costs.items()), Decimal(0))


def _costs(program: Program) -> dict[Benefit, Decimal]:
    """Return the cost of one of each benefit that has a cost."""
    stated = {Benefit("wallet", code): wallet.cost for code, wallet in program.wallets.items()}
    stated |= {Benefit("reward", name): reward.costs for name, reward in program.rewards.items()}
    return {benefit: each for benefit, each in stated.items() if each is not None}


def _changes(old: Replay, new: Replay) -> Iterator[MemberChange]:
    """Yield the differences of each member who has any."""
    default_benefits = tuple(Benefit("wallet", each.program.default_wallet.code) for each in (old, new))
    costs = {} if new.program.default_wallet.cost is None else _costs(old.program) | _costs(new.program)
    old_gains, new_gains = old.gains(), new.gains()
    for member in old_gains.keys() | new_gains.keys():
        gained, would_gain = old_gains.get(member, {}), new_gains.get(member, {})
        both = (
            BenefitDifference(
                benefit,
                amount(old.program, benefit, gained.get(benefit, 0)),
                amount(new.program, benefit, would_gain.get(benefit, 0)),
            )
            for benefit in gained.keys() | would_gain.keys()
        )
        differences = sorted(
            (each for each in both if each.change), key=lambda each: _order(each.benefit, default_benefits)
        )
        if differences:
            yield MemberChange(
                member,
                amount(old.program, default_benefits[0], gained.get(default_benefits[0], 0)),
                amount(new.program, default_benefits[1], would_gain.get(default_benefits[1], 0)),
                tuple(differences),
                sum((costs.get(each.benefit, 0) * abs(each.change) for each in differences), Decimal(0)),
            )


def _order(benefit: Benefit, default_benefits: Sequence[Benefit]) -> tuple[bool, int, str]:
    return benefit not in default_benefits, get_args(BenefitKind).index(benefit.kind), benefit.name


def _most_affected(changes: Iterable[MemberChange]) -> list[MemberChange]:
    return nlargest(MAX_AFFECTED, changes, key=lambda change: (change.weight, change.member))
