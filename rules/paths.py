"""The paths by which `var` and `missing` reach into values, and those of them that a rule writes out."""

from typing import Final

from rules.expression import Call, Expression, Literal, constant_value, is_constant, walk
from rules.values import Json, to_text


def split_path(path: Json) -> tuple[str, ...]:
    """Where a path leads: "a.b" is a, then b; "" and null are here."""
    return () if path is None or path == "" else tuple(to_text(path).split("."))


def static_path(call: Call) -> tuple[str, ...] | None:
    """The path of a `var` that does not depend on what it is evaluated on."""
    if not call.operands:
        return ()
    path = call.operands[0]
    return split_path(path.value) if isinstance(path, Literal) and not isinstance(path.value, dict) else None


def static_keys(call: Call) -> list[str] | None:
    """The keys of a `missing` or `missing_some` that the rule writes out."""
    operands = call.operands[1:] if call.operator.name == "missing_some" else call.operands
    if not all(map(is_constant, operands)):
        return None
    keys = requested_keys([constant_value(operand) for operand in operands])
    return keys if all(isinstance(key, str) and key for key in keys) else None


def requested_keys(operands: list[Json]) -> list[Json]:
    """The keys `missing` is asked for: its operands, or the one array that is its first."""
    return operands[0] if operands and isinstance(operands[0], list) else operands


def may_read(expression: Expression, name: str) -> bool:
    """Whether a rule may look at what its data has under a name.

    It may where a path is computed or leads to everything; items of an array are not told from the data around them.
    """
    for part in walk(expression):
        if isinstance(part, Call) and part.operator.name in LOOKUPS:
            firsts = _firsts(part)
            if firsts is None or name in firsts:
                return True
    return False


LOOKUPS: Final = frozenset({"var", "missing", "missing_some"})
"""The operators that look into the data."""


def _firsts(call: Call) -> set[str] | None:
    """Where the paths of a call begin; None: anywhere."""
    if call.operator.name == "var":
        steps = static_path(call)
        return {steps[0]} if steps else None
    keys = static_keys(call)
    return None if keys is None else {split_path(key)[0] for key in keys}
