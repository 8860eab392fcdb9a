"""Paths into types: the type at a path, narrowing it, and suggestions for paths that do not exist."""

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
_MOST_ELEMENTS = 16
"""Elements at this index and beyond are not narrowed one by one."""


def step_into(of: Type, step: str) -> Type | None:
    """Return the type one step further along a path; None if nothing can ever be there."""
    found = [(option, _step(option, step)) for option in options(of)]
    if found and all(field is None for option, field in found if not isinstance(option, NullType | AbsentType)):
        return None
    return union(*(_undeclared(option, step) if field is None else field for option, field in found))


def _undeclared(option: Type, step: str) -> Type:
    """Return the type at a step that this option does not declare, but another option of the union does."""
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
    """Return the index that a step means, as in `rules.values.look_up`; None if it is not an index."""
    return int(step) if step.isascii() and step.isdigit() and len(step) <= 9 and str(int(step)) == step else None


def narrowed(of: Type, steps: tuple[str, ...], refine: Callable[[Type], Type]) -> Type:
    """Return the type with the type at the end of the steps replaced by `refine` of it."""
    if not steps:
        return refine(of)
    return union(*(_narrowed(option, steps, refine) for option in options(of)))


def _narrowed(of: Type, steps: tuple[str, ...], refine: Callable[[Type], Type]) -> Type:
    match of:
        case RecordType():
            known = dict(of.fields)
            if declared_field(of, steps[0]) is None:
                return NEVER if not of.open and _excludes_absent(steps[1:], refine) else of
            field = narrowed(field_of(of, steps[0]), steps[1:], refine)
            return NEVER if field == NEVER else replace(of, fields=tuple((known | {steps[0]: field}).items()))
        case ArrayType() if (position := _position(steps[0])) is not None and position < _MOST_ELEMENTS:
            return _narrowed_element(of, position, steps[1:], refine)
        case NullType() | AbsentType():
            return NEVER if refine(ABSENT) == NEVER else of
        case _:
            return of


def _excludes_absent(steps: tuple[str, ...], refine: Callable[[Type], Type]) -> bool:
    """Return whether an absent value contradicts the refinement."""
    return narrowed(ABSENT, steps, refine) == NEVER


def _narrowed_element(of: ArrayType, position: int, steps: tuple[str, ...], refine: Callable[[Type], Type]) -> Type:
    element = element_at(of, position)
    found = narrowed(element if position < of.least else optional(element), steps, refine)
    if found == NEVER:
        return NEVER
    there = union(*(option for option in options(found) if option != ABSENT))
    if there == NEVER:
        return of
    before = (*(element_at(of, each) for each in range(max(position, len(of.first)))), of.element)
    first = (*before[:position], there, *of.first[position + 1 :])
    return replace(of, first=first, least=max(of.least, 0 if ABSENT in options(found) else position + 1))


def closest_path(of: Type, steps: tuple[str, ...]) -> str | None:
    """Suggest a path for one that does not exist: with one step respelt, or with the first steps added."""
    whole, found = ".".join(steps), of
    for position, step in enumerate(steps):
        further = step_into(found, step)
        if further is None:
            respelt = closest_match(step, dict.fromkeys(_names(found)))
            if respelt is not None:
                corrected = (*steps[:position], respelt, *steps[position + 1 :])
                return ".".join(corrected if path_exists(of, corrected) else corrected[: position + 1])
            break
        found = further
    known = list(known_paths(of))
    longer = [path for path in known if path.endswith(f".{whole}")]
    same_name = [path for path in known if path.split(".")[-1] == steps[-1]]
    if longer or len(same_name) == 1:
        return (longer or same_name)[0]
    return closest_match(whole, known) if step_into(of, steps[0]) is None else None


def last_known(of: Type, steps: tuple[str, ...]) -> tuple[tuple[str, ...], Type]:
    """Return the longest part of a path that exists, and the type there."""
    for position, step in enumerate(steps):
        further = step_into(of, step)
        if further is None:
            return steps[:position], of
        of = further
    return steps, of


def declared_names(of: Type) -> list[str]:
    """Return the names of the fields that a type declares, each once."""
    return list(dict.fromkeys(_names(of)))


def _names(of: Type) -> Iterator[str]:
    return (name for option in options(of) if isinstance(option, RecordType) for name, _ in option.fields)


def path_exists(of: Type, steps: tuple[str, ...]) -> bool:
    """Return whether there is something at the end of a path."""
    found: Type | None = of
    for step in steps:
        found = found and step_into(found, step)
    return found is not None


def known_paths(of: Type, depth: int = 5) -> Iterator[str]:
    """Yield the paths of named fields, as `var` writes them; at most MOST_PATHS."""
    return islice(_paths(of, depth), MOST_PATHS)


def _paths(of: Type, depth: int) -> Iterator[str]:
    for option in options(of):
        if isinstance(option, RecordType) and depth:
            for name, field in option.fields:
                yield name
                yield from (f"{name}.{inner}" for inner in _paths(field, depth - 1))
