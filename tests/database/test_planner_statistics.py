"""SQLite plans for a large store from the first row on."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from database import Database
from database.planner_statistics import statistics, write_planner_statistics


@pytest.fixture
def engine(sqlite_database_url: str) -> Engine:
    return create_engine(sqlite_database_url)


def plan(engine: Engine, sql: str) -> str:
    with engine.connect() as connection:
        return "\n".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        ("SELECT * FROM event WHERE store = 'S' AND id IN ('a', 'b', 'c')", "sqlite_autoindex_event_1"),
        ("SELECT * FROM transfer WHERE store = 'S' AND id IN ('a', 'b', 'c')", "sqlite_autoindex_transfer_1"),
        (
            "SELECT * FROM transfer WHERE store = 'S' AND member = 'a' AND wallet = 'points' AND at > '2024-01-01'",
            "ix_transfer_member_at",
        ),
        (
            "SELECT * FROM event WHERE store = 'S' AND status = 'failed' AND parent IS NULL LIMIT 10001",
            "ix_event_failed",
        ),
        (
            "SELECT * FROM member WHERE store = 'S' AND id IN (SELECT member FROM member_field)",
            "sqlite_autoindex_member",
        ),
    ],
)
def test_what_has_few_rows_is_looked_up_and_not_the_store(engine: Engine, sql: str, index: str) -> None:
    write_planner_statistics(engine)

    assert f"USING INDEX {index}" in plan(engine, sql)


def test_statistics_are_written_once_and_again_after_somebody_counted(engine: Engine) -> None:
    def written() -> list[tuple[str, str]]:
        with engine.begin() as connection:
            return [tuple(row) for row in connection.exec_driver_sql("SELECT idx, stat FROM sqlite_stat1 ORDER BY idx")]

    write_planner_statistics(engine)
    first = written()
    write_planner_statistics(engine)
    again = written()
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    write_planner_statistics(engine)

    assert first == again == written()
    assert dict(first)["ix_transfer_store_at"] == "1000000 1000000 1"


def test_an_open_database_has_them(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/laurel.db"

    Database.open(url).close()

    assert "ix_transfer_member_at" in plan(create_engine(url), "SELECT * FROM transfer WHERE member = 'a'")
    with create_engine(url).connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_stat1").scalar_one() > 100


def test_values_of_columns_multiply_and_are_at_least_one_row() -> None:
    assert statistics(["store", "kind", "at"], rows=1_000_000) == "1000000 1000000 50000 1"
    assert statistics(["store", "expires_at"], rows=100_000) == "100000 100000 1"
