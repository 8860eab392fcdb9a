"""What a condition, once known to hold or not, says about what `var` looks into."""

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
    """The scope's type where the condition is known to be truthy, or falsy."""
    return _assume(scope, condition, holds=holds, within_one=False)


def _assume(scope: Type, condition: Expression, *, holds: bool, within_one: bool) -> Type:
    """`within_one`: inside a condition of which one part is enough, where another such is not looked into."""
    if not isinstance(condition, Call):
        return scope
    operands, name = condition.operands, condition.operator.name
    match name:
        case "var":
            return _assume_var(scope, condition, holds=holds)
        case "!" | "!!" | "log":
            return _assume(scope, operands[0], holds=holds is (name != "!"), within_one=within_one)
        case "and" | "or" if holds is (name == "and"):
            for operand in operands:
                scope = _assume(scope, operand, holds=holds, within_one=within_one)
            return scope
        case "and" | "or" if operands and not within_one:
            return _assume_one_of(scope, operands, holds=holds)
        case "==" | "===" | "!=" | "!==":
            return _assume_equal(scope, condition, holds=holds is (name not in NEGATED))
        case "<" | "<=" | ">" | ">=":
            return _assume_order(scope, name, operands, holds=holds)
        case "in":
            return _assume_among(scope, operands[0], operands[1], holds=holds)
        case "missing" | "missing_some" if not holds:
            return _assume_there(scope, condition)
        case "some" | "all" | "none" if holds is (name != "none"):
            return _at_list(scope, operands[0], truthy_only)
        case _:
            return scope


def _at(scope: Type, var: Expression, keep: Callable[[Type], Type]) -> Type:
    """The scope, narrowed where a `var` looks."""
    steps = _steps(var)
    return scope if steps is None else _possible(scope, narrowed(scope, steps, keep))


def _at_list(scope: Type, var: Expression, keep: Callable[[Type], Type]) -> Type:
    """As `_at`, unless a list stands by for one that is not there."""
    is_alone = isinstance(var, Call) and all(
        isinstance(each, ArrayLiteral) and not each.elements for each in var.operands[1:]
    )
    return _at(scope, var, keep) if is_alone else scope


def _possible(scope: Type, narrower: Type) -> Type:
    """The narrower type; where it leaves nothing, the condition never holds, and what follows it never runs."""
    return scope if narrower == NEVER else narrower


def _steps(var: Expression) -> tuple[str, ...] | None:
    return static_path(var) if isinstance(var, Call) and var.operator.name == "var" else None


def _default(var: Call) -> Literal | None:
    """What a `var` is worth where nothing is; None where that is reckoned."""
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


def _assume_one_of(scope: Type, operands: tuple[Expression, ...], *, holds: bool) -> Type:
    """One part is so, and those before it are not: what all these cases have in common."""
    cases = list[Type]()
    for operand in operands:
        cases.append(_assume(scope, operand, holds=holds, within_one=True))
        scope = _assume(scope, operand, holds=not holds, within_one=True)
    return reduce(_merged, cases)


def _merged(one: Type, other: Type) -> Type:
    """What holds either, without a record more."""
    if one is other:
        return one
    if isinstance(one, RecordType) and isinstance(other, RecordType) and _names(one) == _names(other):
        fields = zip(one.fields, other.fields, strict=True)
        return RecordType(tuple((name, _merged(mine, theirs)) for (name, mine), (_, theirs) in fields), one.others)
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
    keep = equals(value, holds=holds, strict=strict)
    if value is None:
        return _at(scope, var, keep)
    return _at(scope, var, _or_absent(keep, loosely_equal(default.value, value) is holds))


def _or_absent(keep: Refinement, may_lack: bool) -> Refinement:
    """For a field: what is left of what is there, and nothing, where the default would do as well."""
    if may_lack:
        return lambda found: union(keep(_there(found)), filter_options(found, _is_absent))
    return lambda found: keep(_there(found))


def _there(found: Type) -> Type:
    return filter_options(found, lambda option: not _is_absent(option))


def _assume_order(scope: Type, name: str, operands: tuple[Expression, ...], *, holds: bool) -> Type:
    if len(operands) > 2 and not holds:
        return scope  # one of two comparisons does not hold, and nobody knows which
    name = name if holds else OPPOSITE[name]
    for left, right in pairwise(operands):
        for var, other, order in ((left, right, name), (right, left, MIRRORED[name])):
            if isinstance(other, Literal) and kind_of(other.value) is ValueKind.NUMBER:
                scope = _at(scope, var, bounded_by(order, other.value))
    return scope


def _assume_among(scope: Type, var: Expression, place: Expression, *, holds: bool) -> Type:
    if not is_constant(place):
        return _at_list(scope, place, present) if holds else scope
    values, default = constant_value(place), _default(var) if isinstance(var, Call) else None
    if not isinstance(values, list) or default is None:
        return scope
    keep = member_of(values, holds=holds)
    return _at(scope, var, _or_absent(keep, contains(default.value, values) is holds))


def _assume_there(scope: Type, condition: Call) -> Type:
    keys, needed = static_keys(condition) or [], condition.operands[0] if condition.operands else None
    if condition.operator.name == "missing_some":
        enough = needed.value if isinstance(needed, Literal) else None
        if type(enough) is not int or enough < len(keys):
            return scope
    for key in keys:
        scope = _possible(scope, narrowed(scope, split_path(key), present))
    return scope
