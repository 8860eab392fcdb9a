"""Two replays of the same events beside one another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import nlargest

from loyalty.backtest.replay import Replay
from loyalty.backtest.totals import Totals
from loyalty.program import Program

MOST_AFFECTED = 10


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What one member would have got: amounts of the default wallet, awarded less deducted."""

    member: str
    old: Decimal
    new: Decimal

    @property
    def difference(self) -> Decimal:
        return self.new - self.old


@dataclass(slots=True)
class Contrast:
    """What one part of the members got under both programs; parts are added up."""

    events: int = 0
    members: int = 0
    old: Totals = field(default_factory=Totals)
    new: Totals = field(default_factory=Totals)
    gaining: int = 0
    losing: int = 0
    affected: list[MemberChange] = field(default_factory=list)
    """The most affected ones, the most affected first."""

    @classmethod
    def of(cls, old: Replay, new: Replay, *, events: int, members: int) -> "Contrast":
        """The contrast of two replays of the same part."""
        changes = [
            MemberChange(
                member,
                Decimal(old.program.default_wallet.amount(old.points.get(member, 0))),
                Decimal(new.program.default_wallet.amount(new.points.get(member, 0))),
            )
            for member in old.points.keys() | new.points.keys()
        ]
        return cls(
            events=events,
            members=members,
            old=old.totals,
            new=new.totals,
            gaining=sum(change.difference > 0 for change in changes),
            losing=sum(change.difference < 0 for change in changes),
            affected=_most_affected(changes),
        )

    def add(self, other: "Contrast") -> None:
        """Add another part, of other members."""
        self.events += other.events
        self.members += other.members
        self.old.add(other.old)
        self.new.add(other.new)
        self.gaining += other.gaining
        self.losing += other.losing
        self.affected = _most_affected([*self.affected, *other.affected])


@dataclass(frozen=True, slots=True)
class Comparison:
    """A contrast with the programs it is of, and what follows from both."""

    contrast: Contrast
    old: Program
    new: Program

    @property
    def never_fired(self) -> tuple[str, ...]:
        """Reactors of the new program that no event made fire."""
        fired = self.contrast.new.fired
        return tuple(reactor.name for reactor in self.new.reactors if not fired[f"reactor/{reactor.name}"])

    def costs(self) -> tuple[Decimal | None, Decimal | None]:
        """What the points and rewards cost under each program; None where nothing there says what it costs."""
        return cost(self.old, self.contrast.old), cost(self.new, self.contrast.new)


def cost(program: Program, totals: Totals) -> Decimal | None:
    """The points awarded less deducted at the cost of their wallets, and the rewards issued at theirs.

    A wallet or a reward that says no cost adds nothing; a coupon of money costs its value. None where none says any.
    """
    points = _known({code: wallet.cost for code, wallet in program.wallets.items()})
    rewards = _known({name: reward.costs for name, reward in program.rewards.items()})
    if not points and not rewards:
        return None
    moved = {code: program.wallets[code].amount(totals.awarded[code] - totals.deducted[code]) for code in points}
    return sum((points[code] * amount for code, amount in moved.items()), Decimal(0)) + sum(
        (each * totals.rewards[name] for name, each in rewards.items()), Decimal(0)
    )


def _known(costs: Mapping[str, Decimal | None]) -> dict[str, Decimal]:
    return {name: each for name, each in costs.items() if each is not None}


def _most_affected(changes: Iterable[MemberChange]) -> list[MemberChange]:
    changed = (change for change in changes if change.difference)
    return nlargest(MOST_AFFECTED, changed, key=lambda change: (abs(change.difference), change.member))
