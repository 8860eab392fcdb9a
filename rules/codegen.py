"""Code generation: a rule as the source of one Python function.

Of the rule, the source contains the repr of texts and integers only; everything else is bound to a name.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, TypeAlias
from typing import Literal as LiteralType

from rules.bounds import UNASKED, check_steps, count_together
from rules.closures import step_cost
from rules.expression import ArrayLiteral, Call, Expression, Literal
from rules.values import Json

DEEPEST = 18
"""How deep blocks may be nested; CPython allows 20 in one function."""

CONTAINERS = frozenset({list, dict})

StaticType: TypeAlias = LiteralType["any", "boolean", "text", "number", "decimal", "number or null", "array"]
"""What the generator knows of a value's type; "decimal" and "number" are never null."""


class TooDeepForOneFunction(Exception):
    """The expression needs more nested blocks than a Python function may have."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A Python expression. An atom has no side effects and may be emitted repeatedly; any other exactly once."""

    text: str
    static_type: StaticType = "any"
    atom: bool = True

    @property
    def is_name(self) -> bool:
        """Whether it is a variable, not a literal."""
        return self.text[0] in "tD"


@dataclass(frozen=True, slots=True)
class VariableScope:
    """The variable that `var` reads."""

    name: str


@dataclass(frozen=True, slots=True)
class ReduceScope:
    """The variables that `var` reads inside `reduce`."""

    current: str
    accumulator: str
    whole: str | None
    """The variable of the object with both, if the body reads it."""


@dataclass(frozen=True, slots=True)
class ChargedCall:
    """A call of a function that costs `cost(*operands)` steps."""

    function: Callable[..., Any]
    cost: Callable[..., int]
    operands: tuple[Operand, ...]


class CodeGenerator:
    """Generates one Python function; with `recording`, one that also records the value of each operator."""

    def __init__(self, timezone: tzinfo, *, recording: bool, in_context: bool, may_nest: bool) -> None:
        self.timezone = timezone
        self.in_context = in_context
        self.may_nest = may_nest
        self.scope: VariableScope | ReduceScope = VariableScope("D")
        self.names: dict[str, Any] = {}
        self._recording = recording
        self._bound: dict[int, str] = {}
        self._lines: list[str] = []
        self._level = 2
        self._count = 0
        self._pending: list[tuple[Call, str]] = []
        self._counts_steps = False

    # -- writing

    def line(self, text: str) -> None:
        self._lines.append("  " * self._level + text)

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        if self._level >= DEEPEST:
            raise TooDeepForOneFunction
        self.line(header + ":")
        self._level += 1
        yield
        self._level -= 1

    def new_variable(self) -> str:
        self._count += 1
        return f"t{self._count}"

    def bind(self, value: Any) -> str:
        """Return the global name under which the code finds a function or a constant."""
        name = self._bound.get(id(value))
        if name is None:
            name = self._bound[id(value)] = f"k{len(self.names)}"
            self.names[name] = value
        return name

    def atom(self, operand: Operand) -> Operand:
        if operand.atom:
            return operand
        name = self.new_variable()
        self.line(f"{name} = {operand.text}")
        return Operand(name, operand.static_type)

    def function(self, body: Expression) -> str:
        """Return the source of `rule(D)`, which returns the value, or its Trace when recording."""
        result = self.atom(self.emit(body))
        self.flush()
        value = result.text
        if self.may_nest and result.static_type in ("any", "array"):
            value = f"({value} if {value}.__class__ not in {self.bind(CONTAINERS)} else bounded_result({value}))"
        if self._counts_steps:
            self.line(f"if S: {self.bind(count_together)}(S)")
        self.line(f"return Trace({value}, L)" if self._recording else f"return {value}")
        before, after = ["def rule(D):"], ["  except DecimalException:", "    return otherwise(D)"]
        if self._counts_steps:
            before.append("  S = 0")
        if self._recording:
            before.append("  L = []")
        if self.in_context:
            before += ["  C = getcontext()", "  setcontext(CONTEXT)"]
            after += ["  finally:", "    setcontext(C)"]
        return "\n".join([*before, "  try:", *self._lines, *after])

    # -- values

    def emit(self, expression: Expression) -> Operand:
        match expression:
            case Literal():
                return self.constant(expression.value)
            case ArrayLiteral():
                elements = [self.atom(self.emit(element)).text for element in expression.elements]
                return Operand(f"[{', '.join(elements)}]", "array", atom=False)
            case Call():
                return self._recorded(expression, expression.operator.emit(self, expression))

    def atoms(self, call: Call) -> list[Operand]:
        return [self.atom(self.emit(operand)) for operand in call.operands]

    def constant(self, value: Json) -> Operand:
        match value:
            case None:
                return Operand("None")
            case bool():
                return Operand(repr(value), "boolean")
            case str():
                return Operand(repr(value), "text")
            case int():
                return Operand(f"({value})", "number")
            case dict():
                return Operand("{}", atom=False)
            case _:
                return Operand(self.bind(value), "decimal")

    def assign(self, target: str, expression: Expression) -> StaticType:
        """Assign the expression's value to a variable; return its static type."""
        operand = self.emit(expression)
        self.line(f"{target} = {operand.text}")
        return operand.static_type

    def call(self, function: Any, operands: Iterable[Operand], static_type: StaticType = "any") -> Operand:
        arguments = ", ".join(operand.text for operand in operands)
        return Operand(f"{self.bind(function)}({arguments})", static_type, atom=False)

    # -- loops and work

    def charge(self, steps: str) -> None:
        """Emit code that spends steps and raises TooMuchWork past the bound. `steps`: a Python expression."""
        self._counts_steps = True
        self.line(f"S += {steps}")
        self.line(f"if S > {UNASKED}: {self.bind(check_steps)}(S)")

    @contextmanager
    def loop(self, array: str, body: Expression) -> Iterator[str]:
        """Emit a loop over the named list, with each element as the scope."""
        self.charge(f"len({array}) * {step_cost(body)}")
        element, outer = self.new_variable(), self.scope
        self.scope = VariableScope(element)
        self.flush()
        with self.block(f"for {element} in {array}"):
            yield element
        self.scope = outer

    # -- records

    def _recorded(self, call: Call, operand: Operand) -> Operand:
        if not self._recording:
            return operand
        operand = self.atom(operand)
        self._pending.append((call, operand.text))
        return operand

    def flush(self) -> None:
        """Emit code that records what was evaluated since the last flush; needed before control flow may branch."""
        if self._pending:
            calls = tuple(call for call, _ in self._pending)
            self.line(f"L.append(({self.bind(calls)}, {', '.join(name for _, name in self._pending)}))")
            self._pending.clear()


