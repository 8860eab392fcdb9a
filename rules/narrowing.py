"""Narrowing: what a condition that holds, or does not, implies for the types of the paths that `var` reads."""

from collections.abc import Callable
from functools import reduce
from itertools import pairwise

from rules.expression import ArrayLiteral, Call, Expression, Literal, constant_value, is_constant
from rules.paths import split_path, static_keys, static_path
from rules.refinements import MIRRORED, NEGATED, OPPOSITE, Refinement, bounded_by, equals, member_of
from rules.types import (
    NEVER,
    AbsentType,
    RecordType,
    Type,
    falsy_only,
    filter_options,
    narrowed,
    present,
    truthy_only,
    union,
)
from rules.values import Json, ValueKind, contains, is_truthy, kind_of, loosely_equal


def assume(scope: Type, condition: Expression, *, holds: bool) -> Type:
    """Return the scope narrowed by a condition that is truthy (`holds`) or falsy."""
    return _assume(scope, condition, holds=holds, in_disjunction=False)


def _assume(scope: Type, condition: Expression, *, holds: bool, in_disjunction: bool) -> Type:
    """`in_disjunction`: inside an alternative already, where nested alternatives are not narrowed (bounded cost)."""
    if not isinstance(condition, Call):
        return scope
    operands, name = condition.operands, condition.operator.name
    match name:
        case "var":
            return _assume_var(scope, condition, holds=holds)
        case "!" | "!!" | "log":
            return _assume(scope, operands[0], holds=holds is (name != "!"), in_disjunction=in_disjunction)
        case "and" | "or" if holds is (name == "and"):
            for operand in operands:
                scope = _assume(scope, operand, holds=holds, in_disjunction=in_disjunction)
            return scope
        case "and" | "or" if operands and not in_disjunction:
            return _assume_any(scope, operands, holds=holds)
        case "==" | "===" | "!=" | "!==":
            return _assume_equal(scope, condition, holds=holds is (name not in NEGATED))
        case "<" | "<=" | ">" | ">=":
            return _assume_order(scope, name, operands, holds=holds)
        case "in":
            return _assume_member(scope, operands[0], operands[1], holds=holds)
        case "missing" | "missing_some" if not holds:
            return _assume_present(scope, condition)
        case "some" | "all" | "none" if holds is (name != "none"):
            return _at_array(scope, operands[0], truthy_only)
        case _:
            return scope


def _at(scope: Type, var: Expression, refine: Callable[[Type], Type]) -> Type:
    """Return the scope with the type at the path of a `var` refined."""
    steps = _steps(var)
    return scope if steps is None else _unless_never(scope, narrowed(scope, steps, refine))


def _at_array(scope: Type, var: Expression, refine: Callable[[Type], Type]) -> Type:
    """Like `_at`, for an array, unless the `var` has a default other than an empty array."""
    is_alone = isinstance(var, Call) and all(
        isinstance(each, ArrayLiteral) and not each.elements for each in var.operands[1:]
    )
    return _at(scope, var, refine) if is_alone else scope


def _unless_never(scope: Type, narrower: Type) -> Type:
    """Return the narrower type, unless it is NEVER: then the condition cannot hold, and what follows is unreachable."""
    return scope if narrower == NEVER else narrower


def _steps(var: Expression) -> tuple[str, ...] | None:
    return static_path(var) if isinstance(var, Call) and var.operator.name == "var" else None


def _default(var: Call) -> Literal | None:
    """Return the literal default of a `var`, null if it has none; None if the default is computed."""
    default = var.operands[1] if len(var.operands) > 1 else Literal((), None)
    return default if isinstance(default, Literal) else None


def _assume_var(scope: Type, var: Call, *, holds: bool) -> Type:
    default = _default(var)
    if default is None:
        return scope
    if not holds:
        return _at(scope, var, lambda found: union(falsy_only(found), filter_options(found, _is_absent)))
    return scope if is_truthy(default.value) else _at(scope, var, truthy_only)


def _is_absent(option: Type) -> bool:
    return isinstance(option, AbsentType)


def _assume_any(scope: Type, operands: tuple[Expression, ...], *, holds: bool) -> Type:
    """Return the union of the cases in which one operand decides and all operands before it do not."""
    cases = list[Type]()
    for operand in operands:
        cases.append(_assume(scope, operand, holds=holds, in_disjunction=True))
        scope = _assume(scope, operand, holds=not holds, in_disjunction=True)
    return reduce(_merge, cases)


def _merge(one: Type, other: Type) -> Type:
    """Return the union of two scopes, merged field by field if their fields have the same names, to bound its size."""
    if one is other:
        return one
    if isinstance(one, RecordType) and isinstance(other, RecordType) and _names(one) == _names(other):
        fields = zip(one.fields, other.fields, strict=True)
        return RecordType(tuple((name, _merge(mine, theirs)) for (name, mine), (_, theirs) in fields), one.others)
    return union(one, other)


def _names(record: RecordType) -> tuple[object, ...]:
    return tuple(name for name, _ in record.fields), record.others, record.open, record.prefixed


def _assume_equal(scope: Type, condition: Call, *, holds: bool) -> Type:
    left, right = condition.operands
    strict = len(condition.operator.name) == 3
    for var, other in ((left, right), (right, left)):
        if isinstance(var, Call) and isinstance(other, Literal):
            scope = _assume_is(scope, var, other.value, holds=holds, strict=strict)
    return scope


def _assume_is(scope: Type, var: Call, value: Json, *, holds: bool, strict: bool) -> Type:
    default = _default(var)
    if default is None or (value is None and default.value is not None):
        return scope
    refine = equals(value, holds=holds, strict=strict)
    if value is None:
        return _at(scope, var, refine)
    return _at(scope, var, _or_absent(refine, loosely_equal(default.value, value) is holds))


def _or_absent(refine: Refinement, may_lack: bool) -> Refinement:
    """Refine a field's type; `may_lack`: the field may also be absent, as its default satisfies the condition too."""
    if may_lack:
        return lambda found: union(refine(_without_absent(found)), filter_options(found, _is_absent))
    return lambda found: refine(_without_absent(found))


def _without_absent(found: Type) -> Type:
    return filter_options(found, lambda option: not _is_absent(option))


def _assume_order(scope: Type, name: str, operands: tuple[Expression, ...], *, holds: bool) -> Type:
    if len(operands) > 2 and not holds:
        return scope  # one of the two comparisons does not hold, and it is unknown which
    name = name if holds else OPPOSITE[name]
    for left, right in pairwise(operands):
        for var, other, order in ((left, right, name), (right, left, MIRRORED[name])):
            if isinstance(other, Literal) and kind_of(other.value) is ValueKind.NUMBER:
                scope = _at(scope, var, bounded_by(order, other.value))
    return scope


def _assume_member(scope: Type, var: Expression, array: Expression, *, holds: bool) -> Type:
    if not is_constant(array):
        return _at_array(scope, array, present) if holds else scope
    values, default = constant_value(array), _default(var) if isinstance(var, Call) else None
    if not isinstance(values, list) or default is None:
        return scope
    refine = member_of(values, holds=holds)
    return _at(scope, var, _or_absent(refine, contains(default.value, values) is holds))


def _assume_present(scope: Type, condition: Call) -> Type:
    keys, needed = static_keys(condition) or [], condition.operands[0] if condition.operands else None
    if condition.operator.name == "missing_some":
        enough = needed.value if isinstance(needed, Literal) else None
        if type(enough) is not int or enough < len(keys):
            return scope
    for key in keys:
        scope = _unless_never(scope, narrowed(scope, split_path(key), present))
    return scope
