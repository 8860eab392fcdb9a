"""Dataclasses that are constructed by the million, for which the cost of freezing counts."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def frozen_at_type_check(cls: type[T]) -> type[T]:
    """Return a slotted dataclass, frozen only for the type checker, as freezing at run time slows construction down."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
