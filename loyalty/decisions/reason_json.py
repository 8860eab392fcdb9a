"""Reasons as plain JSON."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never

from loyalty.decisions.reasons import (
    AlreadyCompleted,
    CodeRefused,
    ConditionFalse,
    FailedPart,
    LimitReached,
    NoLongerActive,
    NotActiveYet,
    NotEnoughPoints,
    ProgressMade,
    Reason,
)


def reason_to_json(reason: Reason, *, file: str | None) -> dict[str, Any]:
    """Return a reason as JSON; places in `file` are written without the name of the file."""
    match reason:
        case ConditionFalse(parts, more):
            return {"leaves": [_part_to_json(part, file) for part in parts]} | ({"more": more} if more else {})
        case NotActiveYet(since):
            return {"from": since.isoformat()}
        case NoLongerActive(until):
            return {"until": until.isoformat()}
        case LimitReached(used, most, unit, per, every, wallet):
            reached = {"used": used, "most": most, "unit": unit, "per": per, "every": every}
            return reached | ({"wallet": wallet} if wallet else {})
        case CodeRefused(code, used, uses):
            return {"code": code, "used": used, "uses": uses}
        case NotEnoughPoints(wallet, balance, needed, is_frozen):
            short = {"wallet": wallet, "balance": balance, "needed": needed}
            return short | ({"frozen": True} if is_frozen else {})
        case ProgressMade(before, after, goal, completed):
            return {"before": before, "after": after, "goal": goal} | ({"completed": completed} if completed else {})
        case AlreadyCompleted(completed, most):
            return {"completed": completed, "most": most}
        case _:
            assert_never(reason)


def reason_from_json(stored: Mapping[str, Any], *, file: str) -> Reason:
    """Return the reason that `reason_to_json` wrote with the same `file`; raise ValueError for any other JSON."""
    match stored:
        case {"leaves": parts}:
            return ConditionFalse(tuple(_part_from_json(part, file) for part in parts), stored.get("more", 0))
        case {"from": since}:
            return NotActiveYet(datetime.fromisoformat(since))
        case {"until": until}:
            return NoLongerActive(datetime.fromisoformat(until))
        case {"code": code, "used": used, "uses": uses}:
            return CodeRefused(code, used, uses)
        case {"used": used, "most": most}:
            wallet = stored.get("wallet", "")
            return LimitReached(Decimal(used), Decimal(most), stored["unit"], stored["per"], stored["every"], wallet)
        case {"wallet": wallet, "balance": balance, "needed": needed}:
            return NotEnoughPoints(wallet, Decimal(balance), Decimal(needed), stored.get("frozen", False))
        case {"before": before, "after": after, "goal": goal}:
            return ProgressMade(Decimal(before), Decimal(after), Decimal(goal), stored.get("completed", 0))
        case {"completed": completed, "most": most}:
            return AlreadyCompleted(completed, most)
        case _:
            raise ValueError(f"{dict(stored)!r} is not a reason of this version of Laurel")


def _part_to_json(part: FailedPart, file: str | None) -> dict[str, Any]:
    written: dict[str, Any] = {"place": part.place if file is None else part.place.removeprefix(f"{file}:")}
    written |= {"actual": dict(part.actual)} if part.actual else {}
    written |= {"needed": part.needed} if part.needed else {}
    return written | ({"within": list(part.within)} if part.within else {})


def _part_from_json(stored: Mapping[str, Any], file: str) -> FailedPart:
    place = stored["place"] if stored["place"].count(":") > 1 else f"{file}:{stored['place']}"
    return FailedPart(place, stored.get("actual", {}), stored.get("needed", ""), tuple(stored.get("within", ())))
