"""JSON that looks like a rule whose operator is misspelt: it would be sent as it stands."""

from typing import Final

import rules
from program_files.text.nodes import Node
from rules.expression import Call, Expression, walk
from rules.operators import TABLE
from rules.parse import SYNONYMS
from rules.paths import static_path
from rules.spelling import is_one_edit_apart
from rules.types import Type, step_into

_ORDINARY: Final = frozenset({"cart", "data", "dates", "day", "days", "hours", "months", "note", "years"})
"""Words that a body may well have for a key, though an operator has nearly the same."""

_SHORTEST = 3


def meant_operator(node: Node, scope: Type) -> str | None:
    """The operator that the one key of a map was meant to be; None where it is probably no rule at all.

    It is one only if the rule, spelt so, would be right and look something up.
    """
    if len(node.entries) != 1:
        return None
    ((key, value),) = node.entries.items()
    if key in _ORDINARY:
        return None
    operands = value.plain()
    near = [name for name in TABLE if len(name) >= _SHORTEST and is_one_edit_apart(key, name)]
    if key in SYNONYMS and isinstance(operands, list) and len(operands) > 1:
        near.append(SYNONYMS[key])
    return next((name for name in near if _would_be_right({name: operands}, scope)), None)


def _would_be_right(rule: object, scope: Type) -> bool:
    try:
        expression = rules.parse(rule)
    except rules.RuleError:
        return False
    faults = rules.check(expression, scope).faults
    if isinstance(expression, Call) and expression.operator.name == "var":
        return all(fault.code == "unknown_path" for fault in faults) and _begins_right(expression, scope)
    return any(map(_looks_up, walk(expression))) and not faults


def _begins_right(var: Call, scope: Type) -> bool:
    """Whether a path begins with what rules see: whatever else is wrong with it, it was meant as one."""
    steps = static_path(var) or ()
    return len(steps) > 1 and step_into(scope, steps[0]) is not None


def _looks_up(part: Expression) -> bool:
    return isinstance(part, Call) and part.operator.name == "var"
