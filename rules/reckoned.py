"""What a condition, once known to hold or not, says about what is reckoned: a weekday, a length, another condition.

What `var` looks up is narrowed where it lies, by `rules.narrowing`. All else is known by how it is written: what is
written alike is worth the same, as long as `var` looks into the same.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final, TypeAlias

from rules.comparing import MIRRORED, NOT, OPPOSITE, Keep, equals, is_among, reaches
from rules.expression import Call, Expression, Literal, Sequence, constant, is_constant
from rules.types import NEVER, Boolean, Type, falsy, truthy
from rules.values import Kind, kind

Known: TypeAlias = Mapping[int, tuple[Keep, ...]]
"""By the number of what is reckoned, all that is known of it."""

_ASKED: Final = {
    "!=": ("==", False, True),
    "!==": ("===", False, True),
    ">": ("<", True, False),
    ">=": ("<", False, True),
    "<=": ("<", True, True),
    "none": ("some", False, True),
}
"""Conditions that are another one: its name, whether its operands are swapped, whether its answer is turned."""


class Forms:
    """Numbers expressions, so that those that are written alike have the same."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[object, ...], int] = {}
        self._found: dict[int, int] = {}

    def of(self, expression: Expression) -> int:
        """The number of an expression."""
        found = self._found.get(id(expression))
        if found is None:
            match expression:
                case Literal(value=value):
                    shape: tuple[object, ...] = ("", type(value).__name__, str(value))
                case Sequence(elements=elements):
                    shape = ("[]", *map(self.of, elements))
                case Call():
                    shape = (expression.operator.name, *map(self.of, expression.operands))
            found = self._found[id(expression)] = self._number(shape)
        return found

    def asked(self, call: Call) -> tuple[int, bool]:
        """The number of what a call asks, the same for `a > b` and `b < a`; and whether it asks for the opposite."""
        name, operands = call.operator.name, list(map(self.of, call.operands))
        if len(operands) != 2:
            return self.of(call), False
        base, is_swapped, is_turned = _ASKED.get(name, (name, False, False))
        left, right = sorted(operands) if base in ("==", "===") else operands[::-1] if is_swapped else operands
        return self._number((base, left, right)), is_turned

    def _number(self, shape: tuple[object, ...]) -> int:
        return self._numbers.setdefault(shape, len(self._numbers))

    def learned(self, known: Known, condition: Expression, *, holds: bool) -> Known:
        """What is known besides once a condition is known to hold, or not."""
        for number, keep in self._said(condition, holds=holds):
            known = {**known, number: (*known.get(number, ()), keep)}
        return known

    def _said(self, condition: Expression, *, holds: bool) -> Iterator[tuple[int, Keep]]:
        if not isinstance(condition, Call):
            return
        name, operands = condition.operator.name, condition.operands
        match name:
            case "!" | "!!" | "log":
                yield from self._said(operands[0], holds=holds is (name != "!"))
            case "and" | "or" if holds is (name == "and"):
                for operand in operands:
                    yield from self._said(operand, holds=holds)
            case _ if is_reckoned(condition):
                number, is_turned = self.asked(condition)
                yield number, truthy if holds is not is_turned else falsy
                for operand, keep in _of_operands(condition, holds=holds):
                    if is_reckoned(operand):
                        yield self.of(operand), keep


def as_known(found: Type, keeps: tuple[Keep, ...], *, is_turned: bool) -> Type:
    """A type with what is known; what contradicts itself never runs, and says nothing."""
    left = _turned(found) if is_turned else found
    for keep in keeps:
        narrower = keep(left)
        left = left if narrower == NEVER else narrower
    return _turned(left) if is_turned else left


def _turned(found: Type) -> Type:
    return Boolean(not found.value) if isinstance(found, Boolean) and found.value is not None else found


def is_reckoned(expression: Expression) -> bool:
    """Whether it is no literal, and nothing that lies somewhere."""
    return isinstance(expression, Call) and expression.operator.name != "var"


def _of_operands(condition: Call, *, holds: bool) -> Iterator[tuple[Expression, Keep]]:
    """What a comparison says of what it compares with a literal."""
    name, operands = condition.operator.name, condition.operands
    match name:
        case "==" | "===" | "!=" | "!==":
            is_equal = holds is (name not in NOT)
            for operand, other in (operands, operands[::-1]):
                if isinstance(other, Literal):
                    yield operand, equals(other.value, holds=is_equal, strict=len(name) == 3)
        case "<" | "<=" | ">" | ">=" if len(operands) == 2 or holds:
            name = name if holds else OPPOSITE[name]
            for left, right in pairwise(operands):
                for operand, other, order in ((left, right, name), (right, left, MIRRORED[name])):
                    if isinstance(other, Literal) and kind(other.value) is Kind.NUMBER:
                        yield operand, reaches(order, other.value)
        case "in" if isinstance(operands[1], Sequence) and is_constant(operands[1]):
            yield operands[0], is_among(constant(operands[1]), holds=holds)
        case _:
            pass
