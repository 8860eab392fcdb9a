"""Why a rule was worth what it was: the part that decided, and what it saw."""

from collections.abc import Sequence as Run
from dataclasses import dataclass

from rules.errors import Path
from rules.expression import Call, Expression, Literal, Sequence
from rules.told import shown, told
from rules.trace import Trace
from rules.values import Json, truthy

_MOST_PARTS = 4
_SEARCHES = frozenset({"some", "all", "none"})
_COMPARISONS = frozenset({"==", "===", "!=", "!==", "<", "<=", ">", ">=", "in", "starts_with", "ends_with"})


@dataclass(frozen=True, slots=True)
class Reason:
    """The part of an expression that decided, and in words why."""

    path: Path
    text: str


def explain(expression: Expression, trace: Trace) -> Reason:
    """The reason of a traced evaluation of this expression."""
    return _Stretch(list(trace.calls())).reason(expression)


class _Stretch:
    """A stretch of a trace in which no part comes twice but in loops: the whole, or one turn of a loop."""

    def __init__(self, calls: Run[tuple[Call, Json]]) -> None:
        self._calls = calls
        self._worth = {call.path: value for call, value in calls}

    def reason(self, expression: Expression) -> Reason:
        if not isinstance(expression, Call):
            return Reason(expression.path, f"the rule says {shown(self._of(expression))}")
        match expression.operator.name:
            case "and" | "or":
                return self._junction(expression)
            case "if":
                return self._choice(expression)
            case "!" | "!!" if isinstance(expression.operands[0], Call):
                return self.reason(expression.operands[0])
            case name if name in _SEARCHES:
                return self._search(expression)
            case name if name in _COMPARISONS:
                return Reason(expression.path, self._comparison(expression))
            case "missing" | "missing_some":
                keys = ", ".join(map(str, self._of(expression) or ())) or "nothing"
                return Reason(expression.path, f"{keys} is missing")
            case _:
                return Reason(expression.path, f"{told(expression)} is {shown(self._of(expression))}")

    def _of(self, expression: Expression) -> Json:
        match expression:
            case Literal():
                return expression.value
            case Sequence():
                return [self._of(element) for element in expression.elements]
            case Call():
                return self._worth.get(expression.path)

    def _junction(self, call: Call) -> Reason:
        """The operand that settled it, or all of them where each had its say."""
        settling = call.operator.name == "or"
        for operand in call.operands:
            if truthy(self._of(operand)) is settling or len(call.operands) == 1:
                return self.reason(operand)
        reasons = [self.reason(operand).text for operand in call.operands]
        more = f"; and {len(reasons) - _MOST_PARTS} more" if len(reasons) > _MOST_PARTS else ""
        return Reason(call.path, ("; ".join(reasons[:_MOST_PARTS]) or f"{call.operator.name} asks nothing") + more)

    def _choice(self, call: Call) -> Reason:
        """The condition that chose, and the reason of what it chose."""
        operands, because = call.operands, Reason(call.path, "no condition holds")
        chosen: Expression | None = operands[-1] if len(operands) % 2 else None
        for condition, consequence in zip(operands[:-1:2], operands[1::2], strict=False):
            because = self.reason(condition)
            if truthy(self._of(condition)):
                chosen = consequence
                break
        if isinstance(chosen, Call):
            outcome = self.reason(chosen)
            return Reason(outcome.path, f"{because.text}; {outcome.text}" if len(operands) > 1 else outcome.text)
        return Reason(because.path, f"{because.text}, so it is {shown(self._of(call))}")

    def _search(self, call: Call) -> Reason:
        """The element that ended the search; without one, what was asked of all of them."""
        array, body = self._of(call.operands[0]), call.operands[1]
        place, name = told(call.operands[0]), call.operator.name
        if not isinstance(array, list) or not array:
            return Reason(call.path, f"{place} has no elements")
        turns = [position for position, (part, _) in enumerate(self._calls) if part.path == body.path]
        if not turns or self._of(call) is not (name == "some"):
            asked = {"some": "no", "all": "every", "none": "no"}[name]
            return Reason(call.path, f"{asked} element of {place} ({len(array)}) has {told(body)}")
        start = turns[-2] + 1 if len(turns) > 1 else 0
        inner = _Stretch(self._calls[start : turns[-1] + 1]).reason(body)
        return Reason(inner.path, f"{inner.text}, in element {len(turns)} of {place}")

    def _comparison(self, call: Call) -> str:
        """What the operands were and what was asked: "event.body.total is 12, >= needs 20"."""
        seen = [operand for operand in call.operands if isinstance(operand, Call)]
        said = ", ".join(dict.fromkeys(f"{told(operand)} is {shown(self._of(operand))}" for operand in seen))
        if len(call.operands) == 2 and seen == [call.operands[0]]:
            return f"{said}, {call.operator.words} {told(call.operands[1])}"
        return f"{said}, needed: {told(call)}" if said else f"needed: {told(call)}"
