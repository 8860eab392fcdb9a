"""Hints for SQLite's planner: columns without index look-up, and the constants of partial indexes."""

from typing import Any

from sqlalchemy import ColumnElement, String, literal_column, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class unindexed(FunctionElement[str]):  # noqa: N801 - written as a function
    """Return a column for which SQLite uses no index: most rows have the value, and another index is more selective."""

    type = String()
    inherit_cache = True


@compiles(unindexed)
def _as_it_is(element: Any, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(unindexed, "sqlite")
def _without_index(element: Any, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


def without_index(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column as `unindexed` does, compared with values of its own type."""
    return type_coerce(unindexed(column), column.type)


def constant(word: str) -> ColumnElement[str]:
    """Return a constant in the text of a statement, not a parameter: only then does SQLite match a partial index."""
    if not word.isidentifier():
        raise ValueError(f"{word!r} is not a plain word")
    return literal_column(f"'{word}'", String)
