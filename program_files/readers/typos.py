"""Find JSON that is probably a rule with a misspelt operator, and would be used as plain JSON."""

from typing import Final

import rules
from program_files.text.nodes import Node
from rules.expression import Call, Expression, walk
from rules.operators import TABLE
from rules.parse import SYNONYMS
from rules.paths import static_path
from rules.spelling import is_one_edit_apart
from rules.types import Type, step_into

_COMMON_KEYS: Final = frozenset({"cart", "data", "dates", "day", "days", "hours", "months", "note", "years"})
"""Common keys of bodies that are one edit apart from an operator."""

_SHORTEST: Final = 3
"""Letters of the shortest operator that a key is compared with."""


def misspelt_operator(node: Node, scope: Type) -> str | None:
    """Return the operator that the only key of a map probably misspells; None if the map is probably not a rule.

    An operator is suggested only if the rule is valid with it and reads something of the event or the member.
    """
    if len(node.entries) != 1:
        return None
    ((key, value),) = node.entries.items()
    if key in _COMMON_KEYS:
        return None
    operands = value.plain()
    near = [name for name in TABLE if len(name) >= _SHORTEST and is_one_edit_apart(key, name)]
    if key in SYNONYMS and isinstance(operands, list) and len(operands) > 1:
        near.append(SYNONYMS[key])
    return next((name for name in near if _is_valid_rule({name: operands}, scope)), None)


def _is_valid_rule(rule: object, scope: Type) -> bool:
    try:
        expression = rules.parse(rule)
    except rules.RuleError:
        return False
    faults = rules.check(expression, scope).faults
    if isinstance(expression, Call) and expression.operator.name == "var":
        return all(fault.code == "unknown_path" for fault in faults) and _begins_with_known_name(expression, scope)
    return any(map(_is_var, walk(expression))) and not faults


def _begins_with_known_name(var: Call, scope: Type) -> bool:
    """Return whether a path begins with a name that rules can read, even if the rest of it is wrong."""
    steps = static_path(var) or ()
    return len(steps) > 1 and step_into(scope, steps[0]) is not None


def _is_var(part: Expression) -> bool:
    return isinstance(part, Call) and part.operator.name == "var"
