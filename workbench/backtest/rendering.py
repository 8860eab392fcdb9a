"""A comparison of two programs as text for a terminal, as Markdown for a pull request, and as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from loyalty.program.program import Program
from rules.values import Json
from workbench.backtest.comparison import Comparison, MemberChange


@dataclass(frozen=True, slots=True)
class Line:
    """One number under both programs; None: not known there."""

    what: str
    old: Decimal | None
    new: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.old is None or self.new is None else self.new - self.old


def lines(comparison: Comparison) -> list[Line]:
    """Everything that is counted and not 0 under both, in the order of its weight; firings only where they differ."""
    contrast = comparison.contrast
    old_cost, new_cost = comparison.costs()
    all_lines = [
        *_points(comparison, "awarded"),
        *_points(comparison, "deducted"),
        *_points(comparison, "expired"),
        *_counts("reward", contrast.old.rewards, contrast.new.rewards),
        *_counts("badge", contrast.old.badges, contrast.new.badges),
        *_counts("achievement completed:", contrast.old.achievements, contrast.new.achievements),
        *_counts("came into tier", contrast.old.tiers, contrast.new.tiers),
        *(line for line in _counts("fired:", contrast.old.fired, contrast.new.fired) if line.difference),
        *_counts("refused:", contrast.old.refused, contrast.new.refused),
        *_counts("failed:", contrast.old.failed, contrast.new.failed),
    ]
    cost = [] if old_cost is None and new_cost is None else [Line("cost", old_cost, new_cost)]
    return [*cost, *(line for line in all_lines if line.old or line.new)]


def text(comparison: Comparison) -> str:
    """A table, and what to look at, for a terminal."""
    rows = [("", "in force", "planned", "difference"), *(_row(line) for line in lines(comparison))]
    first, *others = (max(len(row[n]) for row in rows) for n in range(4))
    table = [
        f"  {row[0]:<{first}}  " + "  ".join(f"{c:>{w}}" for c, w in zip(row[1:], others, strict=True)) for row in rows
    ]
    return "\n".join([_headline(comparison), *table, *_notes(comparison)])


def markdown(comparison: Comparison) -> str:
    """The same for a comment on a pull request."""
    rows = [_row(line) for line in lines(comparison)]
    table = [
        "| | in force | planned | difference |",
        "|---|---:|---:|---:|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    notes = [f"- {note.strip()}" if note.startswith("  ") else f"\n{note}\n" for note in _notes(comparison)]
    return "\n".join([_headline(comparison), "", *table, *notes]) + "\n"


def as_json(comparison: Comparison) -> dict[str, Json]:
    """The same for programs; amounts are exact numbers, in units of their wallet."""
    contrast = comparison.contrast
    return {
        "events": contrast.events,
        "members": contrast.members,
        "membersGaining": contrast.gaining,
        "membersLosing": contrast.losing,
        "numbers": [
            {"what": line.what, "inForce": line.old, "planned": line.new, "difference": line.difference}
            for line in lines(comparison)
        ],
        "mostAffected": [_affected_as_json(each) for each in contrast.affected],
        "neverFired": list(comparison.never_fired),
    }


def _points(comparison: Comparison, how: str) -> Iterator[Line]:
    def amount(program: Program, moved: Mapping[str, int], code: str) -> Decimal:
        wallet = program.wallets.get(code)
        return Decimal(wallet.amount(moved.get(code, 0)) if wallet else 0)

    old, new = getattr(comparison.contrast.old, how), getattr(comparison.contrast.new, how)
    for code in sorted(old.keys() | new.keys()):
        yield Line(f"{code} {how}", amount(comparison.old, old, code), amount(comparison.new, new, code))


def _counts(what: str, old: Mapping[str, int], new: Mapping[str, int]) -> Iterator[Line]:
    for name in sorted(old.keys() | new.keys()):
        yield Line(f"{what} {name}", Decimal(old.get(name, 0)), Decimal(new.get(name, 0)))


def _headline(comparison: Comparison) -> str:
    contrast = comparison.contrast
    return (
        f"{_counted(contrast.events, 'event')} of {_counted(contrast.members, 'member')} replayed: "
        f"{contrast.gaining:,} would get more points, rewards or badges, {contrast.losing:,} fewer"
    )


def _notes(comparison: Comparison) -> Iterator[str]:
    if comparison.contrast.affected:
        yield "Members most affected"
        yield from (f"  {_affected(each)}" for each in comparison.contrast.affected)
    if comparison.never_fired:
        yield "Reactors that never fired"
        yield from (f"  {name}" for name in comparison.never_fired)


def _affected(each: MemberChange) -> str:
    return f"{each.member}: {', '.join(f'{_signed(what.by)} {what.thing.name}' for what in each.differences)}"


def _affected_as_json(each: MemberChange) -> dict[str, Json]:
    differences: list[Json] = [
        {
            "kind": what.thing.kind,
            "name": what.thing.name,
            "inForce": what.old,
            "planned": what.new,
            "difference": what.by,
        }
        for what in each.differences
    ]
    return {
        "member": each.member,
        "inForce": each.old,
        "planned": each.new,
        "difference": each.difference,
        "differences": differences,
    }


def _row(line: Line) -> tuple[str, str, str, str]:
    by = line.difference
    share = f" ({by / line.old:+.1%})" if by and line.old else ""
    return line.what, _number(line.old), _number(line.new), "" if by is None else f"{_signed(by)}{share}"


def _number(number: Decimal | None) -> str:
    return "unknown" if number is None else f"{number.normalize():,f}"


def _signed(number: Decimal) -> str:
    return f"{number.normalize():+,f}" if number else "0"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
