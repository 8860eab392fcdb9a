"""What a condition, once known to hold or not, says about what `var` looks into."""

from collections.abc import Callable

from rules.expression import Call, Expression, Literal, Sequence, constant, is_constant
from rules.paths import static_keys, static_path, steps_of
from rules.types import (
    NEVER,
    TEXT,
    Absent,
    Anything,
    Null,
    Text,
    Type,
    both,
    may_be,
    narrowed,
    of_value,
    only,
    options,
    present,
    truthy,
    union,
)
from rules.values import Json, loosely_equal
from rules.values import truthy as is_truthy


def assume(scope: Type, condition: Expression, *, holds: bool) -> Type:
    """The scope's type where the condition is known to be truthy, or falsy."""
    if not isinstance(condition, Call):
        return scope
    operands = condition.operands
    match condition.operator.name:
        case "var" if holds and _tells_presence(condition):
            return _at(scope, condition, truthy)
        case "!":
            return assume(scope, operands[0], holds=not holds)
        case "!!" | "log":
            return assume(scope, operands[0], holds=holds)
        case "and" | "or" if holds is (condition.operator.name == "and"):
            for operand in operands:
                scope = assume(scope, operand, holds=holds)
            return scope
        case "==" | "===":
            return _assume_equal(scope, operands[0], operands[1], holds=holds)
        case "!=" | "!==":
            return _assume_equal(scope, operands[0], operands[1], holds=not holds)
        case "in" if holds:
            return _assume_among(scope, operands[0], operands[1])
        case "missing" | "missing_some" if not holds:
            return _assume_there(scope, condition)
        case "some" | "all" if holds:
            return _at(scope, operands[0], present)
        case _:
            return scope


def _at(scope: Type, var: Expression, keep: Callable[[Type], Type]) -> Type:
    """The scope, narrowed where a `var` looks."""
    steps = _steps(var)
    return scope if steps is None else _possible(scope, narrowed(scope, steps, keep))


def _possible(scope: Type, narrower: Type) -> Type:
    """The narrower type; where it leaves nothing, the condition never holds, and what follows it never runs."""
    return scope if narrower == NEVER else narrower


def _steps(var: Expression) -> tuple[str, ...] | None:
    return static_path(var) if isinstance(var, Call) and var.operator.name == "var" else None


def _tells_presence(var: Call) -> bool:
    """Whether what a `var` is worth is what it found, and not a truthy default."""
    if len(var.operands) < 2:
        return True
    default = var.operands[1]
    return isinstance(default, Literal) and not is_truthy(default.value)


def _assume_equal(scope: Type, left: Expression, right: Expression, *, holds: bool) -> Type:
    for var, other in ((left, right), (right, left)):
        if isinstance(var, Call) and isinstance(other, Literal):
            scope = _assume_is(scope, var, other.value, holds=holds)
    return scope


def _assume_is(scope: Type, var: Call, value: Json, *, holds: bool) -> Type:
    default = var.operands[1] if len(var.operands) > 1 else Literal((), None)
    if not isinstance(default, Literal):
        return scope
    if value is None and default.value is None:
        return _at(scope, var, _only_null if holds else present)
    if not holds or value is None or loosely_equal(default.value, value):
        return scope
    return _at(scope, var, lambda found: _among(found, of_value(value)))


def _only_null(found: Type) -> Type:
    return only(found, lambda option: isinstance(option, Null | Absent | Anything))


def _among(found: Type, values: Type) -> Type:
    """What is left when the value is known to be one of these; only texts are told apart."""
    texts = values if isinstance(values, Text) else TEXT
    return union(*(both(option, texts) if isinstance(option, Text) else option for option in options(present(found))))


def _assume_among(scope: Type, var: Expression, place: Expression) -> Type:
    if not isinstance(var, Call) or len(var.operands) > 1 or not isinstance(place, Sequence) or not is_constant(place):
        return scope
    values = union(*map(of_value, constant(place)))
    return scope if may_be(values, Null) else _at(scope, var, lambda found: _among(found, values))


def _assume_there(scope: Type, condition: Call) -> Type:
    keys, needed = static_keys(condition) or [], condition.operands[0] if condition.operands else None
    if condition.operator.name == "missing_some":
        enough = needed.value if isinstance(needed, Literal) else None
        if type(enough) is not int or enough < len(keys):
            return scope
    for key in keys:
        scope = _possible(scope, narrowed(scope, steps_of(key), present))
    return scope
