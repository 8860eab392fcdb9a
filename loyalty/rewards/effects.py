"""Effects that issue rewards, with their coupons."""

import secrets
from datetime import datetime

from loyalty.events.context import EventContext
from loyalty.ids import caused_id
from loyalty.program.effects import IssueReward
from loyalty.program.rewards import Coupon, Reward
from loyalty.rewards.due_items import due_items_of_coupon
from loyalty.store.rewards import IssuedReward

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""The characters of coupon codes: none that is easily read as another."""


def issue_rewards(context: EventContext) -> None:
    """Issue every reward of the decision."""
    for source, number, effect in context.decision.effects():
        if isinstance(effect, IssueReward) and (reward := context.program.rewards.get(effect.reward)):
            _issue(context, source, caused_id(context.event.id, f"{source}/{number}"), reward)


def _issue(context: EventContext, source: str, issued_id: str, reward: Reward) -> None:
    expires_at = _expires_at(context, reward)
    coupon = _store(context, issued_id, reward, expires_at)
    if expires_at is not None:
        context.set_due_items(issued_id, due_items_of_coupon(context.program, expires_at, now=context.now))
    context.log.append(f"reward {reward.name} by {source}")
    body = {"reward": reward.name, "issued_reward": issued_id, "coupon": coupon}
    context.cause("reward_issued", issued_id, body)


def _store(context: EventContext, issued_id: str, reward: Reward, expires_at: datetime | None) -> str | None:
    """Store an issued reward and return its coupon code; draw again if the code is taken."""
    while True:
        coupon = _draw(reward.coupon) if reward.coupon else None
        new = IssuedReward(
            id=issued_id,
            member=context.event.member,
            reward=reward.name,
            coupon=coupon,
            status="issued",
            issued_at=context.now,
            expires_at=expires_at,
            event=context.event.id,
        )
        if context.tx.rewards.issue(new):
            return coupon


def _draw(coupon: Coupon) -> str:
    return coupon.prefix + "".join(secrets.choice(ALPHABET) for _ in range(coupon.length))


def _expires_at(context: EventContext, reward: Reward) -> datetime | None:
    if reward.coupon is None or reward.coupon.valid is None:
        return None
    return reward.coupon.valid.after(context.now, context.program.zone)
