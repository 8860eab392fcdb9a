"""Paths of `var`, `missing` and `missing_some`, and which of them are static: known without evaluating."""

from typing import Final

from rules.expression import Call, Expression, Literal, constant_value, is_constant, walk
from rules.values import Json, to_text


def split_path(path: Json) -> tuple[str, ...]:
    """Split a path into steps: "a.b" into "a" and "b", "" and null into none."""
    return () if path is None or path == "" else tuple(to_text(path).split("."))


def static_path(call: Call) -> tuple[str, ...] | None:
    """Return the steps of the path of a `var`; None if the path is computed."""
    if not call.operands:
        return ()
    path = call.operands[0]
    return split_path(path.value) if isinstance(path, Literal) and not isinstance(path.value, dict) else None


def static_keys(call: Call) -> list[str] | None:
    """Return the paths of a `missing` or `missing_some`; None if any is computed or empty."""
    operands = call.operands[1:] if call.operator.name == "missing_some" else call.operands
    if not all(map(is_constant, operands)):
        return None
    keys = requested_keys([constant_value(operand) for operand in operands])
    return keys if all(isinstance(key, str) and key for key in keys) else None


def requested_keys(operands: list[Json]) -> list[Json]:
    """Return the paths that `missing` tests: its operands, or its first operand if that is an array."""
    return operands[0] if operands and isinstance(operands[0], list) else operands


def may_read(expression: Expression, name: str) -> bool:
    """Return whether a rule may read the top-level field `name` of its data; True when in doubt.

    A computed or empty path may read it. Paths inside loops count too, although they start at an array element.
    """
    for part in walk(expression):
        if isinstance(part, Call) and part.operator.name in LOOKUPS:
            first_steps = _first_steps(part)
            if first_steps is None or name in first_steps:
                return True
    return False


LOOKUPS: Final = frozenset({"var", "missing", "missing_some"})
"""Operators that read the data."""


def _first_steps(call: Call) -> set[str] | None:
    """Return the first steps of the paths of a call; None if they may be any."""
    if call.operator.name == "var":
        steps = static_path(call)
        return {steps[0]} if steps else None
    keys = static_keys(call)
    return None if keys is None else {split_path(key)[0] for key in keys}
