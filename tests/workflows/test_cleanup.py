"""Cleaning up: answers are deleted when they have been kept long enough, a page at a time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from database import Database
from database.answers import KeyedRequest
from database.tables import kept_answer
from workflows import cleanup
from workflows.cleanup import KEPT_FOR, delete_old_answers

NOW = datetime(2026, 1, 31, tzinfo=UTC)


async def keep(database: Database, store: str, key: str, age: timedelta) -> None:
    request = KeyedRequest("admin/1", "POST /api/{storeCode}/member", key, "fingerprint")
    await database.store(store).write(lambda tx: tx.answers.keep(request, 200, {"id": key}, now=NOW - age))


async def keys(database: Database) -> list[str]:
    found = select(kept_answer.c.key).order_by(kept_answer.c.key)
    return await database.access_read(lambda access: list(access.connection.execute(found).scalars()))


async def test_answers_older_than_thirty_days_are_deleted_of_every_store(database: Database):
    await keep(database, "DEFAULT", "older", KEPT_FOR + timedelta(seconds=1))
    await keep(database, "OTHER", "old", KEPT_FOR + timedelta(days=30))
    await keep(database, "DEFAULT", "young", KEPT_FOR - timedelta(seconds=1))

    deleted = await delete_old_answers(database, now=NOW)

    assert (deleted, await keys(database)) == (2, ["young"])


async def test_a_page_is_deleted_at_a_time_the_oldest_first(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cleanup, "PAGE", 2)
    for number in range(5):
        await keep(database, "DEFAULT", f"key-{number}", KEPT_FOR + timedelta(days=number + 1))

    left = [await delete_old_answers(database, now=NOW), await keys(database)]
    rest = [await delete_old_answers(database, now=NOW) for _ in range(3)]

    assert left == [2, ["key-0", "key-1", "key-2"]]
    assert rest == [2, 1, 0]
