"""Event types: a name, and the JSON Schema of the body."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from loyalty.program.body_schema import BodySchema
from loyalty.program.logic import Logic

NamedThing: TypeAlias = Literal["event type", "wallet", "tier", "tier set", "badge", "reward", "achievement"]
"""The kinds of things that program files name."""


@dataclass(frozen=True, slots=True)
class Reversal:
    """What the events of a type reverse: an event of another type, whose fields have the values of `where`."""

    event: str
    where: Mapping[str, Logic]
    """Rules by the paths of fields in the body of the reversed event, such as `order.id`."""
    share: Logic | None = None
    """The share of it that is reversed, from 0 to 1; None: all of it."""


@dataclass(frozen=True, slots=True)
class EventType:
    """An event type and the schema of its bodies."""

    name: str
    title: str
    body: BodySchema
    built_in: bool = False
    has_member: bool = True
    """False: its events belong to no member, so no rule answers them."""
    names: Mapping[str, NamedThing] = field(default_factory=dict)
    """Fields of the body that hold the name of something in program files."""
    reverses: Reversal | None = None
    """What its events reverse; None: nothing."""
