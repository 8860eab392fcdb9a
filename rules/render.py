"""Renders expressions and values as short text for people."""

from datetime import datetime
from decimal import Decimal

from rules import exact
from rules.expression import ArrayLiteral, Call, Expression, Literal
from rules.values import Json

_LONGEST = 60
_LONGEST_NUMBER = 40
_MOST_ELEMENTS = 6
_INFIX = frozenset({"==", "===", "!=", "!==", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "in"})


def abbreviated(value: Json) -> Json:
    """Shorten a value: a long text is cut, a long array or an object becomes its size."""
    match value:
        case None | bool():
            return value
        case str():
            return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 3]}..."
        case int() | float() | Decimal():
            number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
            is_short = abs(number.adjusted()) < _LONGEST_NUMBER and len(str(number)) <= _LONGEST_NUMBER
            return value if is_short else f"{number:.10g}"
        case datetime():
            return value.isoformat()
        case dict():
            return {"object of": len(value)}
        case elements:
            is_short = len(elements) <= _MOST_ELEMENTS and not any(isinstance(each, list | dict) for each in elements)
            return [abbreviated(each) for each in elements] if is_short else {"array of": len(elements)}


def render_value(value: Json) -> str:
    """Render a value that `abbreviated` returned."""
    match value:
        case {"array of": size}:
            return f"an array of {size}"
        case {"object of": _}:
            return "an object"
        case _:
            return exact.dumps(value)


def render(expression: Expression, depth: int = 3) -> str:
    """Render an expression in infix notation: `price * 2 > 8`, `length(items)`; parts below `depth` become dots."""
    match expression:
        case Literal():
            return render_value(abbreviated(expression.value))
        case ArrayLiteral() if not depth or len(expression.elements) > _MOST_ELEMENTS:
            return f"an array of {len(expression.elements)}"
        case ArrayLiteral():
            return ", ".join(render(element, depth - 1) for element in expression.elements) or "[]"
        case Call():
            return _render_call(expression, depth)


def literal_path(expression: Expression) -> str | None:
    """Return the path of a `var` as it is written; None if it is empty, computed or not a text."""
    if isinstance(expression, Call) and expression.operator.name == "var" and expression.operands:
        path = expression.operands[0]
        if isinstance(path, Literal) and isinstance(path.value, str) and path.value:
            return path.value
    return None


def _render_call(call: Call, depth: int) -> str:
    name, operands = call.operator.name, call.operands
    if name == "var" and (
        not operands or (isinstance(operands[0], Literal) and not isinstance(operands[0].value, dict))
    ):
        path = operands[0].value if operands and isinstance(operands[0], Literal) else ""
        return "it" if path in ("", None) else str(path)
    if not depth:
        return f"{name}(...)"
    inside = [render(operand, depth - 1) for operand in operands[:_MOST_ELEMENTS]]
    if len(operands) > _MOST_ELEMENTS:
        inside.append("...")
    if name in _INFIX and len(operands) > 1:
        return f" {name} ".join(inside)
    return f"{name}({', '.join(inside)})"