def number_test(operand: Operand) -> str | None:
    """Return a Python test that the atom is an int or a Decimal; None if it is known to be one."""
    match operand.static_type:
        case "number" | "decimal":
            return None
        case "number or null":
            return f"{operand.text} is not None"
        case _:
            name = operand.text
            return f"({name}.__class__ is int or {name}.__class__ is Decimal)"


def text_test(operand: Operand) -> str | None:
    return None if operand.static_type == "text" else f"{operand.text}.__class__ is str"


def guarded(fast: str, tests: Iterable[str | None], slow: Operand, static_type: StaticType) -> Operand:
    """Emit the fast expression if all tests hold, else the slow one."""
    needed = [test for test in tests if test is not None]
    text = f"({fast} if {' and '.join(needed)} else {slow.text})" if needed else f"({fast})"
    return Operand(text, static_type, atom=False)


def truth_test(operand: Operand) -> str:
    """Return a Python test of an atom that agrees with `values.is_truthy`."""
    if operand.static_type == "any":
        return f"({operand.text} or {operand.text}.__class__ is dict)"
    return operand.text


def emit_applied(function: Any, static_type: StaticType = "any") -> Callable[[CodeGenerator, Call], Operand]:
    """Generate an operator that evaluates all its operands and applies a pure function to them."""

    def emit(code: CodeGenerator, call: Call) -> Operand:
        return code.call(function, code.atoms(call), static_type)

    return emit


def emit_in_zone(function: Any, static_type: StaticType = "any") -> Callable[[CodeGenerator, Call], Operand]:
    """Like `emit_applied`, with the rule's time zone as the first argument of the function."""

    def emit(code: CodeGenerator, call: Call) -> Operand:
        zone = Operand(code.bind(code.timezone))
        return code.call(function, [zone, *code.atoms(call)], static_type)

    return emit


def emit_charged(
    function: Any, static_type: StaticType, cost: Callable[..., int]
) -> Callable[[CodeGenerator, Call], Operand]:
    """Like `emit_applied`, and charge `cost(*operands)` steps before."""

    def emit(code: CodeGenerator, call: Call) -> Operand:
        operands = code.atoms(call)
        code.charge(code.call(cost, operands).text)
        return code.call(function, operands, static_type)

    return emit


def charged_unless(
    code: CodeGenerator, fast: str, tests: Iterable[str | None], slow: ChargedCall, static_type: StaticType
) -> Operand:
    """Emit the fast expression if all tests hold, else the slow call, which is charged before."""
    needed = [test for test in tests if test is not None]
    if not needed:
        return Operand(f"({fast})", static_type, atom=False)
    result = code.new_variable()
    with code.block(f"if {' and '.join(needed)}"):
        code.line(f"{result} = {fast}")
    with code.block("else"):
        code.charge(code.call(slow.cost, slow.operands).text)
        code.line(f"{result} = {code.call(slow.function, slow.operands).text}")
    return Operand(result, static_type)
