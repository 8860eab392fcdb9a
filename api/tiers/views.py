"""Tier sets and tiers as responses show them."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from api.http.responses import format_instant, omit_none
from database import ReadTransaction
from loyalty.calendar import Duration
from loyalty.program.expiry import After, Anniversary, EndOf, Never
from loyalty.program.program import Program
from loyalty.program.tiers import Tier, TierSet
from loyalty.store.members import StoredMember
from loyalty.store.tiers import NO_PLACE, TierHold, TierPlace
from loyalty.tiers.places import in_set
from loyalty.tiers.standing import standing_of


def tier_set_id(program: Program, tier_set: str) -> str:
    """Return the id of a tier set."""
    return program.id_of("tier_set", tier_set)


def tier_set_view(program: Program, tier_set: TierSet, *, deployed_at: datetime) -> dict[str, Any]:
    """Return a tier set of a program in the documented fields."""
    at = format_instant(deployed_at, program.zone)
    condition = {"id": _condition_id(program, tier_set), "attribute": attribute(tier_set)}
    tiers = [
        {"levelId": _id(program, tier_set, each), "name": each.title, "description": "", "active": True}
        for each in tier_set.tiers
    ]
    return {
        **_basics(program, tier_set),
        "description": "",
        "active": True,
        "createdAt": at,
        "updatedAt": at,
        "labels": [],
        "conditions": [condition | {"walletType": tier_set.wallet.code}],
        "tiers": tiers,
        "translations": _translations(tier_set.title),
        "isMigrated": False,
        "isDefault": tier_set.is_default,
        "downgrade": _downgrade(tier_set),
    }


def tier_views(program: Program, tier_set: TierSet, *, deployed_at: datetime) -> list[dict[str, Any]]:
    """Return the tiers of a set in the documented fields, from the lowest."""
    return [_tier_view(program, tier_set, order, tier, deployed_at) for order, tier in enumerate(tier_set.tiers)]


def own_tier_view(program: Program, tier_set: TierSet, tier: Tier) -> dict[str, Any]:
    """Return a tier as the member in it sees it."""
    return {
        "levelId": _id(program, tier_set, tier),
        "name": tier.title,
        "description": "",
        "hasPhoto": False,
        "storeCode": program.store,
        "conditionValue": tier.start,
    }


def tiers_of_member(
    tx: ReadTransaction, program: Program, member: StoredMember
) -> Iterator[tuple[TierSet, Tier, TierPlace]]:
    """Yield each tier set in which a member has a tier, with the tier and their place."""
    places = tx.tier_places.places_of(member.id) if program.more_tier_sets else {}
    for name, tier_set in program.tier_sets.items():
        place = place_of(member) if tier_set.is_default else places.get(name, NO_PLACE)
        tier = _tier_at(tier_set, place)
        if tier is not None:
            yield tier_set, tier, place


def _tier_at(tier_set: TierSet, place: TierPlace) -> Tier | None:
    """Return the tier at a place; without a place, the lowest tier of a set that everybody is in, until judged."""
    if place.tier is None and tier_set.begins_at_nothing and not tier_set.is_default:
        return tier_set.tiers[0]
    return tier_set.named(place.tier)


def place_of(member: StoredMember) -> TierPlace:
    """Return a member's place in the default tier set."""
    return TierPlace(
        member.tier,
        member.tier_since,
        member.tier_raised_at,
        member.tier_lowered_at,
        member.tier_base,
        member.tier_until,
        member.reviewed_at,
        member.reviewed_since,
        member.reviewed_base,
    )


def member_tier_set_view(program: Program, tier_set: TierSet, tier: Tier, hold: TierHold | None) -> dict[str, Any]:
    """Return the tier of a member in a tier set."""
    basics = {"tierSetId": tier_set_id(program, tier_set.name), "tierSetName": tier_set.title}
    current = {"currentTierId": _id(program, tier_set, tier), "currentTierName": tier.title}
    return basics | current | {"manually": hold is not None and hold.tier == tier.name}


def progress_view(
    tx: ReadTransaction,
    program: Program,
    tier_set: TierSet,
    member: StoredMember,
    hold: TierHold | None,
    *,
    now: datetime,
) -> dict[str, Any]:
    """Return a member's standing in a tier set, and what is missing to the next tier."""
    zone = program.zone
    place = place_of(member) if tier_set.is_default else tx.tier_places.place(member.id, tier_set.name)
    tier = _tier_at(tier_set, place)
    known = in_set(tx, tx.members.facts(member.id), tier_set)
    reached = Decimal(standing_of(tx, program, tier_set, known, now=now))
    start = tier.start if tier is not None else Decimal(-1)
    following = next((each for each in tier_set.tiers if each.start > start), None)
    until = place.tier_until if tier_set.is_reviewed else None
    raised, lowered = place.tier_raised_at, place.tier_lowered_at
    return {
        "tierSetId": tier_set_id(program, tier_set.name),
        "tierSetName": tier_set.title,
        "manually": hold is not None and hold.tier == place.tier,
        "downgrade": _downgrade(tier_set)["mode"],
        "nextTierCurrentProgress": [] if following is None else [_to_next(program, tier_set, following, reached)],
    } | omit_none(
        currentTierId=tier and _id(program, tier_set, tier),
        currentTierName=tier and tier.title,
        nextTierId=following and _id(program, tier_set, following),
        nextTierName=following and following.title,
        currentProgress=_part(reached, tier, following),
        lastPromotionAt=raised and format_instant(raised, zone),
        lastDowngradeAt=lowered and format_instant(lowered, zone),
        nextRecalculationAt=until and format_instant(until, zone),
        byHand=None if hold is None else _hold_view(program, tier_set, hold),
    )


