"""A rule as a tree: literals, arrays and operator calls, each knowing its path in the JSON it was parsed from."""

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
    """One row of the table of operators: all that Laurel knows of one operator is here."""

    name: str
    least: int
    most: int | None
    build_closure: "Callable[[ClosureBuilder, Call], Closure]"
    """Its evaluation, as a closure."""
    emit: "Callable[[CodeGenerator, Call], Operand]"
    """Its evaluation, as statements of generated Python: it must agree with `close`."""
    check: "Callable[[Checker, Call], Type]"
    """The type of its result; faults of its operands go to the checker."""
    phrase: str
    """What it asks for, in an explanation: "event.body.total is 12, needed >= 20"."""
    aliases: tuple[str, ...] = ()


@frozen_at_type_check
class Literal:
    """A value that stands for itself."""

    path: JsonPath
    value: Json


@frozen_at_type_check
class ArrayLiteral:
    """An array, each element of which is an expression."""

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
"""The operators whose second operand sees one element after another, and nothing else."""


def children(expression: Expression) -> tuple[Expression, ...]:
    match expression:
        case Literal():
            return ()
        case ArrayLiteral():
            return expression.elements
        case Call():
            return expression.operands


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and all inside it, outermost first."""
    yield expression
    for part in children(expression):
        yield from walk(part)


def is_constant(expression: Expression) -> bool:
    """Whether it is a literal, or an array of nothing but literals."""
    return not any(isinstance(part, Call) for part in walk(expression))


def constant_value(expression: Expression) -> Json:
    """The value of a constant expression, made anew."""
    match expression:
        case Literal():
            return expression.value
        case ArrayLiteral():
            return [constant_value(element) for element in expression.elements]
        case Call():
            raise ValueError(f"{expression.operator.name} is not a constant")
