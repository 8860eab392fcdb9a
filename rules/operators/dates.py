"""Date operators. An instant is an aware datetime; its day, hour and weekday are those in the rule's time zone."""

from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, UTC, datetime, tzinfo

from rules.check import Checker, label
from rules.closures import applied_in_zone
from rules.codegen import emit_in_zone
from rules.expression import Call, Literal, Operator
from rules.iso_dates import read_iso_date
from rules.types import (
    INSTANT,
    NUMBER,
    TEXT,
    Range,
    TextType,
    Type,
    nullable,
    number_type,
    one_of,
    options,
    present,
    union,
)
from rules.values import Json

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _instant(zone: tzinfo, value: Json) -> datetime | None:
    """Convert an ISO 8601 text to an instant, in `zone` if it has no offset; None if it is not a date."""
    if isinstance(value, str):
        value = read_iso_date(value)
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _local(zone: tzinfo, value: Json) -> datetime | None:
    instant = _instant(zone, value)
    try:
        return instant and instant.astimezone(zone)
    except OverflowError:  # the first or last day of the calendar stays in its own zone
        return instant


def _of_local(part: Callable[[datetime], Json]) -> Callable[[tzinfo, Json], Json]:
    def of_local(zone: tzinfo, value: Json) -> Json:
        local = _local(zone, value)
        return None if local is None else part(local)

    return of_local


def _days_between(zone: tzinfo, start: Json, end: Json) -> int | None:
    first, last = _local(zone, start), _local(zone, end)
    return None if first is None or last is None else (last.date() - first.date()).days


def _check_date(checker: Checker, call: Call) -> Type:
    """Return the result's type: null is possible unless the text is a valid literal, or has a date format."""
    (operand,) = call.operands
    found = checker.require(operand, _TEXT_OR_INSTANT, "date")
    if isinstance(operand, Literal):
        if isinstance(operand.value, str) and _instant(UTC, operand.value) is None:
            checker.add_fault("wrong_type", operand, f"{label(operand)} is not an ISO 8601 date such as 2026-12-31")
        return INSTANT
    certain = all(
        option == INSTANT or (isinstance(option, TextType) and option.dated) for option in options(present(found))
    )
    return INSTANT if certain else nullable(INSTANT)


def _checks_dates(name: str, result: Type) -> Callable[[Checker, Call], Type]:
    def check(checker: Checker, call: Call) -> Type:
        for operand in call.operands:
            checker.require(operand, INSTANT, name)
        return result

    return check


_TEXT_OR_INSTANT = union(TEXT, INSTANT)


def _part(name: str, part: Callable[[datetime], Json], words: str, least: int, most: int) -> Operator:
    """Return an operator that returns a part of a date, a number from least to most."""
    return _operator(name, _of_local(part), words, _checks_dates(name, number_type(within=Range(least, most))))


def _operator(
    name: str,
    function: Callable[..., Json],
    words: str,
    check: Callable[[Checker, Call], Type] | None = None,
    operands: int = 1,
) -> Operator:
    check = check or _checks_dates(name, NUMBER)
    return Operator(name, operands, operands, applied_in_zone(function), emit_in_zone(function), check, words)


OPERATORS = (
    _operator("date", _instant, "reads a date", _check_date),
    _part("year", lambda local: local.year, "takes the year", MINYEAR, MAXYEAR),
    _part("month", lambda local: local.month, "takes the month", 1, 12),
    _part("day", lambda local: local.day, "takes the day", 1, 31),
    _part("hour", lambda local: local.hour, "takes the hour", 0, 23),
    _operator(
        "weekday",
        _of_local(lambda local: _WEEKDAYS[local.weekday()]),
        "takes the weekday",
        _checks_dates("weekday", one_of(*_WEEKDAYS)),
    ),
    _operator("days_between", _days_between, "counts days", operands=2),
)
