"""Evaluation by closures: the reference semantics of every operator.

Used for rules that run once, and for rules too deep or too large to be one generated function.
"""

from collections.abc import Callable
from datetime import tzinfo
from typing import Any, TypeAlias

from rules.bounds import StepBudget
from rules.expression import ArrayLiteral, Call, Expression, Literal, children, is_constant
from rules.values import Json

Closure: TypeAlias = Callable[[Json, StepBudget], Json]
Function: TypeAlias = Callable[..., Json]
"""A pure function of an operator's evaluated operands."""


class ClosureBuilder:
    """Builds closures that evaluate expressions."""

    def __init__(self, timezone: tzinfo) -> None:
        self.timezone = timezone

    def build(self, expression: Expression) -> Closure:
        match expression:
            case Literal():
                return _literal(expression.value)
            case ArrayLiteral():
                return _sequence([self.build(element) for element in expression.elements])
            case Call():
                return self.build_call(expression)

    def build_operands(self, call: Call) -> list[Closure]:
        return [self.build(operand) for operand in call.operands]

    def build_call(self, call: Call) -> Closure:
        return call.operator.build_closure(self, call)


class RecordingClosureBuilder(ClosureBuilder):
    """Builds closures that also record the value of every operator they evaluate."""

    def __init__(self, timezone: tzinfo, record: Callable[[tuple[Any, ...]], object]) -> None:
        super().__init__(timezone)
        self._record = record

    def build_call(self, call: Call) -> Closure:
        evaluate, record, calls = super().build_call(call), self._record, (call,)

        def recorded(data: Json, work: StepBudget) -> Json:
            value = evaluate(data, work)
            record((calls, value))
            return value

        return recorded


def applied(function: Function) -> Callable[[ClosureBuilder, Call], Closure]:
    """Build an operator that evaluates all its operands and applies a pure function to them."""

    def build(builder: ClosureBuilder, call: Call) -> Closure:
        return _apply(function, builder.build_operands(call))

    return build


def applied_in_zone(function: Function) -> Callable[[ClosureBuilder, Call], Closure]:
    """Like `applied`, with the rule's time zone as the first argument of the function."""

    def build(builder: ClosureBuilder, call: Call) -> Closure:
        zone = builder.timezone
        return _apply(lambda *values: function(zone, *values), builder.build_operands(call))

    return build


def charged(function: Function, cost: Callable[..., int]) -> Callable[[ClosureBuilder, Call], Closure]:
    """Like `applied`, and charge `cost(*operands)` steps before."""

    def build(builder: ClosureBuilder, call: Call) -> Closure:
        operands = builder.build_operands(call)

        def evaluate(data: Json, work: StepBudget) -> Json:
            values = [operand(data, work) for operand in operands]
            work.charge(cost(*values))
            return function(*values)

        return evaluate

    return build


def step_cost(expression: Expression) -> int:
    """Return the steps that evaluating the expression once inside a loop costs."""
    match expression:
        case Literal(value=str() as text):
            return 1 + len(text) // 64
        case Literal():
            return 1
        case Call(operands=(needle, ArrayLiteral() as haystack), operator=operator) if (
            operator.name == "in" and is_constant(haystack)
        ):
            return 2 + step_cost(needle)  # the array is hashed once
        case _:
            return 1 + sum(map(step_cost, children(expression)))


def _apply(function: Function, operands: list[Closure]) -> Closure:
    if len(operands) == 1:
        (only,) = operands
        return lambda data, work: function(only(data, work))
    if len(operands) == 2:
        first, second = operands
        return lambda data, work: function(first(data, work), second(data, work))
    return lambda data, work: function(*[operand(data, work) for operand in operands])


def _literal(value: Json) -> Closure:
    if isinstance(value, dict):
        return lambda _data, _work: {}
    return lambda _data, _work: value


def _sequence(elements: list[Closure]) -> Closure:
    return lambda data, work: [element(data, work) for element in elements]
