"""A small language for the shapes of JSON, and what in a value is not as its shape says.

A shape is a scalar such as `TEXT`; a dict of fields, `"name!"` where the field is always there; a list of one shape;
`OneOf` of several shapes; `Words`; `Nullable`; or `ANYTHING`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias, assert_never
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value of one of these types, written in one way."""

    name: str
    types: tuple[type, ...]
    is_written: Callable[[Any], bool] = lambda value: True


@dataclass(frozen=True, slots=True)
class Words:
    """One of these strings."""

    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Nullable:
    """A value or null."""

    shape: "Shape"


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value that has at least one of these shapes."""

    shapes: tuple["Shape", ...]


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON, null included."""


Shape: TypeAlias = "Scalar | Words | Nullable | OneOf | Anything | list[Shape] | Mapping[str, Shape]"


def _is_id(value: str) -> bool:
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def _is_time(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


TEXT = Scalar("text", (str,))
ID = Scalar("UUID", (str,), _is_id)
TIME = Scalar("time with an offset", (str,), _is_time)
EMAIL = Scalar("email address", (str,), lambda value: "@" in value)
FLAG = Scalar("boolean", (bool,))
COUNT = Scalar("whole number", (int,))
NUMBER = Scalar("number", (int, Decimal))
OBJECT = Scalar("object", (dict,))
ANYTHING = Anything()


def words(*allowed: str) -> Words:
    """The shape of one of these strings."""
    return Words(frozenset(allowed))


def one_of(*shapes: Shape) -> OneOf:
    """The shape of a value that has at least one of these."""
    return OneOf(shapes)


def faults(shape: Shape, value: Any, path: str = "data") -> list[str]:
    """What in a value is not as its shape says, each with its path; a value without fault gives none."""
    match shape:
        case Anything():
            return []
        case Nullable(inner):
            return [] if value is None else faults(inner, value, path)
        case OneOf(shapes):
            found = [faults(each, value, path) for each in shapes]
            return [] if [] in found else min(found, key=len)
        case Words(allowed):
            return [] if value in allowed else [f"{path}: {value!r} is none of {sorted(allowed)}"]
        case Scalar():
            return [] if _is(shape, value) else [f"{path}: {value!r} is not a {shape.name}"]
        case list():
            if not isinstance(value, list):
                return [f"{path}: {value!r} is not a list"]
            return [fault for n, item in enumerate(value) for fault in faults(shape[0], item, f"{path}[{n}]")]
        case Mapping():
            return _field_faults(shape, value, path)
        case _:
            assert_never(shape)


def _is(scalar: Scalar, value: Any) -> bool:
    return type(value) in scalar.types and scalar.is_written(value)


def _field_faults(shape: Mapping[str, Shape], value: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is not an object"]
    fields = {name.removesuffix("!"): inner for name, inner in shape.items()}
    always = [name.removesuffix("!") for name in shape if name.endswith("!")]
    wrong = [f"{path}.{name}: unknown" for name in value if name not in fields]
    wrong += [f"{path}.{name}: missing" for name in always if name not in value]
    for name in fields.keys() & value.keys():
        wrong += faults(fields[name], value[name], f"{path}.{name}")
    return wrong
