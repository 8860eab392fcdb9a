"""Find a part of a text, alike on SQLite and PostgreSQL.

SQLite's LIKE ignores the case of ASCII letters, and PostgreSQL's no case; ILIKE folds other letters by the database's
locale. Here both ignore the case of ASCII letters, and only of these.
"""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, literal, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _HasPart(FunctionElement[bool]):
    """A column that has a part: by a pattern of LIKE, `/` escaping."""

    type = Boolean()
    inherit_cache = True


class _HasExactPart(FunctionElement[bool]):
    """A column that has a part in this case: by a pattern of LIKE, and by one of SQLite's GLOB."""

    type = Boolean()
    inherit_cache = True


def has_part(column: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    """Return a condition for texts that have a part, ASCII letters in any case.

    Another letter is found as it is written, and where the whole part is small, capital, or begins with a capital.
    """
    written = {part, part.lower(), part.upper(), part.title(), part.capitalize()}
    parts = [part] if part.isascii() else sorted(written)
    return or_(*(_HasPart(column, literal(_like_pattern(each))) for each in parts))


def has_exact_part(column: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    """Return a condition for texts that have a part in this case; PostgreSQL needs less than half of the time."""
    return _HasExactPart(column, literal(_like_pattern(part)), literal(_glob_pattern(part)))


def _like_pattern(part: str) -> str:
    escaped = part.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{escaped}%"


def _glob_pattern(part: str) -> str:
    escaped = "".join(f"[{each}]" if each in "*?[" else each for each in part)
    return f"*{escaped}*"


@compiles(_HasPart)
def _in_any_case(element: Any, compiler: Any, **options: Any) -> str:
    column, pattern = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} LIKE {pattern} ESCAPE '/'"


@compiles(_HasPart, "postgresql")
def _in_any_case_of_ascii(element: Any, compiler: Any, **options: Any) -> str:
    column, pattern = (compiler.process(each, **options) for each in element.clauses)
    return f"({column}) COLLATE \"C\" ILIKE {pattern} ESCAPE '/'"


@compiles(_HasExactPart)
def _as_written(element: Any, compiler: Any, **options: Any) -> str:
    column, pattern, _ = element.clauses
    return f"{compiler.process(column, **options)} LIKE {compiler.process(pattern, **options)} ESCAPE '/'"


@compiles(_HasExactPart, "sqlite")
def _as_written_by_glob(element: Any, compiler: Any, **options: Any) -> str:
    column, _, pattern = element.clauses
    return f"{compiler.process(column, **options)} GLOB {compiler.process(pattern, **options)}"
