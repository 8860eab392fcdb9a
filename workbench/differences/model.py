"""The model of a difference of two programs."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from loyalty.program.logic import Place

DefinitionKind: TypeAlias = Literal[
    "setting", "wallet", "tier", "tier set", "badge", "event type", "reward", "reactor", "achievement"
]
ChangeType: TypeAlias = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """An attribute whose value changed, or which only the new program has (`was` is None) or the old (`now` is)."""

    about: str
    was: str | None
    now: str | None
    was_at: Place | None = None
    now_at: Place | None = None

    @property
    def what(self) -> ChangeType:
        if self.was is None:
            return "added"
        return "removed" if self.now is None else "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """A definition that was added, changed or removed.

    The parts of one that was added or removed are all its attributes.
    """

    kind: DefinitionKind
    name: str
    what: ChangeType
    parts: tuple[AttributeChange, ...]
