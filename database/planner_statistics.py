"""Statistics for SQLite's planner: those of a large store, for every database.

Without statistics, SQLite expects few rows with the same `store`, and reads all of a store by an index that begins with
it. ANALYZE would have to read every row, and again when the store has grown. These statistics are fixed, so the plans
are the same in every database.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from operator import mul

from sqlalchemy import Connection, Engine

ROWS = 1_000_000
"""The rows of a table, and the distinct values of a column that is not named below."""

_NAMES = (
    *(
        "achievement",
        "badge",
        "client",
        "completed",
        "event_name",
        "field",
        "figure",
        "kind",
        "name",
        "part",
        "purpose",
    ),
    *("reactor", "revision", "reward", "route", "source", "stage", "status", "tier", "tier_set", "type", "wallet"),
)
_DIFFERENT_VALUES: Mapping[str, int] = {
    "store": 1,
    **dict.fromkeys(_NAMES, 20),
    **dict.fromkeys(("subscription", "channel", "admin"), 20),
    **dict.fromkeys(("day", "month", "previous"), 400),
    **dict.fromkeys(("value",), 1_000),
    **dict.fromkeys(("member", "subject", "merged_into", "customer_id", "referrer", "survivor"), ROWS // 10),
}
"""How many distinct values a column has, by its name."""
_ROWS_OF_PARTIAL_INDEX = ROWS // 10

_Index = tuple[str, str]
"""A table and one of its indexes."""

_INDEXES = """
SELECT tables.name, indexes.name, indexes.partial, columns.name
FROM sqlite_master AS tables, pragma_index_list(tables.name) AS indexes, pragma_index_info(indexes.name) AS columns
WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%' ORDER BY indexes.name, columns.seqno
"""


def write_planner_statistics(engine: Engine) -> None:
    """Write the statistics of every index into a SQLite database, unless they exist; PostgreSQL computes its own."""
    if engine.dialect.name != "sqlite":
        return
    with engine.begin() as connection:
        if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").first():
            connection.exec_driver_sql("ANALYZE alembic_version")  # creates the table of statistics
        wanted = _wanted(connection)
        written = connection.exec_driver_sql("SELECT tbl, idx, stat FROM sqlite_stat1")
        if {(table, index): numbers for table, index, numbers in written} == wanted:
            return
        connection.exec_driver_sql("DELETE FROM sqlite_stat1")
        rows = [(*index, numbers) for index, numbers in wanted.items()]
        connection.exec_driver_sql("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", rows)
        connection.exec_driver_sql("ANALYZE sqlite_schema")  # this connection loads them again


def _wanted(connection: Connection) -> Mapping[_Index, str]:
    """Return the statistics of each index, as SQLite writes them."""
    columns: dict[_Index, list[str]] = {}
    partial: set[_Index] = set()
    for table, index, is_partial, column in connection.exec_driver_sql(_INDEXES):
        columns.setdefault((table, index), []).append(column)
        if is_partial:
            partial.add((table, index))
    return {
        index: statistics(names, rows=_ROWS_OF_PARTIAL_INDEX if index in partial else ROWS)
        for index, names in columns.items()
    }


def statistics(columns: Sequence[str], *, rows: int) -> str:
    """Return how many rows an index has, and how many share the values of its first columns."""
    different = accumulate((_DIFFERENT_VALUES.get(each, ROWS) for each in columns), mul)
    return " ".join(map(str, (rows, *(max(1, rows // each) for each in different))))
