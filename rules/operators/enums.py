"""Operands whose type lists their values: whether one is compared with a value outside the list, and the fault."""

from rules import exact
from rules.check import Checker, label
from rules.expression import Expression, Literal
from rules.spelling import closest_match
from rules.types import (
    ArrayType,
    BooleanType,
    NumberType,
    TextType,
    Type,
    may_be,
    options,
)
from rules.values import Json


def is_enum(left: Expression, one: Type, right: Expression, other: Type) -> bool:
    """Return whether one side is an enum, that is, not a literal and of a type that lists its values."""
    sides = ((left, one), (right, other))
    return any(not isinstance(side, Literal) and has_values(type_) for side, type_ in sides)


def has_values(of: Type) -> bool:
    """Return whether the type, or a part of a union, lists its values."""
    return any(
        (isinstance(option, TextType | NumberType) and option.values is not None)
        or (isinstance(option, BooleanType) and option.value is not None)
        for option in options(of)
    )


def add_enum_fault(checker: Checker, left: tuple[Expression, Type], right: tuple[Expression, Type]) -> None:
    """Report that a literal is none of the listed values, with the closest one as the cure."""
    (literal, _), (enum, known) = (left, right) if isinstance(left[0], Literal) else (right, left)
    allowed = _values_of(known)
    names = ", ".join(map(exact.dumps, allowed[:8])) + (", ..." if len(allowed) > 8 else "")
    only = f"only one of {names}" if len(allowed) > 1 else f"only {names}" if allowed else "it has no values"
    suggestion = closest_value(literal, known)
    never = "never holds" if may_be(checker.inferred(enum), ArrayType) else "is never"
    message = f"{label(enum)} {never} {label(literal)}, {only}"
    checker.add_fault("not_in_enum", literal, message, suggestion and exact.dumps(suggestion))


def _values_of(known: Type) -> list[Json]:
    """Return the values that a type lists."""
    listed = [
        value for option in options(known) if isinstance(option, TextType | NumberType) for value in option.values or ()
    ]
    return listed + [
        option.value for option in options(known) if isinstance(option, BooleanType) and option.value is not None
    ]


def closest_value(literal: Expression, known: Type) -> str | None:
    """Return the listed text that a literal probably misspells; None: there is none."""
    if not isinstance(literal, Literal) or not isinstance(literal.value, str):
        return None
    return closest_match(literal.value, (text for text in _values_of(known) if isinstance(text, str)))
