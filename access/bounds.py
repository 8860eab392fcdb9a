"""Bounds of corrections: how much one person may correct alone. Above them a second one decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias, get_args

CorrectionKind: TypeAlias = Literal["points", "tier", "reward", "progress", "badge"]
"""What a correction changes."""

CORRECTION_KINDS: Final[Sequence[CorrectionKind]] = get_args(CorrectionKind)


@dataclass(frozen=True, slots=True)
class Bound:
    """How much of one kind is corrected alone: points in units of their wallet, rewards, badges, completions by number.

    `unit` is the wallet, tier, reward, achievement or badge; None: each of them that has no bound of its own.
    """

    kind: CorrectionKind
    once: Decimal | None = None
    """The most that one correction changes; None: as much as the day allows."""
    day: Decimal | None = None
    """The most in one day; None: without a limit."""
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of a role. What they do not name is never corrected alone."""

    each: tuple[Bound, ...]

    def of(self, kind: CorrectionKind, unit: str | None) -> Bound:
        """Return the bound of a kind and a unit; one of 0, if none is named."""
        found = next((bound for bound in self.each if (bound.kind, bound.unit) == (kind, unit)), None)
        found = found or next((bound for bound in self.each if (bound.kind, bound.unit) == (kind, None)), None)
        return found or Bound(kind, Decimal(0), Decimal(0))

    def cover(self, other: "Bounds") -> bool:
        """Return whether other bounds allow nothing that these do not."""
        units = {bound.unit for bounds in (self, other) for bound in bounds.each} | {None}
        return all(
            _at_most(other.of(kind, unit).once, self.of(kind, unit).once)
            and _at_most(other.of(kind, unit).day, self.of(kind, unit).day)
            for kind in CORRECTION_KINDS
            for unit in units
        )


def _at_most(number: Decimal | None, limit: Decimal | None) -> bool:
    return limit is None or (number is not None and number <= limit)
