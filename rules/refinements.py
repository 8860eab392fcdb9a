"""Refinements: how a comparison with a literal narrows the type of the compared value."""

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
"""Narrows a type."""

NEGATED: Final = {"!=": "==", "!==": "==="}
MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_COMPARED = (TextType, NumberType, BooleanType)


def equals(value: Json, *, holds: bool, strict: bool) -> Refinement:
    """Refine by equality or inequality with a value. Unless `strict`, values of another type may be equal to it too."""
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
    """Refine numbers by an order comparison with a number; other types stay."""
    is_open = order in ("<", ">")
    within = Range(None, end, below=is_open) if order in ("<", "<=") else Range(end, above=is_open)
    numbers = number_type(within=within)
    return lambda found: union(
        *(intersection(option, numbers) if isinstance(option, NumberType) else option for option in options(found))
    )


def member_of(values: Sequence[Json], *, holds: bool) -> Refinement:
    """Refine by membership, or by no membership, in a list of values."""
    wanted = union(*map(type_of_value, values))

    def member(option: Type) -> Type:
        return intersection(option, wanted) if isinstance(option, (*_COMPARED, NullType)) else option

    def no_member(found: Type) -> Type:
        left = excluding(found, values)
        return filter_options(left, lambda option: not isinstance(option, NullType)) if None in values else left

    return (lambda found: union(*map(member, options(found)))) if holds else no_member
