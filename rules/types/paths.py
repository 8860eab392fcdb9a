"""Types and paths: what lies where, and what is known once something there is."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import assert_never

from rules.spelling import closest_match
from rules.types.algebra import element_at, length_of
from rules.types.model import (
    ABSENT,
    ANY,
    NEVER,
    TEXT,
    AbsentType,
    AnyType,
    ArrayType,
    BooleanType,
    InstantType,
    NullType,
    NumberType,
    RecordType,
    TextType,
    Type,
    UnionType,
    declared_field,
    field_of,
    number_type,
    optional,
    options,
    union,
)
from rules.types.ranges import Range

MOST_PATHS = 2_000
_FARTHEST = 16
"""The position from which on the elements of an array are not told apart."""


def step_into(of: Type, step: str) -> Type | None:
    """The type of what lies one step of a path further; None where nothing ever does."""
    found = [(option, _step(option, step)) for option in options(of)]
    if found and all(field is None for option, field in found if not isinstance(option, NullType | AbsentType)):
        return None
    return union(*(_unspoken(option, step) if field is None else field for option, field in found))


def _unspoken(option: Type, step: str) -> Type:
    """What is there of which this option says nothing, while another does."""
    return field_of(option, step) if isinstance(option, RecordType) else ABSENT


def _step(of: Type, step: str) -> Type | None:
    match of:
        case AnyType():
            return optional(ANY)
        case RecordType():
            return declared_field(of, step)
        case ArrayType() if step == "length":
            return length_of(of)
        case TextType() if step == "length":
            return _LENGTH
        case ArrayType() if (position := _position(step)) is not None:
            if of.most is not None and position >= of.most:
                return None
            found = element_at(of, position)
            return found if position < of.least else optional(found)
        case TextType() if _position(step) is not None:
            return optional(TEXT)
        case (
            ArrayType()
            | TextType()
            | NullType()
            | AbsentType()
            | BooleanType()
            | NumberType()
            | InstantType()
            | UnionType()
        ):
            return None
        case _:
            assert_never(of)


_LENGTH = number_type(within=Range(0))


def _position(step: str) -> int | None:
    """The index a step names, as `rules.values.look_up` reads it."""
    return int(step) if step.isascii() and step.isdigit() and len(step) <= 9 and str(int(step)) == step else None


def narrowed(of: Type, steps: tuple[str, ...], keep: Callable[[Type], Type]) -> Type:
    """The type, once what lies at the end of the steps is known to be what `keep` leaves of it."""
    if not steps:
        return keep(of)
    return union(*(_narrowed(option, steps, keep) for option in options(of)))


def _narrowed(of: Type, steps: tuple[str, ...], keep: Callable[[Type], Type]) -> Type:
    match of:
        case RecordType():
            known = dict(of.fields)
            if declared_field(of, steps[0]) is None:
                return NEVER if not of.open and _is_out(steps[1:], keep) else of
            field = narrowed(field_of(of, steps[0]), steps[1:], keep)
            return NEVER if field == NEVER else replace(of, fields=tuple((known | {steps[0]: field}).items()))
        case ArrayType() if (position := _position(steps[0])) is not None and position < _FARTHEST:
            return _narrowed_element(of, position, steps[1:], keep)
        case NullType() | AbsentType():
            return NEVER if keep(ABSENT) == NEVER else of
        case _:
            return of


def _is_out(steps: tuple[str, ...], keep: Callable[[Type], Type]) -> bool:
    """Whether what is not there cannot be meant."""
    return narrowed(ABSENT, steps, keep) == NEVER


def _narrowed_element(of: ArrayType, position: int, steps: tuple[str, ...], keep: Callable[[Type], Type]) -> Type:
    element = element_at(of, position)
    found = narrowed(element if position < of.least else optional(element), steps, keep)
    if found == NEVER:
        return NEVER
    there = union(*(option for option in options(found) if option != ABSENT))
    if there == NEVER:
        return of
    before = (*(element_at(of, each) for each in range(max(position, len(of.first)))), of.element)
    first = (*before[:position], there, *of.first[position + 1 :])
    return replace(of, first=first, least=max(of.least, 0 if ABSENT in options(found) else position + 1))


def closest_path(of: Type, steps: tuple[str, ...]) -> str | None:
    """The path that was probably meant by one that leads nowhere: one step misspelt, or the first ones left out."""
    whole, found = ".".join(steps), of
    for position, step in enumerate(steps):
        further = step_into(found, step)
        if further is None:
            meant = closest_match(step, dict.fromkeys(_names(found)))
            if meant is not None:
                mended = (*steps[:position], meant, *steps[position + 1 :])
                return ".".join(mended if path_exists(of, mended) else mended[: position + 1])
            break
        found = further
    known = list(known_paths(of))
    begun = [path for path in known if path.endswith(f".{whole}")]
    alike = [path for path in known if path.split(".")[-1] == steps[-1]]
    if begun or len(alike) == 1:
        return (begun or alike)[0]
    return closest_match(whole, known) if step_into(of, steps[0]) is None else None


def _names(of: Type) -> Iterator[str]:
    return (name for option in options(of) if isinstance(option, RecordType) for name, _ in option.fields)


def path_exists(of: Type, steps: tuple[str, ...]) -> bool:
    """Whether a path leads anywhere."""
    found: Type | None = of
    for step in steps:
        found = found and step_into(found, step)
    return found is not None


def known_paths(of: Type, depth: int = 5) -> Iterator[str]:
    """Paths that lead somewhere, as `var` writes them."""
    return islice(_paths(of, depth), MOST_PATHS)


def _paths(of: Type, depth: int) -> Iterator[str]:
    for option in options(of):
        if isinstance(option, RecordType) and depth:
            for name, field in option.fields:
                yield name
                yield from (f"{name}.{inner}" for inner in _paths(field, depth - 1))
