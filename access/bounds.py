"""Bounds of corrections: how much one administrator may correct alone. Above them a second one decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias, get_args

CorrectionKind: TypeAlias = Literal["points", "tier", "reward", "progress", "badge"]
"""What a correction changes."""

CORRECTION_KINDS: Final[Sequence[CorrectionKind]] = get_args(CorrectionKind)


@dataclass(frozen=True, slots=True)
class Bound:
    """How much of one kind may be corrected alone: points in units of the wallet, rewards, badges, completions.

    `unit` is the wallet, tier, reward, achievement or badge; None: each without a bound of its own.
    """

    kind: CorrectionKind
    once: Decimal | None = None
    """The most that one correction changes; None: limited only by the day."""
    day: Decimal | None = None
    """The most in one day; None: unlimited."""
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of a role. What they do not name always needs a second administrator."""

    each: tuple[Bound, ...]

    def of(self, kind: CorrectionKind, unit: str | None) -> Bound:
        """Return the bound of a kind and a unit; a bound of 0, if none is named."""
        found = next((bound for bound in self.each if (bound.kind, bound.unit) == (kind, unit)), None)
        found = found or next((bound for bound in self.each if (bound.kind, bound.unit) == (kind, None)), None)
        return found or Bound(kind, Decimal(0), Decimal(0))

    def cover(self, other: "Bounds") -> bool:
        """Return whether these bounds allow everything that other bounds allow."""
        units = {bound.unit for bounds in (self, other) for bound in bounds.each} | {None}
        return all(
            _at_most(other.of(kind, unit).once, self.of(kind, unit).once)
            and _at_most(other.of(kind, unit).day, self.of(kind, unit).day)
            for kind in CORRECTION_KINDS
            for unit in units
        )


def _at_most(number: Decimal | None, limit: Decimal | None) -> bool:
    return limit is None or (number is not None and number <= limit)
