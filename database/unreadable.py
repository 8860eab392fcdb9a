"""Show rows that cannot be read, written by a newer version or changed by hand, so that none of them breaks a list."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_type_hints

from sqlalchemy import Column, ColumnElement, Dialect, Table, type_coerce

from database.damaged import MAX_SHOWN, DamagedInstant
from database.errors import UnreadableJson
from database.queries import columns_of
from database.tables import Json


class Unreadable(dict[str, Any]):
    """An empty object in place of JSON that cannot be read; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class ShownJson(Json):
    """JSON for display: an unreadable value is `Unreadable`. Never for values that are changed and written back."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        try:
            return super().process_result_value(value, dialect)
        except UnreadableJson as error:
            return Unreadable(str(error))


def shown(column: Column[Any]) -> ColumnElement[Any]:
    """Return a column as it is read for display."""
    return type_coerce(column, ShownJson()).label(column.name) if isinstance(column.type, Json) else column


def shown_columns_of(record: Callable[..., Any], table: Table) -> Sequence[ColumnElement[Any]]:
    """Return the columns of a record, as they are read for display."""
    return [shown(column) for column in columns_of(record, table)]


def unreadable_reason(record: Any) -> str | None:
    """Return why a record cannot be read; None if it can."""
    if not is_dataclass(record) or isinstance(record, type):
        return None
    numbers = _numbers(type(record))
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, Unreadable | DamagedInstant):
            return value.reason
        if (reason := unreadable_reason(value)) is not None:
            return reason
        if field.name in numbers and not isinstance(value, int | None):  # SQLite keeps any text in any column
            return f"{str(value)[:MAX_SHOWN]!r} is not a whole number"
    return None


def damage_of(values: Iterable[Any], numbers: Iterable[Any] = ()) -> str | None:
    """Return why a row cannot be read, from its values, and from those of them that are numbers; None if it can."""
    for value in values:
        if isinstance(value, Unreadable | DamagedInstant):
            return value.reason
    return next(
        (f"{str(each)[:MAX_SHOWN]!r} is not a whole number" for each in numbers if not isinstance(each, int)), None
    )


@cache
def _numbers(record: type) -> frozenset[str]:
    """Return the fields of a record that are whole numbers."""
    try:
        hints = get_type_hints(record)
    except NameError:  # a type that only the type checker imports is not a row
        return frozenset()
    return frozenset(name for name, hint in hints.items() if _plain(hint) in (int, int | None))


def _plain(hint: Any) -> Any:
    """Return the type behind a NewType; others unchanged."""
    return getattr(hint, "__supertype__", hint)
