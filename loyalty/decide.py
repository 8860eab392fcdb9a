"""The decision: reactors against an event. Pure: the same program, facts and event give the same answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, assert_never

import rules
from loyalty.calendar import local_day, window
from loyalty.decision import Answer, Claim, Decision
from loyalty.effects import (
    AwardPoints,
    CallWebhook,
    DeductPoints,
    Effect,
    GrantBadge,
    IssueReward,
    Points,
    SetAttribute,
    SetTier,
)
from loyalty.member import Event, Member
from loyalty.program import (
    AwardPointsRule,
    CallWebhookRule,
    DeductPointsRule,
    EffectRule,
    Limit,
    Logic,
    Program,
    Reactor,
    Rounding,
    SetAttributeRule,
    Template,
    Wallet,
)

MOST = 10**9
"""The most points one effect may move, and the most one event may add to a sum: more is a rule gone wrong."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a reactor's firings took on one day."""

    day: date
    times: int
    points: Decimal


Usage = Mapping[tuple[str, str], tuple[Used, ...]]
"""Days used, by reactor and `member` or `program`."""


def decide(program: Program, member: Member, event: Event, usage: Usage, *, now: datetime) -> Decision:
    """Answer an event with every reactor of its type, in the order of their files."""
    data = facts(program, member, event, now=now)
    answers: list[Answer] = []
    claims: list[Claim] = []
    if event.type == "achievement_completed":
        answers += _completion(program, event, data)
    for reactor in program.reactors_on.get(event.type, ()):
        answer, claimed = _answer(program, reactor, event, data, usage)
        answers.append(answer)
        claims += claimed
    return Decision(tuple(answers), tuple(claims))


def facts(program: Program, member: Member, event: Event, *, now: datetime) -> dict[str, Any]:
    """The data that rules read; its type is `loyalty.scope`."""
    wallets = {code: _active(program, member, code) for code in program.wallets}
    default = program.default_wallet
    balance = member.balances.get(default.code)
    profile = member.profile
    known = {
        "email": member.email,
        "phone": member.phone,
        "first_name": profile.get("firstName"),
        "last_name": profile.get("lastName"),
        "gender": profile.get("gender"),
        "birth_date": profile.get("birthDate"),
        "city": (profile.get("address") or {}).get("city"),
        "country": (profile.get("address") or {}).get("country"),
        "tier": member.tier,
    }
    return {
        "event": {"type": event.type, "time": event.time, "body": event.body},
        "member": {
            "id": member.id,
            "points": wallets[default.code],
            "earned_points": default.amount(balance.earned if balance else 0),
            "wallets": wallets,
            "badges": list(member.badges),
            "attributes": member.attributes,
            "registered_at": member.registered_at,
            **{name: value for name, value in known.items() if value is not None},
        },
        "now": now,
    }


def fill(template: Template, data: Mapping[str, Any]) -> Any:
    """A template with every rule in it replaced by its value."""
    match template:
        case Logic():
            return template.rule(data)
        case dict():
            return {key: fill(value, data) for key, value in template.items()}
        case list() | tuple():
            return [fill(value, data) for value in template]
        case _:
            return template


def _active(program: Program, member: Member, code: str) -> Decimal | int:
    balance = member.balances.get(code)
    return program.wallets[code].amount(balance.active if balance else 0)


def _completion(program: Program, event: Event, data: Mapping[str, Any]) -> list[Answer]:
    """What completing an achievement gives; nothing where a newer program has it no more."""
    achievement = program.achievement_named.get(event.body["achievement"])
    if achievement is None or not achievement.then:
        return []
    effects, notes = _effects(program, achievement.then, data)
    because = "; ".join(["the achievement was completed", *notes])
    return [Answer(f"achievement/{achievement.name}", "fired", because, tuple(effects), str(achievement.place))]


def _answer(
    program: Program, reactor: Reactor, event: Event, data: Mapping[str, Any], usage: Usage
) -> tuple[Answer, list[Claim]]:
    answer = Answer(f"reactor/{reactor.name}", "fired", "", (), str(reactor.place))
    if reactor.active_from and event.time < reactor.active_from:
        return replace(answer, verdict="not_active_yet", because=f"active from {reactor.active_from:%Y-%m-%d}"), []
    if reactor.active_until and event.time >= reactor.active_until:
        return replace(answer, verdict="no_longer_active", because=f"active until {reactor.active_until:%Y-%m-%d}"), []
    if reactor.when and reactor.when.rule(data) is not True:
        return replace(answer, verdict="condition_false", because=_why_not(reactor.when, data)), []
    day = local_day(event.time, program.zone)
    reached, allowance = _limits(reactor, day, usage)
    if reached:
        return replace(answer, verdict="limit_reached", because=reached), []
    effects, notes = _effects(program, reactor.then, data)
    if allowance is not None:
        effects, trimmed = _within(program, effects, allowance)
        notes += trimmed
    because = "; ".join(["the condition held" if reactor.when else "it has no condition", *notes])
    points = sum((_amount(program, e) for e in effects if isinstance(e, AwardPoints)), Decimal(0))
    pers = {limit.per for limit in reactor.limits}
    claims = [Claim(reactor.name, per, day, 1, points) for per in sorted(pers)]
    return replace(answer, because=because, effects=tuple(effects)), claims


