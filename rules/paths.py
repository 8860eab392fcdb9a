"""The paths by which `var` and `missing` reach into values, and those of them that a rule writes out."""

from rules.expression import Call, Literal, constant, is_constant
from rules.values import Json, text


def steps_of(path: Json) -> tuple[str, ...]:
    """Where a path leads: "a.b" is a, then b; "" and null are here."""
    return () if path is None or path == "" else tuple(text(path).split("."))


def static_path(call: Call) -> tuple[str, ...] | None:
    """The path of a `var` that does not depend on what it is evaluated on."""
    if not call.operands:
        return ()
    path = call.operands[0]
    return steps_of(path.value) if isinstance(path, Literal) and not isinstance(path.value, dict) else None


def static_keys(call: Call) -> list[str] | None:
    """The keys of a `missing` or `missing_some` that the rule writes out."""
    operands = call.operands[1:] if call.operator.name == "missing_some" else call.operands
    if not all(map(is_constant, operands)):
        return None
    keys = wanted([constant(operand) for operand in operands])
    return keys if all(isinstance(key, str) and key for key in keys) else None


def wanted(operands: list[Json]) -> list[Json]:
    """The keys `missing` is asked for: its operands, or the one array that is its first."""
    return operands[0] if operands and isinstance(operands[0], list) else operands
