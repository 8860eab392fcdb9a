"""Text operators: cat and substr, and those that JSON Logic lacks."""

from collections.abc import Callable
from math import floor

from rules import work
from rules.check import Checker
from rules.closures import applied, charged
from rules.codegen import emit_applied, emit_charged
from rules.expression import Call, Operator
from rules.types import ANY, BOOLEAN, NUMBER, TEXT, ArrayType, Range, Type, length_of, number_type, union
from rules.values import Json, text_or_empty, to_number, to_text

_LONGEST = 2**31


def _cat(*values: Json) -> str:
    return "".join(map(text_or_empty, values))


def _substr(source: Json, start: Json, *length: Json) -> str:
    """Cut a text from `start` to `length` characters; either may be negative, and then counts from the end."""
    whole = to_text(source)
    return whole[_cut(len(whole), start, *length)]


def _cut(whole: int, start: Json, *length: Json) -> slice:
    """Return the part of a text of so many characters that `substr` cuts."""
    first = _integer(start)
    first = max(0, whole + first) if first < 0 else min(first, whole)
    if not length:
        return slice(first, whole)
    count = _integer(length[0], down=True)
    return slice(first, max(first, whole + count if count < 0 else first + count))


def _substr_cost(source: Json, start: Json, *length: Json) -> int:
    if not isinstance(source, str):
        return work.text(source)
    return len(range(*_cut(len(source), start, *length).indices(len(source))))


def _integer(value: Json, *, down: bool = False) -> int:
    """Convert to an integer in the range of text lengths, truncated; with `down`, -2.5 becomes -3."""
    bounded = max(-_LONGEST, min(_LONGEST, to_number(value) or 0))
    return floor(bounded) if down else int(bounded)


def _lower(value: Json) -> str | None:
    return None if value is None else to_text(value).lower()


def _upper(value: Json) -> str | None:
    return None if value is None else to_text(value).upper()


def _starts_with(value: Json, start: Json) -> bool:
    return value is not None and start is not None and to_text(value).startswith(to_text(start))


def _ends_with(value: Json, end: Json) -> bool:
    return value is not None and end is not None and to_text(value).endswith(to_text(end))


def _length(value: Json) -> int | None:
    return len(value) if isinstance(value, str | list) else None


def _check_cat(checker: Checker, call: Call) -> Type:
    for operand in call.operands:
        checker.require(operand, _TEXT_OR_NUMBER, "cat")
    return TEXT


def _check_substr(checker: Checker, call: Call) -> Type:
    checker.require(call.operands[0], TEXT, "substr")
    for operand in call.operands[1:]:
        checker.require(operand, NUMBER, "substr")
    return TEXT


def _checks_texts(name: str, result: Type) -> Callable[[Checker, Call], Type]:
    def check(checker: Checker, call: Call) -> Type:
        for operand in call.operands:
            checker.require(operand, TEXT, name)
        return result

    return check


def _check_length(checker: Checker, call: Call) -> Type:
    found = checker.require(call.operands[0], _TEXT_OR_ARRAY, "length")
    return length_of(found) if isinstance(found, ArrayType) else number_type(within=Range(0))


_TEXT_OR_NUMBER = union(TEXT, NUMBER)
_TEXT_OR_ARRAY = union(TEXT, ArrayType(ANY))


def _test(name: str, function: Callable[[Json, Json], bool]) -> Operator:
    check_texts = _checks_texts(name, BOOLEAN)

    def check(checker: Checker, call: Call) -> Type:
        found, part = check_texts(checker, call), call.operands[1]
        checker.warn_of_empty_default(part, name, part, None)
        return found

    build, emit = charged(function, work.start_or_end), emit_charged(function, "boolean", work.start_or_end)
    return Operator(name, 2, 2, build, emit, check, name)


OPERATORS = (
    Operator("cat", 0, None, charged(_cat, work.text), emit_charged(_cat, "text", work.text), _check_cat, "joins"),
    Operator(
        "substr",
        2,
        3,
        charged(_substr, _substr_cost),
        emit_charged(_substr, "text", _substr_cost),
        _check_substr,
        "cuts",
    ),
    Operator(
        "lower",
        1,
        1,
        charged(_lower, work.text),
        emit_charged(_lower, "any", work.text),
        _checks_texts("lower", TEXT),
        "lowers",
    ),
    Operator(
        "upper",
        1,
        1,
        charged(_upper, work.text),
        emit_charged(_upper, "any", work.text),
        _checks_texts("upper", TEXT),
        "raises",
    ),
    _test("starts_with", _starts_with),
    _test("ends_with", _ends_with),
    Operator("length", 1, 1, applied(_length), emit_applied(_length), _check_length, "counts"),
)
