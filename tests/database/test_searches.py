"""Searches are answered by an index that has few other rows, so that they take no longer in a store of millions."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event as listen_for

from database import Database, ReadTransaction
from database.pages import Condition, PageRequest
from database.personal_data.exporting import export_page
from database.personal_data.inventory import KEPT_OF_A_MEMBER
from database.personal_data.kept_rows import Person
from database.transfer_pages import find_transfers

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PERSON = Person("DEFAULT", "ann")


def events(status: str) -> Callable[[ReadTransaction], Any]:
    return lambda tx: tx.events.page(request("status", "in", [status]), without=["tier_changed"])


def due_items(*conditions: Any) -> Callable[[ReadTransaction], Any]:
    return lambda tx: tx.due_items.page(request(*conditions))


def transfers(*conditions: Any) -> Callable[[ReadTransaction], Any]:
    return lambda tx: find_transfers(tx, request(*conditions), kinds=["award", "add"])


def export(section: str) -> Callable[[ReadTransaction], Any]:
    rows = next(each for each in KEPT_OF_A_MEMBER if each.section == section)
    return lambda tx: export_page(tx.connection, rows, PERSON, None, with_staff=True)


def request(*condition: Any) -> PageRequest:
    return PageRequest(10, conditions=[Condition(*condition)] if condition else [])


@pytest.mark.parametrize(
    ("search", "index"),
    [
        (events("received"), "ix_event_not_applied"),
        (events("failed"), "ix_event_not_applied"),
        (due_items(), "ix_deadline_store_due_at"),
        (due_items("failed_at", "is_given", True), "ix_deadline_store_failed_at"),
        (due_items("member", "eq", "ann"), "ix_deadline_member"),
        (due_items("kind", "eq", "warn"), "ix_deadline_store_kind"),
        (transfers("expiresAt", "eq", NOW), "ix_lot_store_expires_at"),
        (transfers("lockedUntil", "gt", NOW), "ix_lot_store_active_from"),
        (transfers("pending", "eq", True), "ix_lot_store_active_from"),
        (transfers("cancelled", "eq", True), "ix_transfer_store_kind_at"),
        (transfers("source", "eq", "nothing"), "ix_transfer_store_source_at"),
        (export("activeDays"), "ix_active_day_member"),
        (export("dueItems"), "ix_deadline_member"),
        (export("lots"), "ix_transfer_member_at"),
    ],
)
async def test_a_search_reads_by_its_index(
    sqlite_database: Database, search: Callable[[ReadTransaction], Any], index: str
) -> None:
    plan = await sqlite_database.store("DEFAULT").read(lambda tx: plan_of_first(tx, search))

    assert index in plan, plan


async def test_what_a_page_that_is_not_full_says_is_not_counted(sqlite_database: Database) -> None:
    ran = await sqlite_database.store("DEFAULT").read(lambda tx: statements(tx, events("received")))

    assert len(ran) == 2  # the page, and how many there are without the filter


def plan_of_first(tx: ReadTransaction, search: Callable[[ReadTransaction], Any]) -> str:
    sql, parameters = statements(tx, search)[0]
    return "\n".join(row[3] for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters))


def statements(tx: ReadTransaction, search: Callable[[ReadTransaction], Any]) -> list[tuple[str, Any]]:
    """What a search runs."""
    ran: list[tuple[str, Any]] = []

    def note(_c: Any, _k: Any, sql: str, parameters: Any, *_: Any) -> None:
        ran.append((sql, parameters))

    listen_for.listen(tx.connection, "before_cursor_execute", note)
    try:
        search(tx)
    finally:
        listen_for.remove(tx.connection, "before_cursor_execute", note)
    return ran
