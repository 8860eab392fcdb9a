"""Migrations make the tables of the code and can be undone, on both databases."""

from datetime import UTC, datetime, timedelta

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, MetaData, Table, create_engine, insert, inspect, select

from database import tables
from database.migrate import config, upgrade
from database.tables import metadata


def test_the_migrations_make_exactly_the_tables(database_url: str) -> None:
    engine = create_engine(database_url)

    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)

    assert differences == []
    engine.dispose()


def test_an_upgrade_of_a_current_database_changes_nothing(database_url: str) -> None:
    engine = create_engine(database_url)
    before = set(inspect(engine).get_table_names())

    upgrade(engine)

    assert set(inspect(engine).get_table_names()) == before
    engine.dispose()


def test_the_migrations_can_be_undone(database_url: str) -> None:
    engine = create_engine(database_url)

    with engine.begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")

    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    engine.dispose()


def test_queued_events_get_their_places_and_results_of_batches_their_new_name(database_url: str) -> None:
    engine = create_engine(database_url)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with engine.begin() as connection:
        _move(connection, "0003")
        connection.execute(insert(_table("store")).values(code="S", created_at=at, secret="x"))
        whose = {"store": "S", "profile": {}, "attributes": {}, "active": True}
        times = {"registered_at": at, "created_at": at, "updated_at": at}
        connection.execute(insert(_table("member")), [{"id": name, **whose, **times} for name in ("ann", "bob")])
        event = {"store": "S", "type": "purchase", "body": {}, "time": at, "revision": 1, "depth": 0}
        rows = [
            ("ann-2", "ann", 2, "received", None),
            ("ann-1", "ann", 1, "decided", None),
            ("ann-0", "ann", 0, "applied", None),
            ("ann-child", "ann", 3, "received", "ann-1"),
            ("ann-3", "ann", 2, "received", None),
            ("bob-1", "bob", 5, "received", None),
            ("bob-0", "bob", 4, "failed", None),
        ]
        for event_id, member, second, status, parent in rows:
            row = {"id": event_id, "member": member, "status": status, "parent": parent}
            received = {"received_at": at + timedelta(seconds=second)}
            connection.execute(insert(_table("event")).values(**event, **row, **received))
        for event_id, name in [("ann-1", "all_steps"), ("ann-0", "all_steps"), ("ann-0", "decide")]:
            result = {"did": [name]}
            connection.execute(insert(_table("step")).values(event=event_id, name=name, store="S", result=result))

        _move(connection, "0004")
        found = dict(connection.execute(select(tables.event.c.id, tables.event.c.position)).tuples().all())
        steps = connection.execute(select(tables.step.c.event, tables.step.c.name, tables.step.c.result)).all()

    assert {name: place for name, place in found.items() if place} == {"ann-1": 1, "ann-2": 2, "ann-3": 3, "bob-1": 1}
    assert sorted(map(tuple, steps)) == [
        ("ann-0", "decide", {"did": ["decide"]}),
        ("ann-1", "decide", {"did": ["all_steps"]}),
    ]
    engine.dispose()


def _move(connection: Connection, target: str) -> None:
    """Upgrade or downgrade to a revision, whichever leads there."""
    settings = config()
    settings.attributes["connection"] = connection
    present = MigrationContext.configure(connection).get_current_revision() or ""
    (command.upgrade if present < target else command.downgrade)(settings, target)


def _table(name: str) -> Table:
    """A table as it was before the columns that migrations add here."""
    return Table(
        name, MetaData(), *(Column(c.name, c.type) for c in tables.metadata.tables[name].c if c.name not in _NEW)
    )


_NEW = ("position", "owner")
