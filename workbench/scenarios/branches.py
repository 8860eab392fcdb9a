"""Branch coverage of a rule: its branches, and those that evaluations have taken."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import rules
from rules.expression import ArrayLiteral, Call, Expression, Literal, children
from rules.render import render
from rules.values import is_truthy

_COMPARISONS = frozenset({"==", "===", "!=", "!==", "<", "<=", ">", ">=", "in", "starts_with", "ends_with"})
_SEARCHES = frozenset({"some", "all", "none"})
_CONDITION_LOOPS = frozenset({*_SEARCHES, "filter"})
"""Loops whose body is a condition."""


@dataclass(frozen=True, slots=True)
class ConditionBranch:
    """The outcome of a condition without nested conditions: true or false."""

    path: rules.JsonPath
    words: str
    value: bool


@dataclass(frozen=True, slots=True)
class IfBranch:
    """The choice of a result of an `if`; `operand` is its index among the operands."""

    path: rules.JsonPath
    words: str
    operand: int


Branch: TypeAlias = ConditionBranch | IfBranch


class Branches:
    """All branches of one rule, and those taken so far."""

    def __init__(self, expression: Expression, *, is_condition: bool) -> None:
        found = tuple(_in_condition(expression) if is_condition else _in_value(expression))
        self._conditions = {call.path: call for call in found if call.operator.name != "if"}
        self._ifs = {call.path: call for call in found if call.operator.name == "if"}
        self._taken: set[tuple[rules.JsonPath, bool | int]] = set()
        self._count = 2 * len(self._conditions) + sum(len(list(_results_of(call))) for call in self._ifs.values())

    @property
    def all_taken(self) -> bool:
        """Whether every branch was taken."""
        return len(self._taken) == self._count

    def record(self, trace: rules.Trace) -> None:
        """Add the branches that an evaluation took."""
        values: dict[rules.JsonPath, rules.Json] = {}
        for call, value in trace.calls():
            values[call.path] = value
            if call.path in self._conditions:
                self._taken.add((call.path, is_truthy(value)))
            elif call.path in self._ifs:
                self._record_chosen(call, values)

    def __iter__(self) -> Iterator[tuple[Branch, bool]]:
        """Yield every branch, and whether it was taken."""
        for path, call in self._conditions.items():
            for value in (True, False):
                yield ConditionBranch(path, render(call), value), (path, value) in self._taken
        for path, call in self._ifs.items():
            for index in _results_of(call):
                operand = call.operands[index]
                yield IfBranch(operand.path, render(operand), index), (path, index) in self._taken

    def _record_chosen(self, call: Call, values: dict[rules.JsonPath, rules.Json]) -> None:
        """Add the chosen result of an `if`; the conditions after it were not evaluated."""
        operands = call.operands
        for index in range(0, len(operands) - 1, 2):
            if is_truthy(_value_of(operands[index], values)):
                self._taken.add((call.path, index + 1))
                return
        if len(operands) % 2:
            self._taken.add((call.path, len(operands) - 1))


class InstrumentedRule(rules.Rule):
    """A rule whose evaluations are recorded by its branches until all of them were taken."""

    __slots__ = ("_branches", "_rule")

    def __init__(self, rule: rules.Rule, branches: Branches) -> None:
        self.expression = rule.expression
        self.timezone = rule.timezone
        self._rule = rule
        self._branches = branches

    def __call__(self, data: rules.Json) -> rules.Json:
        """Return the value of the rule."""
        return self._rule(data) if self._branches.all_taken else self.trace(data).value

    def trace(self, data: rules.Json) -> rules.Trace:
        """Return the trace of the rule."""
        trace = self._rule.trace(data)
        if not self._branches.all_taken:
            self._branches.record(trace)
        return trace


def _value_of(expression: Expression, values: Mapping[rules.JsonPath, rules.Json]) -> rules.Json:
    match expression:
        case Literal():
            return expression.value
        case ArrayLiteral():
            return [None] * len(expression.elements)
        case Call():
            return values[expression.path]


def _results_of(call: Call) -> Iterator[int]:
    """Yield the indices of an `if`'s operands that are results; an only operand is not chosen from anything."""
    count = len(call.operands)
    if count > 1:
        yield from range(1, count, 2)
        if count % 2:
            yield count - 1


def _in_condition(expression: Expression) -> Iterator[Call]:
    """Yield the smallest conditions, and every `if`, of an expression that is evaluated for its truth value."""
    if not isinstance(expression, Call):
        yield from _in_value(expression)
        return
    match expression.operator.name:
        case "and" | "or" | "!" | "!!":
            for operand in expression.operands:
                yield from _in_condition(operand)
        case "if":
            yield from _in_if(expression, _in_condition)
        case _:
            yield expression
            yield from _in_operands(expression)


def _in_value(expression: Expression) -> Iterator[Call]:
    """Yield the smallest conditions, and every `if`, of an expression that is evaluated for its value."""
    if not isinstance(expression, Call):
        for part in children(expression):
            yield from _in_value(part)
        return
    match expression.operator.name:
        case "and" | "or":
            for operand in expression.operands[:-1]:
                yield from _in_condition(operand)
            for last in expression.operands[-1:]:
                yield from _in_value(last)
        case "if" | "!" | "!!":
            yield from _in_if(expression, _in_value) if expression.operator.name == "if" else _in_condition(expression)
        case name if name in _COMPARISONS | _SEARCHES:
            yield from _in_condition(expression)
        case _:
            yield from _in_operands(expression)


def _in_operands(call: Call) -> Iterator[Call]:
    """Yield what the operands of a call contain; the body of some loops is a condition."""
    for index, operand in enumerate(call.operands):
        yield from _in_condition(operand) if index and call.operator.name in _CONDITION_LOOPS else _in_value(operand)


def _in_if(call: Call, in_result: Callable[[Expression], Iterator[Call]]) -> Iterator[Call]:
    yield call
    results = set(_results_of(call))
    for index, operand in enumerate(call.operands):
        yield from in_result(operand) if index in results else _in_condition(operand)
