"""Administrators: their identity and rights."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from access import ADMINISTRATOR
from database.queries import columns_of
from database.tables import admin


@dataclass(frozen=True, slots=True)
class Admin:
    """An administrator. `store` None: for every store."""

    id: str
    username: str
    password_hash: str = field(repr=False)
    email: str | None
    role: int
    store: str | None
    active: bool
    created_at: datetime


class AdministratorQueries:
    """Reads administrators."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def get(self, admin_id: str) -> Admin | None:
        """Return an administrator by id."""
        return self._first(admin.c.id == admin_id)

    def named(self, username: str) -> Admin | None:
        """Return an administrator by name."""
        return self._first(admin.c.username == username)

    def all(self, *, store: str | None = None) -> list[Admin]:
        """Return all administrators, or those of one store only, the oldest first."""
        here = select(*_COLUMNS).order_by(admin.c.created_at, admin.c.id)
        wanted = here if store is None else here.where(admin.c.store == store)
        return [Admin(*row) for row in self.connection.execute(wanted)]

    def has_another_of_everything(self, admin_id: str) -> bool:
        """Return whether another active administrator with all rights in every store exists."""
        others = select(func.count()).where(
            admin.c.id != admin_id,
            admin.c.active,
            admin.c.role == ADMINISTRATOR.id,
            admin.c.store.is_(None),
        )
        return bool(self.connection.execute(others).scalar_one())

    def is_taken(self, username: str, email: str | None, *, but_by: str | None = None) -> bool:
        """Return whether an administrator other than `but_by` has this name or this email."""
        names = [username] if email is None else [username, email]
        taken = select(admin.c.id).where(or_(admin.c.username.in_(names), admin.c.email.in_(names)))
        return any(each != but_by for each in self.connection.execute(taken).scalars())

    def _first(self, condition: ColumnElement[bool]) -> Admin | None:
        row = self.connection.execute(select(*_COLUMNS).where(condition)).first()
        return None if row is None else Admin(*row)


class Administrators(AdministratorQueries):
    """Reads and changes administrators, under the lock of access."""

    def add(self, new: Admin) -> None:
        """Add an administrator."""
        row = {column.name: getattr(new, column.name) for column in _COLUMNS}
        self.connection.execute(insert(admin).values(**row))

    def change(self, admin_id: str, **values: Any) -> None:
        """Change columns of an administrator."""
        self.connection.execute(update(admin).where(admin.c.id == admin_id).values(**values))


_COLUMNS = columns_of(Admin, admin)
