"""Two replays of the same events beside one another."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import nlargest
from typing import get_args

from loyalty.program.program import Program
from workbench.backtest.gains import Kind, Thing, amount
from workbench.backtest.replay import Replay
from workbench.backtest.totals import Totals

MOST_AFFECTED = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """What one member would have got of one thing, where that is not the same under both programs."""

    thing: Thing
    old: Decimal
    new: Decimal

    @property
    def by(self) -> Decimal:
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What one member would have got: amounts of the default wallet, awarded less deducted, and all that differs."""

    member: str
    old: Decimal
    new: Decimal
    differences: tuple[Difference, ...]
    """At least one; of default wallets first."""
    worth: Decimal = Decimal(0)
    """Of what differs, in money, more or less of it; 0 where nobody says what the points of the default wallet cost."""

    @property
    def difference(self) -> Decimal:
        return self.new - self.old

    @property
    def weight(self) -> tuple[Decimal, Decimal, Decimal]:
        """How much it affects them: in money, in points of the default wallet, and in whatever else differs."""
        return self.worth, abs(self.difference), sum((abs(each.by) for each in self.differences), Decimal(0))


@dataclass(slots=True)
class Contrast:
    """What one part of the members got under both programs; parts are added up."""

    events: int = 0
    members: int = 0
    old: Totals = field(default_factory=Totals)
    new: Totals = field(default_factory=Totals)
    gaining: int = 0
    """Members who would get more of something; who gets less of something else is among the losing, too."""
    losing: int = 0
    affected: list[MemberChange] = field(default_factory=list)
    """The most affected ones, the most affected first."""

    @classmethod
    def of(cls, old: Replay, new: Replay, *, events: int, members: int) -> "Contrast":
        """The contrast of two replays of the same part."""
        changes = list(_changes(old, new))
        return cls(
            events=events,
            members=members,
            old=old.totals,
            new=new.totals,
            gaining=sum(any(each.by > 0 for each in change.differences) for change in changes),
            losing=sum(any(each.by < 0 for each in change.differences) for change in changes),
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
    costs = _costs(program)
    if not costs:
        return None
    counts = {Thing("reward", name): issued for name, issued in totals.rewards.items()}
    counts |= {Thing("wallet", code): totals.awarded[code] - totals.deducted[code] for code in program.wallets}
    return sum((each * amount(program, thing, counts.get(thing, 0)) for thing, each in costs.items()), Decimal(0))


def _costs(program: Program) -> dict[Thing, Decimal]:
    """What one of each costs that says so."""
    said = {Thing("wallet", code): wallet.cost for code, wallet in program.wallets.items()}
    said |= {Thing("reward", name): reward.costs for name, reward in program.rewards.items()}
    return {thing: each for thing, each in said.items() if each is not None}


def _changes(old: Replay, new: Replay) -> Iterator[MemberChange]:
    """What differs for each member for whom anything does."""
    before, after = old.program, new.program
    defaults = Thing("wallet", before.default_wallet.code), Thing("wallet", after.default_wallet.code)
    costs = {} if after.default_wallet.cost is None else _costs(before) | _costs(after)
    under_old, under_new = old.got(), new.got()
    for member in under_old.keys() | under_new.keys():
        was, would_be = under_old.get(member, {}), under_new.get(member, {})
        both = (
            Difference(thing, amount(before, thing, was.get(thing, 0)), amount(after, thing, would_be.get(thing, 0)))
            for thing in was.keys() | would_be.keys()
        )
        differences = sorted((each for each in both if each.by), key=lambda each: _order(each.thing, defaults))
        if differences:
            yield MemberChange(
                member,
                amount(before, defaults[0], was.get(defaults[0], 0)),
                amount(after, defaults[1], would_be.get(defaults[1], 0)),
                tuple(differences),
                sum((costs.get(each.thing, 0) * abs(each.by) for each in differences), Decimal(0)),
            )


def _order(thing: Thing, defaults: Sequence[Thing]) -> tuple[bool, int, str]:
    return thing not in defaults, get_args(Kind).index(thing.kind), thing.name


def _most_affected(changes: Iterable[MemberChange]) -> list[MemberChange]:
    return nlargest(MOST_AFFECTED, changes, key=lambda change: (change.weight, change.member))
