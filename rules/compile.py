"""From an expression to something that runs: one Python function, or closures where Python's own bounds are met."""

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
"""Parts of an expression above which Python takes longer to compile a function than closures take to run."""

_LOOPS = frozenset({"map", "filter", "reduce", "all", "some", "none"})
_ARITHMETIC = frozenset({"+", "-", "*"})


class Rule:
    """A compiled rule: `rule(data)` is its value, `rule.trace(data)` its value with how it came about."""

    __slots__ = ("_evaluate", "_trace", "expression", "timezone")

    def __init__(self, expression: Expression, timezone: tzinfo) -> None:
        self.expression = expression
        self.timezone = timezone
        self._evaluate: Evaluate = self._first
        self._trace: Callable[[Json], Trace] | None = None

    def __call__(self, data: Json) -> Json:
        """The value; raises TooMuchWork past the bound, and nothing else."""
        return self._evaluate(data)

    def _first(self, data: Json) -> Json:
        """Compiles at the first call: a program that is only checked never pays for it."""
        plain = interpreted(self.expression, self.timezone)
        self._evaluate = generated(self.expression, self.timezone, plain, recording=False) or plain
        return self._evaluate(data)

    def trace(self, data: Json) -> Trace:
        """As calling it, with what each operator was worth."""
        if self._trace is None:
            plain = interpreted_trace(self.expression, self.timezone)
            self._trace = generated(self.expression, self.timezone, plain, recording=True) or plain
        return self._trace(data)


def compile(expression: Expression, *, timezone: tzinfo = UTC) -> Rule:  # noqa: A001 - the word of the trade
    """The rule, ready to run; days and hours are those of the time zone."""
    return Rule(expression, timezone)


def compile_batch(rules: Iterable[Rule]) -> Callable[[Json], list[Json]]:
    """Rules run as one, which takes less than one by one: the list of their values.

    What is too much work for one of them is too much for all. A rule that does more than be evaluated is left to do so.
    """
    batches = list(_batches(rules))
    return batches[0] if len(batches) == 1 else lambda data: [value for batch in batches for value in batch(data)]


def _batches(rules: Iterable[Rule]) -> Iterator[Callable[[Json], list[Json]]]:
    for (kind, timezone), alike in groupby(rules, key=lambda rule: (type(rule), rule.timezone)):
        if kind is not Rule:
            yield partial(_one_by_one, list(alike))
            continue
        batch: list[Expression] = []
        weighs = 0
        for rule in alike:
            more = step_cost(rule.expression)
            if batch and weighs + more >= LARGEST_FUNCTION:
                yield Rule(ArrayLiteral((), tuple(batch)), timezone)
                batch, weighs = [], 0
            batch.append(rule.expression)
            weighs += more
        yield Rule(ArrayLiteral((), tuple(batch)), timezone)


def _one_by_one(rules: list[Rule], data: Json) -> list[Json]:
    return [rule(data) for rule in rules]


def evaluate(rule: Json, data: Json) -> Json:
    """The value of a rule given as JSON, run once: parsed, closed and forgotten."""
    return interpreted(parse(rule), UTC)(data)


def interpreted(expression: Expression, timezone: tzinfo) -> Evaluate:
    """The rule as closures: what every operator means, and how a rule runs once."""
    closure = ClosureBuilder(timezone).build(expression)
    if _folds(expression):
        return lambda data: bounded_result(closure(data, StepBudget()))
    return lambda data: closure(data, StepBudget())


def interpreted_trace(expression: Expression, timezone: tzinfo) -> Callable[[Json], Trace]:
    """As `interpreted`, recording."""

    folds = _folds(expression)

    def trace(data: Json) -> Trace:
        records: list[TraceRecord] = []
        value = RecordingClosureBuilder(timezone, records.append).build(expression)(data, StepBudget())
        return Trace(bounded_result(value) if folds else value, records)

    return trace


def generated(
    expression: Expression, timezone: tzinfo, otherwise: Callable[[Json], Any], *, recording: bool
) -> Callable[[Json], Any] | None:
    """The rule as one Python function, or None where it is too large for one.

    Should a number outgrow the decimal context, `otherwise` answers.
    """
    if step_cost(expression) > LARGEST_FUNCTION:
        return None
    source = CodeGenerator(
        timezone, recording=recording, in_context=_folds_numbers(expression), nests=_folds(expression)
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
    "measured": bounded_result,
    "setcontext": setcontext,
    "str": str,
}


def _folds(expression: Expression) -> bool:
    """Whether it may put its result into itself again and again."""
    return any(isinstance(part, Call) and part.operator.name == "reduce" for part in walk(expression))


def _folds_numbers(expression: Expression) -> bool:
    """Whether it reckons inside a loop: then it pays to install the decimal context once for all."""
    return any(
        isinstance(inner, Call) and inner.operator.name in _ARITHMETIC
        for part in walk(expression)
        if isinstance(part, Call) and part.operator.name in _LOOPS
        for inner in walk(part.operands[1])
    )
