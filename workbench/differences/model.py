"""What a difference of two programs is made of."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from loyalty.program.logic import Place

Kind: TypeAlias = Literal["setting", "wallet", "tier", "badge", "event type", "reward", "reactor", "achievement"]
What: TypeAlias = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was said and is said otherwise, or is said only before (`now` is None) or since (`was` is)."""

    about: str
    was: str | None
    now: str | None
    was_at: Place | None = None
    now_at: Place | None = None

    @property
    def what(self) -> What:
        if self.was is None:
            return "added"
        return "removed" if self.now is None else "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """A thing of a program that was added, changed or removed.

    The parts of a thing added or removed are all that is said of it.
    """

    kind: Kind
    name: str
    what: What
    parts: tuple[Part, ...]
