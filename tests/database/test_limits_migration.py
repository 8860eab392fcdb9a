"""What was used of limits is moved to the wallets of their reactors, on both databases."""

import json

from alembic import command
from sqlalchemy import Engine, create_engine, text

from database.migrate import config, upgrade


def _change_to(engine: Engine, revision: str) -> None:
    """Bring a database up or down to the tables of a revision."""
    with engine.begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, revision)


def test_what_was_used_of_limits_belongs_to_the_wallet_of_its_reactor(database_url: str) -> None:
    files = {
        "program.yaml": "store: S\ntimezone: UTC\nwallets: {points: {default: true}, stamps: {}, miles: {}}\n",
        "events/e.yaml": "event: e\n",
        "reactors/one.yaml": "reactor: one\non: e\nthen: [{award_points: {points: 1, wallet: stamps}}]\n",
        "reactors/two.yaml": (
            "reactor: two\non: e\nthen: [{award_points: {points: 1}}, {award_points: {points: 1, wallet: miles}}]\n"
        ),
    }
    engine = create_engine(database_url)
    _change_to(engine, "0008")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO store (code, created_at, secret) VALUES ('S', '2026-01-01', 's')"))
        connection.execute(
            text(
                "INSERT INTO revision (store, number, hash, files, deployed_at, deployed_by) "
                "VALUES ('S', 1, 'h', :files, '2026-01-01', 'test')"
            ),
            {"files": json.dumps(files)},
        )
        for store, reactor in (("S", "one"), ("S", "two"), ("S", "gone"), ("T", "one")):
            connection.execute(
                text("INSERT INTO usage VALUES (:store, :reactor, 'm', '2026-05-01', 3, 7000000)"),
                {"store": store, "reactor": reactor},
            )

    upgrade(engine)

    with engine.connect() as connection:
        wallets = connection.execute(
            text("SELECT store, reactor, wallet, times, points FROM usage ORDER BY 1, 2")
        ).all()
    _change_to(engine, "0008")
    with engine.connect() as connection:
        before = connection.execute(text("SELECT store, reactor, times, points FROM usage ORDER BY 1, 2")).all()
    upgrade(engine)
    engine.dispose()
    assert [tuple(row) for row in wallets] == [
        ("S", "gone", "points", 3, 7_000_000),
        ("S", "one", "stamps", 3, 7_000_000),
        ("S", "two", "points", 3, 7_000_000),
        ("T", "one", "points", 3, 7_000_000),
    ]
    assert [row[2:] for row in before] == [(3, 7_000_000)] * 4
