"""Render the result of a backtest as text for a terminal, as Markdown for a pull request, and as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from loyalty.program.program import Program
from rules.values import Json
from workbench.backtest.comparison import BacktestResult, MemberChange
from workbench.backtest.totals import Totals


@dataclass(frozen=True, slots=True)
class Metric:
    """One number under both programs; None where it is unknown."""

    name: str
    old: Decimal | None
    new: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.old is None or self.new is None else self.new - self.old


def metrics(result: BacktestResult) -> list[Metric]:
    """Return the metrics that are not 0 under both programs, in order of weight; firings only if they differ."""
    compared = result.comparison
    old_cost, new_cost = result.costs()
    all_metrics = [
        *_points(result, "awarded"),
        *_points(result, "deducted"),
        *_points(result, "taken_back", "taken back by returns"),
        *_points(result, "added", "added by hand"),
        *_points(result, "spent"),
        *_points(result, "expired"),
        *_counts("reward", compared.old.rewards, compared.new.rewards),
        *_counts("reward bought or given:", compared.old.bought, compared.new.bought),
        *_counts("badge", compared.old.badges, compared.new.badges),
        *_counts("achievement completed:", compared.old.achievements, compared.new.achievements),
        *_counts("came into tier", compared.old.tiers, compared.new.tiers),
        *(each for each in _counts("fired:", compared.old.fired, compared.new.fired) if each.difference),
        *_counts("refused:", compared.old.refused, compared.new.refused),
        *_counts("refused:", compared.old.refused_operations, compared.new.refused_operations),
        *_counts("failed:", compared.old.failed, compared.new.failed),
    ]
    cost = [] if old_cost is None and new_cost is None else [Metric("cost", old_cost, new_cost)]
    return [*cost, *(each for each in all_metrics if each.old or each.new)]


def text(result: BacktestResult) -> str:
    """Return a table and notes for a terminal."""
    rows = [("", "in force", "planned", "difference"), *(_row(each) for each in metrics(result))]
    first, *others = (max(len(row[n]) for row in rows) for n in range(4))
    table = [
        f"  {row[0]:<{first}}  " + "  ".join(f"{c:>{w}}" for c, w in zip(row[1:], others, strict=True)) for row in rows
    ]
    return "\n".join([_headline(result), *table, *_notes(result)])


def markdown(result: BacktestResult) -> str:
    """Return the same for a comment on a pull request."""
    rows = [_row(each) for each in metrics(result)]
    table = [
        "| | in force | planned | difference |",
        "|---|---:|---:|---:|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    notes = [f"- {note.strip()}" if note.startswith("  ") else f"\n{note}\n" for note in _notes(result)]
    return "\n".join([_headline(result), "", *table, *notes]) + "\n"


def as_json(result: BacktestResult) -> dict[str, Json]:
    """Return the same for scripts; amounts are exact numbers in units of their wallet."""
    compared = result.comparison
    return {
        "events": compared.events,
        "members": compared.members,
        "operations": {"inForce": _operations(compared.old), "planned": _operations(compared.new)},
        "membersGaining": compared.gaining,
        "membersLosing": compared.losing,
        "numbers": [
            {"what": each.name, "inForce": each.old, "planned": each.new, "difference": each.difference}
            for each in metrics(result)
        ],
        "mostAffected": [_affected_as_json(each) for each in compared.affected],
        "neverFired": list(result.never_fired),
        "fired": list(_fired(result)),
        "awardedByDay": _awarded_by_day(result),
    }


def _fired(result: BacktestResult) -> Iterator[Json]:
    """Yield the firings of each reactor and achievement of either program, the greatest difference first."""
    old, new = result.comparison.old.fired, result.comparison.new.fired
    for source in sorted(old.keys() | new.keys(), key=lambda each: (-abs(new[each] - old[each]), each)):
        yield {"source": source, "inForce": old[source], "planned": new[source]}


def _awarded_by_day(result: BacktestResult) -> dict[str, Json]:
    """Return the points that rules awarded in the new program's default wallet, per day from the first to the last."""
    code = result.new.default_wallet.code
    wallets = [each.wallets.get(code) for each in (result.old, result.new)]
    both = (result.comparison.old.awarded_by_day, result.comparison.new.awarded_by_day)
    days = sorted({day for each in both for wallet, day in each if wallet == code})
    span = [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)] if days else []

    def awarded(of: int, day: date) -> Decimal:
        wallet = wallets[of]
        return Decimal(wallet.amount(both[of][code, day]) if wallet else 0)

    items: list[Json] = [
        {"day": day.isoformat(), "inForce": awarded(0, day), "planned": awarded(1, day)} for day in span
    ]
    return {"wallet": code, "items": items}


def _operations(totals: Totals) -> dict[str, Json]:
    refused = totals.refused_operations
    return {"done": totals.operations, "refused": refused.total(), "reasons": dict(refused)}


def _points(result: BacktestResult, movement: str, name: str = "") -> Iterator[Metric]:
    def amount(program: Program, moved: Mapping[str, int], code: str) -> Decimal:
        wallet = program.wallets.get(code)
        return Decimal(wallet.amount(moved.get(code, 0)) if wallet else 0)

    old, new = getattr(result.comparison.old, movement), getattr(result.comparison.new, movement)
    for code in sorted(old.keys() | new.keys()):
        yield Metric(f"{code} {name or movement}", amount(result.old, old, code), amount(result.new, new, code))


def _counts(name: str, old: Mapping[str, int], new: Mapping[str, int]) -> Iterator[Metric]:
    for each in sorted(old.keys() | new.keys()):
        yield Metric(f"{name} {each}", Decimal(old.get(each, 0)), Decimal(new.get(each, 0)))


def _headline(result: BacktestResult) -> str:
    compared = result.comparison
    asked_for = compared.old.operations + compared.old.refused_operations.total()
    operations = f" and {_counted(asked_for, 'operation')}" if asked_for else ""
    return (
        f"{_counted(compared.events, 'event')}{operations} of {_counted(compared.members, 'member')} replayed: "
        f"{compared.gaining:,} would get more points, rewards or badges, {compared.losing:,} fewer"
    )


def _notes(result: BacktestResult) -> Iterator[str]:
    if result.comparison.affected:
        yield "Members most affected"
        yield from (f"  {_affected(each)}" for each in result.comparison.affected)
    if result.never_fired:
        yield "Reactors that never fired"
        yield from (f"  {name}" for name in result.never_fired)


def _affected(member: MemberChange) -> str:
    differences = ", ".join(f"{_signed(each.change)} {each.benefit.name}" for each in member.differences)
    return f"{member.member}: {differences}"


def _affected_as_json(member: MemberChange) -> dict[str, Json]:
    differences: list[Json] = [
        {
            "kind": each.benefit.kind,
            "name": each.benefit.name,
            "inForce": each.old,
            "planned": each.new,
            "difference": each.change,
        }
        for each in member.differences
    ]
    return {
        "member": member.member,
        "inForce": member.old,
        "planned": member.new,
        "difference": member.difference,
        "differences": differences,
    }


def _row(metric: Metric) -> tuple[str, str, str, str]:
    change = metric.difference
    share = f" ({change / metric.old:+.1%})" if change and metric.old else ""
    return (
        metric.name,
        _number(metric.old),
        _number(metric.new),
        "" if change is None else f"{_signed(change)}{share}",
    )


def _number(number: Decimal | None) -> str:
    return "unknown" if number is None else f"{number.normalize():,f}"


def _signed(number: Decimal) -> str:
    return f"{number.normalize():+,f}" if number else "0"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
