"""JSON Logic on exact numbers: parse, check against types, compile, explain. It knows nothing of loyalty.

expression = rules.parse({">=": [{"var": "event.body.total"}, 20]})
rules.check(expression, scope).faults
rule = rules.compile(expression)
rule({"event": {"body": {"total": 12}}})
"""

from rules import exact, types
from rules.bounds import steps_at_once, steps_together
from rules.check import CheckResult, check, static_truth
from rules.compile import Rule, compile, compile_batch, evaluate  # noqa: A004 - the word of the trade
from rules.errors import Fault, JsonPath, MalformedJson, RuleError, TooMuchAtOnce, TooMuchWork, TooMuchWorkTogether
from rules.explain import Clause, Explanation, clause_text, explain
from rules.expression import Expression
from rules.narrowing import assume
from rules.parse import ParseResult, parse, parse_with_recovery
from rules.paths import may_read
from rules.result_bounds import Bounds, bounds
from rules.trace import Trace, TraceEntry
from rules.values import Json

__all__ = [
    "Bounds",
    "CheckResult",
    "Clause",
    "Explanation",
    "Expression",
    "Fault",
    "Json",
    "JsonPath",
    "MalformedJson",
    "ParseResult",
    "Rule",
    "RuleError",
    "TooMuchAtOnce",
    "TooMuchWork",
    "TooMuchWorkTogether",
    "Trace",
    "TraceEntry",
    "assume",
    "bounds",
    "check",
    "clause_text",
    "compile",
    "compile_batch",
    "evaluate",
    "exact",
    "explain",
    "may_read",
    "parse",
    "parse_with_recovery",
    "static_truth",
    "steps_at_once",
    "steps_together",
    "types",
]
