"""Explains the value of a rule: the clauses that decided it, the values they saw and what they needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rules.errors import JsonPath
from rules.expression import ArrayLiteral, Call, Expression, Literal
from rules.render import abbreviated, render, render_value
from rules.trace import Trace
from rules.values import Json, is_truthy

_MOST_CLAUSES = 4
_MOST_ELEMENTS = 4
_LONGEST = 200
_SEARCHES = frozenset({"some", "all", "none"})
_COMPARISONS = frozenset({"==", "===", "!=", "!==", "<", "<=", ">", ">=", "in", "starts_with", "ends_with"})
_OPPOSITES = {"==": "!=", "!=": "==", "===": "!==", "!==": "==="}


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of the rule that decided its value. Its values are abbreviated, so its size is bounded."""

    path: JsonPath
    actual: Mapping[str, Json] = field(default_factory=dict)
    """The values it saw, by the expression they belong to."""
    needed: str = ""
    """What makes the rule true; empty if the clause only chose between branches."""
    within: tuple[str, ...] = ()
    """The array elements it was evaluated on, the innermost first."""

    def __str__(self) -> str:
        return clause_text(self.actual, self.needed, self.within)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The part of a rule that decided its value, and its clauses."""

    path: JsonPath
    clauses: tuple[Clause, ...]
    omitted: int = 0
    """How many more clauses there are than are listed."""

    @property
    def text(self) -> str:
        """The explanation in words."""
        return "; ".join([*map(str, self.clauses), *([f"and {self.omitted} more"] if self.omitted else [])])


def clause_text(actual: Mapping[str, Json], needed: str, within: Sequence[str] = ()) -> str:
    """Return what a clause saw and needed, as text: "event.body.total is 12, needed >= 20"."""
    seen = [f"{name} is {render_value(value)}" for name, value in actual.items()]
    return ", ".join([*seen, *([f"needed {needed}"] if needed else []), *[f"in {element}" for element in within]])


def explain(expression: Expression, trace: Trace) -> Explanation:
    """Explain a traced evaluation of the expression; a boolean one is explained as a condition that should be true."""
    return _TraceSegment(list(trace.calls())).explanation(expression, True if isinstance(trace.value, bool) else None)


class _TraceSegment:
    """The whole trace, or that of one loop iteration: parts occur once in it, apart from bodies of inner loops."""

    def __init__(self, calls: Sequence[tuple[Call, Json]]) -> None:
        self._calls = calls
        self._values = {call.path: value for call, value in calls}

    def explanation(self, expression: Expression, needed: bool | None) -> Explanation:
        """`needed`: the truth of this part that makes the whole true; None if the part only chose a branch."""
        if not isinstance(expression, Call):
            return self._by_value(expression, "the rule", needed)
        match expression.operator.name:
            case "and" | "or" if expression.operands:
                return self._junction(expression, needed)
            case "if":
                return self._branch(expression, needed)
            case "!" if isinstance(expression.operands[0], Call):
                return self.explanation(expression.operands[0], None if needed is None else not needed)
            case "!!" if isinstance(expression.operands[0], Call):
                return self.explanation(expression.operands[0], needed)
            case name if name in _SEARCHES:
                return self._search(expression, needed)
            case name if name in _COMPARISONS:
                return self._comparison(expression, needed)
            case _:
                return self._by_value(expression, render(expression), needed)

    def _value_of(self, expression: Expression) -> Json:
        match expression:
            case Literal():
                return expression.value
            case ArrayLiteral():
                return [self._value_of(element) for element in expression.elements]
            case Call():
                return self._values.get(expression.path)

    def _by_value(self, expression: Expression, name: str, needed: bool | None) -> Explanation:
        """Explain a part by its value alone."""
        value = self._value_of(expression)
        wanted = ("true" if needed else "false") if isinstance(value, bool) else ("something" if needed else "nothing")
        return _single(expression, {name: value}, "" if needed is None else wanted)

    def _junction(self, call: Call, needed: bool | None) -> Explanation:
        """Explain `and` or `or`: by the operand that short-circuited it, or else by all operands."""
        short_circuits_on = call.operator.name == "or"
        for operand in call.operands:
            if is_truthy(self._value_of(operand)) is short_circuits_on or len(call.operands) == 1:
                return self.explanation(operand, needed)
        return _combined(call.path, [self.explanation(operand, needed) for operand in call.operands])

    def _branch(self, call: Call, needed: bool | None) -> Explanation:
        """Explain `if`: by the condition that chose the branch, and by the branch unless it is a literal."""
        operands = call.operands
        decisive: Expression | None = None
        chosen: Expression | None = operands[-1] if len(operands) % 2 else None
        for condition, consequence in zip(operands[:-1:2], operands[1::2], strict=False):
            decisive = condition
            if is_truthy(self._value_of(condition)):
                chosen = consequence
                break
        if decisive is None:
            return self._by_value(call, render(call), needed) if chosen is None else self.explanation(chosen, needed)
        if isinstance(chosen, Call):
            outcome = self.explanation(chosen, needed)
            return _combined(outcome.path, [self.explanation(decisive, None), outcome])
        is_as_needed = is_truthy(self._value_of(call)) is needed
        return self.explanation(
            decisive, None if needed is None else is_truthy(self._value_of(decisive)) is is_as_needed
        )

    def _search(self, call: Call, needed: bool | None) -> Explanation:
        """Explain a search: by the element that ended it, or else by the array and the condition on its elements."""
        array, body = self._value_of(call.operands[0]), call.operands[1]
        searched, name = render(call.operands[0]), call.operator.name
        iterations = [position for position, (part, _) in enumerate(self._calls) if part.path == body.path]
        if not iterations or self._value_of(call) is not (name == "some"):
            return _single(call, {searched: array}, _needed_text(needed, f"{call.operator.phrase} {render(body)}"))
        start = iterations[-2] + 1 if len(iterations) > 1 else 0
        inner = _TraceSegment(self._calls[start : iterations[-1] + 1]).explanation(
            body, None if needed is None else needed is not (name == "none")
        )
        element = _shortened(f"element {len(iterations)} of {searched}")
        clauses = (replace(clause, within=(*clause.within, element)[-_MOST_ELEMENTS:]) for clause in inner.clauses)
        return replace(inner, clauses=tuple(clauses))

    def _comparison(self, call: Call, needed: bool | None) -> Explanation:
        """Explain a comparison: by its operands and the comparison they needed to pass."""
        seen = [operand for operand in call.operands if isinstance(operand, Call)]
        if not seen and needed is None:
            return self._by_value(call, render(call), needed)
        actual = {render(operand): self._value_of(operand) for operand in seen}
        if len(call.operands) == 2 and seen == [call.operands[0]]:
            words, other = call.operator.phrase, render(call.operands[1])
            if needed is False and words in _OPPOSITES:
                return _single(call, actual, f"{_OPPOSITES[words]} {other}")
            return _single(call, actual, _needed_text(needed, f"{words} {other}"))
        return _single(call, actual, _needed_text(needed, render(call)))


def _single(part: Expression, actual: Mapping[str, Json], needed: str) -> Explanation:
    seen = {_shortened(name): abbreviated(value) for name, value in actual.items()}
    return Explanation(part.path, (Clause(part.path, seen, _shortened(needed)),))


def _combined(path: JsonPath, explanations: Sequence[Explanation]) -> Explanation:
    clauses = [clause for each in explanations for clause in each.clauses]
    more = sum(each.omitted for each in explanations) + max(0, len(clauses) - _MOST_CLAUSES)
    return Explanation(path, tuple(clauses[:_MOST_CLAUSES]), more)


def _needed_text(needed: bool | None, words: str) -> str:
    return "" if needed is None else words if needed else f"not {words}"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
