"""Messages about rewards and coupons."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from loyalty.events.context import EventContext
from loyalty.events.message_parts import customer
from loyalty.program.rewards import Reward
from loyalty.rewards.views import cause_of_issue, cost_of, coupon_view, owner_view
from loyalty.store.rewards import IssuedReward
from loyalty.webhooks.messages import (
    CodeTotals,
    CouponCodeWasUsed,
    CouponWillExpire,
    CustomerBoughtReward,
    IssuedRewardView,
    RewardRedemptionStatusChanged,
    RewardView,
    StatusView,
)


def send_reward_issued(context: EventContext, body: Any) -> None:
    """Send `CustomerBoughtReward` for a `reward_issued` event."""
    reward, issued = context.program.rewards.get(body["reward"]), context.tx.rewards.get(body["issued_reward"])
    if reward is None or issued is None:
        return
    context.outbox.send(
        CustomerBoughtReward,
        lambda: CustomerBoughtReward(
            customer=customer(context),
            reward=_reward_view(context, reward),
            issued_id=issued.id,
            cost=cost_of(context.program, issued),
            issued_at=issued.issued_at,
            coupon=coupon_view(context.program, replace(issued, status="issued", used_at=None)),
            totals=_totals(context, issued, used=0),
            cause=cause_of_issue(context.tx, context.program, issued),
        ),
    )


def send_coupon_will_expire(context: EventContext, body: Any) -> None:
    """Send `CouponWillExpire` for a `coupon_will_expire` event."""
    issued = context.tx.rewards.get(body["issued_reward"])
    coupon = coupon_view(context.program, issued) if issued else None
    if coupon is not None:
        context.outbox.send(CouponWillExpire, lambda: CouponWillExpire(customer=customer(context), coupon=coupon))


def send_coupon_used(context: EventContext, body: Mapping[str, Any]) -> None:
    """Send `CouponCodeWasUsed` for a `reward_used` event."""
    reward, issued = context.program.rewards.get(body["reward"]), context.tx.rewards.get(body["issued_reward"])
    if reward is None or issued is None:
        return
    used = replace(issued, status="used", used_at=issued.used_at or context.event.time)  # it may be reissued by now
    coupon = coupon_view(context.program, used)
    if coupon is None:
        return
    context.outbox.send(
        CouponCodeWasUsed,
        lambda: CouponCodeWasUsed(
            customer=customer(context),
            reward=_reward_view(context, reward),
            issued_id=issued.id,
            issued_at=issued.issued_at,
            coupon=coupon,
            totals=_totals(context, issued, used=1),
        ),
    )


def send_status_changed(context: EventContext, body: Mapping[str, Any]) -> None:
    """Send `RewardRedemptionStatusChanged` for an event that changed the status of an issued reward."""
    reward, issued = context.program.rewards.get(body["reward"]), context.tx.rewards.get(body["issued_reward"])
    if reward is not None and issued is not None:
        context.outbox.send(
            RewardRedemptionStatusChanged,
            lambda: _status_changed(context, reward, issued, str(body.get("to", "canceled"))),
        )


def _status_changed(
    context: EventContext, reward: Reward, issued: IssuedReward, status: str
) -> RewardRedemptionStatusChanged:
    """Return the status change that happened with the event; others may have followed it since."""
    first = StatusView("issued", "", issued.issued_at)
    history = [first] + [
        StatusView(each.status, each.comment, each.at) for each in context.tx.rewards.status_changes(issued.id)
    ]
    numbers = [n for n, each in enumerate(history) if n and each.status == status and each.at <= context.event.time]
    number = numbers[-1] if numbers else len(history) - 1
    old, new = history[max(0, number - 1)], history[number]
    before = replace(issued, status="issued" if issued.status == "canceled" else issued.status)
    return RewardRedemptionStatusChanged(
        customer=customer(context),
        issued=IssuedRewardView(
            id=issued.id,
            token=issued.token,
            reward=_reward_view(context, reward),
            status=old.status,
            cost=cost_of(context.program, issued),
            issued_at=issued.issued_at,
            owner=owner_view(context.member),
            coupon=coupon_view(context.program, before),
        ),
        old=old,
        new=new,
    )


def _totals(context: EventContext, issued: IssuedReward, *, used: int) -> CodeTotals:
    """Return how often a code was issued and used; `used`: at least so often, also if it was given back meanwhile."""
    shared = context.tx.rewards.shared(issued.coupon) if issued.is_shared and issued.coupon is not None else None
    return CodeTotals(1, used) if shared is None else CodeTotals(max(1, shared.assigned), max(used, shared.used))


def _reward_view(context: EventContext, reward: Reward) -> RewardView:
    coupon = reward.coupon
    return RewardView(
        context.program.id_of("reward", reward.name),
        reward.title,
        reward.kind,
        description=reward.description,
        codes="generated" if coupon is None else "shared" if coupon.shared is not None else coupon.codes,
        valid_from=None if coupon is None else coupon.start,
        valid_until=None if coupon is None else coupon.until,
    )
