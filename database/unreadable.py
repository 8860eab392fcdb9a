"""Rows to show that cannot be read: written by a newer version, or changed by hand. One of them breaks no list."""

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Dialect, Table, type_coerce

from database.errors import UnreadableJson
from database.queries import columns_of
from database.tables import Json


class Unreadable(dict[str, Any]):
    """An empty object in place of JSON that cannot be read; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class ShownJson(Json):
    """JSON to show: what cannot be read is `Unreadable`. Never for what is changed and written back."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        try:
            return super().process_result_value(value, dialect)
        except UnreadableJson as error:
            return Unreadable(str(error))


def shown(column: Column[Any]) -> ColumnElement[Any]:
    """Return a column as it is read to show it."""
    return type_coerce(column, ShownJson()).label(column.name) if isinstance(column.type, Json) else column


def shown_columns_of(record: Callable[..., Any], table: Table) -> Sequence[ColumnElement[Any]]:
    """Return the columns that a record is made of, as they are read to show them."""
    return [shown(column) for column in columns_of(record, table)]


def unreadable_reason(record: Any) -> str | None:
    """Return why a record cannot be read; None if it can."""
    if not is_dataclass(record):
        return None
    values = (getattr(record, field.name) for field in fields(record))
    return next((value.reason for value in values if isinstance(value, Unreadable)), None)
