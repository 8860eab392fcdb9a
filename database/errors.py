"""Errors of the database that pass by themselves."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from loyalty.store.conflicts import ConcurrentInsert


def is_transient(error: BaseException) -> bool:
    """Return whether a transaction that raised this may succeed when it is repeated.

    So it is if the connection was lost, the database is locked or shuts down, a deadlock was broken, or a concurrent
    transaction inserted the same row.
    """
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout | ConcurrentInsert):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated
