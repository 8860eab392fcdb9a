"""Type checker: infers the type of an expression over a scope, and collects every fault instead of raising."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rules import exact
from rules.constant_conditions import InferredTypes, constant_conditions
from rules.errors import Fault, JsonPath
from rules.expression import ArrayLiteral, Call, Expression, Literal
from rules.narrowing import assume
from rules.paths import split_path, static_path
from rules.render import literal_path, render
from rules.suggestions import (
    date_hint,
    date_suggestion,
    default_suggestion,
    division_hint,
    guard_hint,
    infix_suggestion,
    joining_hint,
    number_suggestion,
    otherwise_hint,
)
from rules.types import (
    ABSENT,
    ANY,
    BOOLEAN,
    NEVER,
    NULL,
    NUMBER,
    AbsentType,
    AnyType,
    ArrayType,
    BooleanType,
    NullType,
    Type,
    closest_path,
    declared_names,
    definite_truth,
    described,
    filter_options,
    fits,
    last_known,
    may_be,
    path_exists,
    present,
    read_type,
    step_into,
    truthy_only,
    type_of_value,
    union,
)
from rules.value_numbering import ExpressionFacts, ExpressionNumbers, is_computed, refined

_LOOP_VARIABLES = dict.fromkeys(("map", "filter", "all", "some", "none"), "the element") | {
    "reduce": "current and accumulator"
}

MOST_NAMES = 20
"""Most names that a message lists."""

MOST_VISITS = 100_000
"""Most visits to parts of one rule; nested `reduce` loops visit their bodies again and again."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The type of an expression and what is wrong with it. Without faults, evaluating it never converts a value."""

    type: Type
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...] = ()
    """Probable mistakes: conditions that are always true or always false, and defaults that make one hold."""
    visits: int = field(default=0, compare=False)
    """How many parts were visited, those in loops several times."""


def check(
    expression: Expression, scope: Type, expected: Type | None = None, *, invalid: frozenset[JsonPath] = frozenset()
) -> CheckResult:
    """Infer the expression's type on data of type `scope`; a type that does not fit `expected` is a fault.

    The parts at the `invalid` paths were refused by the parser: they, and what depends on them, add no faults.
    """
    checker = Checker(scope, invalid=invalid)
    found = checker.infer(expression)
    if expected == BOOLEAN:
        checker.expect_condition(expression)
    elif expected is not None:
        checker.expect(expression, found, expected)
    faults = tuple(dict.fromkeys(checker.faults))
    wrong = [*(fault.path for fault in faults), *invalid]
    judged = InferredTypes(checker.inferred, checker.is_implied)
    constant = constant_conditions(expression, judged, wrong, as_condition=expected == BOOLEAN)
    return CheckResult(found, faults, (*dict.fromkeys(checker.warnings), *constant), checker.visits)


def static_truth(condition: Expression, scope: Type, known: Type, given: Expression | None = None) -> bool | None:
    """Return the truth of a condition for all data of the `known` type; None if it depends on the data.

    The condition has no faults on `scope`, and `known` is a subtype of it. `given` is another condition that holds.
    """
    checker = Checker(known, scope)
    if given is not None:
        checker.assume(given, holds=True)
    return definite_truth(checker.infer(condition))


