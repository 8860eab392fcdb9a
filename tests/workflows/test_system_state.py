"""The state of the system, read from real servers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from temporalio.client import Client

from commands.shared.temporal_server import free_port
from database import Database, Transaction
from database.backlog import Waiting
from tests.kit.programs import files
from tests.kit.running import running
from workflows.starter import wake_clocks
from workflows.system_state import SystemMonitor


@pytest.fixture
def full_disk(database: Database) -> Iterator[Database]:
    """A database that refuses to write, as one on a full disk does."""

    def refuse(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith(("INSERT", "UPDATE")):
            raise OSError("No space left on device")

    engine = database._connections.engine
    event.listen(engine, "before_cursor_execute", refuse)
    yield database
    event.remove(engine, "before_cursor_execute", refuse)


async def test_workers_clocks_and_what_waits_are_seen(database: Database, temporal: Client):
    async with running(database, temporal, files()) as laurel:
        await wake_clocks(database, temporal)
        member = await laurel.register()
        await laurel.schedule(member)
        await laurel.accept(member, "app_login")

        state = await SystemMonitor(database, temporal).state()

        assert (state.is_readable, state.is_writable, state.has_temporal) == (True, True, True)
        assert state.workers is not None
        assert state.workers >= 1
        assert state.clocks == {laurel.store: True}
        assert state.backlog is not None
        waiting = state.backlog[laurel.store].events
        assert waiting.number == 1
        assert waiting.since is not None
        assert datetime.now(UTC) - waiting.since < timedelta(minutes=1)


async def test_a_clock_that_was_terminated_is_seen(sqlite_database: Database, temporal: Client):
    async with running(sqlite_database, temporal, files()) as laurel:
        await wake_clocks(sqlite_database, temporal)
        await laurel.schedule(await laurel.register())
        await temporal.get_workflow_handle(f"clock/{laurel.store}").terminate()

        assert (await SystemMonitor(sqlite_database, temporal).state()).clocks == {laurel.store: False}


async def test_a_temporal_that_is_away_is_seen_and_holds_up_nothing(sqlite_database: Database):
    client = await Client.connect(f"127.0.0.1:{free_port()}", lazy=True)

    state = await SystemMonitor(sqlite_database, client).state()

    assert (state.is_readable, state.has_temporal, state.workers, state.clocks) == (True, False, None, {})


async def test_a_database_that_cannot_be_written_is_seen(full_disk: Database, temporal: Client):
    state = await SystemMonitor(full_disk, temporal).state()

    assert (state.is_readable, state.is_writable) == (True, False)


async def test_the_room_on_sqlites_disk_is_known(sqlite_database: Database, temporal: Client):
    state = await SystemMonitor(sqlite_database, temporal).state()

    assert state.free_bytes is not None
    assert state.free_bytes > 0


async def test_a_database_that_is_closed_does_not_answer(sqlite_database_url: str, temporal: Client):
    database = Database.open(sqlite_database_url)
    monitor = SystemMonitor(database, temporal)
    database.close()

    assert not (await monitor.state()).is_readable


async def test_overdue_deliveries_are_counted_by_store(database: Database, temporal: Client):
    async with running(database, temporal, files()) as laurel:
        event = await laurel.accept(await laurel.register(), "app_login")
        ago = datetime.now(UTC) - timedelta(minutes=5)

        def add(tx: Transaction) -> None:
            tx.webhooks.add_message("m", event_id=event.id, name="x", data={}, now=ago)
            for name, due in (("old", ago), ("young", datetime.now(UTC) + timedelta(hours=1))):
                tx.webhooks.add_delivery(
                    name,
                    message_id="m",
                    event_id=event.id,
                    name="x",
                    subscription_id=None,
                    url="http://x",
                    headers=[],
                    now=due,
                )

        await database.store(laurel.store).write(add)

        state = await SystemMonitor(database, temporal).state()

        assert state.backlog is not None
        found = state.backlog[laurel.store]
        assert (found.pending_deliveries, found.overdue_deliveries) == (2, Waiting(1, ago))
