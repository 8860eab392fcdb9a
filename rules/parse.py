"""Parses JSON to an expression, and collects every fault. Its recursion depth is bounded."""

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
    name: operator
    for operator, names in {
        "==": "= eq equal equals is",
        "!=": "<> ne neq isnt not_equals notEquals",
        ">": "gt greater greater_than",
        ">=": "=> gte",
        "<": "lt less less_than",
        "<=": "=< lte",
        "and": "&&",
        "or": "||",
        "??": "coalesce default",
        "!": "not",
        "if": "ifelse if_else ternary",
        "+": "add plus sum",
        "-": "subtract minus sub",
        "*": "multiply times mul",
        "/": "divide div",
        "%": "mod modulo remainder",
        "min": "minimum",
        "max": "maximum",
        "cat": "concat",
        "length": "len count size length_of",
        "some": "any any_of anyOf",
        "all": "every all_of allOf",
        "none": "none_of noneOf",
        "starts_with": "startsWith startswith startwith begins_with",
        "ends_with": "endsWith endswith endwith",
        "upper": "uppercase upper_case toUpper toUpperCase to_upper",
        "lower": "lowercase lower_case toLower toLowerCase to_lower",
        "date": "to_date toDate parse_date",
        "weekday": "day_of_week dayOfWeek dayofweek weekday_of",
        "hour": "hour_of",
        "year": "year_of",
        "month": "month_of",
    }.items()
    for name in names.split()
}
"""Names that other languages have for our operators."""

_CONDITIONS = {"==", "===", "!=", "!==", "<", "<=", ">", ">=", "in", "!", "!!", "and", "or", "some", "all", "none"}
_CONTAINS = 'write {"in": [x, y]}, which is true if y contains x'
_NOT_IN = 'write {"!": {"in": [x, y]}}'
_ROUNDING = 'no operator rounds: {"-": [x, {"%": [x, 1]}]} is x without its fraction'
_NOW = 'write {"var": "now"}'
_DAYS = 'write {"days_between": [x, y]}'
_SUBSTRING = 'write {"substr": [text, start, length]}'
_MEAN = 'write {"/": [..., {"length": array}]} with the sum of the array by reduce'
_HINTS = {
    **dict.fromkeys(("floor", "ceil", "round", "trunc", "int", "integer", "round_down", "round_up"), _ROUNDING),
    **dict.fromkeys(("contains", "includes", "has"), _CONTAINS),
    **dict.fromkeys(("not_in", "notIn", "nin", "!in", "not_contains"), _NOT_IN),
    **dict.fromkeys(("now", "today", "current_date", "current_time"), _NOW),
    **dict.fromkeys(("datediff", "date_diff", "dateDiff"), _DAYS),
    **dict.fromkeys(("substring", "slice", "mid"), _SUBSTRING),
    **dict.fromkeys(("avg", "average", "mean"), _MEAN),
    "between": 'write {"<=": [low, x, high]}',
    "exists": 'write {"!=": [{"var": path}, null]}',
    "val": 'write {"var": "a.b"}',
    "xor": 'write {"!=": [x, y]} for two conditions',
    "sum": 'write {"+": [x, y]}, or for the items of an array '
    '{"reduce": [array, {"+": [{"var": "accumulator"}, {"var": "current.FIELD"}]}, 0]}',
}
"""What to write in place of operators of other languages that have no counterpart."""


@dataclass(frozen=True, slots=True)
class ParseResult:
    """The expression as far as it could be parsed. It can be checked; with faults, it must not be evaluated."""

    expression: Expression
    faults: tuple[Fault, ...]
    invalid: frozenset[JsonPath]
    """Paths of the parts whose value is unknown; what could be parsed inside them is checked all the same."""


def parse(value: Json) -> Expression:
    """Parse a rule; raise RuleError with every fault."""
    parsed = parse_with_recovery(value)
    if parsed.faults:
        raise RuleError(*parsed.faults)
    return parsed.expression


