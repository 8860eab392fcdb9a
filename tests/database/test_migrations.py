"""Migrations make the tables of the code and can be undone, on both databases."""

from datetime import UTC, datetime, timedelta

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, create_engine, inspect, select, text

from database.migrate import config, upgrade
from database.tables import metadata
from tests.kit.migrations import insert_row, move


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
        move(connection, "0005")
        insert_row(connection, "store", code="S", created_at=at, secret="x")
        whose = {"store": "S", "profile": "{}", "attributes": "{}", "active": True}
        times = {"registered_at": at, "created_at": at, "updated_at": at}
        for name in ("ann", "bob"):
            insert_row(connection, "member", **{"id": name, **whose, **times})
        event = {"store": "S", "type": "purchase", "body": "{}", "time": at, "revision": 1, "depth": 0}
        for event_id, member, second, status, parent in [
            ("ann-2", "ann", 2, "received", None),
            ("ann-1", "ann", 1, "decided", None),
            ("ann-0", "ann", 0, "applied", None),
            ("ann-child", "ann", 3, "received", "ann-1"),
            ("ann-3", "ann", 2, "received", None),
            ("bob-1", "bob", 5, "received", None),
            ("bob-0", "bob", 4, "failed", None),
        ]:
            row = {"id": event_id, "member": member, "status": status, "parent": parent}
            insert_row(connection, "event", **{**event, **row, "received_at": at + timedelta(seconds=second)})
        for event_id, name in [("ann-1", "all_steps"), ("ann-0", "all_steps"), ("ann-0", "decide")]:
            insert_row(connection, "step", event=event_id, name=name, store="S", result=f'"{name}"')

        move(connection, "0006")
        places = connection.exec_driver_sql("SELECT id, position FROM event WHERE position IS NOT NULL ORDER BY id")
        found = [tuple(row) for row in places]
        results = connection.exec_driver_sql("SELECT event, name, result FROM step ORDER BY event, name")
        steps = [tuple(row) for row in results]

    assert found == [("ann-1", 1), ("ann-2", 2), ("ann-3", 3), ("bob-1", 1)]
    assert steps == [("ann-0", "decide", '"decide"'), ("ann-1", "decide", '"all_steps"')]
    engine.dispose()


def test_contributions_begin_with_their_migration_and_what_was_stored_stays(database_url: str) -> None:
    engine = create_engine(database_url)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with engine.begin() as connection:
        move(connection, "0009")
        insert_row(connection, "store", code="S", created_at=at, secret="x")
        times = {"registered_at": at, "created_at": at, "updated_at": at}
        insert_row(
            connection,
            "member",
            **{"id": "ann", "store": "S", "profile": "{}", "attributes": "{}", "active": True, **times},
        )
        key = {"member": "ann", "achievement": "a", "store": "S"}
        insert_row(connection, "mark", **{**key, "day": at.date(), "value": "", "amount": 5, "used": 3})

        move(connection, "head")
        found = [connection.execute(text(f"SELECT * FROM {name}")).all() for name in ("mark", "contribution")]
        move(connection, "0009")
        (after,) = connection.execute(text("SELECT amount, used FROM mark")).all()
    engine.dispose()

    assert [len(rows) for rows in found] == [1, 0]
    assert tuple(after) == (5, 3)


