"""The paths of a type: as a list that editors propose, and as a pattern that they validate.

The pattern accepts every path that the checker of rules accepts, including those into arrays and texts; the list has
the paths that people write.
"""

import re
from collections.abc import Iterator

from rules.types import (
    NEVER,
    AnyType,
    ArrayType,
    RecordType,
    TextType,
    Type,
    described,
    may_be,
    options,
    present,
    read_type,
    union,
)

DEEPEST = 8
"""The most steps of a proposed path."""

_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}/]")

_MOST_POSITIONS = 20
"""The most positions that a pattern lists one by one."""


def proposed(of: Type) -> dict[str, str]:
    """Return every path to a value other than a map, with its type in words."""
    return {path: _worth(found) for path, found in _walk(of, "", DEEPEST) if not _is_record(found)}


def arrays(of: Type) -> Iterator[tuple[str, Type]]:
    """Yield every path to an array, with the type of what `var` sees in a loop over it."""
    for path, found in ("", of), *_walk(of, "", DEEPEST):
        there = options(present(found))
        elements = [option.element for option in there if isinstance(option, ArrayType)]
        if elements and len(elements) == len(there):
            yield path, read_type(union(*elements))


def pattern(of: Type) -> str:
    """Return the regular expression of all paths; the empty one leads to the whole."""
    steps = [*_steps(of), *([r"([0-9]+\.)*([0-9]+|length)"] if may_be(of, TextType) else [])]
    return f"^({'|'.join(steps)})?$"


def takes_numbers(of: Type) -> bool:
    """Return whether a number can be a path: into an array, a text, or an unknown type."""
    return of == NEVER or may_be(of, AnyType, ArrayType, TextType) or any(_is_open(option) for option in options(of))


def _walk(of: Type, before: str, depth: int) -> Iterator[tuple[str, Type]]:
    for option in options(of):
        for name, field in option.fields if isinstance(option, RecordType) and depth else ():
            if name and "." not in name:
                yield f"{before}{name}", field
                yield from _walk(field, f"{before}{name}.", depth - 1)


def _is_record(of: Type) -> bool:
    return all(isinstance(option, RecordType) and option.fields for option in options(present(of)))


def _is_open(of: Type) -> bool:
    return isinstance(of, RecordType) and (of.others is not None or bool(of.prefixed))


def _worth(of: Type) -> str:
    values = [str(value) for option in options(of) if isinstance(option, TextType) for value in option.values or ()]
    return f"{described(of)}: {', '.join(values[:12])}" if values else described(of)


def _steps(of: Type) -> list[str]:
    """Patterns of the steps that lead further, and of all after them."""
    if of == NEVER:
        return [".*"]
    return [step for option in options(of) for step in _option(option)]


def _option(of: Type) -> Iterator[str]:
    match of:
        case AnyType():
            yield ".*"
        case RecordType():
            yield from (_literal(name) + _after(field) for name, field in of.fields if "." not in name)
            yield from (f"{_literal(prefix)}[^.]*{_after(field)}" for prefix, field in of.prefixed)
            if of.others is not None:
                yield "[^.]*" + _after(of.others)
        case ArrayType():
            yield "length"
            if of.most != 0:
                yield _positions(of.most) + _after(union(of.element, *of.first))
        case _:
            pass  # nothing lies in a number, a truth value, a date or null; a text's characters are `_after` it


def _positions(most: int | None) -> str:
    """Return a pattern of the positions in an array of at most so many."""
    return "[0-9]+" if most is None or most > _MOST_POSITIONS else f"({'|'.join(map(str, range(most)))})"


def _after(of: Type) -> str:
    steps = _steps(of)
    if may_be(of, TextType):
        steps = [*steps, "length"]
        return rf"(\.[0-9]+)*(\.({'|'.join(steps)}))?"
    return rf"(\.({'|'.join(steps)}))?" if steps else ""


def _literal(name: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", name)
