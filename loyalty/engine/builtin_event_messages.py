"""Built-in events as messages."""

from datetime import date
from decimal import Decimal
from typing import Any

from loyalty.calendar import read_instant
from loyalty.events.builtin_events import BUILT_IN
from loyalty.events.context import Step
from loyalty.events.message_parts import cause_of, customer, level_view, wallet_id
from loyalty.points.operations import say_balance
from loyalty.webhooks.messages import (
    CouponView,
    CouponWillExpire,
    CustomerBoughtReward,
    CustomerLevelChanged,
    CustomerRegistered,
    LevelView,
    LevelWillExpire,
    PointsWillExpire,
    RewardView,
)

CLOCK = "clock"
"""The source of what a store's clock does."""


def tell_of_built_in(step: Step) -> None:
    """Send the messages that belong to the step's event itself."""
    body = step.event.body
    match step.event.type if step.event.type in BUILT_IN else None:
        case "member_registered":
            _tell_of_registration(step)
        case "tier_changed":
            _tell_of_tier(step, str(body["to"]), up=bool(body["up"]))
        case "tier_will_expire":
            _tell_of_expiring_tier(step, body)
        case "points_activated":
            _tell_of_balance(step, body, is_more=True)
        case "points_expired":
            _tell_of_balance(step, body, is_more=False)
        case "points_will_expire":
            _tell_of_expiring_points(step, body)
        case "reward_issued":
            _tell_of_reward(step, body)
        case "coupon_will_expire":
            _tell_of_expiring_coupon(step, body)
        case _:
            pass


def _tell_of_registration(step: Step) -> None:
    step.outbox.send("CustomerRegistered", lambda: _registered(step))
    if step.member.tier is not None:
        _tell_of_tier(step, step.member.tier, up=True)


def _registered(step: Step) -> CustomerRegistered:
    profile = step.member.profile
    agreements = tuple(bool(profile.get(f"agreement{n}")) for n in (1, 2, 3))
    return CustomerRegistered(
        customer=customer(step),
        registered_at=step.member.registered_at,
        gender=profile.get("gender"),
        birth_date=_date(profile.get("birthDate")),
        address=profile.get("address") or {},
        company=profile.get("company") or {},
        attributes=step.member.attributes,
        agreements=(agreements[0], agreements[1], agreements[2]),
    )


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text[:10])


def _tell_of_tier(step: Step, name: str, *, up: bool) -> None:
    step.outbox.send(
        "CustomerLevelChanged",
        lambda: CustomerLevelChanged(customer=customer(step), level=_level(step, name), up=up),
    )


def _tell_of_expiring_tier(step: Step, body: Any) -> None:
    step.outbox.send(
        "LevelWillExpire",
        lambda: LevelWillExpire(
            customer=customer(step), level=_level(step, body["tier"]), future=_level(step, body["to"])
        ),
    )


def _level(step: Step, name: str) -> LevelView:
    """A tier as messages call it, also where a newer program has it no more."""
    tier = step.program.tier_named(name)
    return level_view(step.program, tier) if tier else LevelView(step.program.id_of("tier", name), name)


def _tell_of_balance(step: Step, body: Any, *, is_more: bool) -> None:
    wallet = step.program.wallets.get(body["wallet"])
    if wallet is None:
        return
    points, active = (wallet.points(Decimal(body[name])) for name in ("points", "balance"))
    say_balance(step, wallet, "add" if is_more else "subtract", points, active, body["lot"], CLOCK)


def _tell_of_expiring_points(step: Step, body: Any) -> None:
    step.outbox.send(
        "PointsWillExpire",
        lambda: PointsWillExpire(
            customer=customer(step),
            wallet_id=wallet_id(step.event.member, body["wallet"]),
            points=Decimal(body["awarded"]),
            remaining=Decimal(body["points"]),
            expires_at=read_instant(body["expires_at"], step.program.zone),
        ),
    )


def _tell_of_reward(step: Step, body: Any) -> None:
    reward, issued = step.program.rewards.get(body["reward"]), step.tx.rewards.get(body["issued_reward"])
    if reward is None or issued is None:
        return
    step.outbox.send(
        "CustomerBoughtReward",
        lambda: CustomerBoughtReward(
            customer=customer(step),
            reward=RewardView(
                step.program.id_of("reward", reward.name),
                reward.title,
                "dynamic_coupon" if reward.coupon else "material",
            ),
            issued_id=issued["id"],
            cost=Decimal(0),
            issued_at=issued["issued_at"],
            coupon=_coupon(step, issued),
            cause=cause_of(step, "reactor"),
        ),
    )


def _tell_of_expiring_coupon(step: Step, body: Any) -> None:
    issued = step.tx.rewards.get(body["issued_reward"])
    coupon = _coupon(step, issued) if issued else None
    if coupon is not None:
        step.outbox.send("CouponWillExpire", lambda: CouponWillExpire(customer=customer(step), coupon=coupon))


def _coupon(step: Step, issued: Any) -> CouponView | None:
    reward = step.program.rewards.get(issued["reward"])
    if reward is None or reward.coupon is None or issued["coupon"] is None:
        return None
    return CouponView(
        code=issued["coupon"],
        value=reward.coupon.value,
        active_from=issued["issued_at"],
        active_to=issued["expires_at"],
        status=issued["status"],
        value_type=reward.coupon.value_type,
    )
