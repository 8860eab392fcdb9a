"""Comparison operators: equality and order."""

from collections.abc import Callable
from itertools import pairwise

from rules import work
from rules.check import Checker, label
from rules.closures import Closure, ClosureBuilder, charged
from rules.codegen import ChargedCall, CodeGenerator, Operand, charged_unless, number_test, text_test
from rules.expression import Call, Expression, Operator, children, is_constant
from rules.operators.enums import add_enum_fault, is_enum
from rules.paths import static_path
from rules.render import literal_path
from rules.suggestions import date_suggestion, number_suggestion
from rules.types import (
    BOOLEAN,
    INSTANT,
    NEVER,
    NULL,
    NUMBER,
    TEXT,
    AnyType,
    ArrayType,
    BooleanType,
    NumberType,
    RecordType,
    TextType,
    Type,
    described,
    fits,
    intersection,
    may_be,
    options,
    present,
    range_of,
    wholly_below,
    widened,
)
from rules.values import Json, less, less_or_equal, loosely_equal, strictly_equal


def _loosely_different(left: Json, right: Json) -> bool:
    return not loosely_equal(left, right)


def _strictly_different(left: Json, right: Json) -> bool:
    return not strictly_equal(left, right)


def _greater(left: Json, right: Json) -> bool:
    return less(right, left)


def _greater_or_equal(left: Json, right: Json) -> bool:
    return less_or_equal(right, left)


def _chained(compare: Callable[[Json, Json], bool]) -> Callable[..., bool]:
    """With three operands, test whether the middle one lies between the others."""

    def chained(first: Json, second: Json, third: Json) -> bool:
        return compare(first, second) and compare(second, third)

    return chained


def _builds_chain(compare: Callable[[Json, Json], bool]) -> Callable[[ClosureBuilder, Call], Closure]:
    two, three = charged(compare, work.comparison), charged(_chained(compare), work.comparison)
    return lambda builder, call: (two if len(call.operands) == 2 else three)(builder, call)


def _emits_equality(symbol: str, function: Callable[[Json, Json], bool]) -> Callable[[CodeGenerator, Call], Operand]:
    def emit(code: CodeGenerator, call: Call) -> Operand:
        left, right = code.atoms(call)
        fast, slow = f"{left.text} {symbol} {right.text}", ChargedCall(function, work.equality, (left, right))
        if right.text == "None" and left.is_name:
            return Operand(f"({left.text} {'is' if symbol == '==' else 'is not'} None)", "boolean", atom=False)
        if "text" in (left.static_type, right.static_type):
            tests = [text_test(left), text_test(right)]
        elif _is_numeric(left) or _is_numeric(right):
            tests = [number_test(left), number_test(right)]
        else:
            tests = [f"{left.text}.__class__ is {right.text}.__class__ is str"]
        if not any(map(is_constant, call.operands)):
            tests.append(f"len({left.text}) <= {work.CHARACTERS}" if _may_be_long(left, right) else None)
        return charged_unless(code, fast, tests, slow, "boolean")

    return emit


def _may_be_long(left: Operand, right: Operand) -> bool:
    """Return whether both operands may be long texts."""
    return not (_is_numeric(left) or _is_numeric(right) or "boolean" in (left.static_type, right.static_type))


def _is_numeric(operand: Operand) -> bool:
    return operand.static_type in ("number", "decimal", "number or null")


def _emits_order(symbol: str, function: Callable[[Json, Json], bool]) -> Callable[[CodeGenerator, Call], Operand]:
    chained = _chained(function)

    def emit(code: CodeGenerator, call: Call) -> Operand:
        operands = code.atoms(call)
        slow = ChargedCall(function if len(operands) == 2 else chained, work.comparison, tuple(operands))
        fast = f" {symbol} ".join(operand.text for operand in operands)
        return charged_unless(code, fast, map(number_test, operands), slow, "boolean")

    return emit


def _checks_equality(name: str, *, strict: bool) -> Callable[[Checker, Call], Type]:
    """Both sides must be of one type: texts, numbers, booleans or dates. Null may be compared with anything."""
    negated = name.startswith("!")

    def check(checker: Checker, call: Call) -> Type:
        left, right = call.operands
        found = checker.infer(left), checker.infer(right)
        if _add_equality_fault(checker, call, strict=strict):
            return BOOLEAN
        equal = True if _are_same_var(left, right) else _are_equal(*found)
        return BOOLEAN if equal is None else BooleanType(equal is not negated)

    return check


