"""Checks an expression against the type of what it will be evaluated on. Faults are values: all of them are found."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules import exact
from rules.certain import Judged, certainties
from rules.errors import Fault, Path
from rules.expression import Call, Expression, Literal, Sequence
from rules.narrowing import assume
from rules.paths import static_path
from rules.reckoned import Forms, Known, as_known, is_reckoned
from rules.told import told, written_path
from rules.types import (
    ABSENT,
    ANY,
    BOOLEAN,
    INSTANT,
    NEVER,
    NULL,
    TEXT,
    Absent,
    Anything,
    Array,
    Boolean,
    Instant,
    Null,
    Number,
    Text,
    Type,
    described,
    fits,
    leads,
    may_be,
    meant_path,
    of_value,
    only,
    present,
    read,
    step_into,
    truth,
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
    doubts: tuple[Fault, ...] = ()
    """Parts that do no harm, and can hardly be meant: conditions that are always true, or always false."""


def check(
    expression: Expression, scope: Type, expected: Type | None = None, *, refused: frozenset[Path] = frozenset()
) -> Checked:
    """What the expression is worth on values of the scope's type; with `expected`, whether it is worth that.

    Of parts that were `refused` before, and of what they are worth, nothing is said.
    """
    checker = Checker(scope, refused=refused)
    found = checker.of(expression)
    if expected == BOOLEAN:
        checker.expect_condition(expression)
    elif expected is not None:
        checker.expect(expression, found, expected)
    faults = tuple(dict.fromkeys(checker.faults))
    wrong = [*(fault.path for fault in faults), *refused]
    judged = Judged(checker.type_of, checker.is_asked_before)
    return Checked(found, faults, certainties(expression, judged, wrong, asked=expected == BOOLEAN))


def answer(condition: Expression, scope: Type, known: Type, given: Expression | None = None) -> bool | None:
    """Whether a condition that checks clean on a scope holds for all that is known to be narrower, or for nothing.

    `given` is another condition of the same scope that holds, too.
    """
    checker = Checker(known, scope)
    if given is not None:
        checker.suppose(given, holds=True)
    return truth(checker.of(condition))


class Checker:
    """One walk over an expression, with the type of what `var` looks into at every place."""

    def __init__(self, scope: Type, at_large: Type | None = None, *, refused: frozenset[Path] = frozenset()) -> None:
        self.scope = scope
        self._refused = refused
        self.at_large = at_large or scope
        """The scope as if no condition were known to hold."""
        self.faults: list[Fault] = []
        self._types: dict[int, Type] = {}
        self._before: dict[int, Type] = {}
        """The types of what is reckoned and known from conditions before, as if these said nothing."""
        self._forms = Forms()
        self._known: Known = {}
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
                size = len(expression.elements)
                found = Array(union(*map(self.of, expression.elements)), least=size, most=size)
            case Call():
                found = self._narrowed(expression, expression.operator.check(self, expression))
        if expression.path in self._refused:
            found = NEVER
        self._types[id(expression)] = found
        return found

    def _narrowed(self, call: Call, found: Type) -> Type:
        if not self._known or not is_reckoned(call):
            return found
        number, is_turned = self._forms.asked(call)
        keeps = self._known.get(number)
        if keeps is None:
            return found
        self._before[id(call)] = found
        return as_known(found, keeps, is_turned=is_turned)

    def suppose(self, condition: Expression, *, holds: bool) -> None:
        """From here on a condition is known to hold, or not to."""
        self.scope = assume(self.scope, condition, holds=holds)
        self._known = self._forms.learned(self._known, condition, holds=holds)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is supposed inside is not known outside."""
        scope, known = self.scope, self._known
        yield
        self.scope, self._known = scope, known

    @contextmanager
    def within(self, scope: Type, loop: str) -> Iterator[None]:
        """Looks at the body of a loop, with the scope that it has."""
        whole, around = self.at_large, self._inside
        with self.aside():
            self.scope = self.at_large = scope
            self._inside, self._known = loop, {}
            yield
        self.at_large, self._inside = whole, around

    def type_of(self, expression: Expression) -> Type:
        """The type found last of a part of what was looked at."""
        return self._types.get(id(expression), ANY)

    def is_asked_before(self, expression: Expression) -> bool:
        """Whether its answer follows from that of a condition before it."""
        before = self._before.get(id(expression))
        return before is not None and truth(before) is None

    def type_at_large(self, expression: Expression) -> Type:
        """The type of a part, whatever conditions around it say."""
        steps = static_path(expression) if isinstance(expression, Call) and expression.operator.name == "var" else None
        if not isinstance(expression, Call) or steps is None or self.scope is self.at_large:
            return self._before.get(id(expression), self.type_of(expression))
        found = self.at_large
        for step in steps:
            found = step_into(found, step) or NEVER
        if len(expression.operands) < 2 or not may_be(found, Absent):
            return read(found)
        return union(only(found, lambda option: option != ABSENT), self.type_of(expression.operands[1]))

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
            is_alone = isinstance(operand, Call) and len(operand.operands) == 1
            lacking = "missing" if is_alone and may_be(self._field(operand), Absent) else "null"
            message = f"{name} may be {lacking}, {by} needs {need}"
            self.fault("may_be_missing", operand, message, self._standby(operand, present(found), wanted))

    def _field(self, operand: Expression) -> Type:
        """What lies at the path that an operand writes out, where it may be missing; of any other, nothing."""
        steps = static_path(operand) if isinstance(operand, Call) and written_path(operand) else None
        found = NEVER if steps is None else self.scope
        for step in steps or ():
            found = step_into(found, step) or NEVER
        return found

    def _standby(self, operand: Expression, kind: Type, wanted: Type) -> str | None:
        """The operand with something that stands by for it: a default, which null is not replaced by, or an `or`."""
        path, nothing = written_path(operand), _nothing_of(kind)
        if path is None or nothing is None or may_be(wanted, Instant):
            return None
        if may_be(self._field(operand), Null):
            return exact.dumps({"or": [{"var": path}, nothing]})
        return exact.dumps({"var": [path, nothing]})

    def path(self, steps: tuple[str, ...], at: Expression) -> Type:
        """The type at the end of a path; a path that leads nowhere is a fault."""
        found = self.scope
        for step in steps:
            further = step_into(found, step)
            if further is None:
                self._fault_path(steps, at)
                return NEVER
            found = further
        return found

    def _fault_path(self, steps: tuple[str, ...], at: Expression) -> None:
        whole = ".".join(steps)
        if leads(self.at_large, steps):
            self.fault("unknown_path", at, f"{whole} is never there where the conditions before it hold")
            return
        where = f": inside {self._inside}, var looks into {_PLACES[self._inside]}" if self._inside else ""
        self.fault("unknown_path", at, f"{whole} is unknown{where}", meant_path(self.scope, steps))

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
                    self._expect_boolean(operand, truthy(self.type_of(operand)))
                self.expect_condition(expression.operands[-1])
            case Call() if expression.operator.name == "if" and len(expression.operands) % 2:
                for operand in (*expression.operands[1::2], expression.operands[-1]):
                    self.expect_condition(operand)
            case _:
                self._expect_boolean(expression, self.type_of(expression))

    def _expect_boolean(self, expression: Expression, found: Type) -> None:
        if not fits(found, BOOLEAN) and not any(
            fault.path[: len(expression.path)] == expression.path for fault in self.faults
        ):
            is_asked = isinstance(expression, Call) and may_be(found, Boolean, Null)
            suggestion = f'{{"!!": {written(expression)}}}' if is_asked else None
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
            name = "it" if told(expression) == "it" else f"the result of {expression.operator.name}"
            return written_path(expression) or name


def written(expression: Expression) -> str:
    """The expression as JSON, shortened to its path or operator."""
    path = written_path(expression)
    return exact.dumps({"var": path}) if path is not None else "..."


def _nothing_of(kind: Type) -> "Json":
    match kind:
        case Number():
            return 0
        case Text():
            return ""
        case Array():
            return []
        case _:
            return None


def cure(expression: Expression, found: Type, wanted: Type) -> str | None:
    """A text where a date is needed wants reading as one."""
    path = written_path(expression)
    literal = expression.value if isinstance(expression, Literal) and isinstance(expression.value, str) else None
    if wanted != INSTANT or not fits(found, TEXT) or (path is None and literal is None):
        return None
    return exact.dumps({"date": literal if path is None else {"var": path}})
