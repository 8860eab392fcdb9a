"""Suggestions of the type checker: what to write instead of an operand that may be missing, or is of another type."""

import re
from dataclasses import replace
from datetime import UTC
from typing import Final

from rules import exact
from rules.bounds import StepBudget
from rules.closures import ClosureBuilder
from rules.expression import ArrayLiteral, Call, Expression, Literal, is_constant
from rules.paths import split_path
from rules.render import literal_path
from rules.types import (
    INSTANT,
    NEVER,
    NUMBER,
    TEXT,
    ArrayType,
    InstantType,
    NumberType,
    TextType,
    Type,
    fits,
    may_be,
    present,
    step_into,
)
from rules.values import Json

_NUMBER: Final = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?")

_INFIX: Final = re.compile(
    rf"(?P<path>[A-Za-z_][\w.]*) *(?P<operator>==?|!=|[<>]=?|[*+-]) *(?P<number>{_NUMBER.pattern})"
)

PREDICATES = frozenset({"<", "<=", ">", ">=", "in", "starts_with", "ends_with"})
"""Operators whose result is true or false, and whose operands must be there."""


def default_suggestion(
    operand: Expression, kind: Type, wanted: Type, *, by: Call | None, may_be_null: bool
) -> str | None:
    """Suggest the operand with a default, or None if there is none that keeps `by`, the call around it, from holding.

    `may_be_null`: a default of `var` does not replace null, so that the suggestion is an `or`.
    """
    path, nothing = literal_path(operand), _empty_value(kind)
    if path is None or nothing is None or may_be(wanted, InstantType) or _may_hold(by, operand, nothing):
        return None
    return exact.dumps({"or": [{"var": path}, nothing]} if may_be_null else {"var": [path, nothing]})


def guard_hint(operand: Expression) -> str:
    """Return the end of a message that says how to evaluate a condition only if the operand is there; may be empty."""
    path = literal_path(operand)
    if path is None:
        return ""
    return f': write {{"and": [{{"!=": [{{"var": {exact.dumps(path)}}}, null]}}, ...]}} around the condition'


def division_hint(operand: Expression) -> str:
    """Return the end of a message that says what to do where a divisor may be 0; empty for anything else."""
    if not isinstance(operand, Call) or operand.operator.name not in ("/", "%"):
        return ""
    return ', as the divisor may be 0: write {"or": [..., 0]} around it'


def otherwise_hint(operand: Expression) -> str:
    """Return the end of a message about an `if` that has no last operand; empty for anything else."""
    is_open = isinstance(operand, Call) and operand.operator.name in ("if", "?:") and len(operand.operands) % 2 == 0
    return ": give if a last operand, for when no condition holds" if is_open else ""


def joining_hint(expression: Expression) -> str:
    """Return the end of a message about a list where a condition is needed; empty for anything else."""
    return ': write {"and": [...]} around its conditions' if isinstance(expression, ArrayLiteral) else ""


def date_hint(operand: Expression, found: Type, wanted: Type) -> str:
    """Return the end of a message about a text, perhaps missing, where a date is needed; empty for anything else."""
    path = literal_path(operand)
    if path is None or not may_be(wanted, InstantType) or fits(found, TEXT) or not fits(present(found), TEXT):
        return ""
    read = exact.dumps({"var": path})
    return f': write {{"date": {read}}}, behind {read} in an and'


def number_suggestion(expression: Expression, wanted: Type) -> str | None:
    """Suggest the number in a text, where a number is needed."""
    text = expression.value if isinstance(expression, Literal) else None
    if not isinstance(text, str) or not isinstance(wanted, NumberType):
        return None
    return text if _NUMBER.fullmatch(text) else None


def is_optional_text(of: Type) -> bool:
    """Return whether a value is a text, or missing or null."""
    return not fits(of, TEXT) and present(of) != NEVER and fits(present(of), TEXT)


def list_suggestion(text: str) -> str:
    """Suggest a list of the values in a text: `in` finds a whole value in a list, and any part of it in a text."""
    return exact.dumps([part for each in re.split("[,;|]", text) if (part := each.strip())] or [text])


def infix_suggestion(expression: Expression, scope: Type, *, is_condition: bool) -> str | None:
    """Suggest the rule for a text such as `event.body.total > 20`, or `event.body.total * 2` for a number."""
    text = expression.value if isinstance(expression, Literal) and isinstance(expression.value, str) else ""
    found = _INFIX.fullmatch(text.strip())
    if found is None or is_condition is (found["operator"] in ("*", "+", "-")):
        return None
    of: Type = scope
    for step in split_path(found["path"]):
        of = step_into(of, step) or NEVER
    if of == NEVER or not fits(of, NUMBER):
        return None
    operator = "==" if found["operator"] == "=" else found["operator"]
    return f"{{{exact.dumps(operator)}: [{exact.dumps({'var': found['path']})}, {found['number']}]}}"


def date_suggestion(expression: Expression, found: Type, wanted: Type) -> str | None:
    """Suggest reading a text as a date where a date is needed."""
    path = literal_path(expression)
    literal = expression.value if isinstance(expression, Literal) and isinstance(expression.value, str) else None
    if wanted != INSTANT or not fits(found, TEXT) or (path is None and literal is None):
        return None
    return exact.dumps({"date": literal if path is None else {"var": path}})


def _may_hold(predicate: Call | None, operand: Expression, value: Json) -> bool:
    """Return whether a predicate may be true with a value in place of an operand that is missing."""
    if predicate is None or predicate.operator.name not in PREDICATES:
        return False
    default = Literal(operand.path, value)
    operands = tuple(default if each is operand else each for each in predicate.operands)
    if not all(map(is_constant, operands)):
        return True
    call = replace(predicate, operands=operands)
    return ClosureBuilder(UTC).build(call)(None, StepBudget()) is not False


def _empty_value(kind: Type) -> Json:
    match kind:
        case NumberType():
            return 0
        case TextType():
            return ""
        case ArrayType():
            return []
        case _:
            return None
