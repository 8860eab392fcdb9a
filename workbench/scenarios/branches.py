"""The branches of a rule, and which of them evaluations have taken."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import rules
from rules.expression import ArrayLiteral, Call, Expression, Literal, children
from rules.render import render
from rules.values import is_truthy

_COMPARISONS = frozenset({"==", "===", "!=", "!==", "<", "<=", ">", ">=", "in", "starts_with", "ends_with"})
_SEARCHES = frozenset({"some", "all", "none"})
_ASKING = frozenset({*_SEARCHES, "filter"})
"""Loops whose body is a condition."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A smallest condition that is true, or false."""

    path: rules.JsonPath
    words: str
    value: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A consequence of an `if` that is chosen: the n-th of its operands."""

    path: rules.JsonPath
    words: str
    operand: int


Branch: TypeAlias = Outcome | Choice


class Branches:
    """All branches of one rule, with those that were taken."""

    def __init__(self, expression: Expression, *, is_condition: bool) -> None:
        found = tuple(_conditions(expression) if is_condition else _values(expression))
        self._asks = {call.path: call for call in found if call.operator.name != "if"}
        self._forks = {call.path: call for call in found if call.operator.name == "if"}
        self._taken: set[tuple[rules.JsonPath, bool | int]] = set()
        self._count = 2 * len(self._asks) + sum(len(list(_consequences(fork))) for fork in self._forks.values())

    @property
    def all_taken(self) -> bool:
        """Whether nothing is left to be seen."""
        return len(self._taken) == self._count

    def see(self, trace: rules.Trace) -> None:
        """Note which branches an evaluation took."""
        worth: dict[rules.JsonPath, rules.Json] = {}
        for call, value in trace.calls():
            worth[call.path] = value
            if call.path in self._asks:
                self._taken.add((call.path, is_truthy(value)))
            elif call.path in self._forks:
                self._choose(call, worth)

    def __iter__(self) -> Iterator[tuple[Branch, bool]]:
        """Every branch, and whether it was taken."""
        for path, call in self._asks.items():
            for value in (True, False):
                yield Outcome(path, render(call), value), (path, value) in self._taken
        for path, fork in self._forks.items():
            for number in _consequences(fork):
                operand = fork.operands[number]
                yield Choice(operand.path, render(operand), number), (path, number) in self._taken

    def _choose(self, fork: Call, worth: dict[rules.JsonPath, rules.Json]) -> None:
        """Note the consequence that was chosen: conditions after it were not asked this time."""
        operands = fork.operands
        for number in range(0, len(operands) - 1, 2):
            if is_truthy(_worth(operands[number], worth)):
                self._taken.add((fork.path, number + 1))
                return
        if len(operands) % 2:
            self._taken.add((fork.path, len(operands) - 1))


class Watched(rules.Rule):
    """A rule whose evaluations are seen by its branches, until every one was taken."""

    __slots__ = ("_branches", "_rule")

    def __init__(self, rule: rules.Rule, branches: Branches) -> None:
        self.expression = rule.expression
        self.timezone = rule.timezone
        self._rule = rule
        self._branches = branches

    def __call__(self, data: rules.Json) -> rules.Json:
        """As the rule."""
        return self._rule(data) if self._branches.all_taken else self.trace(data).value

    def trace(self, data: rules.Json) -> rules.Trace:
        """As the rule."""
        trace = self._rule.trace(data)
        if not self._branches.all_taken:
            self._branches.see(trace)
        return trace


def _worth(expression: Expression, worth: Mapping[rules.JsonPath, rules.Json]) -> rules.Json:
    match expression:
        case Literal():
            return expression.value
        case ArrayLiteral():
            return [None] * len(expression.elements)
        case Call():
            return worth[expression.path]


def _consequences(fork: Call) -> Iterator[int]:
    """Which operands of an `if` are consequences; alone, it chooses nothing."""
    operands = len(fork.operands)
    if operands > 1:
        yield from range(1, operands, 2)
        if operands % 2:
            yield operands - 1


def _conditions(expression: Expression) -> Iterator[Call]:
    """Of an expression that is asked whether it holds: its smallest conditions, and every `if`."""
    if not isinstance(expression, Call):
        yield from _values(expression)
        return
    match expression.operator.name:
        case "and" | "or" | "!" | "!!":
            for operand in expression.operands:
                yield from _conditions(operand)
        case "if":
            yield from _fork(expression, _conditions)
        case _:
            yield expression
            yield from _operands(expression)


def _values(expression: Expression) -> Iterator[Call]:
    """Of an expression that gives a value: the conditions in it, and every `if`."""
    if not isinstance(expression, Call):
        for part in children(expression):
            yield from _values(part)
        return
    match expression.operator.name:
        case "and" | "or":
            for operand in expression.operands[:-1]:
                yield from _conditions(operand)
            for last in expression.operands[-1:]:
                yield from _values(last)
        case "if" | "!" | "!!":
            yield from _fork(expression, _values) if expression.operator.name == "if" else _conditions(expression)
        case name if name in _COMPARISONS | _SEARCHES:
            yield from _conditions(expression)
        case _:
            yield from _operands(expression)


def _operands(call: Call) -> Iterator[Call]:
    """What is in the operands of a call; the body of some loops is a condition."""
    for number, operand in enumerate(call.operands):
        yield from _conditions(operand) if number and call.operator.name in _ASKING else _values(operand)


def _fork(fork: Call, of_consequence: Callable[[Expression], Iterator[Call]]) -> Iterator[Call]:
    yield fork
    consequences = set(_consequences(fork))
    for number, operand in enumerate(fork.operands):
        yield from of_consequence(operand) if number in consequences else _conditions(operand)
