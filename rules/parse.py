"""From JSON to an expression. Every fault is found, none of them by running out of stack."""

from dataclasses import dataclass
from decimal import Decimal

from rules.bounds import CHARACTERS, DEPTH, NODES
from rules.errors import Fault, JsonPath, RuleError
from rules.expression import LOOPS, ArrayLiteral, Call, Expression, Literal, Operator
from rules.numbers import LARGEST_EXPONENT, LONGEST_NUMBER, exact
from rules.operators import TABLE
from rules.spelling import closest_match, is_one_edit_apart
from rules.values import Json

SYNONYMS = {
    "=": "==",
    "<>": "!=",
    "=>": ">=",
    "=<": "<=",
    "&&": "and",
    "||": "or",
    "eq": "==",
    "ne": "!=",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "equals": "==",
    "not": "!",
    "contains": "in",
    "sum": "+",
    "mod": "%",
    "concat": "cat",
    "len": "length",
    "count": "length",
    "any": "some",
    "every": "all",
    "exists": "!!",
    "startsWith": "starts_with",
    "endsWith": "ends_with",
}
"""What other languages call our operators."""

_OTHERWISE = frozenset({"contains"})
"""Those of them whose operands stand in another order, or are others."""


@dataclass(frozen=True, slots=True)
class ParseResult:
    """What a JSON value says as far as it can be read, to be checked: with faults, it is not to be evaluated."""

    expression: Expression
    faults: tuple[Fault, ...]
    invalid: frozenset[JsonPath]
    """The parts of which nobody can say what they are worth; in them is what can be looked at all the same."""


def parse(value: Json) -> Expression:
    """The expression a JSON value says; raises RuleError with every fault."""
    parsed = parse_with_recovery(value)
    if parsed.faults:
        raise RuleError(*parsed.faults)
    return parsed.expression


def parse_with_recovery(value: Json) -> ParseResult:
    """The expression a JSON value says, with every fault, so that what is around the faults can be checked, too."""
    parser = _Parser()
    expression = parser.expression(value, (), 1)
    if parser.is_too_big:
        return ParseResult(ArrayLiteral((), ()), tuple(parser.faults), frozenset({()}))
    return ParseResult(expression, tuple(parser.faults), frozenset(parser.invalid))


class _Parser:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.invalid: set[JsonPath] = set()
        self._nodes = 0
        self._characters = 0
        self.is_too_big = False

    def expression(self, value: Json, path: JsonPath, depth: int) -> Expression:
        self._nodes += 1
        if self.is_too_big:
            return self._nothing(path)
        if self._nodes > NODES:
            return self._refused_size(path, f"the rule has more than {NODES:,} parts")
        match value:
            case dict() | list() if depth > DEPTH:
                return self._refused("too_deep", path, f"the rule is nested more than {DEPTH} deep")
            case dict() if not value:
                return Literal(path, {})
            case dict() if len(value) > 1:
                return self._several(value, path, depth)
            case dict():
                ((name, operands),) = value.items()
                return self._call(name, operands, path, depth)
            case list():
                elements = (
                    self.expression(element, (*path, position), depth + 1) for position, element in enumerate(value)
                )
                return ArrayLiteral(path, tuple(elements))
            case _:
                return self._literal(value, path)

    def _several(self, value: dict[Json, Json], path: JsonPath, depth: int) -> Expression:
        names = ", ".join(map(str, list(value)[:5]))
        self._note("several_operators", path, f"an object holds one operator, this one has {names}")
        known = [(name, operands) for name, operands in value.items() if isinstance(name, str) and name in TABLE]
        return self._nothing(path, *(self._call(name, operands, path, depth) for name, operands in known))

    def _call(self, name: Json, operands: Json, path: JsonPath, depth: int) -> Expression:
        operator = TABLE.get(name) if isinstance(name, str) else None
        inside: JsonPath = (*path, name if isinstance(name, str) else str(name))
        given = operands if isinstance(operands, list) else [operands]
        meant = self._meant(str(name), inside) if operator is None else operator
        fits = meant is not None and meant.least <= len(given) and (meant.most is None or len(given) <= meant.most)
        if operator is not None and not fits:
            self._note("wrong_arity", inside, _wrong_arity(operator, str(name), len(given)))
        parsed = tuple(
            self.expression(operand, (*inside, position) if given is operands else inside, depth + 1)
            for position, operand in enumerate(given)
        )
        if meant is not None and fits:
            self.invalid |= {path} if operator is None else set()
            return Call(path, meant, parsed)
        return self._nothing(path, *(parsed[:1] if meant is None or meant.name in LOOPS else parsed))

    def _meant(self, name: str, path: JsonPath) -> Operator | None:
        """Says that there is no such operator; the one that was certainly meant, so that its operands are checked."""
        self._characters += len(name)
        shown = name if len(name) <= 40 else f"{name[:40]}..."
        suggestion = SYNONYMS.get(name) or closest_match(name[:40], TABLE)
        self._note("unknown_operator", path, f"{shown} is no operator", suggestion)
        is_certain = (name in SYNONYMS and name not in _OTHERWISE) or (
            suggestion is not None and (is_one_edit_apart(name, suggestion) or name.lower() == suggestion)
        )
        return TABLE[suggestion] if suggestion is not None and is_certain else None

    def _literal(self, value: Json, path: JsonPath) -> Expression:
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

    def _refused(self, code: str, path: JsonPath, message: str) -> Expression:
        self._note(code, path, message)
        return self._nothing(path)

    def _note(self, code: str, path: JsonPath, message: str, suggestion: str | None = None) -> None:
        self.faults.append(Fault(code, path, message, suggestion))

    def _nothing(self, path: JsonPath, *parts: Expression) -> Expression:
        self.invalid.add(path)
        return ArrayLiteral(path, parts)

    def _refused_size(self, path: JsonPath, message: str) -> Expression:
        self.is_too_big = True
        return self._refused("too_big", path, message)


def _wrong_arity(operator: Operator, name: str, given: int) -> str:
    least, most = operator.least, operator.most
    wanted = str(least) if least == most else f"{least} to {most}" if most else f"at least {least}"
    return f"{name} takes {wanted} operand{'' if wanted == '1' else 's'}, not {given}"


def _writable(number: int | Decimal) -> bool:
    if isinstance(number, int):
        return number.bit_length() < 3 * LONGEST_NUMBER
    return abs(number.adjusted()) <= LARGEST_EXPONENT and len(number.as_tuple().digits) <= LONGEST_NUMBER
