"""Roles that were made by API, beside those that are built in."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, or_, select, update

from access import BUILT_IN_ROLES, Permission, Role
from access.roles import FIRST_OWN_ROLE, LAST_ROLE, role_of_id
from database.tables import admin, api_key, role


class RoleQueries:
    """Reads roles."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def get(self, role_id: int) -> Role | None:
        """Return a role, built in or made by API."""
        built_in = role_of_id(role_id)
        if built_in is not None:
            return built_in
        if not FIRST_OWN_ROLE <= role_id <= LAST_ROLE:
            return None
        row = self.connection.execute(select(*_COLUMNS).where(role.c.id == role_id)).first()
        return None if row is None else _role(row)

    def named(self, name: str) -> Role | None:
        """Return the role of this name."""
        return next((each for each in self.all() if each.name == name), None)

    def all(self) -> list[Role]:
        """Return every role: those that are built in, then the others in the order in which they were made."""
        rows = self.connection.execute(select(*_COLUMNS).order_by(role.c.id))
        return [*BUILT_IN_ROLES, *map(_role, rows)]

    def permissions_of(self, role_id: int) -> frozenset[Permission]:
        """Return what a role permits; of one that does not exist nothing."""
        found = self.get(role_id)
        return frozenset() if found is None else found.permissions

    def is_used(self, role_id: int) -> bool:
        """Return whether an administrator or a key has a role."""
        used = or_(exists().where(admin.c.role == role_id), exists().where(api_key.c.role == role_id))
        return bool(self.connection.execute(select(used)).scalar_one())


class Roles(RoleQueries):
    """Reads and changes roles, under the lock of access."""

    def add(self, name: str, permissions: frozenset[Permission], *, now: datetime) -> int:
        """Add a role; return its number."""
        last = self.connection.execute(select(func.max(role.c.id))).scalar_one()
        number = FIRST_OWN_ROLE if last is None else int(last) + 1
        row = {"id": number, "name": name, "permissions": _codes(permissions), "created_at": now}
        self.connection.execute(insert(role).values(**row))
        return number

    def change(self, role_id: int, name: str, permissions: frozenset[Permission]) -> None:
        """Give a role another name and other permissions."""
        new = {"name": name, "permissions": _codes(permissions)}
        self.connection.execute(update(role).where(role.c.id == role_id).values(**new))

    def remove(self, role_id: int) -> None:
        """Remove a role."""
        self.connection.execute(delete(role).where(role.c.id == role_id))


_COLUMNS = (role.c.id, role.c.name, role.c.permissions)
_BY_CODE = {str(each): each for each in Permission}


def _codes(permissions: frozenset[Permission]) -> list[str]:
    return sorted(map(str, permissions))


def _role(row: Any) -> Role:
    """A stored role. A permission that this version of Laurel does not have is left out."""
    return Role(row.id, row.name, frozenset(_BY_CODE[code] for code in row.permissions if code in _BY_CODE))
