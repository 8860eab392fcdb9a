"""Statements that go directly to SQLite's driver have the results that they have through SQLAlchemy."""

import asyncio
import importlib
import pkgutil
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Table, bindparam, select
from sqlalchemy.exc import IntegrityError

import database as database_package
from database import Database, ReadTransaction, Transaction
from database.queries import first_column
from database.sqlite_fast_path import Prepared
from database.tables import event, member
from loyalty.ids import new_id
from loyalty.store.events import NewEvent
from loyalty.store.members import Identity

NOON = datetime(2024, 5, 1, 12, 0, 0, 250, tzinfo=timezone(timedelta(hours=2)))


def register(tx: Transaction, email: str = "ann@example.com") -> str:
    member_id = new_id()
    tx.members.register(
        Identity(email=email),
        member_id=member_id,
        profile={"firstName": "Zoë"},
        attributes={},
        tier=None,
        password_hash=None,
        registered_at=NOON,
        now=NOON,
    )
    return member_id


def fill(tx: Transaction) -> None:
    """Store a row in each of two tables, with dates, JSON, booleans, numbers and nulls."""
    tx.revisions.open_store(secret="whsec_x", now=NOON)
    tx.events.add(NewEvent("e1", "purchase", register(tx), NOON, {"total": Decimal("1.10")}, 1), now=NOON)


@pytest.mark.parametrize("table", [member, event], ids=lambda table: table.name)
async def test_a_row_is_the_same_as_through_sqlalchemy(database: Database, table: Table) -> None:
    await database.store("A").write(fill)

    def both(tx: ReadTransaction) -> tuple[list[Any], list[Any]]:
        statement = select(table).order_by(table.c.id)
        ours = Prepared(statement, lambda *columns: columns).all(tx.connection, {})
        return ours, [tuple(row) for row in tx.connection.execute(statement)]

    ours, theirs = await database.store("A").read(both)

    assert ours == theirs
    assert len(ours) == 1


async def test_dates_and_numbers_are_read_back_unchanged(database: Database) -> None:
    await database.store("A").write(fill)

    stored = await database.store("A").read(lambda tx: tx.events.get("e1"))

    assert stored is not None
    assert (stored.time, stored.time.tzinfo) == (NOON, UTC)
    assert stored.body == {"total": Decimal("1.10")}
    assert stored.external_id is None


async def test_literal_values_of_a_statement_stay_in_it(database: Database) -> None:
    def three(tx: Transaction) -> None:
        fill(tx)
        for name in ("bob", "cleo"):
            register(tx, f"{name}@example.com")

    await database.store("A").write(three)
    statement = select(member.c.email).where(member.c.store == bindparam("code")).order_by("email").limit(2)
    first_two = Prepared(statement, first_column)

    found = await database.store("A").read(lambda tx: first_two.all(tx.connection, {"code": "A"}))

    assert found == ["ann@example.com", "bob@example.com"]


async def test_an_error_of_the_database_is_sqlalchemys_error_without_the_values(database: Database) -> None:
    await database.store("A").write(fill)

    def again(tx: Transaction) -> None:
        row = dict(tx.connection.execute(select(event)).mappings().one())
        tx.events.insert(event, row | {"body": {"secret": "of a member"}})

    with pytest.raises(IntegrityError) as refused:
        await database.store("A").write(again)

    assert "of a member" not in str(refused.value)


async def test_a_read_transaction_sees_one_snapshot(sqlite_database: Database) -> None:
    await sqlite_database.store("A").write(fill)
    loop = asyncio.get_running_loop()

    def count(tx: ReadTransaction) -> int:
        return len(tx.connection.execute(select(member.c.id)).all())

    def read_twice(tx: ReadTransaction) -> tuple[int, int]:
        before = count(tx)
        add = sqlite_database.store("A").write(lambda other: register(other, "bob@example.com"))
        asyncio.run_coroutine_threadsafe(add, loop).result()
        return before, count(tx)

    before, after = await sqlite_database.store("A").read(read_twice)

    assert before == after == 1


def test_every_prepared_statement_can_be_run_on_sqlite() -> None:
    modules = [
        importlib.import_module(each.name) for each in pkgutil.iter_modules(database_package.__path__, "database.")
    ]
    statements = [each for module in modules for each in vars(module).values() if isinstance(each, Prepared)]

    compiled = [statement._for_sqlite for statement in statements]

    assert len(compiled) > 30


def test_a_statement_that_lists_values_is_refused() -> None:
    with pytest.raises(ValueError, match="compare with each of the values"):
        _ = Prepared(select(member.c.id).where(member.c.id.in_(["a", "b"])), str)._for_sqlite
