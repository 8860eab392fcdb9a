"""What SQLite's planner must be told: which columns are not to be looked up, and values that partial indexes have."""

from typing import Any

from sqlalchemy import ColumnElement, String, literal_column, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class unindexed(FunctionElement[str]):  # noqa: N801 - written as a function
    """A column by which SQLite uses no index: most rows have the value, and another index finds fewer of them."""

    type = String()
    inherit_cache = True


@compiles(unindexed)
def _as_it_is(element: Any, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(unindexed, "sqlite")
def _without_index(element: Any, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


def without_index(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as `unindexed`, compared with values of its own type."""
    return type_coerce(unindexed(column), column.type)


def constant(word: str) -> ColumnElement[str]:
    """A word in the text of a statement, not a parameter of it: only so does SQLite see that a partial index has it."""
    if not word.isidentifier():
        raise ValueError(f"{word!r} is no plain word")
    return literal_column(f"'{word}'", String)
