"""Suggestions of the type checker: what to write instead of an operand that may be missing, or is of another type."""

import re
from dataclasses import replace
from datetime import UTC

from rules import exact
from rules.bounds import StepBudget
from rules.closures import ClosureBuilder
from rules.expression import Call, Expression, Literal, is_constant
from rules.render import literal_path
from rules.types import (
    INSTANT,
    NEVER,
    TEXT,
    ArrayType,
    InstantType,
    NumberType,
    TextType,
    Type,
    fits,
    may_be,
    present,
)
from rules.values import Json

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


def is_optional_text(of: Type) -> bool:
    """Return whether a value is a text, or missing or null."""
    return not fits(of, TEXT) and present(of) != NEVER and fits(present(of), TEXT)


def list_suggestion(text: str) -> str:
    """Suggest a list of the values in a text: `in` finds a whole value in a list, and any part of it in a text."""
    return exact.dumps([part for each in re.split("[,;|]", text) if (part := each.strip())] or [text])


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
