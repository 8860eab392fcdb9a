"""The active days of members are read by few statements, also if the members are active again on their last day."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, event

from database import Database
from database.analytics.activity import ActiveDay, ActiveDays

TODAY = date(2026, 3, 1)


async def test_members_who_are_active_again_on_their_last_day_cost_one_statement(database: Database) -> None:
    again = [ActiveDay("active", f"m{number}", TODAY) for number in range(50)]
    statements: list[str] = []

    def add(tx: Any) -> None:
        ActiveDays(tx.connection, "S").add(again)

    def add_counted(tx: Any) -> None:
        def count(_: Connection, __: Any, statement: str, *___: Any) -> None:
            statements.append(statement)

        event.listen(tx.connection, "before_cursor_execute", count)
        ActiveDays(tx.connection, "S").add(again)

    await database.store("S").write(add)
    await database.store("S").write(add_counted)

    assert len(statements) == 1, statements
