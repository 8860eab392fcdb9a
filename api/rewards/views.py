"""Rewards as responses show them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from api.http.errors import faults_of_refusal
from api.http.responses import format_instant, omit_none
from database import ReadTransaction
from loyalty.ids import key
from loyalty.program.program import Program
from loyalty.program.rewards import Coupon, Reward, Span
from loyalty.rewards.eligibility import why_not_buying
from loyalty.rewards.supply import left_for, left_of
from loyalty.store.members import Member
from loyalty.store.rewards import CouponCode, IssuedReward

ANY_NUMBER = -1


def category_id(program: Program, name: str) -> str:
    """Return the id of a category of rewards."""
    return program.id_of("reward category", name)


def reward_view(
    tx: ReadTransaction, program: Program, reward: Reward, *, now: datetime, deployed_at: datetime
) -> dict[str, Any]:
    """Return a reward of the program with its supply."""
    zone, supply, price = program.zone, tx.rewards.supply(reward.name), reward.price
    categories = {category_id(program, each): each for each in reward.categories}
    is_sold = price is not None and supply.paused_at is None
    return {
        "rewardId": program.id_of("reward", reward.name),
        "reward": reward.kind,
        "name": reward.title,
        "code": reward.name,
        "shortDescription": reward.description,
        "levels": [],
        "segments": [],
        "categories": list(categories),
        "brandIcon": False,
        "target": "level",
        "active": supply.paused_at is None,
        "costInPoints": None if price is None else price.least,
        "sourceWalletTypeCode": None if price is None else price.wallet,
        "activity": span_view(reward.sold, zone),
        "visibility": span_view(reward.shown, zone),
        "labels": [],
        "featured": False,
        "public": price is not None,
        "photos": [],
        "createdAt": format_instant(deployed_at, zone),
        "usageLimit": _usage_limit(reward),
        "limits": [{"per": each.per, "every": each.every, "times": each.times} for each in reward.limits],
        "stock": supply.stock,
        "usageLeft": left_of(tx, reward),
        "fulfillmentTracking": reward.coupon is None,
        "canBeBoughtByCustomer": is_sold and reward.sold.holds(now),
        "translations": [{"name": reward.title, "id": 1, "locale": "en"}],
        "segmentNames": {},
        "levelNames": {},
        "categoryNames": categories,
        **_coupon(reward, supply.codes),
    }


def member_reward_view(
    tx: ReadTransaction, program: Program, reward: Reward, member: Member, *, now: datetime, deployed_at: datetime
) -> dict[str, Any]:
    """Return a reward as a member sees it: whether they may buy it now, and the one reason if not."""
    refused = why_not_buying(tx, program, reward, member, now=now)
    fault = None if refused is None else faults_of_refusal(refused)[0]
    return {
        **reward_view(tx, program, reward, now=now, deployed_at=deployed_at),
        "available": fault is None,
        "reason": None if fault is None else {"code": fault.code, "message": fault.message},
        "usageLeftForCustomer": left_for(tx, reward, member.id, is_test=member.is_test),
    }


def span_view(span: Span, zone: tzinfo) -> dict[str, Any]:
    """Dates in the documented fields."""
    return {
        "allTime": span.start is None and span.end is None,
        **omit_none(
            **{
                "from": None if span.start is None else format_instant(span.start, zone),
                "to": None if span.end is None else format_instant(span.end, zone),
            }
        ),
    }


def category_views(program: Program) -> list[dict[str, Any]]:
    """Return the categories that rewards name, in the order of the files."""
    names = {name: None for reward in program.rewards.values() for name in reward.categories}
    return [
        {
            "rewardCategoryId": category_id(program, name),
            "name": name,
            "active": True,
            "sortOrder": number,
            "translations": [{"name": name, "id": 1, "locale": "en"}],
        }
        for number, name in enumerate(names)
    ]


def code_view(code: CouponCode, zone: tzinfo) -> dict[str, Any]:
    """Return an uploaded code."""
    return {
        "code": code.code,
        "issued": code.issued is not None,
        "issuedRewardId": code.issued,
        "createdAt": format_instant(code.added_at, zone),
    }


def coupon_details_view(
    tx: ReadTransaction, program: Program, code: str, reward: str, holders: Sequence[IssuedReward]
) -> dict[str, Any]:
    """Return a code with the members who have it, and its book: the reward."""
    known, shared = program.rewards.get(reward), tx.rewards.shared(code)
    reward_id = program.id_of("reward", reward)
    held = [each for each in holders if each.status != "canceled"]
    return {
        "code": code,
        "couponBookKey": key("cbk", reward_id),
        "rewardId": reward_id,
        "name": reward if known is None else known.title,
        "shared": shared is not None,
        "issued": bool(holders),
        "totalAssigned": len(held) if shared is None else shared.assigned,
        "totalUsages": sum(each.status == "used" for each in held) if shared is None else shared.used,
        "holders": [_holder(each, program.zone) for each in holders],
    }


def _holder(issued: IssuedReward, zone: tzinfo) -> dict[str, Any]:
    begins = issued.begins_at or issued.issued_at
    return {
        "issuedRewardId": issued.id,
        "customerId": issued.member,
        "status": issued.status,
        "used": issued.status == "used",
        "usedAt": None if issued.used_at is None else format_instant(issued.used_at, zone),
        "activeFrom": format_instant(begins, zone),
        "activeTo": None if issued.expires_at is None else format_instant(issued.expires_at, zone),
    }


def _usage_limit(reward: Reward) -> dict[str, int]:
    """Return how many may be bought ever; -1: unlimited."""
    ever: Mapping[str, int] = {each.per: each.times for each in reward.limits if each.every == "ever"}
    return {"general": ever.get("program", ANY_NUMBER), "perUser": ever.get("member", ANY_NUMBER)}


def _coupon(reward: Reward, codes: int) -> dict[str, Any]:
    coupon = reward.coupon
    if coupon is None:
        return {}
    fields: dict[str, Any] = {"couponValueType": coupon.value_type, **_generator(coupon)}
    if coupon.codes == "uploaded":
        fields["notIssuedCoupons"] = codes
    value = coupon.fixed_value
    if value is not None:
        fields["couponValue"] = value
        if reward.kind == "conversion_coupon" and reward.price is not None:
            fields["unitsConversion"] = {"ratio": reward.price.least / value, "rounding": "down"}
    return fields


def _generator(coupon: Coupon) -> dict[str, Any]:
    if coupon.codes == "uploaded" or coupon.shared is not None:
        return {}
    return {"couponGenerator": {"length": coupon.length, "characterSet": "alphanum", "prefix": coupon.prefix}}
