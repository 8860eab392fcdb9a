"""The step that decides an event: store the decision once, with what it takes from limits."""

from dataclasses import replace
from datetime import date, datetime
from itertools import chain

from loyalty.calendar import local_day, window
from loyalty.campaigns.codes import given_codes, use_codes
from loyalty.decisions.decision import Decision, RuleOutcome
from loyalty.engine.builtin_event_messages import send_builtin_event_messages
from loyalty.engine.effect_messages import send_effect_messages
from loyalty.events.builtin_events import BUILT_IN
from loyalty.events.campaign_codes import GivenCodes
from loyalty.events.context import EventContext
from loyalty.events.decide import rule_input
from loyalty.events.decision_input import DecisionInput
from loyalty.events.deductions import Spendable
from loyalty.events.facts import Facts, facts_to_json, is_returnable
from loyalty.events.reward_stock import RewardsLeft
from loyalty.points.effects import take_points
from loyalty.points.postings import spendable_at
from loyalty.program.effects import EFFECTS
from loyalty.program.program import Program
from loyalty.references import StepResult
from loyalty.rewards.effects import rewards_left, take_rewards
from loyalty.store.contributions import claimed
from loyalty.store.events import Event
from loyalty.store.limits import LimitUsage
from loyalty.store.members import NOTHING, Member
from loyalty.store.repositories import StoreRepositories
from loyalty.tiers.effects import begin_periods
from loyalty.transactions.assigning import assign_unassigned
from loyalty.transactions.counting import SOLD, count_sale
from loyalty.transactions.taking_back import takes_back

_STEPS = tuple(dict.fromkeys(each.step for each in EFFECTS.values() if each.step is not None))
_APPLIED_BY = {step: {each.type for each in EFFECTS.values() if each.step == step} for step in sorted(_STEPS)}
"""The steps that apply a decision, in alphabetical order, and the effects that each applies."""


def decide_event(context: EventContext) -> None:
    """Decide the event, take what firing reactors take from limits and from the member, and store the decision.

    Limits and deductions are taken in the unit of work of the decision, so that no two events use the same allowance or
    spend the same points. Messages about the event are stored here too; their deliveries begin once everything is
    applied.
    """
    left = rewards_left(context)
    codes = given_codes(context)
    decision = _decision(context, left, codes)
    context.decide(decision)
    for claim in decision.claims:
        context.tx.usage.claim(claim, context.event.member)
        context.contributions += claimed(claim)
    send_builtin_event_messages(context)  # before deductions are posted, which have messages of their own
    take_points(context)
    take_rewards(context, left)
    use_codes(context, codes)
    context.tx.events.set_decided(context.event.id, decision, now=context.now, owner=context.owner)
    fired = [outcome for outcome in decision.outcomes if outcome.fired]
    context.fired_sources = [outcome.source for outcome in fired]
    context.next_steps = _next_steps(context, fired)
    if context.event.type in ("member_registered", "member_registered_without_activation"):
        begin_periods(context)
        assign_unassigned(context, context.member)
    if context.event.type == SOLD and context.program.spend_sets:
        count_sale(context)
    if context.event.type in BUILT_IN and context.state.parent is None:
        context.notice_due_items()
    for outcome in fired:
        send_effect_messages(context, outcome, codes)


def _decision(context: EventContext, left: RewardsLeft, codes: GivenCodes) -> Decision:
    if context.event.type not in context.program.reactors_on and context.event.type != "achievement_completed":
        return Decision(())  # and nothing of the member is read
    usage = usage_on(context.tx, context.program, context.event)
    member = context.member if context.event.type in context.program.decides_by_member else None
    is_frozen = context.state.is_frozen
    spendable = {} if is_frozen else spendable_on(context.tx, context.program, context.event, now=context.now)
    if is_returnable(context.program, context.event.type):
        _keep_facts(context, member, usage, spendable, codes)
    by = DecisionInput(
        member,
        context.event,
        usage,
        spendable,
        context.now,
        context.with_reasons,
        left,
        codes,
        is_frozen=is_frozen,
        is_test=context.state.is_test,
    )
    return context.evaluate(by)


def with_returns(context: EventContext, decided: StepResult) -> StepResult:
    """Return the result of deciding a sale, with the step that takes back later returns first."""
    is_again = context.state.status == "decided" and bool(decided.steps)
    if is_again and "take_back" not in decided.steps and takes_back(context):
        return replace(decided, steps=[*decided.steps, "take_back"])
    return decided


def _keep_facts(
    context: EventContext, member: Member | None, usage: LimitUsage, spendable: Spendable, codes: GivenCodes
) -> None:
    """Store what the decision read, with the event, unless it is too large."""
    seen = rule_input(context.program, member, context.event, now=context.now).get("member")
    stored = facts_to_json(Facts(context.now, seen, usage, spendable, codes, context.state.is_test))
    if stored is not None:
        context.tx.events.keep_facts(context.event.id, stored)


def _next_steps(context: EventContext, fired: list[RuleOutcome]) -> list[str]:
    """Return the names of the steps that apply what fired."""
    types = {effect.__class__ for outcome in fired for effect in outcome.effects}
    steps: list[str] = [step for step, applied in _APPLIED_BY.items() if not types.isdisjoint(applied)] if types else []
    if context.event.type in context.program.achievements_on:
        steps.append("update_achievements")
    if takes_back(context):
        steps.append("take_back")
    return steps


def spendable_on(tx: StoreRepositories, program: Program, event: Event, *, now: datetime) -> Spendable:
    """Return what the member can spend, in the wallets that reactors and completions on an event deduct from."""
    wallets = program.deducted_on.get(event.type)
    spendable = {} if wallets is None else {code: spendable_at(tx, event.member, code, now=now) for code in wallets}
    return {code: max(NOTHING, points) for code, points in spendable.items()}


def usage_on(tx: StoreRepositories, program: Program, event: Event) -> LimitUsage:
    """Return the use of the limits of the reactors on an event, and lock it."""
    limited = program.limited_on.get(event.type)
    if limited is None:
        return {}
    day = local_day(event.time, program.zone)
    spans = [window(day, limit.every) for limit in chain.from_iterable(r.limits for r in limited)]
    since: date = min(first for first, _ in spans)
    until: date = max(last for _, last in spans)
    return tx.usage.of([r.name for r in limited], event.member, since=since, until=until)
