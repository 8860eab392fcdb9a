"""Dates. An instant is an aware datetime; its day, hour and weekday are those of the rule's time zone."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from rules.check import Checker, shown
from rules.closures import applied_in_zone
from rules.expression import Call, Literal, Operator
from rules.source import emit_in_zone
from rules.types import INSTANT, NUMBER, TEXT, Text, Type, nullable, one_of, options, present, union
from rules.values import Json

_LONGEST = 40
_LEAP_SECOND = re.compile(r"(T\d\d:\d\d):60")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _instant(zone: tzinfo, value: Json) -> datetime | None:
    """The instant an ISO 8601 text names, in the zone where it names none; none when it is no date."""
    if isinstance(value, str) and len(value) <= _LONGEST:
        try:
            value = datetime.fromisoformat(_LEAP_SECOND.sub(r"\1:59", value.upper()))
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=zone)


def _local(zone: tzinfo, value: Json) -> datetime | None:
    instant = _instant(zone, value)
    try:
        return instant and instant.astimezone(zone)
    except OverflowError:  # the first or the last day of the calendar: it stays in its own zone
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
    """A text may be no date, and then it is null; a date-time of a schema, and a date written out, always is one."""
    (operand,) = call.operands
    found = checker.needs(operand, _TEXT_OR_INSTANT, "date")
    if isinstance(operand, Literal):
        if isinstance(operand.value, str) and _instant(UTC, operand.value) is None:
            checker.fault("wrong_type", operand, f"{shown(operand)} is no ISO 8601 date")
        return INSTANT
    certain = all(
        option == INSTANT or (isinstance(option, Text) and option.dated) for option in options(present(found))
    )
    return INSTANT if certain else nullable(INSTANT)


def _checks_dates(name: str, result: Type) -> Callable[[Checker, Call], Type]:
    def check(checker: Checker, call: Call) -> Type:
        for operand in call.operands:
            checker.needs(operand, INSTANT, name)
        return result

    return check


_TEXT_OR_INSTANT = union(TEXT, INSTANT)


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
    _operator("year", _of_local(lambda local: local.year), "takes the year"),
    _operator("month", _of_local(lambda local: local.month), "takes the month"),
    _operator("day", _of_local(lambda local: local.day), "takes the day"),
    _operator("hour", _of_local(lambda local: local.hour), "takes the hour"),
    _operator(
        "weekday",
        _of_local(lambda local: _WEEKDAYS[local.weekday()]),
        "takes the weekday",
        _checks_dates("weekday", one_of(*_WEEKDAYS)),
    ),
    _operator("days_between", _days_between, "counts days", operands=2),
)
