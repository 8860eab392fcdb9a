"""Campaigns as responses show them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, assert_never

from api.http.responses import format_instant
from loyalty.calendar import Period, local_day, window
from loyalty.events.limits import times_reached
from loyalty.program.effect_rules import (
    AwardPointsRule,
    CallWebhookRule,
    DeductPointsRule,
    EffectRule,
    SetAttributeRule,
)
from loyalty.program.effects import EFFECTS, EffectName, GrantBadge, IssueReward, SetTier
from loyalty.program.logic import Logic
from loyalty.program.program import Program
from loyalty.program.reactors import Limit, Reactor
from loyalty.store.limits import DailyUse, LimitUsage
from rules import exact
from workbench.differences.expressions import json_of

_INTERVALS: Mapping[Period, str] = {
    "day": "calendarDays",
    "week": "calendarWeeks",
    "month": "calendarMonths",
    "year": "calendarYears",
}
_PERIODS: tuple[Period, ...] = ("day", "week", "month", "year", "ever")

_TRANSACTIONS = {"transaction": "transaction", "transaction_returned": "return_transaction"}


def first_day(program: Program, now: datetime) -> date:
    """Return the first day whose use can affect a limit."""
    today = local_day(now, program.zone)
    every = {limit.every for reactor in program.reactors for limit in reactor.limits}
    return min((window(today, each)[0] for each in every), default=today)


def campaign_view(
    reactor: Reactor, program: Program, usage: LimitUsage, *, now: datetime, deployed_at: datetime, for_member: bool
) -> dict[str, Any]:
    """Return a reactor in the documented fields, with the use of its limits; those per member only for a member."""
    limits = _limits(reactor)
    today = local_day(now, program.zone)
    shown = {
        name: min((_use(reactor, each, usage, today) for each in found), key=lambda use: use["remaining"])
        for name, found in limits.items()
        if for_member or found[0].per == "program"
    }
    return visible_view(reactor, program, now=now, deployed_at=deployed_at) | {
        "reactor": reactor.name,
        "event": reactor.on,
        "displayOrder": program.reactors.index(reactor),
        "rules": [_rule(reactor, program)],
        "limits": {name: _amount(found[0]) | _interval(found[0]) for name, found in limits.items()},
        "limitUsages": shown,
        "labels": [],
        "visibility": {"target": "none", "tiers": [], "segments": []},
    }


def visible_view(reactor: Reactor, program: Program, *, now: datetime, deployed_at: datetime) -> dict[str, Any]:
    """Return a reactor in short."""
    activity = {"startsAt": format_instant(reactor.active_from or deployed_at, program.zone)}
    if reactor.active_until is not None:
        activity["endsAt"] = format_instant(reactor.active_until, program.zone)
    return {
        "campaignId": program.id_of("reactor", reactor.name),
        "name": reactor.title,
        "description": "",
        "type": "direct",
        "trigger": trigger_of(reactor, program),
        "activity": activity,
        "active": is_active(reactor, now),
        "createdAt": format_instant(deployed_at, program.zone),
        "translations": [{"id": 1, "locale": "en", "name": reactor.title, "description": ""}],
    }


def limit_reached(reactor: Reactor, usage: LimitUsage, today: date) -> bool:
    """Return whether limits of a reactor leave nothing of it: no firing, or no points where it gives nothing else."""
    if times_reached(reactor, today, usage) is not None:
        return True
    gives_more = any(not isinstance(each, AwardPointsRule | DeductPointsRule) for each in reactor.then)
    wallets = reactor.awarded_wallets()
    return bool(wallets) and not gives_more and all(_is_used_up(reactor, each, usage, today) for each in wallets)


def is_active(reactor: Reactor, now: datetime) -> bool:
    """Return whether a moment lies in the active dates of a reactor."""
    begun = reactor.active_from is None or reactor.active_from <= now
    return begun and (reactor.active_until is None or now < reactor.active_until)


def trigger_of(reactor: Reactor, program: Program) -> str:
    """Return the event type of a reactor by the name of the reference."""
    if reactor.on in _TRANSACTIONS:
        return _TRANSACTIONS[reactor.on]
    if reactor.on == "achievement_completed":
        return "achievement"
    known = program.event_types.get(reactor.on)
    if known is not None and known.built_in:
        return "internal_event"
    return "custom_event" if reactor.code is None else "custom_event_unique_code"


def _limits(reactor: Reactor) -> dict[str, list[Limit]]:
    """Return the limits of a reactor by their documented names, those with shorter periods first."""
    found: dict[str, list[Limit]] = {}
    for limit in sorted(reactor.limits, key=lambda each: _PERIODS.index(each.every)):
        for unit, value in (("points", limit.points), ("executions", limit.times)):
            if value is not None:
                one = Limit(
                    limit.per,
                    limit.every,
                    limit.times if unit == "executions" else None,
                    limit.points if unit == "points" else None,
                )
                found.setdefault(unit if limit.per == "program" else f"{unit}PerMember", []).append(one)
    return found


def _amount(limit: Limit) -> dict[str, Any]:
    return {"value": _most(limit)}


def _interval(limit: Limit) -> dict[str, Any]:
    name = _INTERVALS.get(limit.every)
    return {} if name is None else {"interval": {"type": name, "value": 1}}


def _use(reactor: Reactor, limit: Limit, usage: LimitUsage, today: date) -> dict[str, Any]:
    used, most = _used(reactor, limit, usage, today), _most(limit)
    return {"currentValue": used, "limitValue": most, "remaining": max(Decimal(0), most - used)} | _interval(limit)


def _most(limit: Limit) -> Decimal:
    return Decimal(limit.times) if limit.points is None else limit.points  # type: ignore[arg-type]  # one of them is there


def _used(reactor: Reactor, limit: Limit, usage: LimitUsage, today: date) -> Decimal:
    """Return what is used of a limit in its present period; for points, in the wallet with the largest use."""
    first, last = window(today, limit.every)
    days = [each for each in usage.get((reactor.name, limit.per), ()) if first <= each.day <= last]
    if limit.points is None:
        return Decimal(sum(each.times for each in days))
    return max((_points(days, code) for code in {code for each in days for code in each.points}), default=Decimal(0))


def _is_used_up(reactor: Reactor, wallet: str, usage: LimitUsage, today: date) -> bool:
    """Return whether limits on points leave nothing of a wallet today."""
    for limit in reactor.limits:
        first, last = window(today, limit.every)
        days = [each for each in usage.get((reactor.name, limit.per), ()) if first <= each.day <= last]
        if limit.points is not None and _points(days, wallet) >= limit.points:
            return True
    return False


def _points(days: Sequence[DailyUse], wallet: str) -> Decimal:
    return sum((each.points.get(wallet, Decimal(0)) for each in days), Decimal(0))


def _rule(reactor: Reactor, program: Program) -> dict[str, Any]:
    conditions = (
        [] if reactor.when is None else [{"operator": "expression", "attribute": "", "data": [_text(reactor.when)]}]
    )
    effects = [_effect(each, program) for each in reactor.then]
    return {"name": reactor.title, "description": "", "target": "self", "conditions": conditions, "effects": effects}


def _effect(effect: EffectRule, program: Program) -> dict[str, Any]:
    name, more = _named(effect, program)
    return {"effect": EFFECTS[name].campaign_type, **more}


def _named(effect: EffectRule, program: Program) -> tuple[EffectName, dict[str, Any]]:
    match effect:
        case AwardPointsRule():
            return "award_points", {"pointsRule": _text(effect.points), "walletCode": effect.wallet}
        case DeductPointsRule():
            return "deduct_points", {"pointsRule": _text(effect.points), "walletCode": effect.wallet}
        case GrantBadge(badge):
            return "grant_badge", {"badgeTypeId": program.id_of("badge", badge)}
        case IssueReward(reward):
            return "issue_reward", {"rewardId": program.id_of("reward", reward)}
        case SetTier(tier, tier_set):
            return "set_tier", {"levelId": program.tier_id(tier_set, tier)}
        case SetAttributeRule(name):
            return "set_attribute", {"customAttributeKey": name}
        case CallWebhookRule():
            return "call_webhook", {}
        case _:
            assert_never(effect)


def _text(logic: Logic) -> str:
    """Return the JSON Logic of a rule."""
    return exact.dumps(json_of(logic.expression))
