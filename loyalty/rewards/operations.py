"""Rewards issued, with their coupons."""

import secrets
from datetime import datetime

from loyalty.events.context import Step
from loyalty.ids import caused_id
from loyalty.program.effects import IssueReward
from loyalty.program.program import Coupon, Program, Reward

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of coupon codes: nothing that is read for something else."""


def issue_rewards(step: Step) -> None:
    """Issue every reward of the decision."""
    for source, number, effect in step.decision.effects():
        if isinstance(effect, IssueReward) and (reward := step.program.rewards.get(effect.reward)):
            _issue(step, source, caused_id(step.event.id, f"{source}/{number}"), reward)


def _issue(step: Step, source: str, issued_id: str, reward: Reward) -> None:
    expires_at = _expires_at(step, reward)
    coupon = _code(step, issued_id, reward, expires_at)
    if expires_at is not None:
        step.due(issued_id, next_deadline_of_coupon(step.program, expires_at, now=step.now))
    step.did.append(f"reward {reward.name} by {source}")
    body = {"reward": reward.name, "issued_reward": issued_id, "coupon": coupon}
    step.cause("reward_issued", issued_id, body)


def _code(step: Step, issued_id: str, reward: Reward, expires_at: datetime | None) -> str | None:
    """Issue under a code nobody has; a code that is taken, as rare as it is, is drawn again."""
    while True:
        coupon = _draw(reward.coupon) if reward.coupon else None
        if step.tx.rewards.issue(
            issued_id,
            member_id=step.event.member,
            reward=reward.name,
            coupon=coupon,
            expires_at=expires_at,
            event_id=step.event.id,
            now=step.now,
        ):
            return coupon


def _draw(coupon: Coupon) -> str:
    return coupon.prefix + "".join(secrets.choice(ALPHABET) for _ in range(coupon.length))


def _expires_at(step: Step, reward: Reward) -> datetime | None:
    if reward.coupon is None or reward.coupon.valid is None:
        return None
    return reward.coupon.valid.after(step.now, step.program.zone)


def next_deadline_of_coupon(program: Program, expires_at: datetime, *, now: datetime) -> tuple[datetime, str]:
    """What of a coupon issued by now falls due first: its owner is warned, or it expires."""
    warn_before = program.notify_before.coupons
    if warn_before is None:
        return expires_at, "coupon_expire"
    return max(now, warn_before.before(expires_at, program.zone)), "coupon_warn"
