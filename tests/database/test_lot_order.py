"""However many lots a member has, those to spend from are read in the order of the index, and none is sorted."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text

from database import ledger_queries
from database.sqlite_fast_path import Prepared

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WANTED = {"in_store": "S", "the_member": "ann", "the_wallet": "points", "now": NOW, "most": 20, "skipped": 0}


@pytest.mark.parametrize(
    "statement", [ledger_queries._EXPIRING, ledger_queries._STAYING], ids=["expiring", "never expiring"]
)
def test_lots_are_read_in_the_order_of_the_index(database_url: str, statement: Prepared[Any]) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        plan = plan_of(connection, statement)
    engine.dispose()

    assert "ix_lot_member_wallet_expires_at" in plan
    assert "Sort" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan


def plan_of(connection: Connection, statement: Prepared[Any]) -> str:
    """How the database would run a statement on a table of any size."""
    if connection.dialect.name == "postgresql":  # the table is empty, where everything is as good
        for way in ("seqscan", "bitmapscan", "sort"):
            connection.execute(text(f"SET enable_{way} = off"))
    explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    names = statement._statement.compile(connection).params
    given = statement._statement.params({name: value for name, value in WANTED.items() if name in names})
    sql = str(given.compile(connection, compile_kwargs={"literal_binds": True}))
    return "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {sql}"))
