"""Arithmetic operators on exact numbers: + - * / % min max."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce

from rules import numbers
from rules.check import Checker
from rules.closures import applied
from rules.codegen import CodeGenerator, Operand, StaticType, emit_applied, guarded, number_test
from rules.expression import Call, Operator
from rules.numbers import CONTEXT, LARGEST_INTEGER, ExactNumber
from rules.types import NEVER, NUMBER, Type, falsy_only, nullable
from rules.values import Json, leading_number, to_number


def _fold(
    combine: Callable[[ExactNumber, ExactNumber], ExactNumber | None], values: tuple[ExactNumber | None, ...]
) -> ExactNumber | None:
    """Fold the values from the left; None as soon as one is None."""

    def step(total: ExactNumber | None, value: ExactNumber | None) -> ExactNumber | None:
        return None if total is None or value is None else combine(total, value)

    return reduce(step, values)


def _plus(*values: Json) -> ExactNumber | None:
    return _fold(numbers.add, (0, *map(leading_number, values)))


def _times(*values: Json) -> Json:
    if not values:
        return 1
    return values[0] if len(values) == 1 else _fold(numbers.multiply, tuple(map(leading_number, values)))


def _minus(*values: Json) -> ExactNumber | None:
    found = tuple(map(to_number, values))
    return _fold(numbers.subtract, found if len(found) > 1 else (0, *found))


def _divided(*values: Json) -> ExactNumber | None:
    found = tuple(map(to_number, values))
    return _fold(numbers.divide, found if len(found) > 1 else (1, *found))


def _modulo(*values: Json) -> ExactNumber | None:
    return _fold(numbers.remainder, tuple(map(to_number, values)))


def _least(*values: Json) -> ExactNumber | None:
    found = [to_number(value) for value in values]
    return None if None in found else min(value for value in found if value is not None)


def _greatest(*values: Json) -> ExactNumber | None:
    found = [to_number(value) for value in values]
    return None if None in found else max(value for value in found if value is not None)


@dataclass(frozen=True, slots=True)
class _BinaryOperator:
    """The implementations of a binary operator: Python's own, on Decimals in our context, and with conversions."""

    symbol: str
    on_decimals: Callable[[ExactNumber, ExactNumber], ExactNumber]
    with_conversions: Callable[..., Json]


_PLUS = _BinaryOperator("+", CONTEXT.add, _plus)
_TIMES = _BinaryOperator("*", CONTEXT.multiply, _times)
_MINUS = _BinaryOperator("-", CONTEXT.subtract, _minus)


def _emits_binary(fast: _BinaryOperator) -> Callable[[CodeGenerator, Call], Operand]:
    def emit(code: CodeGenerator, call: Call) -> Operand:
        operands = code.atoms(call)
        if len(operands) < 2 or (fast is _MINUS and len(operands) > 2):  # null is 0 to `-`, unless it is a difference
            return code.call(fast.with_conversions, operands, "any" if fast is _TIMES else "number or null")
        return reduce(partial(_binary, code, fast), operands)

    return emit


def _binary(code: CodeGenerator, fast: _BinaryOperator, left: Operand, right: Operand) -> Operand:
    slow = code.call(fast.with_conversions, (left, right))
    tests = [number_test(left), number_test(right)]
    plain = f"{left.text} {fast.symbol} {right.text}"
    known: StaticType = (
        "decimal" if tests == [None, None] and "decimal" in (left.static_type, right.static_type) else "number or null"
    )
    if not code.in_context:
        exact = f"{code.bind(fast.on_decimals)}({left.text}, {right.text})"
        if "decimal" in (left.static_type, right.static_type):
            plain = exact
        else:
            integers = [f"{operand.text}.__class__ is int" for operand in (left, right)]
            slow = guarded(exact, tests, slow, known)
            tests = list(integers)
    result = code.atom(guarded(plain, tests, slow, known))
    if fast is _TIMES and "decimal" not in (left.static_type, right.static_type):
        too_long = f"{result.text}.__class__ is int and not {-LARGEST_INTEGER} < {result.text} < {LARGEST_INTEGER}"
        code.line(f"if {too_long}: {result.text} = {code.bind(numbers.rounded)}({result.text})")
    return result


def _emits_extreme(
    builtin: Callable[..., Json], with_conversions: Callable[..., Json]
) -> Callable[[CodeGenerator, Call], Operand]:
    def emit(code: CodeGenerator, call: Call) -> Operand:
        operands = code.atoms(call)
        slow = code.call(with_conversions, operands, "number or null")
        if len(operands) == 1:
            return slow
        fast = code.call(builtin, operands)
        return guarded(fast.text, map(number_test, operands), slow, "number or null")

    return emit


def _checks_numbers(name: str) -> Callable[[Checker, Call], Type]:
    def check(checker: Checker, call: Call) -> Type:
        for operand in call.operands:
            checker.require(operand, NUMBER, name)
        return NUMBER

    return check


def _checks_division(name: str) -> Callable[[Checker, Call], Type]:
    """Infer a number, or null too if a divisor may be 0; a single operand divides 1."""

    def check(checker: Checker, call: Call) -> Type:
        found = [checker.require(operand, NUMBER, name) for operand in call.operands]
        divisors = found[1:] or found
        return nullable(NUMBER) if any(falsy_only(by) != NEVER for by in divisors) else NUMBER

    return check


def _operator(
    name: str,
    least: int,
    most: int | None,
    function: Callable[..., Json],
    emit: Callable[[CodeGenerator, Call], Operand],
    words: str,
) -> Operator:
    return Operator(name, least, most, applied(function), emit, _checks_numbers(name), words)


def _division(name: str, least: int, function: Callable[..., Json], words: str) -> Operator:
    emit = emit_applied(function, "number or null")
    return Operator(name, least, None, applied(function), emit, _checks_division(name), words)


OPERATORS = (
    _operator("+", 0, None, _plus, _emits_binary(_PLUS), "adds"),
    _operator("-", 1, None, _minus, _emits_binary(_MINUS), "subtracts"),
    _operator("*", 0, None, _times, _emits_binary(_TIMES), "multiplies"),
    _division("/", 1, _divided, "divides"),
    _division("%", 2, _modulo, "takes the rest"),
    _operator("min", 1, None, _least, _emits_extreme(min, _least), "takes the least"),
    _operator("max", 1, None, _greatest, _emits_extreme(max, _greatest), "takes the greatest"),
)
