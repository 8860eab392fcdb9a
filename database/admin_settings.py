"""Settings of administrators for their own use, and codes that reset their passwords."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select

from database.queries import columns_of, insert
from database.tables import admin_setting, password_reset


@dataclass(frozen=True, slots=True)
class AdminSetting:
    """One setting of an administrator in a store."""

    key: str
    value: str
    created_at: datetime


class AdminSettingQueries:
    """Reads settings of administrators."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def all(self, admin_id: str, store: str) -> list[AdminSetting]:
        """Return the settings of an administrator in a store, by key."""
        here = select(*columns_of(AdminSetting, admin_setting)).where(*_of(admin_id, store))
        return [AdminSetting(*row) for row in self.connection.execute(here.order_by(admin_setting.c.key))]

    def count(self, admin_id: str, store: str, *, without: str) -> int:
        """Return how many settings an administrator has in a store, apart from the one with a key."""
        here = select(func.count()).where(*_of(admin_id, store), admin_setting.c.key != without)
        return self.connection.execute(here).scalar_one()


class AdminSettings(AdminSettingQueries):
    """Reads and changes settings of administrators."""

    def set(self, admin_id: str, store: str, key: str, value: str, *, now: datetime) -> None:
        """Add a setting, or replace its value."""
        row = {"admin": admin_id, "store": store, "key": key, "value": value, "created_at": now}
        added = insert(self.connection, admin_setting).values(row)
        keys = list(admin_setting.primary_key)
        self.connection.execute(added.on_conflict_do_update(index_elements=keys, set_={"value": value}))


class PasswordResets:
    """Codes that reset passwords of administrators, each usable once."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add(self, admin_id: str, code_hash: str, *, expires_at: datetime) -> None:
        """Add a code, replacing those of the administrator."""
        self.connection.execute(delete(password_reset).where(password_reset.c.admin == admin_id))
        row = {"hash": code_hash, "admin": admin_id, "expires_at": expires_at}
        self.connection.execute(insert(self.connection, password_reset).values(row))

    def take(self, code_hash: str, *, now: datetime) -> str | None:
        """Remove a code, and return its administrator; None: the code is unknown or expired."""
        this = delete(password_reset).where(password_reset.c.hash == code_hash)
        found = self.connection.execute(this.returning(password_reset.c.admin, password_reset.c.expires_at)).first()
        return None if found is None or found.expires_at <= now else str(found.admin)


def _of(admin_id: str, store: str) -> tuple[ColumnElement[bool], ...]:
    return admin_setting.c.admin == admin_id, admin_setting.c.store == store
