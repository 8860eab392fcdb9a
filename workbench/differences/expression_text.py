"""Expressions as infix text, complete, so that a difference shows what differs.

`rules.render` writes a shorter text, for explanations.
"""

import re
from collections.abc import Mapping
from typing import Final

from rules import exact
from rules.expression import ArrayLiteral, Call, Expression, Literal

_PRECEDENCE: Final[Mapping[str, int]] = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("==", "===", "!=", "!==", "<", "<=", ">", ">=", "in"), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
}
"""The precedence of infix operators; a higher number binds more closely."""

_NOT = 3
_PATH = re.compile(r"[\w.-]+")


def expression_text(expression: Expression) -> str:
    """`event.body.total * 2 > 8 and member.tier in ["silver", "gold"]`."""
    match expression:
        case Literal(_, value):
            return exact.dumps(value)
        case ArrayLiteral(_, elements):
            return f"[{', '.join(map(expression_text, elements))}]"
        case Call(_, operator, operands):
            return _call(operator.name, operands)


def path_of(expression: Expression) -> str | None:
    """Return the literal path of a `var`; None for anything else."""
    match expression:
        case Call(operator=operator, operands=(Literal(_, str() as path), *_)) if operator.name == "var":
            return path if _PATH.fullmatch(path) else None
        case _:
            return None


def _call(name: str, operands: tuple[Expression, ...]) -> str:
    match name, operands:
        case "var", () | (Literal(_, "" | None),):
            return "it"
        case "var", (Literal(_, str() as path),) if _PATH.fullmatch(path):
            return path
        case "var", (Literal(_, str() as path), default) if _PATH.fullmatch(path):
            return f"({path} else {expression_text(default)})"
        case "!", (operand,):
            return f"not {_operand_text(operand, _NOT)}"
        case _ if name in _PRECEDENCE and len(operands) > 1:
            first, *rest = operands
            closer = _PRECEDENCE[name] + 1
            return f" {name} ".join(
                [_operand_text(first, closer - 1), *(_operand_text(operand, closer) for operand in rest)]
            )
        case _:
            return f"{name}({', '.join(map(expression_text, operands))})"


def _operand_text(operand: Expression, least: int) -> str:
    """Return an operand, in parentheses if it binds less closely than the operator around it."""
    match operand:
        case Call(operator=operator, operands=inner) if (
            len(inner) > 1 and _PRECEDENCE.get(operator.name, least) < least
        ):
            return f"({expression_text(operand)})"
        case _:
            return expression_text(operand)
