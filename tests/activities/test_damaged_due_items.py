"""Due items whose date was damaged by hand are set aside, and the clock runs the others."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from activities.due_items import DueItemActivities
from database import Database, Transaction
from database.programs import Programs
from tests.kit import programs

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("damaged", ["", "0000-00-00", "2026-04-31 08:00:00.000000", "soon", 7])
async def test_a_damaged_due_item_is_set_aside_and_the_others_are_run(
    sqlite_database: Database, damaged: str | int
) -> None:
    deployed = Programs(sqlite_database)
    await deployed.deploy(programs.files(), by="test")
    store = sqlite_database.store("DEFAULT")

    def add(tx: Transaction) -> None:
        tx.due_items.set("bad", "expire", NOW - timedelta(days=1), member=None)
        tx.due_items.set("good", "expire", NOW - timedelta(hours=1), member=None)
        change = text("UPDATE deadline SET due_at = :damaged WHERE subject = 'bad'")
        tx.connection.execute(change, {"damaged": damaged})

    await store.write(add)
    activities = DueItemActivities(sqlite_database, deployed, client=None)  # type: ignore[arg-type]  # it asks nobody
    await ActivityEnvironment().run(activities.next_due, "DEFAULT")
    await ActivityEnvironment().run(activities.run_due_items, "DEFAULT", NOW)
    following = await ActivityEnvironment().run(activities.next_due, "DEFAULT")
    left = await store.read(lambda tx: [tx.due_items.get(name, "expire") for name in ("bad", "good")])
    bad, _ = left

    assert following.at is None
    assert bad is not None
    assert bad.failed_at is not None
    assert "is not a date and time" in (bad.error or "")

    await store.write(lambda tx: tx.due_items.retry("bad", "expire", now=NOW))
    assert (await ActivityEnvironment().run(activities.next_due, "DEFAULT")).at == NOW
