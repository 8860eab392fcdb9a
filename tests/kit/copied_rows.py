"""Many copies of the rows of a store, made by the database: a large store from one that has some of everything."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Column, Connection, Date, Index, Integer, Table, UniqueConstraint, inspect, text

from database.tables import metadata
from database.tables.columns import ID, Instant, MemberOrNobody

FEW: Sequence[str] = (
    *("store", "revision", "setting", "notice_move", "channel", "subscription", "draft", "draft_file"),
    *("draft_backtest", "reward_supply", "shared_code", "figure_zone", "funnel", "funnel_stage", "funnel_count"),
    *("daily_figure", "earned_figure", "hourly_figure", "uncounted", "erasure", "resend"),
)
"""Tables of which a store has few rows, or whose rows are made of others."""

HASH_LENGTH = 64

FINISHED: Mapping[str, Mapping[str, str]] = {
    "event": {"status": "'applied'", "position": "NULL", "owner": "NULL", "start_after": "NULL"},
    "delivery": {"status": "'delivered'", "next_attempt_at": "NULL", "start_after": "NULL"},
    "import_file": {"status": "'done'"},
    "deadline": {"failed_at": "NULL"},
}
"""What copies have in place of what they are copied from: in a large store most is done."""


def copy_rows(connection: Connection, copies: int) -> None:
    """Add copies of every row of the tables of a store; each is a minute older than the one before it."""
    for table in metadata.sorted_tables:
        if "store" in table.c and table.name not in FEW and not _belongs_to_installation(table):
            connection.execute(text(_statement(connection, table, copies)))
    connection.execute(text("DELETE FROM uncounted"))


def _belongs_to_installation(table: Table) -> bool:
    return bool(table.c.store.nullable) and table.name != "audit_log"


def _statement(connection: Connection, table: Table, copies: int) -> str:
    unique = _unique_names(connection, table)
    values = [_value(connection, table, column, unique) for column in table.columns]
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    numbers = f"WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < {copies})"
    source = f'(SELECT * FROM "{table.name}") AS original'
    return f'INSERT INTO "{table.name}" ({names}) {numbers} SELECT {", ".join(values)} FROM {source} CROSS JOIN copy'


def _value(connection: Connection, table: Table, column: Column[object], unique: set[str]) -> str:
    """The value of a column in a copy: ids and what is unique have its number, dates are earlier."""
    is_sqlite = connection.dialect.name == "sqlite"
    kept = f'original."{column.name}"'
    if (given := FINISHED.get(table.name, {}).get(column.name)) is not None:
        return given
    is_hash = column.name in unique and getattr(column.type, "length", None) == HASH_LENGTH
    if is_hash or column.type is ID or isinstance(column.type, MemberOrNobody):
        number = "printf('%08x', n)" if is_sqlite else "lpad(to_hex(n), 8, '0')"
        return f"{number} || substr({kept}, 9)"
    if column.name in unique and isinstance(column.type, Date):
        return f"date({kept}, '-' || n || ' days')" if is_sqlite else f"{kept} - n"
    if column.name in unique and isinstance(column.type, Integer):
        return f"{kept} + n"
    if column.name in unique:
        return f"{kept} || '-' || CAST(n AS TEXT)"
    if isinstance(column.type, Instant) and is_sqlite:
        return f"strftime('%Y-%m-%d %H:%M:%f', {kept}, '-' || n || ' minutes') || '000'"
    if isinstance(column.type, Instant):
        return f"{kept} - n * interval '1 minute'"
    return kept


def _unique_names(connection: Connection, table: Table) -> set[str]:
    """The text columns that identify rows without an id."""
    unique = [list(each.columns) for each in table.constraints if isinstance(each, UniqueConstraint)]
    unique += [list(each.columns) for each in table.indexes if isinstance(each, Index) and each.unique]
    unique.append(list(table.primary_key))
    ids = {each.name for each in table.columns if each.type is ID or isinstance(each.type, MemberOrNobody)}
    names = [[each.name for each in columns] for columns in unique]
    assert inspect(connection).has_table(table.name)
    return {columns[-1] for columns in names if not ids.intersection(columns)}