def attribute(tier_set: TierSet) -> str:
    """Return how tiers are reached, by the documented name; spent points have no name of their own there."""
    match tier_set.by:
        case "active_points":
            return "activeUnits"
        case "spend":
            return "totalSpending"
        case "membership_months":
            return "monthsSinceJoiningProgram"
        case "earned_points" | "spent_points":
            return "totalEarnedUnits" if tier_set.is_reviewed else "cumulatedEarnedUnits"


def set_named(program: Program, text: str) -> TierSet | None:
    """Return the tier set with an id, or with a name in program files; None: there is no such set."""
    sets = program.tier_sets
    return sets.get(text) or next(
        (each for name, each in sets.items() if text.lower() == tier_set_id(program, name)), None
    )


def tier_named(program: Program, text: str, within: TierSet | None = None) -> tuple[TierSet, Tier] | None:
    """Return the tier with an id, or with a name in program files, of a set or of any; the default set comes first.

    In any set, `SET/TIER` is a name too.
    """
    for tier_set in program.tier_sets.values() if within is None else (within,):
        for tier in tier_set.tiers:
            if text in (tier.name, f"{tier_set.name}/{tier.name}") or text.lower() == _id(program, tier_set, tier):
                return tier_set, tier
    return None


def _id(program: Program, tier_set: TierSet, tier: Tier) -> str:
    return program.tier_id(tier_set.name, tier.name)


def _tier_view(program: Program, tier_set: TierSet, order: int, tier: Tier, deployed_at: datetime) -> dict[str, Any]:
    at = format_instant(deployed_at, program.zone)
    condition = {"conditionId": _condition_id(program, tier_set), "attribute": attribute(tier_set)}
    return {
        "levelId": _id(program, tier_set, tier),
        "tierSet": _basics(program, tier_set),
        "name": tier.title,
        "description": "",
        "storeCode": program.store,
        "active": True,
        "rewards": [],
        "conditions": [condition | {"value": tier.start}],
        "translations": _translations(tier.title),
        "createdAt": at,
        "updatedAt": at,
        "hasPhoto": False,
        "conditionValue": tier.start,
        "isDefault": order == 0,
        "sortOrder": order,
    }


def _to_next(program: Program, tier_set: TierSet, following: Tier, reached: Decimal) -> dict[str, Any]:
    return {
        "conditionId": _condition_id(program, tier_set),
        "attribute": attribute(tier_set),
        "currentValue": reached,
        "valueGoal": following.start,
        "walletType": tier_set.wallet.code,
    }


def _part(reached: Decimal, tier: Tier | None, following: Tier | None) -> Decimal | None:
    """Return the part of the way from a tier to the next, from 0 to 1; None: there is no next one."""
    if following is None:
        return None
    start = Decimal(0) if tier is None else tier.start
    if following.start <= start:
        return Decimal(0)
    part = (reached - start) / (following.start - start)
    return max(Decimal(0), min(Decimal(1), part)).quantize(Decimal("0.0001")).normalize()


def _hold_view(program: Program, tier_set: TierSet, hold: TierHold) -> dict[str, Any]:
    shown = {"levelId": program.tier_id(tier_set.name, hold.tier), "direction": hold.direction}
    return shown | omit_none(until=hold.until and format_instant(hold.until, program.zone))


def _basics(program: Program, tier_set: TierSet) -> dict[str, Any]:
    return {"tierSetId": tier_set_id(program, tier_set.name), "name": tier_set.title}


def _condition_id(program: Program, tier_set: TierSet) -> str:
    return program.id_of("tier_condition", tier_set.name)


def _translations(name: str) -> dict[str, Any]:
    return {"en": {"name": name, "description": ""}}


def _downgrade(tier_set: TierSet) -> dict[str, Any]:
    """Return when tiers are reviewed, as far as the documented fields can express it."""
    match tier_set.review:
        case Never():
            return {"mode": "none"}
        case After(Duration(months=months, days=0, seconds=0), None) if months:
            every = {"period": "recalculation_every_month_after_tier_promotion", "interval": months}
            return {"mode": "periodic"} | every
        case Anniversary("registration"):
            return {"mode": "periodic", "period": "registration_anniversary"}
        case EndOf("year"):
            return {"mode": "periodic", "period": "yearly"}
        case _:
            return {"mode": "periodic"}
