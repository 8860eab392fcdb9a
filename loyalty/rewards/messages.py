"""Messages about rewards and coupons."""

from decimal import Decimal
from typing import Any

from loyalty.events.context import EventContext
from loyalty.events.message_parts import cause_of, customer
from loyalty.store.rewards import IssuedReward
from loyalty.webhooks.messages import CouponView, CouponWillExpire, CustomerBoughtReward, RewardView


def send_reward_issued(context: EventContext, body: Any) -> None:
    """Send `CustomerBoughtReward` for a `reward_issued` event."""
    reward, issued = context.program.rewards.get(body["reward"]), context.tx.rewards.get(body["issued_reward"])
    if reward is None or issued is None:
        return
    context.outbox.send(
        CustomerBoughtReward,
        lambda: CustomerBoughtReward(
            customer=customer(context),
            reward=RewardView(
                context.program.id_of("reward", reward.name),
                reward.title,
                reward.kind,
            ),
            issued_id=issued.id,
            cost=Decimal(0),
            issued_at=issued.issued_at,
            coupon=_coupon(context, issued),
            cause=cause_of(context, "reactor"),
        ),
    )


def send_coupon_will_expire(context: EventContext, body: Any) -> None:
    """Send `CouponWillExpire` for a `coupon_will_expire` event."""
    issued = context.tx.rewards.get(body["issued_reward"])
    coupon = _coupon(context, issued) if issued else None
    if coupon is not None:
        context.outbox.send(CouponWillExpire, lambda: CouponWillExpire(customer=customer(context), coupon=coupon))


def _coupon(context: EventContext, issued: IssuedReward) -> CouponView | None:
    reward = context.program.rewards.get(issued.reward)
    if reward is None or reward.coupon is None or issued.coupon is None:
        return None
    return CouponView(
        code=issued.coupon,
        value=reward.coupon.fixed_value or Decimal(0),
        active_from=issued.issued_at,
        active_to=issued.expires_at,
        status=issued.status,
        value_type=reward.coupon.value_type,
    )
