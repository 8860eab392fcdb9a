"""Dataclasses that are constructed by the million, for which the cost of freezing counts."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def frozen_at_type_check(cls: type[T]) -> type[T]:
    """A slotted dataclass, frozen for the type checker alone, as freezing it at run time slows construction down."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
