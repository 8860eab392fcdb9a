"""Which database errors are transient: by their class, and operational errors by their code."""

import sqlite3
from typing import Any

import pytest
from sqlalchemy import exc, text

from database import Database
from database.errors import is_transient
from loyalty.store.conflicts import ConcurrentInsert

PASSES = {exc.OperationalError, exc.InterfaceError, exc.TimeoutError}


def subclasses(of: type[BaseException]) -> set[type[BaseException]]:
    return {of} | {each for subclass in of.__subclasses__() for each in subclasses(subclass)}


def an_error(kind: type[BaseException]) -> BaseException:
    if issubclass(kind, exc.DBAPIError):
        return kind("SELECT 1", None, Exception("it failed"))
    return kind.__new__(kind)


def test_every_class_of_the_databases_errors_is_known_to_pass_or_to_last() -> None:
    found = {kind for kind in subclasses(exc.SQLAlchemyError) if kind.__module__ == "sqlalchemy.exc"}

    assert {kind for kind in found if is_transient(an_error(kind))} == PASSES
    assert is_transient(ConcurrentInsert("event"))


def test_a_lost_connection_passes_whatever_the_class() -> None:
    assert is_transient(exc.DBAPIError("SELECT 1", None, Exception("away"), connection_invalidated=True))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT nothing",
        "SELECT 1 FROM nowhere",
        "INSERT INTO store (code) VALUES ('A')",
        f"SELECT CAST(sum(x) AS bigint) FROM (SELECT {9 * 10**18} AS x UNION ALL SELECT {9 * 10**18}) AS y",
    ],
    ids=["column", "table", "null", "overflow"],
)
async def test_a_statement_that_is_wrong_fails_for_good(database: Database, statement: str) -> None:
    with pytest.raises(exc.SQLAlchemyError) as failed:
        await database.store("A").write(lambda tx: tx.connection.execute(text(statement)).all())

    assert not is_transient(failed.value)


@pytest.mark.parametrize(
    ("code", "passes"),
    [
        (sqlite3.SQLITE_BUSY, True),
        (sqlite3.SQLITE_FULL, True),
        (sqlite3.SQLITE_IOERR, True),
        (sqlite3.SQLITE_CANTOPEN, True),
        (sqlite3.SQLITE_BUSY | 1 << 8, True),
        (sqlite3.SQLITE_ERROR, False),
        (sqlite3.SQLITE_TOOBIG, False),
    ],
)
def test_an_operational_error_of_sqlite_passes_by_its_code(code: int, passes: bool) -> None:
    raised = sqlite3.OperationalError("it failed")
    raised.sqlite_errorcode = code

    assert is_transient(exc.OperationalError("SELECT 1", None, raised)) is passes


@pytest.mark.parametrize(
    ("state", "passes"), [("57P01", True), ("40P01", True), ("53100", True), ("54001", False), (None, True)]
)
def test_an_operational_error_of_postgresql_passes_by_its_class(state: Any, passes: bool) -> None:
    raised = Exception("it failed")
    raised.sqlstate = state  # type: ignore[attr-defined] # as psycopg's errors have it

    assert is_transient(exc.OperationalError("SELECT 1", None, raised)) is passes
