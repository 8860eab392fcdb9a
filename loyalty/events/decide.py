"""The decision: reactors against an event. Pure: the same program, facts and event give the same answer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, assert_never

import rules
from loyalty.calendar import local_day, window
from loyalty.decisions.decision import Answer, Claim, Decision, Verdict
from loyalty.decisions.reasons import Leaf, NoLonger, NotYet, Reached, Reason, Unmet
from loyalty.program.effects import (
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
from loyalty.program.program import (
    AwardPointsRule,
    CallWebhookRule,
    DeductPointsRule,
    EffectRule,
    Limit,
    Logic,
    Place,
    Program,
    Reactor,
    Rounding,
    SetAttributeRule,
    Template,
    Wallet,
)
from loyalty.store.members import Event, Member
from rules.frozen import frozen

MOST = 10**9
"""The most points one effect may move, and the most one event may add to a sum: more is a rule gone wrong."""


@frozen
class Used:
    """What a reactor's firings took on one day."""

    day: date
    times: int
    points: Decimal


Usage = Mapping[tuple[str, str], tuple[Used, ...]]
"""Days used, by reactor and `member` or `program`."""


def decide(
    program: Program, member: Member | None, event: Event, usage: Usage, *, now: datetime, explains: bool = True
) -> Decision:
    """Answer an event with every reactor of its type, in the order of their files.

    The member may be None for an event type that is not in `program.decides_by_member`. Without `explains`, reactors
    whose dates or condition say no give no answer, and others no words: for replays, where nobody asks.
    """
    data = facts(program, member, event, now=now)
    answers = _completion(program, event, data) if event.type == "achievement_completed" else []
    claims: list[Claim] = []
    applying = None if explains else _applying(program, event, data)
    one_by_one = applying is None
    for reactor in program.reactors_on.get(event.type, ()) if applying is None else applying:
        try:
            refused = _refused(program, reactor, event, data) if one_by_one else None
            answers.append(refused or _allowed(program, reactor, event, data, usage, claims, explains=one_by_one))
        except rules.TooMuchWork as error:
            answers.append(gave_up(reactor.source, reactor.place, error))
    return Decision(tuple(answers), tuple(claims))


def facts(program: Program, member: Member | None, event: Event, *, now: datetime) -> dict[str, Any]:
    """The data that rules read; its type is `loyalty.program.scope`. None of a member, where no rule reads that."""
    data: dict[str, Any] = {"event": {"type": event.type, "time": event.time, "body": event.body}, "now": now}
    if member is not None:
        data["member"] = _known(program, member)
    return data