def test_pending_deliveries_are_looked_after_from_their_next_attempt_on(database_url: str) -> None:
    engine = create_engine(database_url)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with engine.begin() as connection:
        move(connection, "0011")
        insert_row(connection, "store", code="S", created_at=at, secret="x")
        whose = {"store": "S", "profile": "{}", "attributes": "{}", "active": True}
        times = {"registered_at": at, "created_at": at, "updated_at": at}
        insert_row(connection, "member", **{"id": "ann", **whose, **times})
        event = {"store": "S", "type": "purchase", "body": "{}", "time": at, "revision": 1, "depth": 0}
        applied = {"id": "e", "member": "ann", "status": "applied", "received_at": at}
        insert_row(connection, "event", **{**event, **applied})
        insert_row(
            connection,
            "message",
            id="m",
            store="S",
            event="e",
            name="N",
            data="{}",
            created_at=at,
        )
        delivery = {"store": "S", "message": "m", "event": "e", "url": "https://a.example", "headers": "[]"}
        later = at + timedelta(hours=2)
        for delivery_id, status, attempts, next_at in [
            ("first", "pending", 0, None),
            ("third", "pending", 2, later),
            ("sent", "delivered", 1, None),
            ("given up", "failed", 8, None),
        ]:
            row = {"id": delivery_id, "status": status, "attempts": attempts, "next_attempt_at": next_at}
            insert_row(connection, "delivery", **{**delivery, **row})

        move(connection, "0012")
        table = Table("delivery", MetaData(), autoload_with=connection)
        columns = (table.c.id, table.c.next_attempt_at, table.c.start_after, table.c.earlier_attempts)
        found = connection.execute(select(*columns).order_by(table.c.id)).all()
        connection.execute(table.update().where(table.c.id == "third").values(status="skipped"))
        move(connection, "0011")
        after = connection.exec_driver_sql("SELECT id, status FROM delivery ORDER BY id").all()
    engine.dispose()

    def utc(moment: datetime | None) -> datetime | None:
        return None if moment is None else moment.replace(tzinfo=moment.tzinfo or UTC)

    assert [(row[0], utc(row[1]), utc(row[2]), row[3]) for row in found] == [
        ("first", at, at, 0),
        ("given up", None, None, 0),
        ("sent", None, None, 0),
        ("third", later, later, 0),
    ]
    assert [tuple(row) for row in after] == [
        ("first", "pending"),
        ("given up", "failed"),
        ("sent", "delivered"),
        ("third", "failed"),
    ]


def test_points_and_reviews_from_before_count_when_they_were_booked(database_url: str) -> None:
    engine = create_engine(database_url)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with engine.begin() as connection:
        move(connection, "0012")
        times = {"registered_at": at, "created_at": at, "updated_at": at}
        ann = {"id": "ann", "store": "S", "profile": "{}", "attributes": "{}", "active": True, "tier_base": 7}
        insert_row(connection, "member", **(ann | times))
        parts = dict.fromkeys(("active", "earned", "qualifying"), 9)
        parts |= dict.fromkeys(("pending", "spent", "expired", "held", "owed"), 0)
        account = {"id": "a", "store": "S", "member": "ann", "wallet": "points"}
        insert_row(connection, "account", **(account | parts | {"transfers": 1}))
        moved = {"id": "t", "account": "a", "number": 1, "kind": "award", "points": 9, "balance": 9, "event": "e"}
        insert_row(connection, "transfer", **(account | parts | moved | {"source": "s", "at": at}))

        move(connection, "head")
        (transfer,) = connection.execute(text("SELECT qualifying, counts_at FROM transfer")).all()
        (member,) = connection.execute(
            text("SELECT tier_base, reviewed_at, reviewed_since, reviewed_base FROM member")
        ).all()
        move(connection, "0012")
        (after,) = connection.execute(text("SELECT tier_base, qualifying FROM member, transfer")).all()
    engine.dispose()

    assert tuple(transfer) == (9, None)
    assert tuple(member) == (7, None, None, 0)
    assert tuple(after) == (7, 9)


