"""Values that are made by the million: programs are read into them, and every event answered makes dozens."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def frozen_at_type_check(cls: type[T]) -> type[T]:
    """A slotted dataclass that is frozen for the type checker alone: at run time that makes one four times as slow."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
