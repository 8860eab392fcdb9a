"""Value numbering: expressions that are written alike have the same value, so a fact about one holds for the other.

It narrows computed expressions: a weekday, a length, another condition. Paths of `var` are narrowed by
`rules.narrowing`. ExpressionFacts hold only as long as the scope stays the same.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final, TypeAlias

from rules.expression import ArrayLiteral, Call, Expression, Literal, constant_value, is_constant
from rules.refinements import MIRRORED, NEGATED, OPPOSITE, Refinement, bounded_by, equals, member_of
from rules.types import NEVER, BooleanType, Type, falsy_only, truthy_only
from rules.values import ValueKind, kind_of

ExpressionFacts: TypeAlias = Mapping[int, tuple[Refinement, ...]]
"""The refinements of computed expressions, by the number of the expression."""

_CANONICAL: Final = {
    "!=": ("==", False, True),
    "!==": ("===", False, True),
    ">": ("<", True, False),
    ">=": ("<", False, True),
    "<=": ("<", True, True),
    "none": ("some", False, True),
}
"""Comparisons by the canonical one: its name, whether the operands are swapped, whether the result is negated."""


class ExpressionNumbers:
    """Assigns numbers to expressions: the same number to those that are written alike."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[object, ...], int] = {}
        self._number_by_id: dict[int, int] = {}

    def number_of(self, expression: Expression) -> int:
        """Return the number of an expression."""
        found = self._number_by_id.get(id(expression))
        if found is None:
            match expression:
                case Literal(value=value):
                    shape: tuple[object, ...] = ("", type(value).__name__, str(value))
                case ArrayLiteral(elements=elements):
                    shape = ("[]", *map(self.number_of, elements))
                case Call():
                    shape = (expression.operator.name, *map(self.number_of, expression.operands))
            found = self._number_by_id[id(expression)] = self._number(shape)
        return found

    def canonical(self, call: Call) -> tuple[int, bool]:
        """Return the number of a call's canonical form, the same for `a > b` and `b < a`, and whether it is negated."""
        name, operands = call.operator.name, list(map(self.number_of, call.operands))
        if len(operands) != 2:
            return self.number_of(call), False
        base, is_swapped, is_negated = _CANONICAL.get(name, (name, False, False))
        left, right = sorted(operands) if base in ("==", "===") else operands[::-1] if is_swapped else operands
        return self._number((base, left, right)), is_negated

    def _number(self, shape: tuple[object, ...]) -> int:
        return self._numbers.setdefault(shape, len(self._numbers))

    def facts_after(self, facts: ExpressionFacts, condition: Expression, *, holds: bool) -> ExpressionFacts:
        """Return the facts, with those added that a condition implies by holding or by not holding."""
        for number, refinement in self._implied(condition, holds=holds):
            facts = {**facts, number: (*facts.get(number, ()), refinement)}
        return facts

    def _implied(self, condition: Expression, *, holds: bool) -> Iterator[tuple[int, Refinement]]:
        if not isinstance(condition, Call):
            return
        name, operands = condition.operator.name, condition.operands
        match name:
            case "!" | "!!" | "log":
                yield from self._implied(operands[0], holds=holds is (name != "!"))
            case "and" | "or" if holds is (name == "and"):
                for operand in operands:
                    yield from self._implied(operand, holds=holds)
            case _ if is_computed(condition):
                number, is_negated = self.canonical(condition)
                yield number, truthy_only if holds is not is_negated else falsy_only
                for operand, refinement in _refinements_of_operands(condition, holds=holds):
                    if is_computed(operand):
                        yield self.number_of(operand), refinement


def refined(found: Type, refinements: tuple[Refinement, ...], *, is_negated: bool) -> Type:
    """Apply refinements to a type, except those that leave nothing: they belong to unreachable code."""
    left = _negated(found) if is_negated else found
    for refinement in refinements:
        narrower = refinement(left)
        left = left if narrower == NEVER else narrower
    return _negated(left) if is_negated else left


def _negated(found: Type) -> Type:
    return BooleanType(not found.value) if isinstance(found, BooleanType) and found.value is not None else found


def is_computed(expression: Expression) -> bool:
    """Return whether the expression is an operator call other than `var`."""
    return isinstance(expression, Call) and expression.operator.name != "var"


def _refinements_of_operands(condition: Call, *, holds: bool) -> Iterator[tuple[Expression, Refinement]]:
    """Yield the operands that a condition compares with a literal, each with its refinement."""
    name, operands = condition.operator.name, condition.operands
    match name:
        case "==" | "===" | "!=" | "!==":
            is_equal = holds is (name not in NEGATED)
            for operand, other in (operands, operands[::-1]):
                if isinstance(other, Literal):
                    yield operand, equals(other.value, holds=is_equal, strict=len(name) == 3)
        case "<" | "<=" | ">" | ">=" if len(operands) == 2 or holds:
            name = name if holds else OPPOSITE[name]
            for left, right in pairwise(operands):
                for operand, other, order in ((left, right, name), (right, left, MIRRORED[name])):
                    if isinstance(other, Literal) and kind_of(other.value) is ValueKind.NUMBER:
                        yield operand, bounded_by(order, other.value)
        case "in" if isinstance(operands[1], ArrayLiteral) and is_constant(operands[1]):
            yield operands[0], member_of(constant_value(operands[1]), holds=holds)
        case _:
            pass