def _why_not(condition: Logic, data: Mapping[str, Any]) -> str:
    return rules.explain(condition.expression, condition.rule.trace(data)).text


def _limits(reactor: Reactor, day: date, usage: Usage) -> tuple[str, Decimal | None]:
    """The limit that is reached, in words, or the points that may still be awarded (None: any number)."""
    allowance: Decimal | None = None
    for limit in reactor.limits:
        used = _used(usage.get((reactor.name, limit.per), ()), limit, day)
        if limit.times is not None and used.times >= limit.times:
            return f"limit reached: {used.times} of {limit.times} {_period(limit)}", None
        if limit.points is not None:
            left = limit.points - used.points
            if left <= 0:
                return f"limit reached: {used.points:f} of {limit.points:f} points {_period(limit)}", None
            allowance = left if allowance is None else min(allowance, left)
    return "", allowance


def _used(days: tuple[Used, ...], limit: Limit, day: date) -> Used:
    first, last = window(day, limit.every)
    inside = [used for used in days if first <= used.day <= last]
    return Used(day, sum(u.times for u in inside), sum((u.points for u in inside), Decimal(0)))


def _period(limit: Limit) -> str:
    when = "ever" if limit.every == "ever" else f"this {limit.every}"
    return f"{when}, per {limit.per}"


def _within(program: Program, effects: list[Effect], allowance: Decimal) -> tuple[list[Effect], list[str]]:
    """Awards cut so that a limit on points is reached, never passed."""
    kept: list[Effect] = []
    notes: list[str] = []
    for effect in effects:
        if not isinstance(effect, AwardPoints):
            kept.append(effect)
            continue
        wallet = program.wallets[effect.wallet]
        points = min(effect.points, wallet.points(allowance))
        allowance -= Decimal(wallet.amount(points))
        if points < effect.points:
            notes.append(f"a limit cut {wallet.amount(effect.points)} {wallet.code} to {wallet.amount(points)}")
        if points > 0:
            kept.append(replace(effect, points=points))
    return kept, notes


def _amount(program: Program, effect: AwardPoints) -> Decimal:
    return Decimal(program.wallets[effect.wallet].amount(effect.points))


def _effects(program: Program, then: tuple[EffectRule, ...], data: Mapping[str, Any]) -> tuple[list[Effect], list[str]]:
    """The effects with their rules evaluated, and a note for each that comes to nothing."""
    effects: list[Effect] = []
    notes: list[str] = []
    for rule in then:
        effect = _effect(program, rule, data)
        if isinstance(effect, str):
            notes.append(effect)
        else:
            effects.append(effect)
    return effects, notes


def _effect(program: Program, rule: EffectRule, data: Mapping[str, Any]) -> Effect | str:
    """One effect, or the reason why there is none."""
    match rule:
        case AwardPointsRule():
            wallet = program.wallets[rule.wallet]
            points = _points(wallet, rule.points, rule.rounding, data)
            if isinstance(points, str):
                return points
            pending = wallet.pending if rule.pending is None else rule.pending
            return AwardPoints(rule.wallet, points, pending, rule.expires or wallet.expires)
        case DeductPointsRule():
            points = _points(program.wallets[rule.wallet], rule.points, rule.rounding, data)
            return points if isinstance(points, str) else DeductPoints(rule.wallet, points)
        case SetAttributeRule():
            return SetAttribute(rule.name, fill(rule.value, data))
        case CallWebhookRule():
            return CallWebhook(rule.url, fill(rule.body, data), rule.headers)
        case GrantBadge() | IssueReward() | SetTier():
            return rule
        case _:
            assert_never(rule)


def _points(wallet: Wallet, logic: Logic, rounding: Rounding, data: Mapping[str, Any]) -> Points | str:
    amount = number_of(logic, data)
    if isinstance(amount, str):
        return f"no {wallet.code}: {amount}"
    points = wallet.points(amount, rounding)
    return points if points > 0 else f"no {wallet.code}: {logic.place} came to {wallet.amount(points)}"


def number_of(logic: Logic, data: Mapping[str, Any]) -> Decimal | str:
    """A rule's number, or the reason why it is of no use."""
    number: object = logic.rule(data)
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        return f"{logic.place} gave no number"
    amount = Decimal(number)
    return amount if abs(amount) <= MOST else f"{logic.place} gave more than {MOST}"
