"""Transactions are atomic, and reads cannot write, on SQLite and PostgreSQL."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from database import Access, AccessReader, Database, ReadTransaction, StoreDatabase, Transaction
from database.connections import SqliteConnections, connect
from database.queries import WriteQueries


async def count(database: Database) -> int:
    """The number of stores."""
    return len(await database.access_read(lambda access: access.stores()))


def open_store(tx: Transaction) -> bool:
    return tx.revisions.open_store(secret="whsec_x", now=datetime.now(UTC))


async def test_work_that_returns_is_committed(database: Database) -> None:
    await database.store("A").write(open_store)

    assert await count(database) == 1


async def test_work_that_raises_is_rolled_back(database: Database) -> None:
    def fails(tx: Transaction) -> None:
        open_store(tx)
        raise ArithmeticError("after writing")

    with pytest.raises(ArithmeticError, match="after writing"):
        await database.store("A").write(fails)

    assert await count(database) == 0


async def test_work_that_raises_rolls_back_no_other_work(database: Database) -> None:
    def fails(tx: Transaction) -> None:
        open_store(tx)
        raise ArithmeticError

    works = [database.store(f"S{n}").write(fails if n % 3 == 0 else open_store) for n in range(30)]
    results = await asyncio.gather(*works, return_exceptions=True)

    assert sum(isinstance(result, ArithmeticError) for result in results) == 10
    assert await count(database) == 20


async def test_an_error_that_rolls_back_the_whole_transaction_fails_all_who_share_it(
    sqlite_database: Database,
) -> None:
    def loses_the_transaction(tx: Transaction) -> None:
        tx.connection.exec_driver_sql("ROLLBACK")  # as SQLite does by itself when the disk is full
        raise ArithmeticError

    works = [sqlite_database.store(f"S{n}").write(loses_the_transaction if n == 5 else open_store) for n in range(10)]
    results = await asyncio.gather(*works, return_exceptions=True)

    assert await count(sqlite_database) == sum(result is True for result in results)
    assert any(isinstance(result, ArithmeticError) for result in results)


async def test_a_repeated_insert_returns_false(database: Database) -> None:
    """psycopg counts -1 rows for both, so the result must not come from a row count."""

    store = database.store("A")

    assert [await store.write(open_store), await store.write(open_store)] == [True, False]


async def test_a_read_cannot_write_to_the_database(database: Database) -> None:
    def write(tx: ReadTransaction) -> bool:
        return open_store(Transaction(tx.connection, tx.store))

    with pytest.raises(DBAPIError, match=r"readonly database|read-only transaction"):
        await database.store("A").read(write)

    assert await count(database) == 0


async def test_a_read_of_what_belongs_to_no_store_cannot_write_to_the_database(database: Database) -> None:
    def write(reader: AccessReader) -> None:
        Access(reader.connection).setting_once("name", "value")

    with pytest.raises(DBAPIError, match=r"readonly database|read-only transaction"):
        await database.access_read(write)

    assert await database.access_read(lambda access: access.setting("name")) is None


async def test_a_connection_that_read_can_write_again(database: Database) -> None:
    for _ in range(20):
        await count(database)

    assert await database.store("A").write(open_store)


def repositories(tx: ReadTransaction) -> dict[str, type]:
    """The classes of a transaction's repositories, by name."""
    names = [name for name, value in vars(type(tx)).items() if isinstance(value, cached_property)]
    return {name: type(getattr(tx, name)) for name in names}


async def test_no_repository_of_a_read_has_a_method_that_writes(database: Database) -> None:
    store = database.store("A")

    reading, writing = await store.read(repositories), await store.write(repositories)

    only_read = ("losses", "stuck", "search", "member_history")
    assert not any(issubclass(reading.pop(name), WriteQueries) for name in only_read)
    only_written = {"contributions", "event_batches", "figures", "phones", "returned_wallets"}
    assert reading.keys() == writing.keys() - only_written
    assert all(issubclass(each, WriteQueries) for each in writing.values())
    assert not any(issubclass(each, WriteQueries) for each in reading.values())
    assert all(issubclass(writing[name], each) for name, each in reading.items())


@pytest.mark.parametrize(
    ("read", "transaction_type"), [(StoreDatabase.read, ReadTransaction), (Database.access_read, AccessReader)]
)
def test_the_type_checker_knows_that_a_read_cannot_write(read: Callable[..., Any], transaction_type: type) -> None:
    work = get_type_hints(read)["work"]

    assert get_args(work)[0] == [transaction_type]


async def test_a_commit_that_fails_fails_for_all_work_in_it(tmp_path: Path) -> None:
    connections = connect(f"sqlite:///{tmp_path}/x.db")
    assert isinstance(connections, SqliteConnections)

    def deferred(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        connection.execute(
            text("CREATE TABLE child (parent INTEGER REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED)")
        )

    def orphan(connection: Connection) -> str:
        connection.execute(text("INSERT INTO child VALUES (1)"))
        return "kept"

    await connections.write(deferred)
    with pytest.raises(Exception, match="FOREIGN KEY constraint failed"):
        await connections.write(orphan)
    rows = await connections.read(lambda connection: connection.execute(text("SELECT count(*) FROM child")).scalar())

    assert rows == 0
    connections.close()


@pytest.mark.parametrize("url", ["", "laurel.db", "mysql://laurel@host/laurel", "sqlite", "postgresql:/"])
def test_an_invalid_database_url_is_refused_with_the_name_of_its_variable(url: str) -> None:
    with pytest.raises(ValueError, match="LAUREL_DATABASE_URL"):
        connect(url)


async def test_work_on_a_file_that_is_no_database_raises_and_goes_on_once_it_is_one(tmp_path: Path) -> None:
    file = tmp_path / "laurel.db"
    file.write_bytes(b"not a database" * 100)
    connections = connect(f"sqlite:///{file}")

    for run in (connections.write, connections.read):
        with pytest.raises(DBAPIError, match="file is not a database"):
            await run(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())
    file.unlink()
    found = await connections.write(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())
    connections.close()

    assert found == 1