def parse_with_recovery(value: Json) -> ParseResult:
    """Parse a rule past its faults, so that the rest of it can be checked too."""
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
            return self._placeholder(path)
        if self._nodes > NODES:
            return self._too_big(path, f"the rule has more than {NODES:,} parts")
        match value:
            case dict() | list() if depth > DEPTH:
                return self._refuse("too_deep", path, f"the rule is nested more than {DEPTH} deep")
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
        joined = ': join them by {"and": [{...}, {...}]}' if all(name in _CONDITIONS for name in value) else ""
        self._add_fault("several_operators", path, f"an object holds one operator, this one has {names}{joined}")
        known = [(name, operands) for name, operands in value.items() if isinstance(name, str) and name in TABLE]
        return self._placeholder(path, *(self._call(name, operands, path, depth) for name, operands in known))

    def _call(self, name: Json, operands: Json, path: JsonPath, depth: int) -> Expression:
        operator = TABLE.get(name) if isinstance(name, str) else None
        inside: JsonPath = (*path, name if isinstance(name, str) else str(name))
        given = operands if isinstance(operands, list) else [operands]
        used = self._replacement(str(name), inside) if operator is None else operator
        fits = used is not None and used.least <= len(given) and (used.most is None or len(given) <= used.most)
        if operator is not None and not fits:
            self._add_fault("wrong_arity", inside, _wrong_arity(operator, str(name), len(given)))
        parsed = tuple(
            self.expression(operand, (*inside, position) if given is operands else inside, depth + 1)
            for position, operand in enumerate(given)
        )
        if used is not None and fits:
            self.invalid |= {path} if operator is None else set()
            return Call(path, used, parsed)
        return self._placeholder(path, *(parsed[:1] if used is None or used.name in LOOPS else parsed))

    def _replacement(self, name: str, path: JsonPath) -> Operator | None:
        """Add a fault for an unknown operator; return the suggested one, so that its operands are checked."""
        self._characters += len(name)
        shown = name if len(name) <= 40 else f"{name[:40]}..."
        known = name if name in _HINTS or name in SYNONYMS else name.lower()
        suggestion = None if known in _HINTS else SYNONYMS.get(known) or _misspelt(name[:40])
        hint = f": {_HINTS[known]}" if known in _HINTS else ""
        self._add_fault("unknown_operator", path, f"{shown} is not an operator{hint}", suggestion)
        return None if suggestion is None else TABLE[suggestion]

    def _literal(self, value: Json, path: JsonPath) -> Expression:
        match value:
            case None | bool():
                return Literal(path, value)
            case str():
                self._characters += len(value)
                if self._characters > CHARACTERS:
                    return self._too_big(path, f"the rule has more than {CHARACTERS:,} characters of text")
                return Literal(path, value)
            case int() | float() | Decimal():
                number = exact(value)
                if number is None or not _is_writable(number):
                    return self._refuse("not_json", path, "the number is not finite, or too long to be exact")
                return Literal(path, number)
            case _:
                return self._refuse("not_json", path, f"{type(value).__name__} is not a JSON value")

    def _refuse(self, code: str, path: JsonPath, message: str) -> Expression:
        self._add_fault(code, path, message)
        return self._placeholder(path)

    def _add_fault(self, code: str, path: JsonPath, message: str, suggestion: str | None = None) -> None:
        self.faults.append(Fault(code, path, message, suggestion))

    def _placeholder(self, path: JsonPath, *parts: Expression) -> Expression:
        self.invalid.add(path)
        return ArrayLiteral(path, parts)

    def _too_big(self, path: JsonPath, message: str) -> Expression:
        self.is_too_big = True
        return self._refuse("too_big", path, message)


def _misspelt(name: str) -> str | None:
    """Return the operator that a name misspells; names of operators are so short that others are like many of them."""
    close = closest_match(name, TABLE)
    if close is None or name.lower() == close:
        return close
    begins_alike = name[:1] == close[:1] or sorted(name) == sorted(close)
    return close if begins_alike and is_one_edit_apart(name, close) else None


def _wrong_arity(operator: Operator, name: str, given: int) -> str:
    least, most = operator.least, operator.most
    wanted = str(least) if least == most else f"{least} to {most}" if most else f"at least {least}"
    return f"{name} takes {wanted} operand{'' if wanted.endswith(' 1') or wanted == '1' else 's'}, not {given}"


def _is_writable(number: int | Decimal) -> bool:
    if isinstance(number, int):
        return number.bit_length() < 3 * LONGEST_NUMBER
    return abs(number.adjusted()) <= LARGEST_EXPONENT and len(number.as_tuple().digits) <= LONGEST_NUMBER
