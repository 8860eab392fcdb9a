"""What is stuck is found on both databases, and nothing else."""

from datetime import UTC, datetime

from database import Database
from database.programs import Programs
from tests.kit import programs
from tests.kit.stuck import HOUR, add_stuck

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)


async def test_each_kind_is_found_with_its_reason_the_longest_first(database: Database) -> None:
    await Programs(database).deploy(programs.files(), by="test")
    store = database.store("DEFAULT")
    ids = await store.write(lambda tx: add_stuck(tx, now=NOW))

    page = await store.read(lambda tx: tx.stuck.page(now=NOW, limit=50))
    newest = await store.read(lambda tx: tx.stuck.page(now=NOW, limit=2, offset=1, newest_first=True))
    retryable = await store.read(lambda tx: tx.stuck.page(now=NOW, limit=50, retryable=True))
    deliveries = await store.read(lambda tx: tx.stuck.page(now=NOW, limit=50, kind="delivery"))
    elsewhere = await database.store("OTHER").read(lambda tx: tx.stuck.page(now=NOW, limit=50))

    assert [(each.kind, each.state, each.id, each.since, each.reason) for each in page.records] == [
        ("clock", "overdue", "clock/DEFAULT", NOW - 6 * HOUR, "items that are due are not run: 1"),
        ("due_item", "overdue", f"{ids.late_lot}/warn", NOW - 6 * HOUR, "the store's clock has not run it"),
        ("due_item", "failed", f"{ids.lot}/expire", NOW - 5 * HOUR, "KeyError: 'x'"),
        ("delivery", "skipped", ids.skipped, NOW - 4 * HOUR, "its subscription was removed"),
        ("delivery", "failed", ids.given_up, NOW - 3 * HOUR, "it was given up: no attempt was made"),
        ("event", "overdue", ids.overdue, NOW - 2 * HOUR, "it is received, and not applied"),
        ("event", "failed", ids.failed, NOW - HOUR, "KeyError was raised"),
    ]
    assert (page.all, page.filtered) == (7, 7)
    assert [each.id for each in newest.records] == [ids.overdue, ids.given_up]
    assert [each.state for each in retryable.records] == ["failed", "skipped", "failed", "failed"]
    assert (deliveries.all, deliveries.filtered) == (7, 2)
    assert [(each.member, each.event, each.name) for each in deliveries.records] == [
        (ids.member, ids.failed, "CustomerUpdated")
    ] * 2
    assert elsewhere.all == 0


async def test_a_delivery_is_overdue_when_its_attempt_is_not_made(database: Database) -> None:
    await Programs(database).deploy(programs.files(), by="test")
    store = database.store("DEFAULT")
    await store.write(lambda tx: add_stuck(tx, now=NOW))

    soon = await store.read(lambda tx: tx.stuck.page(now=NOW, limit=50, kind="delivery", retryable=False))
    later = await store.read(lambda tx: tx.stuck.page(now=NOW + HOUR, limit=50, kind="delivery", retryable=False))

    assert soon.records == []
    assert [(each.state, each.since) for each in later.records] == [("overdue", NOW)]
