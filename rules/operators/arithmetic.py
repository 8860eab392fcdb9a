"""Arithmetic operators on exact numbers: + - * / % min max."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

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
    return values[0] if len(values) == 1 else _fold(numbers.multiply, tuple(map(leading_number, values)))


def _minus(left: Json, *right: Json) -> ExactNumber | None:
    minuend, subtrahend = (to_number(left), to_number(right[0])) if right else (0, to_number(left))
    return None if minuend is None or subtrahend is None else numbers.subtract(minuend, subtrahend)


def _divided(dividend: Json, divisor: Json) -> ExactNumber | None:
    left, right = to_number(dividend), to_number(divisor)
    return None if left is None or right is None else numbers.divide(left, right)


def _modulo(dividend: Json, divisor: Json) -> ExactNumber | None:
    left, right = to_number(dividend), to_number(divisor)
    return None if left is None or right is None else numbers.remainder(left, right)


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
        total, *others = code.atoms(call)
        if not others:
            return code.call(fast.with_conversions, [total], "any" if fast is _TIMES else "number or null")
        for other in others:
            total = _binary(code, fast, total, other)
        return total

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
    """Return the result is a number, or null if the divisor may be 0."""

    def check(checker: Checker, call: Call) -> Type:
        dividend, divisor = call.operands
        checker.require(dividend, NUMBER, name)
        by = checker.require(divisor, NUMBER, name)
        return nullable(NUMBER) if falsy_only(by) != NEVER else NUMBER

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


def _division(name: str, function: Callable[[Json, Json], Json], words: str) -> Operator:
    emit = emit_applied(function, "number or null")
    return Operator(name, 2, 2, applied(function), emit, _checks_division(name), words)


OPERATORS = (
    _operator("+", 1, None, _plus, _emits_binary(_PLUS), "adds"),
    _operator("-", 1, 2, _minus, _emits_binary(_MINUS), "subtracts"),
    _operator("*", 1, None, _times, _emits_binary(_TIMES), "multiplies"),
    _division("/", _divided, "divides"),
    _division("%", _modulo, "takes the rest"),
    _operator("min", 1, None, _least, _emits_extreme(min, _least), "takes the least"),
    _operator("max", 1, None, _greatest, _emits_extreme(max, _greatest), "takes the greatest"),
)
