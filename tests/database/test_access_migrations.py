"""Who may call, before and after the migrations of access, on both databases."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, text

from access import Permission, Rights
from api.authentication.authenticator import admin_caller, key_caller
from database import Access, AccessReader
from database.sessions import Session
from tests.kit.migrations import insert_row, move


def test_administrators_and_keys_of_before_roles_stay_administrators_of_every_store(database_url: str) -> None:
    engine = create_engine(database_url)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with engine.begin() as connection:
        move(connection, "0013")
        insert_row(connection, "admin", id="a", username="admin", password_hash="h", created_at=at)
        insert_row(connection, "api_key", id="k", admin="a", name="till", hash="x", created_at=at)

        move(connection, "head")
        access = AccessReader(connection)
        admin, key = admin_caller(access, "a"), key_caller(access, "x")
        move(connection, "0013")
        (name,) = connection.execute(text("SELECT username FROM admin")).scalars()
    engine.dispose()

    everything = Rights(frozenset(Permission), None)
    assert admin is not None
    assert key is not None
    assert (admin.rights, key[0].rights, name) == (everything, everything, "admin")


def test_the_refresh_tokens_of_a_login_become_its_session(database_url: str) -> None:
    engine = create_engine(database_url)
    first = datetime(2026, 5, 1, tzinfo=UTC)
    with engine.begin() as connection:
        move(connection, "0014")
        for number, (family, store) in enumerate([("f", None), ("f", None), ("g", "S")]):
            at = first + timedelta(days=number)
            row = {"hash": f"h{number}", "family": family, "subject": "ann", "store": store, "created_at": at}
            insert_row(connection, "refresh_token", **row, expires_at=at + timedelta(days=30))

        move(connection, "head")
        found = [AccessReader(connection).sessions.get(name) for name in ("f", "g")]
        next_of = {"next_hash": "new", "expires_at": first, "now": first}
        refreshed = Access(connection).sessions.refresh("h1", None, **next_of)
        move(connection, "0014")
        before = connection.execute(text("SELECT hash, subject, store FROM refresh_token ORDER BY hash")).all()
    engine.dispose()

    assert found == [
        Session("f", "ann", None, first, first + timedelta(days=31), None),
        Session("g", "ann", "S", first + timedelta(days=2), first + timedelta(days=32), None),
    ]
    assert refreshed == found[0]
    assert [tuple(row) for row in before] == [
        ("h0", "ann", None),
        ("h1", "ann", None),
        ("h2", "ann", "S"),
        ("new", "ann", None),
    ]