def _add_equality_fault(checker: Checker, call: Call, *, strict: bool) -> bool:
    """Add a fault if the types before narrowing are never equal, or are converted; return whether there is one."""
    (left, right), name, faults_before = call.operands, call.operator.name, len(checker.faults)
    one, other = (present(checker.unnarrowed_type(side)) for side in (left, right))
    if NEVER in (one, other) or may_be(one, AnyType) or may_be(other, AnyType):
        return False
    if may_be(one, ArrayType, RecordType) or may_be(other, ArrayType, RecordType):
        at, found = (left, one) if may_be(one, ArrayType, RecordType) else (right, other)
        checker.add_fault("wrong_type", at, f"{label(at)} is {described(found)}, which {name} cannot compare")
    elif intersection(widened(one), widened(other)) == NEVER:
        message = f"{label(left)} is {described(one)}, {label(right)} is {described(other)}: they are never equal"
        suggestion = date_suggestion(right, other, one) or date_suggestion(left, one, other)
        checker.add_fault("wrong_type", right, message, suggestion or number_suggestion(right, widened(one)))
    elif intersection(one, other) == NEVER and is_enum(left, one, right, other):
        add_enum_fault(checker, (left, one), (right, other))
    elif not strict and len(options(one)) + len(options(other)) > 2:
        message = (
            f"{label(left)} is {described(one)}, {label(right)} is {described(other)}: {name} would convert one of them"
        )
        checker.add_fault("wrong_type", call, message, f"{name}=")
    return len(checker.faults) > faults_before


def _are_same_var(left: Expression, right: Expression) -> bool:
    """Return whether both are the same `var`."""
    looked_up = [static_path(side) for side in (left, right) if literal_path(side) and len(children(side)) == 1]  # type: ignore[arg-type]  # what has a path is a call
    return len(looked_up) == 2 and looked_up[0] == looked_up[1]


def _are_equal(left: Type, right: Type) -> bool | None:
    """True if both types have one and the same value, False if they share none, None otherwise."""
    if (
        NEVER in (left, right)
        or may_be(left, AnyType, ArrayType, RecordType)
        or may_be(right, AnyType, ArrayType, RecordType)
    ):
        return None
    if intersection(left, right) == NEVER:
        return False
    return True if left == right and _is_one_value(left) else None


def _is_one_value(of: Type) -> bool:
    match of:
        case TextType() | NumberType():
            return of.values is not None and len(of.values) == 1 and not (isinstance(of, TextType) and of.open)
        case BooleanType():
            return of.value is not None
        case _:
            return of == NULL


def _checks_order(name: str) -> Callable[[Checker, Call], Type]:
    """Return a check that all operands are numbers, or texts, or dates."""

    def check(checker: Checker, call: Call) -> Type:
        found = [checker.infer(operand) for operand in call.operands]
        types = (NUMBER, TEXT, INSTANT)
        wanted = next((each for each in types for type_ in found if type_ != NEVER and fits(type_, each)), None)
        if wanted is None:
            likely = [
                each for each in types for type_ in found if present(type_) != NEVER and fits(present(type_), each)
            ]
            wanted = likely[0] if likely else NUMBER
        if INSTANT in found:
            wanted = INSTANT
        for operand, type_ in zip(call.operands, found, strict=True):
            if not fits(type_, wanted):
                checker.add_mismatch(operand, type_, wanted, name)
        if any(_are_same_var(*pair) for pair in pairwise(call.operands)):
            return BOOLEAN if name.endswith("=") and len(found) > 2 else BooleanType(name.endswith("="))
        return _order_of(name, found)

    return check


def _order_of(name: str, found: list[Type]) -> Type:
    """Return the truth of an order comparison as far as the ranges of its neighbouring operands decide it."""
    truths = {_is_less(left, right, name) for left, right in pairwise(found)}
    if False in truths or _is_less(found[0], found[-1], name) is False:
        return BooleanType(False)
    return BooleanType(True) if truths == {True} else BOOLEAN


def _is_less(left: Type, right: Type, name: str) -> bool | None:
    """True if the comparison holds for all numbers of both types, False if for none, None otherwise."""
    one, other = (left, right) if name.startswith("<") else (right, left)
    if not isinstance(one, NumberType) or not isinstance(other, NumberType):
        return None
    touching = name.endswith("=")
    if wholly_below(range_of(one), range_of(other), touching=touching):
        return True
    return False if wholly_below(range_of(other), range_of(one), touching=not touching) else None


def _equality(name: str, symbol: str, function: Callable[[Json, Json], bool]) -> Operator:
    check = _checks_equality(name, strict=function in (strictly_equal, _strictly_different))
    build = charged(function, work.equality)
    return Operator(name, 2, 2, build, _emits_equality(symbol, function), check, name)


def _order(name: str, function: Callable[[Json, Json], bool], most: int) -> Operator:
    return Operator(name, 2, most, _builds_chain(function), _emits_order(name, function), _checks_order(name), name)


OPERATORS = (
    _equality("==", "==", loosely_equal),
    _equality("===", "==", strictly_equal),
    _equality("!=", "!=", _loosely_different),
    _equality("!==", "!=", _strictly_different),
    _order(">", _greater, 2),
    _order(">=", _greater_or_equal, 2),
    _order("<", less, 3),
    _order("<=", less_or_equal, 3),
)
