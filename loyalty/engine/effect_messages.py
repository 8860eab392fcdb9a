"""Messages about effects: what a reactor or an achievement gives, and the webhooks that it calls."""

from typing import assert_never

from loyalty.achievements.messages import completion_trigger
from loyalty.decisions.decision import RuleOutcome
from loyalty.events.campaign_codes import GivenCodes
from loyalty.events.context import EventContext
from loyalty.events.message_parts import amount, customer, trigger_of
from loyalty.program.effects import (
    BY_TYPE,
    AwardPoints,
    CallWebhook,
    DeductPoints,
    Effect,
    GrantBadge,
    IssueReward,
    SetAttribute,
    SetTier,
)
from loyalty.program.program import Program
from loyalty.webhooks.messages import (
    CampaignEffectWasApplied,
    CodeTrigger,
    CustomEventTrigger,
    EffectGiven,
    Trigger,
)


def send_effect_messages(context: EventContext, outcome: RuleOutcome, codes: GivenCodes) -> None:
    """Send `CampaignEffectWasApplied` for what fired, and the webhook requests of its effects.

    `codes` are the redemption codes that the event gave to reactors.
    """
    if outcome.effects and context.outbox.has_subscribers:
        context.outbox.send(CampaignEffectWasApplied, lambda: _applied(context, outcome, codes))
    for effect in outcome.effects:
        if isinstance(effect, CallWebhook):
            context.outbox.call(effect)
            context.log.append(f"calls a webhook by {outcome.source}")  # URLs may hold secrets; the delivery has it


def _applied(context: EventContext, outcome: RuleOutcome, codes: GivenCodes) -> CampaignEffectWasApplied:
    kind, _, name = outcome.source.partition("/")
    given = codes.get(name) if kind == "reactor" else None
    return CampaignEffectWasApplied(
        customer=customer(context),
        campaign_id=context.program.id_of(kind, name),
        campaign_name=_title(context.program, kind, name),
        trigger=_trigger(context, has_code=given is not None),
        effects=tuple(_given(context.program, effect) for effect in outcome.effects),
        redemption_code=None if given is None else given.code,
    )


def _title(program: Program, kind: str, name: str) -> str:
    """Return the title of a reactor or an achievement."""
    campaigns = program.reactors if kind == "reactor" else program.achievements
    return next((each.title for each in campaigns if each.name == name), name)


def _trigger(context: EventContext, *, has_code: bool) -> Trigger:
    """Return the context's event as the trigger of a campaign, as the campaign itself names it."""
    trigger = trigger_of(context)
    if has_code and isinstance(trigger, CustomEventTrigger):
        return CodeTrigger(trigger.id, trigger.created_at)
    if context.event.type == "achievement_completed":
        completed = context.program.achievement_named.get(context.event.body["achievement"])
        if completed is not None:
            return completion_trigger(context, completed, context.event.body["times"])
    return trigger


def _given(program: Program, effect: Effect) -> EffectGiven:
    """Return an effect as the message shows it."""
    campaign_type = BY_TYPE[type(effect)].campaign_type
    match effect:
        case AwardPoints(wallet, points) | DeductPoints(wallet, points):
            return EffectGiven(campaign_type, wallet, amount(program.wallets[wallet], points))
        case IssueReward(name):
            reward = program.rewards.get(name)
            coupon = None if reward is None else reward.coupon
            value = None if coupon is None else coupon.fixed_value
            return EffectGiven(campaign_type, reward_id=program.id_of("reward", name), coupon_value=value)
        case GrantBadge() | SetTier() | SetAttribute() | CallWebhook():
            return EffectGiven(campaign_type)
        case _:
            assert_never(effect)
