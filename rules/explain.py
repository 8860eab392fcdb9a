"""Why a rule was worth what it was: the parts that decided, what they saw and what they needed."""

from collections.abc import Mapping
from collections.abc import Sequence as Run
from dataclasses import dataclass, field, replace

from rules.errors import Path
from rules.expression import Call, Expression, Literal, Sequence
from rules.told import cut, shown, told
from rules.trace import Trace
from rules.values import Json, truthy

_MOST_LEAVES = 4
_MOST_LOOPS = 4
_LONGEST = 200
_SEARCHES = frozenset({"some", "all", "none"})
_COMPARISONS = frozenset({"==", "===", "!=", "!==", "<", "<=", ">", ">=", "in", "starts_with", "ends_with"})
_OPPOSITES = {"==": "!=", "!=": "==", "===": "!==", "!==": "==="}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that decided. Its values are cut, so that it is small whatever the data is."""

    path: Path
    actual: Mapping[str, Json] = field(default_factory=dict)
    """What it looked at, as one would write it, and what that was worth."""
    needed: str = ""
    """What would have made the rule true, or did; empty where nothing is asked of it."""
    within: tuple[str, ...] = ()
    """The elements of arrays it was looked at in, the innermost first."""

    def __str__(self) -> str:
        return sentence(self.actual, self.needed, self.within)


@dataclass(frozen=True, slots=True)
class Reason:
    """The part of an expression that decided: one leaf, or several where each had its say."""

    path: Path
    leaves: tuple[Leaf, ...]
    more: int = 0
    """Leaves beyond those that are told."""

    @property
    def text(self) -> str:
        """The reason in words."""
        return "; ".join([*map(str, self.leaves), *([f"and {self.more} more"] if self.more else [])])


def sentence(actual: Mapping[str, Json], needed: str, within: Run[str] = ()) -> str:
    """What a leaf saw and needed, in words: "event.body.total is 12, needed >= 20"."""
    seen = [f"{name} is {shown(value)}" for name, value in actual.items()]
    return ", ".join([*seen, *([f"needed {needed}"] if needed else []), *[f"in {place}" for place in within]])


def explain(expression: Expression, trace: Trace) -> Reason:
    """The reason of a traced evaluation of this expression; one that says true or false is needed to be true."""
    return _Stretch(list(trace.calls())).reason(expression, True if isinstance(trace.value, bool) else None)


class _Stretch:
    """A stretch of a trace in which no part comes twice but in loops: the whole, or one turn of a loop."""

    def __init__(self, calls: Run[tuple[Call, Json]]) -> None:
        self._calls = calls
        self._worth = {call.path: value for call, value in calls}

    def reason(self, expression: Expression, needed: bool | None) -> Reason:
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
                return self._value(expression, told(expression), needed)

    def _of(self, expression: Expression) -> Json:
        match expression:
            case Literal():
                return expression.value
            case Sequence():
                return [self._of(element) for element in expression.elements]
            case Call():
                return self._worth.get(expression.path)

    def _value(self, expression: Expression, name: str, needed: bool | None) -> Reason:
        """A part of which no more is known than what it was worth."""
        value = self._of(expression)
        wanted = ("true" if needed else "false") if isinstance(value, bool) else ("something" if needed else "nothing")
        return _one(expression, {name: value}, "" if needed is None else wanted)

    def _junction(self, call: Call, needed: bool | None) -> Reason:
        """The operand that settled it, or all of them where each had its say."""
        settling = call.operator.name == "or"
        for operand in call.operands:
            if truthy(self._of(operand)) is settling or len(call.operands) == 1:
                return self.reason(operand, needed)
        return _several(call.path, [self.reason(operand, needed) for operand in call.operands])

    def _choice(self, call: Call, needed: bool | None) -> Reason:
        """The condition that chose, and the reason of what it chose where that is more than a value."""
        operands = call.operands
        asked: Expression | None = None
        chosen: Expression | None = operands[-1] if len(operands) % 2 else None
        for condition, consequence in zip(operands[:-1:2], operands[1::2], strict=False):
            asked = condition
            if truthy(self._of(condition)):
                chosen = consequence
                break
        if asked is None:
            return self._value(call, told(call), needed) if chosen is None else self.reason(chosen, needed)
        if isinstance(chosen, Call):
            outcome = self.reason(chosen, needed)
            return _several(outcome.path, [self.reason(asked, None), outcome])
        is_as_needed = truthy(self._of(call)) is needed
        return self.reason(asked, None if needed is None else truthy(self._of(asked)) is is_as_needed)

    def _search(self, call: Call, needed: bool | None) -> Reason:
        """The element that ended the search; without one, what was asked of all of them."""
        array, body = self._of(call.operands[0]), call.operands[1]
        place, name = told(call.operands[0]), call.operator.name
        turns = [position for position, (part, _) in enumerate(self._calls) if part.path == body.path]
        if not turns or self._of(call) is not (name == "some"):
            return _one(call, {place: array}, _asked(needed, f"{call.operator.words} {told(body)}"))
        start = turns[-2] + 1 if len(turns) > 1 else 0
        inner = _Stretch(self._calls[start : turns[-1] + 1]).reason(
            body, None if needed is None else needed is not (name == "none")
        )
        element = _short(f"element {len(turns)} of {place}")
        leaves = (replace(leaf, within=(*leaf.within, element)[-_MOST_LOOPS:]) for leaf in inner.leaves)
        return replace(inner, leaves=tuple(leaves))

    def _comparison(self, call: Call, needed: bool | None) -> Reason:
        """What the operands were and what was asked of them."""
        seen = [operand for operand in call.operands if isinstance(operand, Call)]
        if not seen and needed is None:
            return self._value(call, told(call), needed)
        actual = {told(operand): self._of(operand) for operand in seen}
        if len(call.operands) == 2 and seen == [call.operands[0]]:
            words, other = call.operator.words, told(call.operands[1])
            if needed is False and words in _OPPOSITES:
                return _one(call, actual, f"{_OPPOSITES[words]} {other}")
            return _one(call, actual, _asked(needed, f"{words} {other}"))
        return _one(call, actual, _asked(needed, told(call)))


def _one(part: Expression, actual: Mapping[str, Json], needed: str) -> Reason:
    seen = {_short(name): cut(value) for name, value in actual.items()}
    return Reason(part.path, (Leaf(part.path, seen, _short(needed)),))


def _several(path: Path, reasons: Run[Reason]) -> Reason:
    leaves = [leaf for reason in reasons for leaf in reason.leaves]
    more = sum(reason.more for reason in reasons) + max(0, len(leaves) - _MOST_LEAVES)
    return Reason(path, tuple(leaves[:_MOST_LEAVES]), more)


def _asked(needed: bool | None, words: str) -> str:
    return "" if needed is None else words if needed else f"not {words}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
