"""Tier sets and tiers as answers show them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from api.http.responses import format_instant, omit_none
from database import ReadTransaction
from loyalty.calendar import Duration
from loyalty.program.expiry import After, EndOf, Never
from loyalty.program.program import Program
from loyalty.program.tiers import Tier
from loyalty.store.members import NO_POINTS, StoredMember
from loyalty.store.tiers import DEFAULT_SET, TierHold
from loyalty.tiers.standing import standing

SET_TITLE = "Tiers"


def tier_set_id(program: Program, tier_set: str = DEFAULT_SET) -> str:
    """The id of a tier set."""
    return program.id_of("tier_set", tier_set)


def tier_set_views(program: Program, *, deployed_at: datetime) -> list[dict[str, Any]]:
    """The tier sets of a program in the documented fields; none for a program without tiers."""
    if not program.tiers:
        return []
    at = format_instant(deployed_at, program.zone)
    condition = {"id": _condition_id(program), "attribute": attribute(program), "walletType": _wallet(program)}
    tiers = [
        {"levelId": program.id_of("tier", each.name), "name": each.title, "description": "", "active": True}
        for each in program.tiers
    ]
    return [
        {
            **_basics(program),
            "description": "",
            "active": True,
            "createdAt": at,
            "updatedAt": at,
            "labels": [],
            "conditions": [condition],
            "tiers": tiers,
            "translations": _translations(SET_TITLE),
            "isMigrated": False,
            "isDefault": True,
            "downgrade": _downgrade(program),
        }
    ]


def tier_views(program: Program, *, deployed_at: datetime) -> list[dict[str, Any]]:
    """The tiers of a program in the documented fields, from the lowest."""
    return [_tier_view(program, order, tier, deployed_at) for order, tier in enumerate(program.tiers)]


def own_tier_view(program: Program, tier: Tier) -> dict[str, Any]:
    """A tier as the member in it sees it."""
    return {
        "levelId": program.id_of("tier", tier.name),
        "name": tier.title,
        "description": "",
        "hasPhoto": False,
        "storeCode": program.store,
        "conditionValue": tier.start,
    }


def member_tier_set_views(program: Program, member: StoredMember, hold: TierHold | None) -> list[dict[str, Any]]:
    """The tier of a member in each tier set in which they are in one."""
    tier = program.tier_named(member.tier)
    if tier is None:
        return []
    basics = {"tierSetId": tier_set_id(program), "tierSetName": SET_TITLE}
    current = {"currentTierId": program.id_of("tier", tier.name), "currentTierName": tier.title}
    return [basics | current | {"manually": _is_by_hand(hold, member)}]


def progress_view(tx: ReadTransaction, program: Program, member: StoredMember, hold: TierHold | None) -> dict[str, Any]:
    """Where a member stands in a tier set, and what is missing to the next tier."""
    zone, tier, wallet = program.zone, program.tier_named(member.tier), program.tier_wallet
    balance = tx.members.balances(member.id).get(wallet.code, NO_POINTS)
    reached = Decimal(standing(program, balance, member.tier_base))
    start = tier.start if tier is not None else Decimal(-1)
    following = next((each for each in program.tiers if each.start > start), None)
    until = member.tier_until if program.reviews_tiers else None
    raised, lowered = member.tier_raised_at, member.tier_lowered_at
    return {
        "tierSetId": tier_set_id(program),
        "tierSetName": SET_TITLE,
        "manually": _is_by_hand(hold, member),
        "downgrade": _downgrade(program)["mode"],
        "nextTierCurrentProgress": [] if following is None else [_to_next(program, following, reached)],
    } | omit_none(
        currentTierId=tier and program.id_of("tier", tier.name),
        currentTierName=tier and tier.title,
        nextTierId=following and program.id_of("tier", following.name),
        nextTierName=following and following.title,
        currentProgress=_part(reached, tier, following),
        lastPromotionAt=raised and format_instant(raised, zone),
        lastDowngradeAt=lowered and format_instant(lowered, zone),
        nextRecalculationAt=until and format_instant(until, zone),
        byHand=None if hold is None else _hold_view(program, hold),
    )


def attribute(program: Program) -> str:
    """What tiers are reached by, as the documented fields name it."""
    if program.tier_by == "active_points":
        return "activeUnits"
    return "totalEarnedUnits" if program.reviews_tiers else "cumulatedEarnedUnits"


def tiers_named(program: Program, text: str) -> Sequence[Tier]:
    """The tier that an id, or a name in program files, names; none if there is no such tier."""
    return [each for each in program.tiers if text == each.name or text.lower() == program.id_of("tier", each.name)]


def _tier_view(program: Program, order: int, tier: Tier, deployed_at: datetime) -> dict[str, Any]:
    at = format_instant(deployed_at, program.zone)
    condition = {"conditionId": _condition_id(program), "attribute": attribute(program), "value": tier.start}
    return {
        "levelId": program.id_of("tier", tier.name),
        "tierSet": _basics(program),
        "name": tier.title,
        "description": "",
        "storeCode": program.store,
        "active": True,
        "rewards": [],
        "conditions": [condition],
        "translations": _translations(tier.title),
        "createdAt": at,
        "updatedAt": at,
        "hasPhoto": False,
        "conditionValue": tier.start,
        "isDefault": order == 0,
        "sortOrder": order,
    }


def _to_next(program: Program, following: Tier, reached: Decimal) -> dict[str, Any]:
    return {
        "conditionId": _condition_id(program),
        "attribute": attribute(program),
        "currentValue": reached,
        "valueGoal": following.start,
        "walletType": _wallet(program),
    }


def _part(reached: Decimal, tier: Tier | None, following: Tier | None) -> Decimal | None:
    """The part of the way from a tier to the next, from 0 to 1; None: there is no next one."""
    if following is None:
        return None
    start = Decimal(0) if tier is None else tier.start
    part = (reached - start) / (following.start - start)
    return max(Decimal(0), min(Decimal(1), part)).quantize(Decimal("0.0001")).normalize()


def _hold_view(program: Program, hold: TierHold) -> dict[str, Any]:
    shown = {"levelId": program.id_of("tier", hold.tier), "direction": hold.direction}
    return shown | omit_none(until=hold.until and format_instant(hold.until, program.zone))


def _is_by_hand(hold: TierHold | None, member: StoredMember) -> bool:
    return hold is not None and hold.tier == member.tier


def _basics(program: Program) -> dict[str, Any]:
    return {"tierSetId": tier_set_id(program), "name": SET_TITLE}


def _condition_id(program: Program) -> str:
    return program.id_of("tier_condition", DEFAULT_SET)


def _wallet(program: Program) -> str:
    return program.tier_wallet.code


def _translations(name: str) -> dict[str, Any]:
    return {"en": {"name": name, "description": ""}}


def _downgrade(program: Program) -> dict[str, Any]:
    """When tiers are reviewed, as far as the documented fields can say it."""
    match program.tier_review:
        case Never():
            return {"mode": "none"}
        case After(Duration(months=months, days=0, seconds=0), None) if months:
            every = {"period": "recalculation_every_month_after_tier_promotion", "interval": months}
            return {"mode": "periodic"} | every
        case EndOf("year"):
            return {"mode": "periodic", "period": "yearly"}
        case _:
            return {"mode": "periodic"}
