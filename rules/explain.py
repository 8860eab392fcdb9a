"""Why a rule was worth what it was: the part that decided, and what it saw."""

from collections.abc import Sequence as Run
from dataclasses import dataclass

from rules import exact
from rules.errors import Path, RuleError
from rules.expression import Call, Expression, Literal, Sequence, constant, is_constant
from rules.trace import Trace
from rules.values import Json, truthy

_LONGEST = 60
_MOST_PARTS = 4
_SEARCHES = {"some": True, "all": False, "none": True}
"""The operators that look for one element, and the truth of the body they look for."""


@dataclass(frozen=True, slots=True)
class Reason:
    """The part of an expression that decided, and in words why."""

    path: Path
    text: str


def explain(expression: Expression, trace: Trace) -> Reason:
    """The reason of a traced evaluation of this expression."""
    return _Explainer(list(trace.calls()), trace.value).reason(expression)


class _Explainer:
    """Reads one stretch of a trace: the whole, or the last turn of a loop."""

    def __init__(self, calls: Run[tuple[Call, Json]], value: Json) -> None:
        self._calls = calls
        self._value = value
        self._worth = {call.path: found for call, found in calls}

    def reason(self, expression: Expression) -> Reason:
        if not isinstance(expression, Call):
            return Reason(expression.path, f"the rule says {shown(self._value)}")
        match expression.operator.name:
            case "and" | "or":
                return self._junction(expression)
            case "if":
                return self._choice(expression)
            case "!" | "!!" if isinstance(expression.operands[0], Call):
                return self.reason(expression.operands[0])
            case name if name in _SEARCHES:
                return self._search(expression)
            case _:
                return Reason(expression.path, self._seen(expression))

    def _junction(self, call: Call) -> Reason:
        """The operand that settled it, or all of them where each had to be looked at."""
        reached = [operand for operand in call.operands if self._reached(operand)]
        if not reached:
            return Reason(call.path, f"{call.operator.name} has nothing to ask")
        settled = truthy(self._of(reached[-1])) is (call.operator.name == "or")
        if settled or len(reached) == 1:
            return self.reason(reached[-1])
        reasons = [self.reason(operand).text for operand in reached]
        more = f", and {len(reasons) - _MOST_PARTS} more" if len(reasons) > _MOST_PARTS else ""
        return Reason(call.path, "; ".join(reasons[:_MOST_PARTS]) + more)

    def _choice(self, call: Call) -> Reason:
        conditions = [operand for operand in call.operands[:-1:2] if self._reached(operand)]
        if not conditions:
            return self.reason(call.operands[0]) if call.operands else Reason(call.path, "if has nothing to choose")
        decisive = self.reason(conditions[-1])
        return Reason(decisive.path, f"{decisive.text}, so it is {shown(self._worth.get(call.path))}")

    def _search(self, call: Call) -> Reason:
        array, body, name = self._of(call.operands[0]), call.operands[1], call.operator.name
        place = self._named(call.operands[0])
        if not isinstance(array, list) or not array:
            return Reason(call.path, f"{place} has no elements, {call.operator.words}: {told(body)}")
        turns = [position for position, (part, _) in enumerate(self._calls) if part is body]
        ended = self._worth.get(call.path) is (name == "some")
        if not turns or not ended:
            return Reason(call.path, f"{len(array)} elements of {place}: {call.operator.words}: {told(body)}")
        turn = self._turn(call, turns)
        inner = _Explainer(turn, turn[-1][1]).reason(body)
        number = sum(1 for position in turns if position > self._last_start(call, turns)) or 1
        return Reason(inner.path, f"{inner.text} in element {number} of {place}")
