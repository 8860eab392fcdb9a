"""The decision: reactors against an event. Pure: the same program, member and event give the same decision."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never

import rules
from loyalty.calendar import local_day
from loyalty.decisions.decision import Claim, Decision, RuleOutcome, Verdict
from loyalty.decisions.reasons import (
    ConditionFalse,
    FailedPart,
    LimitReached,
    NoLongerActive,
    NotActiveYet,
    NotEnoughPoints,
    Reason,
)
from loyalty.events.campaign_codes import NO_CODES, GivenCodes, refused_code
from loyalty.events.decision_size import DecisionSize
from loyalty.events.deductions import Spendable, pay
from loyalty.events.facts import Facts
from loyalty.events.limits import claims_of, cut_to_limits, leaves_nothing, times_reached, without_shared_limits
from loyalty.events.reward_stock import RewardsLeft, in_stock
from loyalty.program.attributes import UnfitValue, readable_attributes, typed_value
from loyalty.program.effect_rules import (
    AwardPointsRule,
    CallWebhookRule,
    DeductPointsRule,
    EffectRule,
    SetAttributeRule,
)
from loyalty.program.effects import (
    AwardPoints,
    CallWebhook,
    DeductPoints,
    Effect,
    GrantBadge,
    IssueReward,
    SetAttribute,
    SetTier,
)
from loyalty.program.logic import Logic, Place, Template, fill_template
from loyalty.program.program import Program
from loyalty.program.reactors import Reactor
from loyalty.program.wallets import Points, Rounding, Wallet
from loyalty.store.events import Event
from loyalty.store.limits import LimitUsage
from loyalty.store.members import Member
from rules.storable import Excess, find_excess

MAX_STEPS = 2_000_000
"""The steps that all rules on one event may take together: about a second."""

NONE_LIMITED: RewardsLeft = {}

MAX_AMOUNT = 10**9
"""The most that one effect may move, and that one event may add to a sum: more means that the rule is wrong."""


def decide(
    program: Program,
    member: Member | None,
    event: Event,
    usage: LimitUsage,
    spendable: Spendable,
    *,
    now: datetime,
    with_reasons: bool = True,
    rewards_left: RewardsLeft = NONE_LIMITED,
    codes: GivenCodes = NO_CODES,
    is_frozen: bool = False,
    is_test: bool = False,
) -> Decision:
    """Decide an event by every reactor on its type, in the order of their files.

    `member` may be None for an event type that is not in `program.decides_by_member`. `spendable` is what the member
    can spend before the event, of the wallets in `program.deducted_on`; what the event awards cannot pay for what it
    takes. `rewards_left` is what is left of rewards, `codes` the redemption codes that were given to
    reactors. `is_frozen`: the member can spend nothing, and reasons say that. `is_test`: limits over all
    members neither hold for the member nor count what is given. Without reasons, reactors whose dates or
    condition say no have no outcome, and others have no text: for replays, which do not show them. Raise
    TooMuchWorkTogether or DecisionTooLarge past the bounds of one event.
    """
    taking = _Taking({} if is_frozen else spendable, rewards_left, codes, is_frozen, is_test)
    values = rule_input(program, member, event, now=now)
    with rules.steps_together(MAX_STEPS):
        return _decided(program, values, event, usage, taking, with_reasons=with_reasons)


def decide_again(program: Program, event: Event, facts: Facts) -> Decision:
    """Decide an event by what an earlier decision on it read, without reasons; raise as `decide`."""
    values = event_input(event, now=facts.now) | ({} if facts.member is None else {"member": facts.member})
    taking = _Taking(facts.spendable, NONE_LIMITED, facts.codes, is_test=facts.is_test)
    with rules.steps_together(MAX_STEPS):
        return _decided(program, values, event, facts.usage, taking, with_reasons=False)


def event_input(event: Event, *, now: datetime) -> dict[str, Any]:
    """Return the values of an event that rules read."""
    return {"event": {"type": event.type, "time": event.time, "body": event.body}, "now": now}


def _decided(
    program: Program,
    values: Mapping[str, Any],
    event: Event,
    usage: LimitUsage,
    taking: "_Taking",
    *,
    with_reasons: bool,
) -> Decision:
    outcomes = _completion(program, event, values, taking) if event.type == "achievement_completed" else []
    size = DecisionSize()
    for outcome in outcomes:
        size.add(outcome.effects)
    firing = None if with_reasons else _firing(program, event, values)
    one_by_one = firing is None
    for reactor in program.reactors_on.get(event.type, ()) if firing is None else firing:
        try:
            no = _not_firing(program, reactor, event, values) if one_by_one else None
            outcomes.append(no or _outcome(program, reactor, event, values, usage, taking, with_text=one_by_one))
        except rules.TooMuchWork as error:
            outcomes.append(over_budget(reactor.source, reactor.place, error))
        size.add(outcomes[-1].effects)
    return Decision(tuple(outcomes), tuple(taking.claims))


def rule_input(program: Program, member: Member | None, event: Event, *, now: datetime) -> dict[str, Any]:
    """Return the input of rules; its type is `loyalty.program.scope.scope`. `member` None: no rule reads it."""
    values = event_input(event, now=now)
    if member is not None:
        values["member"] = member_values(program, member)
    return values


def member_values(program: Program, member: Member) -> dict[str, Any]:
    """Return the values of a member that rules read."""
    wallets = {code: _active(program, member, code) for code in program.wallets}
    default = program.default_wallet
    balance = member.balances.get(default.code)
    profile = member.profile
    optional = {
        "email": member.email,
        "phone": member.phone,
        "first_name": profile.get("firstName"),
        "last_name": profile.get("lastName"),
        "gender": profile.get("gender"),
        "birth_date": (profile.get("birthDate") or "")[:10] or None,  # clients may send a time before the day
        "city": (profile.get("address") or {}).get("city"),
        "country": (profile.get("address") or {}).get("country"),
        "tier": member.tier,
    }
    tiers = dict(_tiers(program, member))
    return {
        "id": member.id,
        "points": wallets[default.code],
        "earned_points": default.amount(balance.earned if balance else 0),
        "wallets": wallets,
        "tiers": tiers,
        "badges": list(member.badges),
        "attributes": readable_attributes(program.attributes, member.attributes),
        "registered_at": member.registered_at,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _tiers(program: Program, member: Member) -> Iterator[tuple[str, str]]:
    """Yield the tier in each tier set; a member without one is in the lowest, if the set begins with everybody."""
    for name, tier_set in program.tier_sets.items():
        tier = member.tier if tier_set.is_default else member.tiers.get(name)
        if tier is None and tier_set.begins_at_nothing and not tier_set.is_default:
            tier = tier_set.tiers[0].name
        if tier is not None:
            yield name, tier


def _active(program: Program, member: Member, code: str) -> Decimal | int:
    balance = member.balances.get(code)
    return program.wallets[code].amount(balance.net if balance else 0)


def _completion(program: Program, event: Event, values: Mapping[str, Any], taking: "_Taking") -> list[RuleOutcome]:
    """Return what completing an achievement gives; nothing if a newer program does not have the achievement."""
    achievement = program.achievement_named.get(event.body["achievement"])
    if achievement is None or not achievement.then:
        return []
    source, place = f"achievement/{achievement.name}", achievement.place
    try:
        effects, notes = _effects(program, achievement.then, values)
    except rules.TooMuchWork as error:
        return [over_budget(source, place, error)]
    stocked = in_stock(effects, taking.rewards_left)
    paid = pay(program, stocked.effects, taking.spendable)
    if isinstance(paid, NotEnoughPoints):
        return [RuleOutcome(source, "not_enough_points", "", (), str(place), replace(paid, is_frozen=taking.is_frozen))]
    taking.spendable, taking.rewards_left = paid.left, stocked.left
    words = ["the achievement was completed", *notes, *stocked.notes, *paid.notes]
    return [_gives(source, place, paid.effects, words)]


def over_budget(source: str, place: Place, error: rules.TooMuchWork) -> RuleOutcome:
    """Return the outcome of a reactor whose rule exceeded the evaluation budget; other reactors still run."""
    return RuleOutcome(source, "too_much_work", str(error), (), str(place))


def _firing(program: Program, event: Event, values: Mapping[str, Any]) -> tuple[Reactor, ...] | None:
    """Return the reactors whose dates and condition hold; None if they must be evaluated one by one."""
    reactors = program.reactors_on.get(event.type, ())
    if not reactors:
        return reactors
    try:
        held = program.conditions_on[event.type](values)
    except rules.TooMuchWork:
        return None
    return tuple([r for r, holds in zip(reactors, held, strict=True) if holds is True and _is_active(r, event)])


def _is_active(reactor: Reactor, event: Event) -> bool:
    if reactor.active_from and event.time < reactor.active_from:
        return False
    return not (reactor.active_until and event.time >= reactor.active_until)


def _not_firing(program: Program, reactor: Reactor, event: Event, values: Mapping[str, Any]) -> RuleOutcome | None:
    """Return why a reactor does not fire: outside its active dates, or its condition is false; None: it may fire."""
    if reactor.active_from and event.time < reactor.active_from:
        return _no(reactor, "not_active_yet", NotActiveYet(reactor.active_from.astimezone(program.zone)))
    if reactor.active_until and event.time >= reactor.active_until:
        return _no(reactor, "no_longer_active", NoLongerActive(reactor.active_until.astimezone(program.zone)))
    reason = None if reactor.when is None else why_false(reactor.when, values)
    return None if reason is None else _no(reactor, "condition_false", reason)


def _outcome(
    program: Program,
    reactor: Reactor,
    event: Event,
    values: Mapping[str, Any],
    usage: LimitUsage,
    taking: "_Taking",
    *,
    with_text: bool,
) -> RuleOutcome:
    """Return the outcome of a reactor that may fire: what its limits leave, if the member can pay its deductions."""
    reactor = without_shared_limits(reactor) if taking.is_test else reactor
    day = local_day(event.time, program.zone) if reactor.limits else None
    if day is not None and (reached := times_reached(reactor, day, usage)):
        return _no(reactor, "limit_reached", reached)
    if reactor.code is not None and (refused := refused_code(reactor, taking.codes)):
        return _no(reactor, "code_refused", refused)
    effects, notes = _effects(program, reactor.then, values)
    cut_by: tuple[LimitReached, ...] = ()
    if day is not None:
        within = cut_to_limits(program, reactor, effects, day, usage)
        if leaves_nothing(within):
            return _no(reactor, "limit_reached", within.reached[0], within.reached)
        effects, notes, cut_by = within.effects, [*notes, *within.notes], within.reached
    stocked = in_stock(effects, taking.rewards_left)
    paid = pay(program, stocked.effects, taking.spendable)
    if isinstance(paid, NotEnoughPoints):
        return _no(reactor, "not_enough_points", replace(paid, is_frozen=taking.is_frozen))
    taking.spendable, taking.rewards_left = paid.left, stocked.left
    held = "the condition held" if reactor.when else "it has no condition"
    if day is not None and paid.effects:
        taking.claims += claims_of(program, reactor, paid.effects, day, usage)
    if not with_text:
        reason, verdict = cut_by[0] if cut_by else None, _verdict(paid.effects)
        return RuleOutcome(reactor.source, verdict, "", tuple(paid.effects), reason=reason, cut_by=cut_by)
    return _gives(reactor.source, reactor.place, paid.effects, [held, *notes, *stocked.notes, *paid.notes], cut_by)


@dataclass(slots=True)
class _Taking:
    """What reactors have taken so far: from limits, from spendable points, and from the stock of rewards."""

    spendable: Spendable
    rewards_left: RewardsLeft
    codes: GivenCodes
    is_frozen: bool = False
    is_test: bool = False
    claims: list[Claim] = field(default_factory=list)


def _no(reactor: Reactor, verdict: Verdict, reason: Reason, cut_by: tuple[LimitReached, ...] = ()) -> RuleOutcome:
    return RuleOutcome(reactor.source, verdict, "", (), str(reactor.place), reason, cut_by)


def _gives(
    source: str, place: Place, effects: list[Effect], words: list[str], cut_by: tuple[LimitReached, ...] = ()
) -> RuleOutcome:
    """Return the outcome of a reactor that may fire."""
    reason = cut_by[0] if cut_by else None
    return RuleOutcome(source, _verdict(effects), "; ".join(words), tuple(effects), str(place), reason, cut_by)


def _verdict(effects: list[Effect]) -> Verdict:
    return "fired" if effects else "came_to_nothing"


def why_false(condition: Logic, values: Mapping[str, Any]) -> ConditionFalse | None:
    """Return why a condition is not true; None if it is true."""
    trace = condition.rule.trace(values)
    if trace.value is True:
        return None
    reason = rules.explain(condition.expression, trace)
    parts = [
        FailedPart(str(condition.place_of(part.path)), part.actual, part.needed, part.within) for part in reason.clauses
    ]
    return ConditionFalse(tuple(parts), reason.omitted)


def _effects(
    program: Program, then: tuple[EffectRule, ...], values: Mapping[str, Any]
) -> tuple[list[Effect], list[str]]:
    """Return the effects with their rules evaluated, and a note for each one that does nothing."""
    effects: list[Effect] = []
    notes: list[str] = []
    for index, rule in enumerate(then):
        effect = _effect(program, index, rule, values)
        if isinstance(effect, str):
            notes.append(effect)
        else:
            effects.append(effect)
    return effects, notes


def _effect(program: Program, index: int, rule: EffectRule, values: Mapping[str, Any]) -> Effect | str:
    """Return the effect of the rule at an index in `then`, or the reason why there is none."""
    match rule:
        case AwardPointsRule():
            wallet = program.wallets[rule.wallet]
            points = _points(wallet, rule.points, rule.rounding, values)
            if isinstance(points, str):
                return points
            pending = wallet.pending if rule.pending is None else rule.pending
            return AwardPoints(rule.wallet, points, pending, rule.expires or wallet.expires, rule.qualifies, index)
        case DeductPointsRule():
            points = _points(program.wallets[rule.wallet], rule.points, rule.rounding, values)
            return points if isinstance(points, str) else DeductPoints(rule.wallet, points, rule.up_to, rule=index)
        case SetAttributeRule(name, template):
            value = fill_template(template, values)
            excess = find_excess(value)
            if excess is not None:
                return f"no attribute {name}: {beyond(template, excess)}"
            return _attribute(program, name, value)
        case CallWebhookRule(url, template, headers):
            value = fill_template(template, values)
            excess = find_excess(value)
            return (
                CallWebhook(url, value, headers) if excess is None else f"no call_webhook: {beyond(template, excess)}"
            )
        case GrantBadge() | IssueReward() | SetTier():
            return rule
        case _:
            assert_never(rule)


def _attribute(program: Program, name: str, value: Any) -> Effect | str:
    """Return the effect that sets an attribute, or why the program's schema of it refuses the value."""
    schema = program.attributes.get(name)
    try:
        return SetAttribute(name, value if schema is None else typed_value(schema, value))
    except UnfitValue as why:
        return f"no attribute {name}: {why}"


def beyond(template: Template, excess: Excess) -> str:
    """Return why the result of a template cannot be stored, with the place of the rule that gave it, if one did."""
    for step in excess.path:
        match template:
            case dict() if step in template:
                template = template[step]
            case list() | tuple() if isinstance(step, int):
                template = template[step]
            case _:
                break
    giver = f"{template.place} gave a value that" if isinstance(template, Logic) else "the value"
    return f"{giver} {excess.words}"


def _points(wallet: Wallet, logic: Logic, rounding: Rounding, values: Mapping[str, Any]) -> Points | str:
    amount = number_of(logic, values)
    if isinstance(amount, str):
        return f"no {wallet.code}: {amount}"
    points = wallet.points(amount, rounding)
    if points > 0:
        return points
    return f"no {wallet.code}: {logic.place} came to {wallet.amount(points)}" + (", below zero" if points < 0 else "")


def number_of(logic: Logic, values: Mapping[str, Any]) -> Decimal | int | str:
    """Return the number that a rule gives, or the reason why it cannot be used."""
    number: object = logic.rule(values)
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        return f"{logic.place} gave no number"
    return number if -MAX_AMOUNT <= number <= MAX_AMOUNT else f"{logic.place} gave more than {MAX_AMOUNT}"
