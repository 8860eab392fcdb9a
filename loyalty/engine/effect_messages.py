"""Effects as messages: what a reactor or an achievement gives."""

from typing import assert_never

from loyalty.decisions.decision import Answer
from loyalty.events.context import Step
from loyalty.events.message_parts import amount, customer, trigger_of
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
from loyalty.program.program import Program
from loyalty.webhooks.messages import CampaignEffectWasApplied, EffectGiven


def tell_of_effects(step: Step, answer: Answer) -> None:
    """Tell of what a firing gives, and make the calls that it asks for."""
    if answer.effects and step.outbox.is_heard:
        step.outbox.send("CampaignEffectWasApplied", lambda: _applied(step, answer))
    for effect in answer.effects:
        if isinstance(effect, CallWebhook):
            step.outbox.call(effect)
            step.did.append(f"calls {effect.url} by {answer.source}")


def _applied(step: Step, answer: Answer) -> CampaignEffectWasApplied:
    kind, _, name = answer.source.partition("/")
    return CampaignEffectWasApplied(
        customer=customer(step),
        campaign_id=step.program.id_of(kind, name),
        campaign_name=name,
        trigger=trigger_of(step),
        effects=tuple(_given(step.program, effect) for effect in answer.effects),
    )


def _given(program: Program, effect: Effect) -> EffectGiven:
    """An effect under the name that campaigns give it."""
    match effect:
        case AwardPoints(wallet, points):
            return EffectGiven("give_points", wallet, amount(program.wallets[wallet], points))
        case DeductPoints(wallet, points):
            return EffectGiven("deduct_unit", wallet, amount(program.wallets[wallet], points))
        case IssueReward(reward):
            return EffectGiven("give_reward", reward_id=program.id_of("reward", reward))
        case GrantBadge():
            return EffectGiven("grant_badge")
        case SetTier():
            return EffectGiven("assign_tier")
        case SetAttribute():
            return EffectGiven("assign_member_custom_attribute")
        case CallWebhook():
            return EffectGiven("call_webhook")
        case _:
            assert_never(effect)
