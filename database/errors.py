"""Errors of the database: transient ones, and unreadable rows."""

from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from loyalty.store.conflicts import ConcurrentInsert

_SQLITE_ERROR, _SQLITE_TOO_BIG = 1, 18
_LASTING_OF_SQLITE: Final = frozenset({_SQLITE_ERROR, _SQLITE_TOO_BIG})
"""SQLite's codes of permanent operational errors: the statement is wrong, or a value too large."""

_LASTING_OF_POSTGRESQL: Final = "54"
"""PostgreSQL's class of permanent operational errors: the statement exceeds a limit."""


class UnreadableValue(ValueError):
    """A value in the database cannot be read: a newer version of Laurel wrote it, or it was changed by hand."""


class UnreadableJson(UnreadableValue):
    """JSON in the database cannot be read: a newer version of Laurel wrote it, or it was changed by hand."""


def is_transient(error: BaseException) -> bool:
    """Return whether an error is transient, so that a repeated transaction may succeed.

    So it is if the connection was lost, the database is locked, full or shuts down, a deadlock was broken, or a
    concurrent transaction inserted the same row. It is not if the statement or a value of it is wrong.
    """
    if isinstance(error, OperationalError):
        return not _is_about_statement(error.orig)
    if isinstance(error, InterfaceError | PoolTimeout | ConcurrentInsert):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _is_about_statement(error: BaseException | None) -> bool:
    code, state = getattr(error, "sqlite_errorcode", None), getattr(error, "sqlstate", None)
    if code is not None:
        return code & 0xFF in _LASTING_OF_SQLITE
    return state is not None and state.startswith(_LASTING_OF_POSTGRESQL)
