"""Schemas of the values in program files that refer to nothing else in a program."""

from typing import Any, Final, assert_never
from zoneinfo import available_timezones

from loyalty.store.identity_keys import regions
from program_files.grammar.values import (
    LARGEST_AMOUNT,
    AmountValue,
    ChoiceValue,
    ConstantValue,
    DateValue,
    DayOfYearValue,
    DaysValue,
    DurationValue,
    FlagValue,
    HeadersValue,
    InstantValue,
    IntegerValue,
    LocalDayValue,
    NullValue,
    ObjectValue,
    PatternValue,
    RegionValue,
    ScalarValue,
    TextValue,
    TimeZoneValue,
    UrlValue,
)
from program_files.readers.settings import OF_NO_PLACE
from workbench.editor.parts import Schema, choice

_DAY_OF_YEAR: Final = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-[0-2][0-9]"
_DURATION: Final = "Write a whole number and s, m, h, d, w, mo or y, as in 90d."


def scalar_schema(value: ScalarValue) -> Schema:  # noqa: C901 - one case for each type of value
    """Return the schema of a value; nothing that the reader accepts is refused."""
    match value:
        case TextValue(longest):
            return {"type": "string", "pattern": r"\S", **({} if longest is None else {"maxLength": longest})}
        case PatternValue(pattern, rule):
            return _matching(f"^{pattern}$", f"Write {rule}.")
        case FlagValue():
            return {"type": "boolean"}
        case AmountValue(below=True):
            return {"type": "number", "minimum": -LARGEST_AMOUNT, "maximum": LARGEST_AMOUNT}
        case AmountValue(zero):
            return {"type": "number", "minimum" if zero else "exclusiveMinimum": 0, "maximum": LARGEST_AMOUNT}
        case IntegerValue(least, most):
            return {"type": "integer", "minimum": least, "maximum": most}
        case ChoiceValue(words):
            return choice(words)
        case ConstantValue(word, description):
            return {**({"description": description} if description else {}), "const": word}
        case DurationValue() | DaysValue():
            return _duration(value)
        case DateValue() | InstantValue() | LocalDayValue() | DayOfYearValue():
            return _date(value)
        case TimeZoneValue():
            return {"type": "string", "enum": sorted(available_timezones() - OF_NO_PLACE)}
        case RegionValue():
            return {"type": "string", "enum": list(regions())}
        case UrlValue():
            return _matching(r"^[hH][tT][tT][pP][sS]?://[^\s@\\]+", "A URL begins with https:// or http://.")
        case HeadersValue():
            return _headers(value)
        case ObjectValue():
            return {"type": "object"}
        case NullValue():
            return {"type": "null"}
        case _:
            assert_never(value)


def _matching(pattern: str, message: str) -> Schema:
    """Return the schema of text that matches a pattern; editors show the message for other text."""
    return {"type": "string", "pattern": pattern, "patternErrorMessage": message}


def _duration(value: DurationValue | DaysValue) -> Schema:
    text = _matching(r"^\d{1,6}(s|m|h|d|w|mo|y)$", _DURATION)
    longer = {"pattern": "[1-9]", "patternErrorMessage": f"It must be longer than nothing. {_DURATION}"}
    match value:
        case DurationValue(zero=True):
            return {**text, "examples": ["0d", "14d"]}
        case DurationValue():
            return {**text, "allOf": [longer], "examples": ["30d", "12h", "2w", "6mo", "1y"]}
        case DaysValue():
            days = {"pattern": r"^\d{1,6}[dw]$", "patternErrorMessage": "Write whole days or weeks, as in 30d."}
            return {**text, **days, "allOf": [longer], "examples": ["30d", "2w"]}
        case _:
            assert_never(value)


def _date(value: DateValue | InstantValue | LocalDayValue | DayOfYearValue) -> Schema:
    match value:
        case DateValue():
            pattern = f"^({value.date}|{value.date_and_time})$"
            return _dated(pattern, "2026-01-01", "2026-12-31T18:00:00", rule="2026-12-31 or 2026-12-31T18:00:00")
        case InstantValue():
            rule = "2024-05-01T09:30:00 or 2024-05-01"
            return _dated("^[0-9]{4}-?[0-9W]", "2024-05-01T09:00:00", "2024-05-01", rule=rule)
        case LocalDayValue():
            return _dated("^[0-9]{4}-?[0-9W]", "2024-05-01", rule="")
        case DayOfYearValue():
            return _matching(f"^({_DAY_OF_YEAR})$", 'Write a month and a day, as in "12-31".')
        case _:
            assert_never(value)


def _dated(pattern: str, *examples: str, rule: str) -> Schema:
    message = {"patternErrorMessage": f"Write it as {rule}."} if rule else {}
    return {"type": "string", "pattern": pattern, **message, "examples": list(examples)}


def _headers(headers: HeadersValue) -> Schema:
    reserved = [f"^{_in_any_case(name)}$" for name in sorted(headers.reserved)] + [f"^{_in_any_case('webhook-')}"]
    names: dict[str, Any] = {"pattern": f"^{headers.name}$", "not": {"pattern": "|".join(reserved)}}
    return {
        "type": "object",
        "propertyNames": names,
        "additionalProperties": {"type": "string", "pattern": f"^{headers.value}$"},
    }


def _in_any_case(text: str) -> str:
    return "".join(f"[{letter}{letter.upper()}]" if letter.isalpha() else letter for letter in text)