def test_due_items_keep_their_times_and_get_what_their_warnings_would_have_stored(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        move(connection, "0006")
        _store_due_items_of_the_first_schema(connection)
    upgrade(engine)

    with engine.begin() as connection:
        rows = connection.execute(text("SELECT subject, kind, due_at, member, failed_at FROM deadline")).all()
        move(connection, "0006")
        before = connection.execute(text("SELECT subject, kind FROM deadline ORDER BY subject")).all()

    assert sorted((subject, kind, str(due_at)[:10], member) for subject, kind, due_at, member, _ in rows) == [
        ("ann", "tier_review", "2026-06-01", "ann"),
        ("ann", "tier_warn", "2026-05-18", "ann"),
        ("coupon", "coupon_expire", "2026-05-20", "ann"),
        ("coupon", "coupon_warn", "2026-05-17", "ann"),
        ("gone", "expire", "2026-05-09", None),
        ("pending", "activate", "2026-05-02", "ann"),
        ("warned", "expire", "2026-05-10", "ann"),
        ("whole", "expire", "2026-05-10", "ann"),
        ("whole", "warn", "2026-05-03", "ann"),
    ]
    assert {row.failed_at for row in rows} == {None}
    assert [tuple(row) for row in before] == [
        ("ann", "tier_warn"),
        ("coupon", "coupon_warn"),
        ("gone", "expire"),
        ("pending", "activate"),
        ("warned", "expire"),
        ("whole", "warn"),
    ]
    engine.dispose()


def _store_due_items_of_the_first_schema(connection: Connection) -> None:
    """Store a member with lots, a coupon and a tier, each with its one due item."""
    day = "2026-05-{:02} 00:00:00.000000" + ("+00:00" if connection.dialect.name == "postgresql" else "")
    connection.execute(
        text(
            "INSERT INTO member (id, store, profile, attributes, tier, tier_until, active, registered_at, created_at, "
            "updated_at) VALUES ('ann', 'DEFAULT', '{}', '{}', 'gold', :until, true, :now, :now, :now)"
        ),
        {"now": day.format(1), "until": day.format(1).replace("-05-", "-06-")},
    )
    for lot, active_from, expires_at in (("whole", None, 10), ("warned", None, 10), ("pending", 2, 10)):
        connection.execute(
            text(
                "INSERT INTO lot (id, store, member, wallet, points, remaining, active_from, expires_at, event, "
                "created_at) VALUES (:id, 'DEFAULT', 'ann', 'points', 5, 5, :active_from, :expires_at, 'e', :now)"
            ),
            {
                "id": lot,
                "active_from": active_from and day.format(active_from),
                "expires_at": day.format(expires_at),
                "now": day.format(1),
            },
        )
    connection.execute(
        text(
            "INSERT INTO issued_reward (id, store, member, reward, status, issued_at, expires_at, event) "
            "VALUES ('coupon', 'DEFAULT', 'ann', 'coffee', 'issued', :now, :expires_at, 'e')"
        ),
        {"now": day.format(1), "expires_at": day.format(20)},
    )
    for subject, kind, due in (
        ("whole", "warn", 3),
        ("warned", "expire", 10),
        ("pending", "activate", 2),
        ("coupon", "coupon_warn", 17),
        ("ann", "tier_warn", 18),
        ("gone", "expire", 9),
    ):
        connection.execute(
            text("INSERT INTO deadline (subject, store, kind, due_at) VALUES (:subject, 'DEFAULT', :kind, :due)"),
            {"subject": subject, "kind": kind, "due": day.format(due)},
        )


def test_events_from_before_retention_have_all_their_details(database_url: str) -> None:
    engine = create_engine(database_url)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with engine.begin() as connection:
        move(connection, "0015")
        insert_row(connection, "store", code="S", created_at=at, secret="x")
        times = {"registered_at": at, "created_at": at, "updated_at": at}
        member = {"id": "ann", "store": "S", "profile": "{}", "attributes": "{}", "active": True}
        insert_row(connection, "member", **{**member, **times})
        event = {"id": "e", "store": "S", "type": "purchase", "member": "ann", "body": '{"total": 1}', "time": at}
        more = {"received_at": at, "revision": 1, "depth": 0, "status": "applied"}
        insert_row(connection, "event", **{**event, **more})

        move(connection, "head")
        (upgraded,) = connection.execute(text("SELECT body, removed_at FROM event")).all()
        move(connection, "0015")
        (after,) = connection.execute(text("SELECT body FROM event")).all()
    engine.dispose()

    assert (tuple(upgraded), tuple(after)) == (('{"total": 1}', None), ('{"total": 1}',))


def test_deliveries_get_the_name_and_the_time_of_their_message(database_url: str) -> None:
    engine = create_engine(database_url)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with engine.begin() as connection:
        move(connection, "0017")
        insert_row(connection, "store", code="S", created_at=at, secret="x")
        url = "https://a.example/Hook?token=1"
        row = {"id": "s", "store": "S", "event_name": "CustomerUpdated", "url": url, "headers": "[]"}
        insert_row(connection, "subscription", **(row | {"format": "current", "secret": "x", "created_at": at}))
        whose = {"store": "S", "profile": "{}", "attributes": "{}", "active": True}
        insert_row(
            connection, "member", **{"id": "ann", **whose, "registered_at": at, "created_at": at, "updated_at": at}
        )
        event = {"store": "S", "type": "purchase", "body": "{}", "time": at, "revision": 1, "depth": 0}
        insert_row(connection, "event", **{**event, "id": "e", "member": "ann", "status": "applied", "received_at": at})
        message = {"id": "m", "store": "S", "event": "e", "name": "CustomerUpdated", "data": "{}", "created_at": at}
        insert_row(connection, "message", **message)
        row = {"id": "d", "store": "S", "message": "m", "event": "e", "url": url, "headers": "[]"}
        insert_row(connection, "delivery", **(row | {"status": "delivered", "attempts": 1}))

        move(connection, "head")
        found = connection.execute(text("SELECT name, created_at FROM delivery")).all()
        shown = connection.execute(text("SELECT shown_url, searchable FROM subscription")).all()
        move(connection, "0017")
        after = connection.execute(text("SELECT id, status FROM delivery")).all()
    engine.dispose()

    assert [(row[0], str(row[1])[:10]) for row in found] == [("CustomerUpdated", "2026-05-01")]
    assert [tuple(row) for row in shown] == [
        ("https://a.example/Hook?********", "\ncustomerupdated\nhttps://a.example/hook?********")
    ]
    assert [tuple(row) for row in after] == [("d", "delivered")]


def test_issued_rewards_keep_their_coupons_and_gain_what_they_cost(database_url: str) -> None:
    engine = create_engine(database_url)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with engine.begin() as connection:
        move(connection, "0020")
        insert_row(connection, "store", code="S", created_at=at, secret="x")
        times = {"registered_at": at, "created_at": at, "updated_at": at}
        whose = {"store": "S", "profile": "{}", "attributes": "{}", "active": True}
        insert_row(connection, "member", **{"id": "ann", **whose, **times})
        issued = {"store": "S", "member": "ann", "reward": "coffee", "issued_at": at, "event": "e"}
        for number, status in enumerate(("issued", "used", "expired")):
            row = {"id": f"i{number}", "coupon": f"C{number}", "status": status}
            insert_row(connection, "issued_reward", **(issued | row))

        move(connection, "0021")
        columns = "id, coupon, status, origin, source, cost, is_shared, from_stock"
        found = connection.execute(text(f"SELECT {columns} FROM issued_reward ORDER BY id")).all()
        for number in (3, 4):
            row = {"id": f"i{number}", "coupon": "SHARED", "status": "canceled", "is_shared": True, "token": "T"}
            insert_row(connection, "issued_reward", **(issued | row))
        move(connection, "0020")
        after = connection.execute(text("SELECT id, coupon, status FROM issued_reward ORDER BY id")).all()
    engine.dispose()

    assert [tuple(row)[:6] for row in found] == [
        ("i0", "C0", "issued", "reactor", "", 0),
        ("i1", "C1", "used", "reactor", "", 0),
        ("i2", "C2", "expired", "reactor", "", 0),
    ]
    assert not any(row[6] or row[7] for row in found)
    assert [tuple(row) for row in after] == [
        ("i0", "C0", "issued"),
        ("i1", "C1", "used"),
        ("i2", "C2", "expired"),
        ("i3", None, "used"),
        ("i4", None, "used"),
    ]
