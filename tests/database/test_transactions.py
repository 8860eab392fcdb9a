"""Transactions of nobody are announced like events of members, by the activities, on every database."""

from datetime import UTC, datetime

from sqlalchemy import create_engine, func, inspect, select, text

from activities.events import EventActivities
from database import Database, Transaction
from database.programs import Programs
from database.tables import event, message
from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.references import EventRef
from loyalty.transactions.operations import register_transaction
from tests.kit import programs
from tests.kit.migrations import insert_row, move
from tests.kit.shop import document

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


async def test_a_sale_of_nobody_known_is_announced_and_holds_up_nobody(database: Database) -> None:
    stored = Programs(database)
    program, revision, _ = await stored.deploy(programs.files(), by="test")
    store = database.store(program.store)

    def register(tx: Transaction) -> list[EventRef]:
        tx.subscriptions.add(
            new_id(),
            event_name="TransactionRegistered",
            url="https://a.example",
            headers=[],
            format="current",
            secret="whsec_",
            now=NOW,
        )
        operation = OperationContext(tx, program, revision, NOW, "admin")
        for number in ("A", "B"):
            register_transaction(operation, document(number, email="carol@example.com"))
        return operation.to_start

    recorded = await store.write(register)
    for each in recorded:
        await EventActivities(database, stored).decide(each, NOW, each.id)

    statuses = await store.read(lambda tx: tx.connection.execute(select(event.c.status, event.c.position)).all())
    sent = await store.read(lambda tx: tx.connection.execute(select(func.count()).select_from(message)).scalar_one())
    assert {each.member for each in recorded} == {""}
    assert [tuple(row) for row in statuses] == [("applied", None)] * 2
    assert sent == 2


def test_events_keep_their_members_and_queues_and_those_of_nobody_go_with_the_migration(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        move(connection, "0021")
        insert_row(connection, "store", code="S", created_at=NOW, secret="x")
        times = {"registered_at": NOW, "created_at": NOW, "updated_at": NOW}
        insert_row(connection, "member", id="ann", store="S", profile="{}", attributes="{}", active=True, **times)
        known = {"store": "S", "type": "purchase", "body": "{}", "time": NOW, "revision": 1, "depth": 0}
        queued = {**known, "status": "received", "received_at": NOW}
        insert_row(connection, "event", id="e1", member="ann", position=1, **queued)

        move(connection, "head")
        insert_row(connection, "event", id="e2", position=1, **queued)
        up = connection.execute(text("SELECT id, member, position FROM event ORDER BY id")).all()
        indexes = {each["name"] for each in inspect(connection).get_indexes("event")}
        move(connection, "0021")
        down = connection.execute(text("SELECT id, member, position FROM event ORDER BY id")).all()
    engine.dispose()

    assert [tuple(row) for row in up] == [("e1", "ann", 1), ("e2", None, 1)]
    assert [tuple(row) for row in down] == [("e1", "ann", 1)]
    assert {"ix_event_queue", "ix_event_start_after", "ix_event_failed"} <= indexes
