"""Reasons as plain JSON."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never

from loyalty.decisions.reasons import Exhausted, Leaf, NoLonger, NotYet, Progress, Reached, Reason, Unmet


def reason_to_json(reason: Reason, *, file: str | None) -> dict[str, Any]:
    """The facts. Places in `file` are written without it."""
    match reason:
        case Unmet(leaves, more):
            told = {"leaves": [_leaf_to_json(leaf, file) for leaf in leaves]}
            return told | ({"more": more} if more else {})
        case NotYet(since):
            return {"from": since.isoformat()}
        case NoLonger(until):
            return {"until": until.isoformat()}
        case Reached(used, most, unit, per, every):
            return {"used": used, "most": most, "unit": unit, "per": per, "every": every}
        case Progress(before, after, goal, completed):
            return {"before": before, "after": after, "goal": goal} | ({"completed": completed} if completed else {})
        case Exhausted(completed, most):
            return {"completed": completed, "most": most}
        case _:
            assert_never(reason)


def reason_from_json(kept: Mapping[str, Any], *, file: str) -> Reason:
    """The reason that `reason_to_json` wrote with the same file."""
    match kept:
        case {"leaves": leaves}:
            return Unmet(tuple(_leaf_from_json(leaf, file) for leaf in leaves), kept.get("more", 0))
        case {"from": since}:
            return NotYet(datetime.fromisoformat(since))
        case {"until": until}:
            return NoLonger(datetime.fromisoformat(until))
        case {"used": used, "most": most}:
            return Reached(Decimal(used), Decimal(most), kept["unit"], kept["per"], kept["every"])
        case {"before": before, "after": after, "goal": goal}:
            return Progress(Decimal(before), Decimal(after), Decimal(goal), kept.get("completed", 0))
        case {"completed": completed, "most": most}:
            return Exhausted(completed, most)
        case _:
            raise ValueError(f"{dict(kept)!r} is no reason of this version of Laurel")


def _leaf_to_json(leaf: Leaf, file: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {"place": leaf.place if file is None else leaf.place.removeprefix(f"{file}:")}
    told |= {"actual": dict(leaf.actual)} if leaf.actual else {}
    told |= {"needed": leaf.needed} if leaf.needed else {}
    return told | ({"within": list(leaf.within)} if leaf.within else {})


def _leaf_from_json(kept: Mapping[str, Any], file: str) -> Leaf:
    place = kept["place"] if kept["place"].count(":") > 1 else f"{file}:{kept['place']}"
    return Leaf(place, kept.get("actual", {}), kept.get("needed", ""), tuple(kept.get("within", ())))
