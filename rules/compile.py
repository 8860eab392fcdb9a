"""Compiles expressions to Python functions, or to closures where CPython's own limits are exceeded."""

import builtins
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, tzinfo
from decimal import Decimal, DecimalException, getcontext, setcontext
from functools import partial
from itertools import groupby
from typing import Any, TypeAlias

from rules.bounds import StepBudget, bounded_result
from rules.closures import ClosureBuilder, RecordingClosureBuilder, step_cost
from rules.codegen import CodeGenerator, TooDeepForOneFunction
from rules.expression import ArrayLiteral, Call, Expression, walk
from rules.numbers import CONTEXT
from rules.parse import parse
from rules.trace import Trace, TraceRecord
from rules.values import Json

Evaluate: TypeAlias = Callable[[Json], Json]

LARGEST_FUNCTION = 1_000
"""Steps of an expression above which compiling a function takes longer than running closures."""

_LOOPS = frozenset({"map", "filter", "reduce", "all", "some", "none"})
_ARITHMETIC = frozenset({"+", "-", "*"})


class Rule:
    """A compiled rule: `rule(data)` is its value, `rule.trace(data)` the value of each of its parts too."""

    __slots__ = ("_evaluate", "_trace", "expression", "timezone")

    def __init__(self, expression: Expression, timezone: tzinfo) -> None:
        self.expression = expression
        self.timezone = timezone
        self._evaluate: Evaluate = self._first
        self._trace: Callable[[Json], Trace] | None = None

    def __call__(self, data: Json) -> Json:
        """Return the rule's value; raise TooMuchWork past the bounds, and nothing else."""
        return self._evaluate(data)

    def _first(self, data: Json) -> Json:
        """Compile on the first call, as a program that is only checked never needs it."""
        plain = interpreted(self.expression, self.timezone)
        self._evaluate = generated(self.expression, self.timezone, plain, recording=False) or plain
        return self._evaluate(data)

    def trace(self, data: Json) -> Trace:
        """Evaluate the rule and record the value of each operator."""
        if self._trace is None:
            plain = interpreted_trace(self.expression, self.timezone)
            self._trace = generated(self.expression, self.timezone, plain, recording=True) or plain
        return self._trace(data)


def compile(expression: Expression, *, timezone: tzinfo = UTC) -> Rule:  # noqa: A001 - the word of the trade
    """Return the rule, ready to run. The date operators take the days and hours of the time zone."""
    return Rule(expression, timezone)


def compile_batch(rules: Iterable[Rule]) -> Callable[[Json], list[Json]]:
    """Return one function for the values of several rules, in order: faster than calling each.

    It raises TooMuchWork as soon as one rule does. Subclasses of Rule are called one by one, as they may do more.
    """
    batches = list(_batches(rules))
    return batches[0] if len(batches) == 1 else lambda data: [value for batch in batches for value in batch(data)]


def _batches(rules: Iterable[Rule]) -> Iterator[Callable[[Json], list[Json]]]:
    for (kind, timezone), alike in groupby(rules, key=lambda rule: (type(rule), rule.timezone)):
        if kind is not Rule:
            yield partial(_one_by_one, list(alike))
            continue
        batch: list[Expression] = []
        cost = 0
        for rule in alike:
            more = step_cost(rule.expression)
            if batch and cost + more >= LARGEST_FUNCTION:
                yield Rule(ArrayLiteral((), tuple(batch)), timezone)
                batch, cost = [], 0
            batch.append(rule.expression)
            cost += more
        yield Rule(ArrayLiteral((), tuple(batch)), timezone)


def _one_by_one(rules: list[Rule], data: Json) -> list[Json]:
    return [rule(data) for rule in rules]


def evaluate(rule: Json, data: Json) -> Json:
    """Return the value of a rule given as JSON; for rules that run once."""
    return interpreted(parse(rule), UTC)(data)


def interpreted(expression: Expression, timezone: tzinfo) -> Evaluate:
    """Return the rule as closures."""
    closure, has_reduce = ClosureBuilder(timezone).build(expression), _has_reduce(expression)

    def evaluate(data: Json) -> Json:
        work = StepBudget()
        value = closure(data, work)
        work.end()
        return bounded_result(value) if has_reduce else value

    return evaluate


def interpreted_trace(expression: Expression, timezone: tzinfo) -> Callable[[Json], Trace]:
    """Return the rule as closures that record a trace."""
    has_reduce = _has_reduce(expression)

    def trace(data: Json) -> Trace:
        records: list[TraceRecord] = []
        work = StepBudget()
        value = RecordingClosureBuilder(timezone, records.append).build(expression)(data, work)
        work.end()
        return Trace(bounded_result(value) if has_reduce else value, records)

    return trace


def generated(
    expression: Expression, timezone: tzinfo, otherwise: Callable[[Json], Any], *, recording: bool
) -> Callable[[Json], Any] | None:
    """Return the rule as one generated Python function; None if it is too large or too deep for one.

    The function falls back to `otherwise` when a number overflows the decimal context.
    """
    if step_cost(expression) > LARGEST_FUNCTION:
        return None
    source = CodeGenerator(
        timezone, recording=recording, in_context=_has_arithmetic_in_loop(expression), may_nest=_has_reduce(expression)
    )
    try:
        text = source.function(expression)
    except TooDeepForOneFunction:
        return None
    names = {**_NAMES, **source.names, "otherwise": otherwise}
    exec(builtins.compile(text, "<rule>", "exec"), names)  # noqa: S102 - nothing of the rule is in it but reprs
    function: Callable[[Json], Any] = names["rule"]
    return function


_NAMES: dict[str, Any] = {
    "__builtins__": {},
    "CONTEXT": CONTEXT,
    "Decimal": Decimal,
    "DecimalException": DecimalException,
    "Trace": Trace,
    "dict": dict,
    "getcontext": getcontext,
    "int": int,
    "len": len,
    "list": list,
    "bounded_result": bounded_result,
    "setcontext": setcontext,
    "str": str,
}


def _has_reduce(expression: Expression) -> bool:
    """Return whether a `reduce` may nest its result in itself at every turn."""
    return any(isinstance(part, Call) and part.operator.name == "reduce" for part in walk(expression))


def _has_arithmetic_in_loop(expression: Expression) -> bool:
    """Return whether it does arithmetic in a loop, so that installing the decimal context once pays off."""
    return any(
        isinstance(inner, Call) and inner.operator.name in _ARITHMETIC
        for part in walk(expression)
        if isinstance(part, Call) and part.operator.name in _LOOPS
        for inner in walk(part.operands[1])
    )
