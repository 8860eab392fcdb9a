"""Messages about effects: what a reactor or an achievement gives, and the webhooks that it calls."""

from typing import assert_never

from loyalty.decisions.decision import RuleOutcome
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
from loyalty.webhooks.messages import CampaignEffectWasApplied, EffectGiven


def send_effect_messages(context: EventContext, outcome: RuleOutcome) -> None:
    """Send `CampaignEffectWasApplied` for what fired, and the webhook requests of its effects."""
    if outcome.effects and context.outbox.has_subscribers:
        context.outbox.send(CampaignEffectWasApplied, lambda: _applied(context, outcome))
    for effect in outcome.effects:
        if isinstance(effect, CallWebhook):
            context.outbox.call(effect)
            context.log.append(f"calls a webhook by {outcome.source}")  # URLs may hold secrets; the delivery has it


def _applied(context: EventContext, outcome: RuleOutcome) -> CampaignEffectWasApplied:
    kind, _, name = outcome.source.partition("/")
    return CampaignEffectWasApplied(
        customer=customer(context),
        campaign_id=context.program.id_of(kind, name),
        campaign_name=name,
        trigger=trigger_of(context),
        effects=tuple(_given(context.program, effect) for effect in outcome.effects),
    )


def _given(program: Program, effect: Effect) -> EffectGiven:
    """Return an effect as the message shows it."""
    campaign_type = BY_TYPE[type(effect)].campaign_type
    match effect:
        case AwardPoints(wallet, points) | DeductPoints(wallet, points):
            return EffectGiven(campaign_type, wallet, amount(program.wallets[wallet], points))
        case IssueReward(reward):
            return EffectGiven(campaign_type, reward_id=program.id_of("reward", reward))
        case GrantBadge() | SetTier() | SetAttribute() | CallWebhook():
            return EffectGiven(campaign_type)
        case _:
            assert_never(effect)
