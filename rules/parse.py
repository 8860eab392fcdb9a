"""From JSON to an expression. Every fault is found, none of them by running out of stack."""

from decimal import Decimal

from rules.bounds import CHARACTERS, DEPTH, NODES
from rules.errors import Fault, Path, RuleError, nearest
from rules.expression import Call, Expression, Literal, Operator, Sequence
from rules.numbers import LARGEST_EXPONENT, LONGEST_NUMBER, exact
from rules.operators import TABLE
from rules.values import Json

ELSEWHERE = {
    "=": "==",
    "<>": "!=",
    "=>": ">=",
    "=<": "<=",
    "&&": "and",
    "||": "or",
    "not": "!",
    "contains": "in",
    "sum": "+",
    "concat": "cat",
    "len": "length",
    "any": "some",
    "every": "all",
}
"""What other languages call our operators."""


def parse(value: Json) -> Expression:
    """The expression a JSON value says; raises RuleError with every fault."""
    parser = _Parser()
    expression = parser.expression(value, (), 1)
    if parser.faults:
        raise RuleError(*parser.faults)
    return expression


class _Parser:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._nodes = 0
        self._characters = 0
        self._too_big = False

    def expression(self, value: Json, path: Path, depth: int) -> Expression:
        self._nodes += 1
        if self._too_big:
            return Literal(path, None)
        if self._nodes > NODES:
            return self._refused_size(path, f"the rule has more than {NODES:,} parts")
        match value:
            case dict() | list() if depth > DEPTH:
                return self._refused("too_deep", path, f"the rule is nested more than {DEPTH} deep")
            case dict() if not value:
                return Literal(path, {})
            case dict():
                return self._call(value, path, depth)
            case list():
                elements = (
                    self.expression(element, (*path, position), depth + 1) for position, element in enumerate(value)
                )
                return Sequence(path, tuple(elements))
            case _:
                return self._literal(value, path)

    def _call(self, value: dict[Json, Json], path: Path, depth: int) -> Expression:
        if len(value) > 1:
            names = ", ".join(map(str, list(value)[:5]))
            return self._refused("several_operators", path, f"an object holds one operator, this one has {names}")
        ((name, operands),) = value.items()
        operator = TABLE.get(name) if isinstance(name, str) else None
        inside: Path = (*path, name if isinstance(name, str) else str(name))
        if operator is None:
            self._characters += len(str(name))
            shown = str(name) if len(str(name)) <= 40 else f"{str(name)[:40]}..."
            suggestion = ELSEWHERE.get(str(name)) or nearest(str(name)[:40], TABLE)
            self._refused("unknown_operator", inside, f"{shown} is no operator", suggestion)
        given = operands if isinstance(operands, list) else [operands]
        if operator is not None:
            self._check_arity(operator, name, len(given), inside)
        parsed = tuple(
            self.expression(operand, (*inside, position) if given is operands else inside, depth + 1)
            for position, operand in enumerate(given)
        )
        return Literal(path, None) if operator is None else Call(path, operator, parsed)

    def _check_arity(self, operator: Operator, name: str, given: int, path: Path) -> None:
        least, most = operator.least, operator.most
        if given < least or (most is not None and given > most):
            wanted = str(least) if least == most else f"{least} to {most}" if most else f"at least {least}"
            plural = "" if wanted == "1" else "s"
            self._refused("wrong_arity", path, f"{name} takes {wanted} operand{plural}, not {given}")

    def _literal(self, value: Json, path: Path) -> Expression:
        match value:
            case None | bool():
                return Literal(path, value)
            case str():
                self._characters += len(value)
                if self._characters > CHARACTERS:
                    return self._refused_size(path, f"the rule has more than {CHARACTERS:,} characters of text")
                return Literal(path, value)
            case int() | float() | Decimal():
                number = exact(value)
                if number is None or not _writable(number):
                    return self._refused("not_json", path, "the number is not finite, or too long to be exact")
                return Literal(path, number)
            case _:
                return self._refused("not_json", path, f"{type(value).__name__} is no JSON value")

    def _refused(self, code: str, path: Path, message: str, suggestion: str | None = None) -> Expression:
        self.faults.append(Fault(code, path, message, suggestion))
        return Literal(path, None)

    def _refused_size(self, path: Path, message: str) -> Expression:
        self._too_big = True
        return self._refused("too_big", path, message)


def _writable(number: int | Decimal) -> bool:
    if isinstance(number, int):
        return number.bit_length() < 3 * LONGEST_NUMBER
    return abs(number.adjusted()) <= LARGEST_EXPONENT and len(number.as_tuple().digits) <= LONGEST_NUMBER
