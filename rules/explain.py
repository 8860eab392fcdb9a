"""Why a rule was worth what it was: the parts that decided, what they saw and what they needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rules.errors import JsonPath
from rules.expression import ArrayLiteral, Call, Expression, Literal
from rules.render import abbreviated, render, render_value
from rules.trace import Trace
from rules.values import Json, is_truthy

_MOST_CLAUSES = 4
_MOST_LOOPS = 4
_LONGEST = 200
_SEARCHES = frozenset({"some", "all", "none"})
_COMPARISONS = frozenset({"==", "===", "!=", "!==", "<", "<=", ">", ">=", "in", "starts_with", "ends_with"})
_OPPOSITES = {"==": "!=", "!=": "==", "===": "!==", "!==": "==="}


@dataclass(frozen=True, slots=True)
class Clause:
    """A part that decided. Its values are cut, so that it is small whatever the data is."""

    path: JsonPath
    actual: Mapping[str, Json] = field(default_factory=dict)
    """What it looked at, as one would write it, and what that was worth."""
    needed: str = ""
    """What would have made the rule true, or did; empty where nothing is asked of it."""
    within: tuple[str, ...] = ()
    """The elements of arrays it was looked at in, the innermost first."""

    def __str__(self) -> str:
        return clause_text(self.actual, self.needed, self.within)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The part of an expression that decided: one clause, or several where each had its say."""

    path: JsonPath
    clauses: tuple[Clause, ...]
    omitted: int = 0
    """Leaves beyond those that are told."""

    @property
    def text(self) -> str:
        """The reason in words."""
        return "; ".join([*map(str, self.clauses), *([f"and {self.omitted} more"] if self.omitted else [])])


def clause_text(actual: Mapping[str, Json], needed: str, within: Sequence[str] = ()) -> str:
    """What a clause saw and needed, in words: "event.body.total is 12, needed >= 20"."""
    seen = [f"{name} is {render_value(value)}" for name, value in actual.items()]
    return ", ".join([*seen, *([f"needed {needed}"] if needed else []), *[f"in {place}" for place in within]])


def explain(expression: Expression, trace: Trace) -> Explanation:
    """The reason of a traced evaluation of this expression; one that says true or false is needed to be true."""
    return _Stretch(list(trace.calls())).reason(expression, True if isinstance(trace.value, bool) else None)


class _Stretch:
    """A stretch of a trace in which no part comes twice but in loops: the whole, or one turn of a loop."""

    def __init__(self, calls: Sequence[tuple[Call, Json]]) -> None:
        self._calls = calls
        self._worth = {call.path: value for call, value in calls}

    def reason(self, expression: Expression, needed: bool | None) -> Explanation:
        """`needed`: whether it had to be true or false for the whole to be true; None: it is only looked at."""
        if not isinstance(expression, Call):
            return self._value(expression, "the rule", needed)
        match expression.operator.name:
            case "and" | "or" if expression.operands:
                return self._junction(expression, needed)
            case "if":
                return self._choice(expression, needed)
            case "!" if isinstance(expression.operands[0], Call):
                return self.reason(expression.operands[0], None if needed is None else not needed)
            case "!!" if isinstance(expression.operands[0], Call):
                return self.reason(expression.operands[0], needed)
            case name if name in _SEARCHES:
                return self._search(expression, needed)
            case name if name in _COMPARISONS:
                return self._comparison(expression, needed)
            case _:
                return self._value(expression, render(expression), needed)

    def _of(self, expression: Expression) -> Json:
        match expression:
            case Literal():
                return expression.value
            case ArrayLiteral():
                return [self._of(element) for element in expression.elements]
            case Call():
                return self._worth.get(expression.path)

    def _value(self, expression: Expression, name: str, needed: bool | None) -> Explanation:
        """A part of which no more is known than what it was worth."""
        value = self._of(expression)
        wanted = ("true" if needed else "false") if isinstance(value, bool) else ("something" if needed else "nothing")
        return _one(expression, {name: value}, "" if needed is None else wanted)

    def _junction(self, call: Call, needed: bool | None) -> Explanation:
        """The operand that settled it, or all of them where each had its say."""
        settling = call.operator.name == "or"
        for operand in call.operands:
            if is_truthy(self._of(operand)) is settling or len(call.operands) == 1:
                return self.reason(operand, needed)
        return _several(call.path, [self.reason(operand, needed) for operand in call.operands])

    def _choice(self, call: Call, needed: bool | None) -> Explanation:
        """The condition that chose, and the reason of what it chose where that is more than a value."""
        operands = call.operands
        asked: Expression | None = None
        chosen: Expression | None = operands[-1] if len(operands) % 2 else None
        for condition, consequence in zip(operands[:-1:2], operands[1::2], strict=False):
            asked = condition
            if is_truthy(self._of(condition)):
                chosen = consequence
                break
        if asked is None:
            return self._value(call, render(call), needed) if chosen is None else self.reason(chosen, needed)
        if isinstance(chosen, Call):
            outcome = self.reason(chosen, needed)
            return _several(outcome.path, [self.reason(asked, None), outcome])
        is_as_needed = is_truthy(self._of(call)) is needed
        return self.reason(asked, None if needed is None else is_truthy(self._of(asked)) is is_as_needed)

    def _search(self, call: Call, needed: bool | None) -> Explanation:
        """The element that ended the search; without one, what was asked of all of them."""
        array, body = self._of(call.operands[0]), call.operands[1]
        place, name = render(call.operands[0]), call.operator.name
        turns = [position for position, (part, _) in enumerate(self._calls) if part.path == body.path]
        if not turns or self._of(call) is not (name == "some"):
            return _one(call, {place: array}, _asked(needed, f"{call.operator.phrase} {render(body)}"))
        start = turns[-2] + 1 if len(turns) > 1 else 0
        inner = _Stretch(self._calls[start : turns[-1] + 1]).reason(
            body, None if needed is None else needed is not (name == "none")
        )
        element = _short(f"element {len(turns)} of {place}")
        clauses = (replace(clause, within=(*clause.within, element)[-_MOST_LOOPS:]) for clause in inner.clauses)
        return replace(inner, clauses=tuple(clauses))

    def _comparison(self, call: Call, needed: bool | None) -> Explanation:
        """What the operands were and what was asked of them."""
        seen = [operand for operand in call.operands if isinstance(operand, Call)]
        if not seen and needed is None:
            return self._value(call, render(call), needed)
        actual = {render(operand): self._of(operand) for operand in seen}
        if len(call.operands) == 2 and seen == [call.operands[0]]:
            words, other = call.operator.phrase, render(call.operands[1])
            if needed is False and words in _OPPOSITES:
                return _one(call, actual, f"{_OPPOSITES[words]} {other}")
            return _one(call, actual, _asked(needed, f"{words} {other}"))
        return _one(call, actual, _asked(needed, render(call)))


def _one(part: Expression, actual: Mapping[str, Json], needed: str) -> Explanation:
    seen = {_short(name): abbreviated(value) for name, value in actual.items()}
    return Explanation(part.path, (Clause(part.path, seen, _short(needed)),))


def _several(path: JsonPath, reasons: Sequence[Explanation]) -> Explanation:
    clauses = [clause for reason in reasons for clause in reason.clauses]
    more = sum(reason.omitted for reason in reasons) + max(0, len(clauses) - _MOST_CLAUSES)
    return Explanation(path, tuple(clauses[:_MOST_CLAUSES]), more)


def _asked(needed: bool | None, words: str) -> str:
    return "" if needed is None else words if needed else f"not {words}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