def _known(program: Program, member: Member) -> dict[str, Any]:
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
        "birth_date": (profile.get("birthDate") or "")[:10] or None,  # clients may send a time behind the day
        "city": (profile.get("address") or {}).get("city"),
        "country": (profile.get("address") or {}).get("country"),
        "tier": member.tier,
    }
    return {
        "id": member.id,
        "points": wallets[default.code],
        "earned_points": default.amount(balance.earned if balance else 0),
        "wallets": wallets,
        "badges": list(member.badges),
        "attributes": member.attributes,
        "registered_at": member.registered_at,
        **{name: value for name, value in known.items() if value is not None},
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
    source = f"achievement/{achievement.name}"
    try:
        effects, notes = _effects(program, achievement.then, data)
    except rules.TooMuchWork as error:
        return [gave_up(source, achievement.place, error)]
    because = "; ".join(["the achievement was completed", *notes])
    return [Answer(source, "fired", because, tuple(effects), str(achievement.place))]


def gave_up(source: str, place: Place, error: rules.TooMuchWork) -> Answer:
    """The no of one whose rules an event was too large for: no other is kept from answering."""
    return Answer(source, "too_much_work", str(error), (), str(place))


def _applying(program: Program, event: Event, data: Mapping[str, Any]) -> tuple[Reactor, ...] | None:
    """The reactors that `_refused` has nothing against; None where they have to be asked one by one."""
    reactors = program.reactors_on.get(event.type, ())
    if not reactors:
        return reactors
    try:
        held = program.conditions_on[event.type](data)
    except rules.TooMuchWork:
        return None
    return tuple([r for r, holds in zip(reactors, held, strict=True) if holds is True and _is_in_time(r, event)])


def _is_in_time(reactor: Reactor, event: Event) -> bool:
    if reactor.active_from and event.time < reactor.active_from:
        return False
    return not (reactor.active_until and event.time >= reactor.active_until)


def _refused(program: Program, reactor: Reactor, event: Event, data: Mapping[str, Any]) -> Answer | None:
    """The no of a reactor's dates or of its condition."""
    if reactor.active_from and event.time < reactor.active_from:
        return _no(reactor, "not_active_yet", NotYet(reactor.active_from.astimezone(program.zone)))
    if reactor.active_until and event.time >= reactor.active_until:
        return _no(reactor, "no_longer_active", NoLonger(reactor.active_until.astimezone(program.zone)))
    reason = None if reactor.when is None else unmet(reactor.when, data)
    return None if reason is None else _no(reactor, "condition_false", reason)


def _allowed(
    program: Program,
    reactor: Reactor,
    event: Event,
    data: Mapping[str, Any],
    usage: Usage,
    claims: list[Claim],
    *,
    explains: bool,
) -> Answer:
    """The answer of a reactor that would fire: what its limits leave of its effects, and what those claim."""
    if not reactor.limits:
        effects, notes = _effects(program, reactor.then, data)
        return _fired(reactor, effects, notes) if explains else Answer(reactor.source, "fired", "", tuple(effects))
    day = local_day(event.time, program.zone)
    allowance = _allowance(reactor, day, usage)
    if isinstance(allowance, Reached):
        return _no(reactor, "limit_reached", allowance)
    effects, notes = _within(program, *_effects(program, reactor.then, data), allowance)
    points = sum((_amount(program, e) for e in effects if isinstance(e, AwardPoints)), Decimal(0))
    pers = sorted({limit.per for limit in reactor.limits})
    claims += [Claim(reactor.name, per, day, 1, points) for per in pers]
    return _fired(reactor, effects, notes) if explains else Answer(reactor.source, "fired", "", tuple(effects))


def _no(reactor: Reactor, verdict: Verdict, reason: Reason) -> Answer:
    return Answer(reactor.source, verdict, "", (), str(reactor.place), reason)


def _fired(reactor: Reactor, effects: list[Effect], notes: list[str]) -> Answer:
    because = "; ".join(["the condition held" if reactor.when else "it has no condition", *notes])
    return Answer(reactor.source, "fired", because, tuple(effects), str(reactor.place))


def unmet(condition: Logic, data: Mapping[str, Any]) -> Unmet | None:
    """Why a condition is not true of the data; None where it is."""
    trace = condition.rule.trace(data)
    if trace.value is True:
        return None
    reason = rules.explain(condition.expression, trace)
    leaves = [Leaf(str(condition.place_of(leaf.path)), leaf.actual, leaf.needed, leaf.within) for leaf in reason.leaves]
    return Unmet(tuple(leaves), reason.more)


def _allowance(reactor: Reactor, day: date, usage: Usage) -> Reached | Decimal | None:
    """The limit that is reached, or the points that may still be awarded; None: any number."""
    allowance: Decimal | None = None
    for limit in reactor.limits:
        used = _used(usage.get((reactor.name, limit.per), ()), limit, day)
        if limit.times is not None and used.times >= limit.times:
            return Reached(Decimal(used.times), Decimal(limit.times), "times", limit.per, limit.every)
        if limit.points is not None:
            left = limit.points - used.points
            if left <= 0:
                return Reached(used.points, limit.points, "points", limit.per, limit.every)
            allowance = left if allowance is None else min(allowance, left)
    return allowance


def _used(days: tuple[Used, ...], limit: Limit, day: date) -> Used:
    first, last = window(day, limit.every)
    inside = [used for used in days if first <= used.day <= last]
    return Used(day, sum(u.times for u in inside), sum((u.points for u in inside), Decimal(0)))


def _within(
    program: Program, effects: list[Effect], notes: list[str], allowance: Decimal | None
) -> tuple[list[Effect], list[str]]:
    """Awards cut so that a limit on points is reached, never passed."""
    if allowance is None:
        return effects, notes
    kept: list[Effect] = []
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


def number_of(logic: Logic, data: Mapping[str, Any]) -> Decimal | int | str:
    """A rule's number, or the reason why it is of no use."""
    number: object = logic.rule(data)
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        return f"{logic.place} gave no number"
    return number if -MOST <= number <= MOST else f"{logic.place} gave more than {MOST}"
