"""Checks an expression against the type of what it will be evaluated on. Faults are values: all of them are found."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules import exact
from rules.errors import Fault, nearest
from rules.expression import Call, Expression, Literal, Sequence
from rules.told import told, written_path
from rules.types import (
    ANY,
    BOOLEAN,
    INSTANT,
    NEVER,
    NULL,
    TEXT,
    Anything,
    Array,
    Boolean,
    Null,
    Type,
    described,
    fits,
    may_be,
    of_value,
    paths,
    present,
    step_into,
    truthy,
    union,
)

if TYPE_CHECKING:
    from rules.values import Json

_PLACES = dict.fromkeys(("map", "filter", "all", "some", "none"), "the element") | {"reduce": "current and accumulator"}

MOST_VISITS = 100_000
"""Parts looked at, again and again where a `reduce` lies in a `reduce`."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The type of an expression's value, and what is wrong with it. Without faults it meets no coercion."""

    type: Type
    faults: tuple[Fault, ...]


def check(expression: Expression, scope: Type, expected: Type | None = None) -> Checked:
    """What the expression is worth on values of the scope's type; with `expected`, whether it is worth that."""
    checker = Checker(scope)
    found = checker.of(expression)
    if expected == BOOLEAN:
        checker.expect_condition(expression)
    elif expected is not None:
        checker.expect(expression, found, expected)
    return Checked(found, tuple(dict.fromkeys(checker.faults)))


class Checker:
    """One walk over an expression, with the type of what `var` looks into at every place."""

    def __init__(self, scope: Type) -> None:
        self.scope = scope
        self.faults: list[Fault] = []
        self._types: dict[int, Type] = {}
        self._visits = 0
        self._inside: str | None = None

    def of(self, expression: Expression) -> Type:
        """The expression's type; what is wrong in it is noted."""
        self._visits += 1
        if self._visits > MOST_VISITS:
            self.fault("too_big", expression, "the rule is too entangled to be checked")
            return ANY
        match expression:
            case Literal():
                found = of_value(expression.value)
            case Sequence():
                found = Array(union(*map(self.of, expression.elements)))
            case Call():
                found = expression.operator.check(self, expression)
        self._types[id(expression)] = found
        return found

    @contextmanager
    def within(self, scope: Type, loop: str | None = None) -> Iterator[None]:
        """Looks at what is inside with another scope: narrowed, or that of a loop's body."""
        outer, around = self.scope, self._inside
        self.scope, self._inside = scope, loop or around
        yield
        self.scope, self._inside = outer, around

    def fault(self, code: str, at: Expression, message: str, suggestion: str | None = None) -> None:
        if not (self.faults and self.faults[-1].code == code == "too_big"):
            self.faults.append(Fault(code, at.path, message, suggestion))

    # -- what operands must be

    def needs(self, operand: Expression, wanted: Type, by: str) -> Type:
        """The operand's type, which must be the wanted one, with a value."""
        found = self.of(operand)
        if not fits(found, wanted):
            self.unfit(operand, found, wanted, by)
        return found

    def unfit(self, operand: Expression, found: Type, wanted: Type, by: str) -> None:
        """Says why a type is not the wanted one."""
        name, need = shown(operand), described(wanted)
        if may_be(found, Anything):
            self.fault("unknown_type", operand, f"{name} may be anything, {by} needs {need}")
        elif found == NULL or not fits(present(found), wanted):
            self.fault(
                "wrong_type", operand, f"{name} is {described(found)}, {by} needs {need}", cure(operand, found, wanted)
            )
        else:
            lacking = "missing" if written_path(operand) else "null"
            self.fault(
                "may_be_missing", operand, f"{name} may be {lacking}, {by} needs {need}", _default(operand, need)
            )

    def path(self, steps: tuple[str, ...], at: Expression) -> Type:
        """The type at the end of a path; a path that leads nowhere is a fault."""
        found = self.scope
        for step in steps:
            further = step_into(found, step)
            if further is None:
                whole = ".".join(steps)
                where = f": inside {self._inside}, var looks into {_PLACES[self._inside]}" if self._inside else ""
                self.fault("unknown_path", at, f"{whole} is unknown{where}", nearest(whole, paths(self.scope)))
                return NEVER
            found = further
        return found

    # -- what the whole must be

    def expect(self, expression: Expression, found: Type, expected: Type) -> None:
        if not fits(found, expected):
            self.unfit(expression, found, expected, "the place it stands in")

    def expect_condition(self, expression: Expression) -> None:
        """Every part that the whole may be worth is true or false; what `and` lets fall is a no."""
        match expression:
            case Call() if expression.operator.name == "and" and expression.operands:
                self.expect_condition(expression.operands[-1])
            case Call() if expression.operator.name == "or" and expression.operands:
                for operand in expression.operands[:-1]:
                    self._expect_boolean(operand, truthy(self._types.get(id(operand), ANY)))
                self.expect_condition(expression.operands[-1])
            case Call() if expression.operator.name == "if" and len(expression.operands) % 2:
                for operand in (*expression.operands[1::2], expression.operands[-1]):
                    self.expect_condition(operand)
            case _:
                self._expect_boolean(expression, self._types.get(id(expression), ANY))

    def _expect_boolean(self, expression: Expression, found: Type) -> None:
        if not fits(found, BOOLEAN) and not any(
            fault.path[: len(expression.path)] == expression.path for fault in self.faults
        ):
            suggestion = f'{{"!!": {written(expression)}}}' if may_be(found, Boolean, Null) else None
            self.fault(
                "not_boolean",
                expression,
                f"{shown(expression)} is {described(found)}, a condition is true or false",
                suggestion,
            )


def shown(expression: Expression) -> str:
    """The expression in a message: a path, a literal, or the operator that makes it."""
    match expression:
        case Literal():
            return told(expression)
        case Sequence():
            return "the array"
        case Call():
            return written_path(expression) or f"the result of {expression.operator.name}"


def written(expression: Expression) -> str:
    """The expression as JSON, shortened to its path or operator."""
    path = written_path(expression)
    return exact.dumps({"var": path}) if path is not None else "..."


def _default(operand: Expression, need: str) -> str | None:
    path = written_path(operand)
    default: Json = {"a number": 0, "text": "", "text or a number": ""}.get(need)
    return None if path is None or default is None else exact.dumps({"var": [path, default]})


def cure(expression: Expression, found: Type, wanted: Type) -> str | None:
    """A text where a date is needed wants reading as one."""
    path = written_path(expression)
    literal = expression.value if isinstance(expression, Literal) and isinstance(expression.value, str) else None
    if wanted != INSTANT or not fits(found, TEXT) or (path is None and literal is None):
        return None
    return exact.dumps({"date": literal if path is None else {"var": path}})