class Checker:
    """One pass of type inference. Operators call it back for their operands."""

    def __init__(
        self, scope: Type, unnarrowed_scope: Type | None = None, *, invalid: frozenset[JsonPath] = frozenset()
    ) -> None:
        self.scope = scope
        """The type of the data that `var` reads, narrowed by the conditions that hold here."""
        self._invalid = invalid
        self.unnarrowed_scope = unnarrowed_scope or scope
        """The scope before any condition narrowed it."""
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self._types: dict[int, Type] = {}
        self._before: dict[int, Type] = {}
        """Types of computed expressions before facts refined them."""
        self._numbers = ExpressionNumbers()
        self._facts: ExpressionFacts = {}
        self.visits = 0
        self._inside: str | None = None
        self._calls: list[Call] = []

    def infer(self, expression: Expression) -> Type:
        """Return the expression's type, and collect the faults in it."""
        self.visits += 1
        if self.visits > MOST_VISITS:
            self.add_fault("too_big", expression, "the rule nests too many loops to be checked")
            return ANY
        match expression:
            case Literal():
                found = type_of_value(expression.value)
            case ArrayLiteral():
                size = len(expression.elements)
                found = ArrayType(union(*map(self.infer, expression.elements)), least=size, most=size)
            case Call():
                self._calls.append(expression)
                found = self._narrowed(expression, expression.operator.check(self, expression))
                self._calls.pop()
        if expression.path in self._invalid:
            found = NEVER
        self._types[id(expression)] = found
        return found

    def _narrowed(self, call: Call, found: Type) -> Type:
        if not self._facts or not is_computed(call):
            return found
        number, is_negated = self._numbers.canonical(call)
        refinements = self._facts.get(number)
        if refinements is None:
            return found
        self._before[id(call)] = found
        return refined(found, refinements, is_negated=is_negated)

    def assume(self, condition: Expression, *, holds: bool) -> None:
        """Narrow the scope by a condition that holds, or does not, from here on."""
        self.scope = assume(self.scope, condition, holds=holds)
        self._facts = self._numbers.facts_after(self._facts, condition, holds=holds)

    @contextmanager
    def branch_scope(self) -> Iterator[None]:
        """Undo at the end what is assumed inside."""
        scope, known = self.scope, self._facts
        yield
        self.scope, self._facts = scope, known

    @contextmanager
    def loop_scope(self, scope: Type, loop: str) -> Iterator[None]:
        """The body of a loop, whose scope is the element and to which no outer fact applies."""
        whole, around = self.unnarrowed_scope, self._inside
        with self.branch_scope():
            self.scope = self.unnarrowed_scope = scope
            self._inside, self._facts = loop, {}
            yield
        self.unnarrowed_scope, self._inside = whole, around

    def inferred(self, expression: Expression) -> Type:
        """Return the type last inferred for a part."""
        return self._types.get(id(expression), ANY)

    def is_implied(self, expression: Expression) -> bool:
        """Return whether an earlier condition alone makes the part always true or always false."""
        before = self._before.get(id(expression))
        return before is not None and definite_truth(before) is None

    def unnarrowed_type(self, expression: Expression) -> Type:
        """Return the type of a part before conditions narrowed it."""
        steps = static_path(expression) if isinstance(expression, Call) and expression.operator.name == "var" else None
        if not isinstance(expression, Call) or steps is None or self.scope is self.unnarrowed_scope:
            return self._before.get(id(expression), self.inferred(expression))
        found = self.unnarrowed_scope
        for step in steps:
            found = step_into(found, step) or NEVER
        if len(expression.operands) < 2 or not may_be(found, AbsentType):
            return read_type(found)
        return union(filter_options(found, lambda option: option != ABSENT), self.inferred(expression.operands[1]))

    def add_fault(self, code: str, at: Expression, message: str, suggestion: str | None = None) -> None:
        if not (self.faults and self.faults[-1].code == code == "too_big"):
            self.faults.append(Fault(code, at.path, message, suggestion))

    def warn_of_empty_default(self, operand: Expression, by: str, at: Expression, suggestion: str | None) -> None:
        """Warn if an operand is "" where its field is missing, as `by` then holds: "" is a part of every text."""
        if isinstance(operand, Call) and operand.operator.name in ("var", "or") and len(operand.operands) > 1:
            default, field = operand.operands[-1], operand if operand.operator.name == "var" else operand.operands[0]
            is_empty = isinstance(default, Literal) and default.value == ""
            if is_empty and literal_path(field) and may_be(self._field_type(field), AbsentType, NullType):
                message = f'{literal_path(field)} is "" where it is missing, and {by} holds for that'
                self.warnings.append(Fault("empty_default", at.path, message, suggestion))

    # -- what operands must be

    def require(self, operand: Expression, wanted: Type, by: str) -> Type:
        """Infer an operand's type; add a fault unless it fits the wanted one, which `by` needs (for the message)."""
        found = self.infer(operand)
        if not fits(found, wanted):
            self.add_mismatch(operand, found, wanted, by)
        return found

    def add_mismatch(self, operand: Expression, found: Type, wanted: Type, by: str) -> None:
        """Add a fault that says why a type does not fit the wanted one."""
        name, need = label(operand), described(wanted)
        if may_be(found, AnyType):
            self.add_fault("unknown_type", operand, f"{name} may be anything, {by} needs {need}")
        elif found == NULL or not fits(present(found), wanted):
            self.add_fault(
                "wrong_type",
                operand,
                f"{name} is {described(found)}, {by} needs {need}{date_hint(operand, found, wanted)}",
                date_suggestion(operand, found, wanted)
                or number_suggestion(operand, wanted)
                or self._path_suggestion(operand, wanted)
                or (infix_suggestion(operand, self.scope, is_condition=False) if wanted == NUMBER else None),
            )
        else:
            is_alone = isinstance(operand, Call) and len(operand.operands) == 1
            lacking = "missing" if is_alone and may_be(self._field_type(operand), AbsentType) else "null"
            message = f"{name} may be {lacking}, {by} needs {need}"
            suggestion = default_suggestion(
                operand,
                present(found),
                wanted,
                by=self._calls[-1] if self._calls else None,
                may_be_null=may_be(self._field_type(operand), NullType),
            )
            hint = "" if suggestion else division_hint(operand) or otherwise_hint(operand) or guard_hint(operand)
            self.add_fault("may_be_missing", operand, f"{message}{hint}", suggestion)

    def _field_type(self, operand: Expression) -> Type:
        """Return the type at the literal path of a `var`; NEVER for any other operand."""
        steps = static_path(operand) if isinstance(operand, Call) and literal_path(operand) else None
        found = NEVER if steps is None else self.scope
        for step in steps or ():
            found = step_into(found, step) or NEVER
        return found

    def _path_suggestion(self, operand: Expression, wanted: Type) -> str | None:
        """Suggest `var` for a text that is a path to what is needed."""
        steps = split_path(operand.value) if isinstance(operand, Literal) and isinstance(operand.value, str) else ()
        if len(steps) < 2 or not path_exists(self.scope, steps):
            return None
        found: Type = self.scope
        for step in steps:
            found = step_into(found, step) or NEVER
        return exact.dumps({"var": ".".join(steps)}) if fits(present(found), wanted) else None

    def path_type(self, steps: tuple[str, ...], at: Expression) -> Type:
        """Return the type at the end of a path; NEVER, and a fault, if there is no such path."""
        found = self.scope
        for step in steps:
            further = step_into(found, step)
            if further is None:
                self._add_unknown_path(steps, at)
                return NEVER
            found = further
        return found

    def _add_unknown_path(self, steps: tuple[str, ...], at: Expression) -> None:
        whole = ".".join(steps)
        if path_exists(self.unnarrowed_scope, steps):
            self.add_fault("unknown_path", at, f"{whole} never exists when the conditions before it hold")
            return
        where = f": inside {self._inside}, var reads from {_LOOP_VARIABLES[self._inside]}" if self._inside else ""
        suggestion = closest_path(self.scope, steps)
        known = "" if suggestion else self._what_is_there(steps)
        self.add_fault("unknown_path", at, f"{whole} is unknown{where}{known}", suggestion)

    def _what_is_there(self, steps: tuple[str, ...]) -> str:
        """Return what a path without similar ones could have read, where it leaves the known type."""
        known, found = last_known(self.scope, steps)
        names = declared_names(found)
        if not known and (self._inside == "reduce" or not names):
            return ""
        subject = ".".join(known) or ("the element" if self._inside else "the data")
        if not names:
            items = f": some, filter, map and reduce read its items, as in {_loop_over(known)}"
            is_array = known and isinstance(present(found), ArrayType)
            return f"; {subject} is {described(found)}{items if is_array else ''}"
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        return f"; {subject} has {', '.join(names[:MOST_NAMES])}{more}"

    # -- what the whole must be

    def expect(self, expression: Expression, found: Type, expected: Type) -> None:
        if not fits(found, expected):
            self.add_mismatch(expression, found, expected, "this key")

    def expect_condition(self, expression: Expression) -> None:
        """Every operand that can be the result must be boolean. A falsy operand of `and` counts as false."""
        match expression:
            case Call() if expression.operator.name == "and" and expression.operands:
                self.expect_condition(expression.operands[-1])
            case Call() if expression.operator.name == "or" and expression.operands:
                for operand in expression.operands[:-1]:
                    self._expect_boolean(operand, truthy_only(self.inferred(operand)))
                self.expect_condition(expression.operands[-1])
            case Call() if expression.operator.name == "if" and len(expression.operands) % 2:
                for operand in (*expression.operands[1::2], expression.operands[-1]):
                    self.expect_condition(operand)
            case _:
                self._expect_boolean(expression, self.inferred(expression))

    def _expect_boolean(self, expression: Expression, found: Type) -> None:
        if not fits(found, BOOLEAN) and not any(
            fault.path[: len(expression.path)] == expression.path for fault in self.faults
        ):
            is_asked = isinstance(expression, Call) and may_be(found, BooleanType, NullType)
            suggestion = f'{{"!!": {json_hint(expression)}}}' if is_asked else None
            suggestion = suggestion or infix_suggestion(expression, self.scope, is_condition=True)
            message = f"{label(expression)} is {described(found)}, a condition must be true or false"
            self.add_fault("not_boolean", expression, f"{message}{joining_hint(expression)}", suggestion)


def label(expression: Expression) -> str:
    """Return what a message calls the expression: its path, its literal, or the operator whose result it is."""
    match expression:
        case Literal():
            return render(expression)
        case ArrayLiteral():
            return "the array"
        case Call():
            name = "it" if render(expression) == "it" else f"the result of {expression.operator.name}"
            return literal_path(expression) or name


def _loop_over(path: tuple[str, ...]) -> str:
    return exact.dumps({"some": [{"var": ".".join(path)}, "..."]})


def json_hint(expression: Expression) -> str:
    """Return the expression as JSON in a suggestion: a `var`, or dots for anything longer."""
    path = literal_path(expression)
    return exact.dumps({"var": path}) if path is not None else "..."
