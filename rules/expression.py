"""Expression tree of a rule: literals, arrays and operator calls, each with its path in the JSON of the rule."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from rules.errors import JsonPath
from rules.frozen import frozen_at_type_check
from rules.values import Json

if TYPE_CHECKING:  # an operator holds what the passes over the tree do with it, and the passes import the tree
    from rules.check import Checker
    from rules.closures import Closure, ClosureBuilder
    from rules.codegen import CodeGenerator, Operand
    from rules.types import Type


@dataclass(frozen=True, slots=True, eq=False)
class Operator:
    """One row of the operator table: everything about one operator but its manual entry."""

    name: str
    least: int
    most: int | None
    build_closure: "Callable[[ClosureBuilder, Call], Closure]"
    """Build the closure that evaluates a call."""
    emit: "Callable[[CodeGenerator, Call], Operand]"
    """Generate Python statements that evaluate a call, with the same result as the closure."""
    check: "Callable[[Checker, Call], Type]"
    """Infer the type of the result, and report faults of the operands to the checker."""
    phrase: str
    """What stands in an explanation before its operand: ">=" in "event.body.total is 12, needed >= 20"."""
    aliases: tuple[str, ...] = ()


@frozen_at_type_check
class Literal:
    """A constant: null, a boolean, a number, a text or an empty object."""

    path: JsonPath
    value: Json


@frozen_at_type_check
class ArrayLiteral:
    """An array whose elements are expressions."""

    path: JsonPath
    elements: "tuple[Expression, ...]"


@frozen_at_type_check
class Call:
    """An operator with its operands."""

    path: JsonPath
    operator: Operator
    operands: "tuple[Expression, ...]"


Expression: TypeAlias = Literal | ArrayLiteral | Call

LOOPS = frozenset({"map", "filter", "reduce", "all", "some", "none"})
"""Operators whose second operand is evaluated with each element of an array as its whole scope."""


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the direct operands or elements."""
    match expression:
        case Literal():
            return ()
        case ArrayLiteral():
            return expression.elements
        case Call():
            return expression.operands


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield the expression and everything inside it, in pre-order."""
    yield expression
    for part in children(expression):
        yield from walk(part)


def is_constant(expression: Expression) -> bool:
    """Return whether the expression contains no operator call."""
    return not any(isinstance(part, Call) for part in walk(expression))


def constant_value(expression: Expression) -> Json:
    """Return a new copy of the value of a constant expression; raise ValueError if it is not constant."""
    match expression:
        case Literal():
            return expression.value
        case ArrayLiteral():
            return [constant_value(element) for element in expression.elements]
        case Call():
            raise ValueError(f"{expression.operator.name} is not a constant")
