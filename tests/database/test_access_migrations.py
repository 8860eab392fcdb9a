"""Who may call, before and after the migrations of access, on both databases."""

from datetime import UTC, datetime

from sqlalchemy import create_engine, text

from access import Permission, Rights
from api.authentication.authenticator import admin_caller, key_caller
from database import AccessReader
from tests.database.test_migrations import _insert, _move


def test_administrators_and_keys_of_before_roles_stay_administrators_of_every_store(database_url: str) -> None:
    engine = create_engine(database_url)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with engine.begin() as connection:
        _move(connection, "0013")
        _insert(connection, "admin", {"id": "a", "username": "admin", "password_hash": "h", "created_at": at})
        _insert(connection, "api_key", {"id": "k", "admin": "a", "name": "till", "hash": "x", "created_at": at})

        _move(connection, "head")
        access = AccessReader(connection)
        admin, key = admin_caller(access, "a"), key_caller(access, "x")
        _move(connection, "0013")
        (name,) = connection.execute(text("SELECT username FROM admin")).scalars()
    engine.dispose()

    everything = Rights(frozenset(Permission), None)
    assert admin is not None
    assert key is not None
    assert (admin.rights, key[0].rights, name) == (everything, everything, "admin")
