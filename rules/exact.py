"""JSON with exact numbers: fractions are Decimal, and floats are neither read nor written."""

import json
import re
from collections import Counter
from datetime import datetime
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, InvalidOperation
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import NoReturn

from rules.errors import MalformedJson
from rules.numbers import LARGEST_EXPONENT, LONGEST_NUMBER, exact
from rules.values import Json

DEPTH = 200
"""How deep arrays and objects may be nested in a text."""

_SMALL = 10**18
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_BLOCK = LONGEST_NUMBER // 2
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)


def loads(text: str | bytes) -> Json:
    """Parse a JSON text; raise MalformedJson if it is not JSON or has a number that cannot be exact.

    Bytes are UTF-8; a byte order mark, which some clients write before it, is ignored.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise MalformedJson(f"the text is not UTF-8: {error.reason} at byte {error.start}") from None
    _refuse_depth(text)
    try:
        return (_DECODER if _may_have_long_integer(text) else _DECODER_OF_SHORT_INTEGERS).decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJson(f"line {error.lineno}, column {error.colno}: {error.msg}") from None


def dumps(value: Json) -> str:
    """Serialize a value so that `loads` reads it; raise MalformedJson for a value that it would refuse.

    Numbers have no trailing zeros, and an exponent only if they are longer than LONGEST_NUMBER without.
    """
    return _dump(value, 0)


def _refuse_depth(text: str) -> None:
    """Raise MalformedJson for deep nesting before the recursive decoder sees it."""
    if text.count("[") + text.count("{") <= DEPTH:
        return
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEPTH:
            raise MalformedJson(f"the text is nested more than {DEPTH} deep")


def _may_have_long_integer(text: str) -> bool:
    """Return whether an integer may be longer than LONGEST_NUMBER: as it has a block of digits alone then."""
    return len(text) > LONGEST_NUMBER and any(
        text[start : start + _BLOCK].isdecimal() for start in range(0, len(text), _BLOCK)
    )


def _parse_int(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise MalformedJson(f"a number has more than {LONGEST_NUMBER} digits: {text[:20]}...")
    return int(text)


def _parse_float(text: str) -> Decimal:
    try:
        number = Decimal(text) if len(text) <= LONGEST_NUMBER else None
    except InvalidOperation:  # an exponent beyond even what Decimal can hold
        number = None
    if number is None or abs(number.adjusted()) > LARGEST_EXPONENT:
        raise MalformedJson(f"a number is too long, too large or too small to be exact: {text[:20]}")
    return number


def _not_finite(text: str) -> NoReturn:
    raise MalformedJson(f"{text} is not a JSON number: use null, or leave the field out")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) < len(pairs):
        counted = Counter(key for key, _ in pairs)
        repeated = next(key for key, times in counted.items() if times > 1)
        raise MalformedJson(f"the key {json.dumps(repeated)} is given twice in one object")
    return made


_DECODER = json.JSONDecoder(
    parse_int=_parse_int, parse_float=_parse_float, parse_constant=_not_finite, object_pairs_hook=_object
)
_DECODER_OF_SHORT_INTEGERS = json.JSONDecoder(
    parse_float=_parse_float, parse_constant=_not_finite, object_pairs_hook=_object
)
"""For texts without a too long integer: they need no `parse_int`, which is slow."""


def _dump(value: Json, depth: int) -> str:
    # Tests the exact class first, the most common ones before the rest: bodies of webhooks and decisions pass here.
    kind = value.__class__
    if kind is str:
        return encode_basestring(value) if value.isascii() else _dump_text(value)
    if kind is int:
        return str(value) if -_SMALL <= value <= _SMALL else _dump_number(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if not isinstance(value, dict | list | tuple):
        return _dump_rare(value)
    if depth >= DEPTH:
        raise MalformedJson(f"the value is nested more than {DEPTH} deep")
    if isinstance(value, dict):
        members = []
        for key, element in value.items():
            name = encode_basestring(key) if key.__class__ is str and key.isascii() else _dump_text(_key(key))
            members.append(f"{name}: {_dump(element, depth + 1)}")
        return f"{{{', '.join(members)}}}"
    if not value:
        return "[]"
    if len(value) > 1 and set(map(type, value)) == {int} and min(value) >= -_SMALL and max(value) <= _SMALL:
        return str(list(value))  # ten times as fast, for a body may have 80,000 numbers
    return f"[{', '.join([_dump(element, depth + 1) for element in value])}]"


def _dump_rare(value: Json) -> str:
    """Serialize the less common classes: fractions, dates, and subclasses of the others."""
    match value:
        case str():
            return _dump_text(str(value))
        case int() | Decimal() | float():
            return _dump_number(value)
        case datetime():
            return _dump_text(value.isoformat())
        case _:
            raise MalformedJson(f"{type(value).__name__} is not a JSON value")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise MalformedJson(f"the keys of an object are text, {key!r} is not")
    return key


def _dump_text(text: str) -> str:
    if not text.isascii() and _LONE_SURROGATE.search(text):
        return encode_basestring_ascii(text)
    return encode_basestring(text)


def _dump_number(value: float | Decimal) -> str:
    found = exact(value)
    if found is None:
        raise MalformedJson(f"{value} is not a finite JSON number")
    if not found:
        return "0"
    number = Decimal(found)
    if abs(number.adjusted()) > LARGEST_EXPONENT:
        raise MalformedJson(f"a number is too large or too small to be exact: {number:.10g}")
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if len(text) > LONGEST_NUMBER:
        text = format(number.normalize(_LONG), "E")
    if len(text) > LONGEST_NUMBER:
        raise MalformedJson(f"a number has more than {LONGEST_NUMBER} digits: {text[:20]}...")
    return text


_LONG = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""A context in which no number is rounded."""
