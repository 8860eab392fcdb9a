"""Cut the effects of a reactor to what its limits leave."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from loyalty.calendar import window
from loyalty.decisions.decision import Claim
from loyalty.decisions.reasons import LimitReached
from loyalty.program.effects import AwardPoints, DeductPoints, Effect
from loyalty.program.program import Program
from loyalty.program.reactors import Limit, Reactor
from loyalty.program.wallets import MAX_ADDED, MAX_POINTS, ONE
from loyalty.refusals import SumTooLarge
from loyalty.store.limits import DailyUse, LimitUsage


class WithinLimits(NamedTuple):
    """The effects that limits on points leave, and a note and the limit for each award that was cut."""

    effects: list[Effect]
    notes: list[str]
    reached: tuple[LimitReached, ...]


def without_shared_limits(reactor: Reactor) -> Reactor:
    """Return a reactor with its limits per member alone, as it answers a member for tests."""
    return replace(reactor, limits=tuple(limit for limit in reactor.limits if limit.per == "member"))


def times_reached(reactor: Reactor, day: date, usage: LimitUsage) -> LimitReached | None:
    """Return the exhausted limit on firings; None: there is none."""
    for limit in reactor.limits:
        if limit.times is not None:
            used = sum(each.times for each in _inside(reactor, limit, day, usage))
            if used >= limit.times:
                return LimitReached(Decimal(used), Decimal(limit.times), "times", limit.per, limit.every)
    return None


def cut_to_limits(
    program: Program, reactor: Reactor, effects: list[Effect], day: date, usage: LimitUsage
) -> WithinLimits:
    """Return the effects with awards cut to what the limits on points leave; each wallet counts separately."""
    kept: list[Effect] = []
    notes: list[str] = []
    reached: list[LimitReached] = []
    awarded: dict[str, Decimal] = {}
    for effect in effects:
        limit = _tightest(reactor, effect, day, usage, awarded) if isinstance(effect, AwardPoints) else None
        if not isinstance(effect, AwardPoints) or limit is None:
            kept.append(effect)
            continue
        wallet = program.wallets[effect.wallet]
        points = min(effect.points, wallet.points(max(Decimal(0), limit.most - limit.used)))
        if points < effect.points:
            reached.append(limit)
            notes.append(f"a limit cut {wallet.amount(effect.points)} {wallet.code} to {wallet.amount(points)}")
        if points > 0:
            kept.append(replace(effect, points=points))
            awarded[wallet.code] = awarded.get(wallet.code, Decimal(0)) + wallet.amount(points)
    return WithinLimits(kept, notes, tuple(reached))


def leaves_nothing(within: WithinLimits) -> bool:
    """Return whether limits cut every award of a reactor that gives nothing else: then its deductions are not taken."""
    return bool(within.reached) and all(isinstance(each, DeductPoints) for each in within.effects)


def claims_of(program: Program, reactor: Reactor, effects: list[Effect], day: date, usage: LimitUsage) -> list[Claim]:
    """Return what a firing takes from the limits of its reactor; raise SumTooLarge beyond what one day can count."""
    points: dict[str, Decimal] = {}
    for effect in effects:
        if isinstance(effect, AwardPoints):
            amount = Decimal(program.wallets[effect.wallet].amount(effect.points))
            points[effect.wallet] = points.get(effect.wallet, Decimal(0)) + amount
    claims = [Claim(reactor.name, per, day, 1, points) for per in sorted({limit.per for limit in reactor.limits})]
    for each in claims:
        _require_within_range(reactor, each, usage)
    return claims


def _require_within_range(reactor: Reactor, claim: Claim, usage: LimitUsage) -> None:
    """Raise SumTooLarge if a claim adds more to its day than one event can, or the day can count."""
    used = next((use for use in usage.get((reactor.name, claim.per), ()) if use.day == claim.day), None)
    for wallet, points in claim.points.items():
        before = Decimal(0) if used is None else used.points.get(wallet, Decimal(0))
        if points > MAX_ADDED // ONE or before + points > MAX_POINTS // ONE:
            raise SumTooLarge(f"what {reactor.source} gives of {wallet} on {claim.day}", MAX_POINTS // ONE)


def _tightest(
    reactor: Reactor, award: AwardPoints, day: date, usage: LimitUsage, awarded: Mapping[str, Decimal]
) -> LimitReached | None:
    """Return the limit on points that leaves the least of a wallet, after earlier awards; None: unlimited."""
    tightest: LimitReached | None = None
    for limit in reactor.limits:
        if limit.points is None:
            continue
        inside = _inside(reactor, limit, day, usage)
        used = sum(
            (each.points.get(award.wallet, Decimal(0)) for each in inside), awarded.get(award.wallet, Decimal(0))
        )
        if tightest is None or limit.points - used < tightest.most - tightest.used:
            tightest = LimitReached(used, limit.points, "points", limit.per, limit.every, award.wallet)
    return tightest


def _inside(reactor: Reactor, limit: Limit, day: date, usage: LimitUsage) -> list[DailyUse]:
    """Return the use of a limit on the days of its present period."""
    first, last = window(day, limit.every)
    return [each for each in usage.get((reactor.name, limit.per), ()) if first <= each.day <= last]
