"""What corrections change: one class for each kind, and its JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias, assert_never

from access import CorrectionKind

Direction: TypeAlias = Literal["add", "subtract"]


@dataclass(frozen=True, slots=True)
class CorrectPoints:
    """Add points to a wallet, or subtract them.

    Days count from when the correction is carried out; None: by the wallet.
    """

    direction: Direction
    points: Decimal
    wallet: str | None = None
    locked_days: int | None = None
    expires_days: int | None = None
    qualifies: bool = False
    """Whether added points count for tiers, and subtracted ones as spent."""


@dataclass(frozen=True, slots=True)
class CorrectTier:
    """Put a member into a tier by hand; `tier` None: remove the tier by hand. `tier_set` None: the default one."""

    tier: str | None
    until: datetime | None = None
    pinned: bool = False
    tier_set: str | None = None


@dataclass(frozen=True, slots=True)
class CorrectReward:
    """Give a member a reward for free."""

    reward: str
    quantity: int = 1
    value: Decimal | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CorrectProgress:
    """Set a member's progress towards an achievement, its number of completions, or both; None: leave unchanged."""

    achievement: str
    progress: Decimal | None = None
    completed: int | None = None


@dataclass(frozen=True, slots=True)
class CorrectBadge:
    """Set how many times a member has a badge; 0 removes it."""

    badge: str
    times: int


CorrectedChange: TypeAlias = CorrectPoints | CorrectTier | CorrectReward | CorrectProgress | CorrectBadge

_CLASSES: Final[Mapping[CorrectionKind, type[CorrectedChange]]] = {
    "points": CorrectPoints,
    "tier": CorrectTier,
    "reward": CorrectReward,
    "progress": CorrectProgress,
    "badge": CorrectBadge,
}
_DECIMALS: Final = frozenset({"points", "value", "progress"})


def kind_of(change: CorrectedChange) -> CorrectionKind:
    """Return the kind of a change."""
    match change:
        case CorrectPoints():
            return "points"
        case CorrectTier():
            return "tier"
        case CorrectReward():
            return "reward"
        case CorrectProgress():
            return "progress"
        case CorrectBadge():
            return "badge"
        case _:
            assert_never(change)


def change_to_json(change: CorrectedChange) -> dict[str, Any]:
    """Return a change as JSON, without fields that are absent."""
    found = {name: value for name, value in asdict(change).items() if value is not None}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}


def change_from_json(kind: CorrectionKind, stored: Mapping[str, Any]) -> CorrectedChange:
    """Return the change of a stored correction."""
    class_ = _CLASSES[kind]
    said = {each.name: stored[each.name] for each in fields(class_) if each.name in stored}
    for name, value in said.items():
        if name == "until":
            said[name] = datetime.fromisoformat(value)
        elif name in _DECIMALS:
            said[name] = Decimal(value)
    return class_(**({"tier": None} if kind == "tier" else {}) | said)
