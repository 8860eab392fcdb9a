"""Messages about rewards and coupons."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from loyalty.events.builtin_events import BUILT_IN
from loyalty.events.context import EventContext
from loyalty.events.message_parts import customer
from loyalty.program.rewards import Reward
from loyalty.store.members import Member
from loyalty.store.rewards import IssuedReward
from loyalty.webhooks.messages import (
    Cause,
    CouponView,
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
            cost=_cost(context, issued),
            issued_at=issued.issued_at,
            coupon=_coupon(context, issued),
            cause=_cause(context, issued),
        ),
    )


def send_coupon_will_expire(context: EventContext, body: Any) -> None:
    """Send `CouponWillExpire` for a `coupon_will_expire` event."""
    issued = context.tx.rewards.get(body["issued_reward"])
    coupon = _coupon(context, issued) if issued else None
    if coupon is not None:
        context.outbox.send(CouponWillExpire, lambda: CouponWillExpire(customer=customer(context), coupon=coupon))


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
    """The change to a status that happened with the event; others may have followed it since."""
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
            cost=_cost(context, issued),
            issued_at=issued.issued_at,
            owner=owner_view(context.member),
            coupon=_coupon(context, before),
        ),
        old=old,
        new=new,
    )


def owner_view(member: Member) -> dict[str, Any]:
    """Return the details of a member as messages and answers about issued rewards show them."""
    company = member.profile.get("company") or {}
    found = {
        "email": member.email,
        "firstName": member.profile.get("firstName"),
        "lastName": member.profile.get("lastName"),
        "companyName": company.get("name"),
        "nip": company.get("nip"),
        "phone": member.phone,
        "loyaltyCardNumber": member.card,
        "address": member.profile.get("address") or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _reward_view(context: EventContext, reward: Reward) -> RewardView:
    return RewardView(context.program.id_of("reward", reward.name), reward.title, reward.kind)


def _cost(context: EventContext, issued: IssuedReward) -> Decimal:
    wallet = None if issued.wallet is None else context.program.wallets.get(issued.wallet)
    return Decimal(0) if wallet is None else Decimal(wallet.amount(issued.cost))


def _cause(context: EventContext, issued: IssuedReward) -> Cause:
    """Return what issued a reward: the member who bought it, nothing for a gift, or a reactor with its event."""
    if issued.origin == "given":
        return Cause(performed_at=issued.issued_at)
    if issued.origin == "bought":
        return Cause(customer_id=issued.member, performed_at=issued.issued_at)
    kind, _, name = issued.source.partition("/")
    asked = context.tx.events.state(issued.event, context.step)
    built_in = asked is None or asked.type in BUILT_IN
    return Cause(
        campaign_id=context.program.id_of(kind, name) if name else None,
        customer_id=issued.member,
        custom_event_id=None if built_in else issued.event,
        internal_event_name=asked.type if asked is not None and built_in else None,
        performed_at=issued.issued_at,
    )


def _coupon(context: EventContext, issued: IssuedReward) -> CouponView | None:
    reward = context.program.rewards.get(issued.reward)
    if reward is None or reward.coupon is None or issued.coupon is None:
        return None
    worth = issued.worth
    return CouponView(
        code=issued.coupon,
        value=(reward.coupon.fixed_value or Decimal(0)) if worth is None else worth,
        active_from=issued.begins_at or issued.issued_at,
        active_to=issued.expires_at,
        status=issued.status,
        value_type=reward.coupon.value_type,
        used_at=issued.used_at,
    )
