"""How much a database reads for a request, whatever the time that takes."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import Connection, event

from database import Database

STEPS = 100
"""Instructions of SQLite's machine after which it calls back."""
DEAR_ROWS = {
    **dict.fromkeys(("seq_page_cost", "random_page_cost"), 4),
    "cpu_tuple_cost": 1,
    "cpu_index_tuple_cost": 0.5,
    "cpu_operator_cost": 0.25,
}
"""What PostgreSQL's planner expects that pages cost, and a row: as much as a hundred, as if there were more."""


class Reads(Protocol):
    """Counts what a database reads."""

    number: int
    bound: int
    """More than a page reads that reads some hundred rows, and less than one that reads all of a table."""


class SqliteSteps:
    """Counts the instructions that SQLite's machine runs."""

    bound = 30_000

    def __init__(self, database: Database) -> None:
        self.number = 0
        event.listen(database._connections.engine, "connect", lambda connection, _: self._watch(connection))

    def _watch(self, connection: Any) -> None:
        connection.set_progress_handler(self._count, STEPS)

    def _count(self) -> int:
        self.number += STEPS
        return 0


class PostgresqlRows:
    """Counts the rows that PostgreSQL's plans read from tables and indexes: each statement is explained before."""

    bound = 1_800

    def __init__(self, database: Database) -> None:
        self.number = 0
        engine = database._connections.engine
        event.listen(engine, "connect", lambda connection, _: self._prepare(connection))
        event.listen(engine, "before_cursor_execute", self._explain)
        engine.dispose()  # connections that were opened before

    def _prepare(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            for name, cost in DEAR_ROWS.items():
                cursor.execute(f"SET {name} = {cost}")
        connection.commit()

    def _explain(self, connection: Connection, _: Any, statement: str, parameters: Any, *__: Any) -> None:
        if not statement.lstrip().startswith(("SELECT", "WITH")):
            return
        with connection.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters)
            answer = cursor.fetchone()[0]
        plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
        self.number += rows_read(plan)


def rows_read(plan: Mapping[str, Any]) -> int:
    """The rows that the scans of a plan read, also those that they leave out."""
    below = sum(rows_read(each) for each in plan.get("Plans", ()))
    if "Relation Name" not in plan and "Index Name" not in plan:
        return below
    if plan["Node Type"] == "Bitmap Heap Scan":
        return below + int(plan.get("Rows Removed by Filter", 0) * plan["Actual Loops"])
    read = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    return below + int(read * plan["Actual Loops"])


def reads_of(database: Database) -> Reads:
    """What counts the reads of a database, from now on."""
    return SqliteSteps(database) if database.url.startswith("sqlite") else PostgresqlRows(database)
