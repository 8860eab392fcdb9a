"""Sums, products and extremes of exact numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

from rules import numbers
from rules.check import Checker
from rules.closures import applied
from rules.expression import Call, Operator
from rules.numbers import CONTEXT, LARGEST_INTEGER, Number
from rules.source import Known, Operand, Source, emit_applied, guarded, is_number
from rules.types import NEVER, NUMBER, Type, falsy, nullable
from rules.values import Json, leading_number, number


def _fold(combine: Callable[[Number, Number], Number | None], values: tuple[Number | None, ...]) -> Number | None:
    """All combined from the left; none as soon as one is none."""

    def step(total: Number | None, value: Number | None) -> Number | None:
        return None if total is None or value is None else combine(total, value)

    return reduce(step, values)


def _plus(*values: Json) -> Number | None:
    return _fold(numbers.add, (0, *map(leading_number, values)))


def _times(*values: Json) -> Json:
    return values[0] if len(values) == 1 else _fold(numbers.multiply, tuple(map(leading_number, values)))


def _minus(left: Json, *right: Json) -> Number | None:
    minuend, subtrahend = (number(left), number(right[0])) if right else (0, number(left))
    return None if minuend is None or subtrahend is None else numbers.subtract(minuend, subtrahend)


def _divided(dividend: Json, divisor: Json) -> Number | None:
    left, right = number(dividend), number(divisor)
    return None if left is None or right is None else numbers.divide(left, right)


def _modulo(dividend: Json, divisor: Json) -> Number | None:
    left, right = number(dividend), number(divisor)
    return None if left is None or right is None else numbers.remainder(left, right)


def _least(*values: Json) -> Number | None:
    found = [number(value) for value in values]
    return None if None in found else min(value for value in found if value is not None)


def _greatest(*values: Json) -> Number | None:
    found = [number(value) for value in values]
    return None if None in found else max(value for value in found if value is not None)


@dataclass(frozen=True, slots=True)
class _Fast:
    """A binary operator on numbers: in Python, on Decimals in our context, and on anything."""

    symbol: str
    on_decimals: Callable[[Number, Number], Number]
    on_anything: Callable[..., Json]


_PLUS = _Fast("+", CONTEXT.add, _plus)
_TIMES = _Fast("*", CONTEXT.multiply, _times)
_MINUS = _Fast("-", CONTEXT.subtract, _minus)


def _emits_binary(fast: _Fast) -> Callable[[Source, Call], Operand]:
    def emit(source: Source, call: Call) -> Operand:
        total, *others = source.atoms(call)
        if not others:
            return source.applied(fast.on_anything, [total], "any" if fast is _TIMES else "number or null")
        for other in others:
            total = _binary(source, fast, total, other)
        return total

    return emit


def _binary(source: Source, fast: _Fast, left: Operand, right: Operand) -> Operand:
    slow = source.applied(fast.on_anything, (left, right))
    tests = [is_number(left), is_number(right)]
    plain = f"{left.text} {fast.symbol} {right.text}"
    known: Known = "decimal" if tests == [None, None] and "decimal" in (left.known, right.known) else "number or null"
    if not source.in_context:
        exact = f"{source.bind(fast.on_decimals)}({left.text}, {right.text})"
        if "decimal" in (left.known, right.known):
            plain = exact
        else:
            integers = [f"{operand.text}.__class__ is int" for operand in (left, right)]
            slow = guarded(exact, tests, slow, known)
            tests = list(integers)
    result = source.atom(guarded(plain, tests, slow, known))
    if fast is _TIMES and "decimal" not in (left.known, right.known):
        too_long = f"{result.text}.__class__ is int and not {-LARGEST_INTEGER} < {result.text} < {LARGEST_INTEGER}"
        source.line(f"if {too_long}: {result.text} = {source.bind(numbers.bounded)}({result.text})")
    return result


def _emits_extreme(builtin: Callable[..., Json], on_anything: Callable[..., Json]) -> Callable[[Source, Call], Operand]:
    def emit(source: Source, call: Call) -> Operand:
        operands = source.atoms(call)
        slow = source.applied(on_anything, operands, "number or null")
        if len(operands) == 1:
            return slow
        fast = source.applied(builtin, operands)
        return guarded(fast.text, map(is_number, operands), slow, "number or null")

    return emit


def _checks_numbers(name: str) -> Callable[[Checker, Call], Type]:
    def check(checker: Checker, call: Call) -> Type:
        for operand in call.operands:
            checker.needs(operand, NUMBER, name)
        return NUMBER

    return check


def _checks_division(name: str) -> Callable[[Checker, Call], Type]:
    """Null where the divisor may be 0."""

    def check(checker: Checker, call: Call) -> Type:
        dividend, divisor = call.operands
        checker.needs(dividend, NUMBER, name)
        by = checker.needs(divisor, NUMBER, name)
        return nullable(NUMBER) if falsy(by) != NEVER else NUMBER

    return check


def _operator(
    name: str,
    least: int,
    most: int | None,
    function: Callable[..., Json],
    emit: Callable[[Source, Call], Operand],
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
