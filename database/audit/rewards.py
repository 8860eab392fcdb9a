"""Checks of rewards and of issued rewards: stock, codes, and payments."""

from sqlalchemy import and_, case, func, select

from database.audit.checks import STORE, Check, Comparison, exists, same
from database.tables import coupon_code, issued_reward, reward_supply, shared_code, transfer

_CURE = "it was changed by hand: while Laurel is stopped, set this one to the expected number"


def _taken() -> Check:
    counted = (
        select(issued_reward.c.reward, func.count().label("number"))
        .where(issued_reward.c.store == STORE, issued_reward.c.from_stock)
        .group_by(issued_reward.c.reward)
        .subquery("counted_taken")
    )
    return Check(
        "reward-stock",
        "what was taken from the stock of a reward was issued to a member",
        _CURE,
        reward_supply.outerjoin(counted, counted.c.reward == reward_supply.c.reward),
        reward_supply.c.store == STORE,
        {"reward": reward_supply.c.reward},
        (Comparison("number taken", func.coalesce(counted.c.number, 0), reward_supply.c.taken, "number"),),
    )


def _codes() -> Check:
    counted = (
        select(coupon_code.c.reward, func.count().label("number"))
        .where(coupon_code.c.store == STORE, coupon_code.c.issued.is_(None))
        .group_by(coupon_code.c.reward)
        .subquery("counted_codes")
    )
    return Check(
        "reward-codes",
        "the codes that are left of a reward are counted",
        _CURE,
        reward_supply.outerjoin(counted, counted.c.reward == reward_supply.c.reward),
        reward_supply.c.store == STORE,
        {"reward": reward_supply.c.reward},
        (Comparison("number of codes", func.coalesce(counted.c.number, 0), reward_supply.c.codes, "number"),),
    )


def _issued_codes() -> Check:
    has_it = and_(issued_reward.c.id == coupon_code.c.issued, issued_reward.c.coupon == coupon_code.c.code)
    return Check(
        "code-issued",
        "an uploaded code that is not left any more belongs to an issued reward",
        "set `issued` of the code to the id of the issued reward that has it",
        coupon_code.outerjoin(issued_reward, has_it),
        and_(coupon_code.c.store == STORE, coupon_code.c.issued.is_not(None)),
        {"reward": coupon_code.c.issued},
        (exists("its issued reward", issued_reward.c.id),),
    )


def _shared() -> Check:
    is_held, is_used = issued_reward.c.status != "canceled", issued_reward.c.status == "used"
    counted = (
        select(
            issued_reward.c.coupon,
            func.sum(case((is_held, 1), else_=0)).label("assigned"),
            func.sum(case((is_used, 1), else_=0)).label("used"),
        )
        .where(issued_reward.c.store == STORE, issued_reward.c.is_shared)
        .group_by(issued_reward.c.coupon)
        .subquery("counted_shared")
    )
    return Check(
        "shared-code",
        "a shared code is counted for everybody who has it, and for everybody who has used it",
        _CURE,
        shared_code.outerjoin(counted, counted.c.coupon == shared_code.c.code),
        shared_code.c.store == STORE,
        {"reward": shared_code.c.reward},
        (
            Comparison("number assigned", func.coalesce(counted.c.assigned, 0), shared_code.c.assigned, "number"),
            Comparison("number used", func.coalesce(counted.c.used, 0), shared_code.c.used, "number"),
        ),
    )


def _paid() -> Check:
    return Check(
        "reward-paid",
        "what a reward cost was taken from its member",
        "set `cost` of the issued reward to the points of its transfer",
        issued_reward.outerjoin(transfer, transfer.c.id == issued_reward.c.transfer),
        and_(issued_reward.c.store == STORE, issued_reward.c.transfer.is_not(None)),
        {"member": issued_reward.c.member, "reward": issued_reward.c.id},
        (
            exists("its transfer", transfer.c.id),
            Comparison("points", issued_reward.c.cost, func.coalesce(transfer.c.points, issued_reward.c.cost)),
            same("whose", issued_reward.c.member, func.coalesce(transfer.c.member, issued_reward.c.member)),
        ),
    )


REWARD_CHECKS = (_taken(), _codes(), _issued_codes(), _shared(), _paid())
"""The checks of rewards."""
