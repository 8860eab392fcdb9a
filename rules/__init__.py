"""JSON Logic: parsed, checked against types, compiled, explained; on exact numbers. It knows nothing of loyalty.

expression = rules.parse({">=": [{"var": "event.body.total"}, 20]})
rules.check(expression, scope).faults
rule = rules.compile(expression)
rule({"event": {"body": {"total": 12}}})
"""

from rules import exact, types
from rules.check import Checked, answer, check
from rules.compile import Rule, compile, evaluate, together  # noqa: A004 - the word of the trade
from rules.errors import Fault, MalformedJson, Path, RuleError, TooMuchWork
from rules.explain import Leaf, Reason, explain, sentence
from rules.expression import Expression
from rules.parse import Parsed, parse, parse_whole
from rules.paths import may_read
from rules.trace import Step, Trace
from rules.values import Json

__all__ = [
    "Checked",
    "Expression",
    "Fault",
    "Json",
    "Leaf",
    "MalformedJson",
    "Parsed",
    "Path",
    "Reason",
    "Rule",
    "RuleError",
    "Step",
    "TooMuchWork",
    "Trace",
    "answer",
    "check",
    "compile",
    "evaluate",
    "exact",
    "explain",
    "may_read",
    "parse",
    "parse_whole",
    "sentence",
    "together",
    "types",
]
