"""What is left of a value's type once a comparison of it with a literal is known to hold, or not."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from rules.types import (
    NEVER,
    Absent,
    Anything,
    Boolean,
    Null,
    Number,
    Range,
    Text,
    Type,
    both,
    number,
    of_value,
    only,
    options,
    present,
    union,
    without,
)
from rules.values import Json

Keep: TypeAlias = Callable[[Type], Type]
"""What is left of a type."""

NOT: Final = {"!=": "==", "!==": "==="}
MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_COMPARED = (Text, Number, Boolean)


def equals(value: Json, *, holds: bool, strict: bool) -> Keep:
    """It equals the value, or does not; loosely, what is of another kind may equal it, too."""
    if value is None:
        return _only_null if holds else present
    if not holds:
        return lambda found: without(found, [value])
    wanted = of_value(value)

    def left(option: Type) -> Type:
        match option:
            case Null():
                return NEVER
            case Text() | Number() | Boolean() if type(option) is type(wanted):
                return both(option, wanted)
            case Text() | Number() | Boolean() if strict:
                return NEVER
            case _:
                return option

    return lambda found: union(*map(left, options(found)))


def _only_null(found: Type) -> Type:
    return only(found, lambda option: isinstance(option, Null | Absent | Anything))


def reaches(order: str, end: Json) -> Keep:
    """It is less, or greater, than a number: what is no number is not looked at."""
    is_open = order in ("<", ">")
    within = Range(None, end, below=is_open) if order in ("<", "<=") else Range(end, above=is_open)
    numbers = number(within=within)
    return lambda found: union(
        *(both(option, numbers) if isinstance(option, Number) else option for option in options(found))
    )


def is_among(values: Sequence[Json], *, holds: bool) -> Keep:
    """It is one of the values, or none of them."""
    wanted = union(*map(of_value, values))

    def among(option: Type) -> Type:
        return both(option, wanted) if isinstance(option, (*_COMPARED, Null)) else option

    def apart(found: Type) -> Type:
        left = without(found, values)
        return only(left, lambda option: not isinstance(option, Null)) if None in values else left

    return (lambda found: union(*map(among, options(found)))) if holds else apart
