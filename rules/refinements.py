"""What is left of a value's type once a comparison of it with a literal is known to hold, or not."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from rules.types import (
    NEVER,
    AbsentType,
    AnyType,
    BooleanType,
    NullType,
    NumberType,
    Range,
    TextType,
    Type,
    excluding,
    filter_options,
    intersection,
    number_type,
    options,
    present,
    type_of_value,
    union,
)
from rules.values import Json

Refinement: TypeAlias = Callable[[Type], Type]
"""What is left of a type."""

NEGATED: Final = {"!=": "==", "!==": "==="}
MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_COMPARED = (TextType, NumberType, BooleanType)


def equals(value: Json, *, holds: bool, strict: bool) -> Refinement:
    """It equals the value, or does not; loosely, what is of another kind may equal it, too."""
    if value is None:
        return _only_null if holds else present
    if not holds:
        return lambda found: excluding(found, [value])
    wanted = type_of_value(value)

    def left(option: Type) -> Type:
        match option:
            case NullType():
                return NEVER
            case TextType() | NumberType() | BooleanType() if type(option) is type(wanted):
                return intersection(option, wanted)
            case TextType() | NumberType() | BooleanType() if strict:
                return NEVER
            case _:
                return option

    return lambda found: union(*map(left, options(found)))


def _only_null(found: Type) -> Type:
    return filter_options(found, lambda option: isinstance(option, NullType | AbsentType | AnyType))


def bounded_by(order: str, end: Json) -> Refinement:
    """It is less, or greater, than a number: what is no number is not looked at."""
    is_open = order in ("<", ">")
    within = Range(None, end, below=is_open) if order in ("<", "<=") else Range(end, above=is_open)
    numbers = number_type(within=within)
    return lambda found: union(
        *(intersection(option, numbers) if isinstance(option, NumberType) else option for option in options(found))
    )


def member_of(values: Sequence[Json], *, holds: bool) -> Refinement:
    """It is one of the values, or none of them."""
    wanted = union(*map(type_of_value, values))

    def among(option: Type) -> Type:
        return intersection(option, wanted) if isinstance(option, (*_COMPARED, NullType)) else option

    def apart(found: Type) -> Type:
        left = excluding(found, values)
        return filter_options(left, lambda option: not isinstance(option, NullType)) if None in values else left

    return (lambda found: union(*map(among, options(found)))) if holds else apart
