"""The differences of two JSON Logic rules: the smallest parts that show them well, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from loyalty.program.logic import Logic
from rules import exact
from rules.expression import ArrayLiteral, Call, Expression, Literal, walk
from rules.values import Json
from workbench.differences.alignment import changed_pairs
from workbench.differences.expression_text import expression_text, path_of
from workbench.differences.model import AttributeChange

LONGEST = 80
"""The most characters of a part that is shown whole rather than searched."""

_AROUND = 30
"""Characters shown on either side of where two long texts begin to differ."""


def shortened_text(expression: Expression) -> str:
    """Return an expression as text, cut if it is long."""
    return shorten(expression_text(expression), 3 * LONGEST)


def json_of(expression: Expression) -> Json:
    """Return the shortest JSON of an expression."""
    match expression:
        case Literal():
            return expression.value
        case ArrayLiteral():
            return [json_of(element) for element in expression.elements]
        case Call():
            operands = [json_of(operand) for operand in expression.operands]
            is_alone = len(operands) == 1 and not isinstance(operands[0], list)
            return {expression.operator.name: operands[0] if is_alone else operands}


def rule_changes(about: str, old: Logic, new: Logic) -> Iterator[AttributeChange]:
    """Yield the changes between two rules, with the places of both sides."""
    for pair in _Comparison().differing(about, old.expression, new.expression):
        was, now = _texts(pair.old, pair.new)
        was_at = None if pair.old is None else old.place_of(pair.old.path)
        now_at = None if pair.new is None else new.place_of(pair.new.path)
        yield AttributeChange(pair.about, was, now, was_at, now_at)


def around_difference(was: str, now: str) -> tuple[str, str]:
    """Two texts; long ones are cut to the place where they begin to differ."""
    if max(len(was), len(now)) <= LONGEST:
        return was, now
    start = next((at for at, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now)))
    first, last = max(0, start - _AROUND), start + _AROUND

    def around(text: str) -> str:
        return f"{'...' if first else ''}{text[first:last]}{'...' if len(text) > last else ''}"

    return around(was), around(now)


def shorten(text: str, longest: int = LONGEST) -> str:
    """Return the beginning of a text."""
    return text if len(text) <= longest else f"{text[:longest]}..."


@dataclass(frozen=True, slots=True)
class _Pair:
    """A part of the old rule and the corresponding part of the new one; None: there is none."""

    about: str
    old: Expression | None
    new: Expression | None


class _Comparison:
    """Compares two rules; the text of each part is made once, as large rules are searched many times."""

    def __init__(self) -> None:
        self._keys: dict[int, str] = {}

    def differing(self, about: str, old: Expression, new: Expression) -> Iterator[_Pair]:
        """Yield the smallest pairs of parts that show a difference well."""
        if self._key(old) == self._key(new):
            return
        junction = self._junction(old, new)
        if junction is not None:
            inside = about if junction == "and" else f"{about}, one of"
            yield from self._in_any_order(inside, _operands(old, junction), _operands(new, junction))
        elif isinstance(old, Call) and isinstance(new, Call) and _is_same_but_for_operands(old, new):
            for before, since in zip(old.operands, new.operands, strict=True):
                inside = f"{about}, {_operation(old)}" if isinstance(since, ArrayLiteral) else about
                yield from self.differing(inside, before, since)
        elif isinstance(old, ArrayLiteral) and isinstance(new, ArrayLiteral) and _is_long(old, new):
            yield from self._in_any_order(about, old.elements, new.elements)
        else:
            yield _Pair(about, old, new)

    def _in_any_order(self, about: str, old: tuple[Expression, ...], new: tuple[Expression, ...]) -> Iterator[_Pair]:
        """Yield what was added, changed and removed among parts whose order matters little."""
        found = changed_pairs(old, new, identity=self._key, pair_by=_subject)
        pairs = tuple(found)
        for before, since in pairs:
            if before is None or since is None:
                yield _Pair(about, before, since)
            else:
                yield from self.differing(about, before, since)
        if not pairs:
            moved = (both for both in zip(old, new, strict=True) if self._key(both[0]) != self._key(both[1]))
            yield from (_Pair(f"{about}, in another order", *both) for both in islice(moved, 1))

    def _junction(self, old: Expression, new: Expression) -> str | None:
        """Return the `and` or `or` that both are, or that one is with the other among its operands."""
        for name in ("and", "or"):
            both = [isinstance(each, Call) and each.operator.name == name for each in (old, new)]
            if all(both):
                return name
            keys = [{self._key(operand) for operand in _operands(each, name)} for each in (old, new) if any(both)]
            if keys and keys[0] & keys[1]:
                return name
        return None

    def _key(self, expression: Expression) -> str:
        """Return the same text for two equal expressions."""
        known = self._keys.get(id(expression))
        if known is None:
            known = self._keys[id(expression)] = self._made(expression)
        return known

    def _made(self, expression: Expression) -> str:
        match expression:
            case Literal(_, value):
                return exact.dumps(value)
            case ArrayLiteral(_, elements):
                return f"[{', '.join(map(self._key, elements))}]"
            case Call(_, operator, operands):
                return f"{operator.name}({', '.join(map(self._key, operands))})"


def _operands(expression: Expression, junction: str) -> tuple[Expression, ...]:
    if isinstance(expression, Call) and expression.operator.name == junction:
        return expression.operands
    return (expression,)


def _is_same_but_for_operands(old: Call, new: Call) -> bool:
    """Return whether a difference of two calls is clearer in their operands than in the whole calls."""
    return old.operator is new.operator and len(old.operands) == len(new.operands) and _is_long(old, new)


def _is_long(*expressions: Expression) -> bool:
    return any(len(expression_text(expression)) > LONGEST for expression in expressions)


def _subject(expression: Expression) -> str:
    """Return the first path that a part of a condition reads; a literal is its own subject."""
    if isinstance(expression, Literal):
        return exact.dumps(expression.value)
    paths = (path_of(part) for part in walk(expression))
    return next((path for path in paths if path is not None), "")


def _texts(old: Expression | None, new: Expression | None) -> tuple[str | None, str | None]:
    """Both as text; as JSON if both texts are the same."""
    if old is None or new is None:
        return None if old is None else shortened_text(old), None if new is None else shortened_text(new)
    was, now = expression_text(old), expression_text(new)
    if was == now:
        was, now = exact.dumps(json_of(old)), exact.dumps(json_of(new))
    return around_difference(was, now)


def _operation(call: Call) -> str:
    """Return which operation a list is the operand of: `event.body.sku in`."""
    return f"{_subject(call)} {call.operator.name}".lstrip()
