"""JSON with exact numbers: fractions are Decimal, and no float is made or written."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import NoReturn

from rules.errors import MalformedJson
from rules.numbers import LARGEST_EXPONENT, LONGEST_NUMBER, exact
from rules.values import Json

DEPTH = 200
"""Arrays and objects inside one another in a text."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)


def loads(text: str | bytes) -> Json:
    """The value a JSON text says; raises MalformedJson where it says none, or none that is exact."""
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedJson(f"the text is not UTF-8: {error.reason} at byte {error.start}") from None
    _refuse_depth(text)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJson(f"line {error.lineno}, column {error.colno}: {error.msg}") from None


def dumps(value: Json) -> str:
    """The value as JSON, a Decimal as a plain number without idle zeros; raises MalformedJson for what JSON has not."""
    written: list[str] = []
    _write(value, written.append, 0)
    return "".join(written)


def _refuse_depth(text: str) -> None:
    """The decoder recurses, so what is too deep never reaches it."""
    if text.count("[") + text.count("{") <= DEPTH:
        return
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEPTH:
            raise MalformedJson(f"the text is nested more than {DEPTH} deep")


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise MalformedJson(f"a number has more than {LONGEST_NUMBER} digits: {text[:20]}...")
    return int(text)


def _fraction(text: str) -> Decimal:
    number = Decimal(text) if len(text) <= LONGEST_NUMBER else None
    if number is None or abs(number.adjusted()) > LARGEST_EXPONENT:
        raise MalformedJson(f"a number is too long, too large or too small to be exact: {text[:20]}")
    return number


def _not_finite(text: str) -> NoReturn:
    raise MalformedJson(f"{text} is no JSON number: use null, or leave the field out")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in made if keys.count(key) > 1)
        raise MalformedJson(f"the key {json.dumps(repeated)} is given twice in one object")
    return made


_DECODER = json.JSONDecoder(
    parse_int=_whole, parse_float=_fraction, parse_constant=_not_finite, object_pairs_hook=_object
)


def _write(value: Json, write: Callable[[str], object], depth: int) -> None:
    if depth > DEPTH:
        raise MalformedJson(f"the value is nested more than {DEPTH} deep")
    match value:
        case None:
            write("null")
        case bool():
            write("true" if value else "false")
        case str():
            write(_quoted(value))
        case int() | Decimal() | float():
            write(_plain(value))
        case datetime():
            write(_quoted(value.isoformat()))
        case list() | tuple():
            write("[")
            for position, element in enumerate(value):
                write(", " if position else "")
                _write(element, write, depth + 1)
            write("]")
        case dict():
            write("{")
            for position, (key, element) in enumerate(value.items()):
                if not isinstance(key, str):
                    raise MalformedJson(f"an object's keys are text, {key!r} is not")
                write(f"{', ' if position else ''}{_quoted(key)}: ")
                _write(element, write, depth + 1)
            write("}")
        case _:
            raise MalformedJson(f"{type(value).__name__} is no JSON value")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=bool(_LONE_SURROGATE.search(text)))


def _plain(value: float | Decimal) -> str:
    number = exact(value)
    if number is None or (isinstance(number, Decimal) and abs(number.adjusted()) > 2 * LARGEST_EXPONENT):
        raise MalformedJson(f"{value} is no finite JSON number")
    if isinstance(number, int):
        return format(Decimal(number), "f")
    if not number:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
